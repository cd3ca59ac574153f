"""What an explanation is made of: frozen steps of message keys and values, which `present` words."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tynys.domain.average import Average
    from tynys.domain.component import Certainty
    from tynys.law.values import Sourced

MADE_FROM_READINGS = "from_readings"
MADE_FROM_SHORTER = "from_shorter"
STORED = "stored_only"
IMPORTED = "imported"
BASES = (MADE_FROM_READINGS, MADE_FROM_SHORTER, STORED, IMPORTED)
"""What an explanation rests on: the readings, the shorter averages, the stored columns alone, what an import says of itself."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """One number of a step: its ``symbol`` in the formula, value, unit, and where it is from.

    ``origin`` is ``step`` (the result of an earlier one), ``measured``, ``plan``, ``pack`` or ``constant``; ``of`` names the channel,
    report or document; a value of a pack or a limit has its clause and certainty.
    """

    symbol: str
    value: float | None
    unit: str = ""
    origin: str = "step"
    of: str = ""
    clause: str = ""
    certainty: Certainty | None = None


@dataclass(frozen=True, slots=True)
class ChannelRead:
    """The readings of one channel a step was made from: the query that reaches them, and how many had each status.

    ``count_by_status`` is in the order of `InstrumentStatus`; ``mean`` is of the first level data, in the channel's unit.
    """

    channel: str
    name: str
    component: str
    unit: str
    start_ms: int
    end_ms: int
    mean: float | None
    count_by_status: tuple[int, ...]
    count_valid: int
    count_expected: int
    count_operating: int
    fld_valid: int
    fld_operating: int


@dataclass(frozen=True, slots=True)
class Member:
    """One of the values a mean was taken of: first level data, or a shorter average; ``counts`` tells whether it entered."""

    start_ms: int
    end_ms: int
    value: float | None
    status: str
    counts: bool
    period: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what it is (``kind``), the ``formula`` by its id, what went in, what came out, and the rule it follows.

    ``notes`` are message keys with their values; ``start_ms`` and ``end_ms`` are those of the first level value the step is shown for,
    where it is not the whole window; ``subject`` names a chain or a point where there are several.
    """

    kind: str
    formula: str = ""
    inputs: tuple[Quantity, ...] = ()
    result: Quantity | None = None
    clause: str = ""
    certainty: Certainty | None = None
    notes: tuple[tuple[str, tuple[tuple[str, str | float], ...]], ...] = ()
    channels: tuple[ChannelRead, ...] = ()
    members: tuple[Member, ...] = ()
    subject: str = ""
    start_ms: int | None = None
    end_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """All steps of one average, in order; ``basis`` is one of `BASES`.

    ``agrees`` tells whether the steps, made anew, give the stored value to the last bit; None where they cannot be made anew.
    """

    average: Average
    basis: str
    steps: tuple[Step, ...]
    agrees: bool | None = None


def known(value: float) -> float | None:
    """A number of an array as a record has it: absent where it is NaN."""
    return None if math.isnan(value) else float(value)


def of_pack(symbol: str, value: float, unit: str, rule: Sourced, of: str = "") -> Quantity:
    """A number the rule pack sets."""
    return Quantity(symbol, value, unit, "pack", of, rule.clause, rule.certainty)


def note(key: str, **values: str | float) -> tuple[str, tuple[tuple[str, str | float], ...]]:
    """A message key with its values."""
    return key, tuple(values.items())
