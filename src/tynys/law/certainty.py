"""What a judgement may rest on: it is as sure as the weakest value it rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from tynys.domain.component import Certainty

if TYPE_CHECKING:
    from collections.abc import Iterable

_FROM_WEAKEST = (Certainty.TO_CONFIRM, Certainty.SIMULATED, Certainty.TRANSCRIBED, Certainty.VERIFIED)


class Certain(Protocol):
    """Anything that says how sure it is: a value of a pack, a limit of a permit."""

    @property
    def certainty(self) -> Certainty:
        """How sure it is."""


def weakest(*values: Certain | Certainty) -> Certainty:
    """The weakest certainty among values; ``to_confirm`` of nothing at all, for nothing is known then."""
    return weakest_of(values)


def weakest_of(values: Iterable[Certain | Certainty]) -> Certainty:
    """As `weakest`, of any number of values."""
    found = [value if isinstance(value, Certainty) else value.certainty for value in values]
    return min(found, key=_FROM_WEAKEST.index, default=Certainty.TO_CONFIRM)


def may_judge(*values: Certain | Certainty) -> bool:
    """Whether "exceeded", a charge or a finding may rest on these values: on all of them together, or not at all.

    Pass the limit, the charge rate, the coefficient, the index and the compliance test a verdict rests on. Parameters of averaging are not
    passed: their certainty is printed with the number and blocks nothing.
    """
    return weakest_of(values) is not Certainty.TO_CONFIRM
