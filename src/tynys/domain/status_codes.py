"""One table between our statuses and the flags other systems write: HJ 212, NAMUR NE 107, Part 75 MODC, German letters."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from tynys.domain.component import Certainty
from tynys.domain.status import InstrumentStatus, PlantState

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class InstrumentCodes:
    """How others write an instrument status.

    ``hj212`` is the data flag of HJ 212 (table 8); ``ne107`` the NAMUR NE 107 category, empty for a good value; ``modc`` the Part 75
    method of determination an hour of only such data would begin with; ``german`` the value letter of the German uniform practice, empty
    where it is not known; every German letter but the operating plant's G is from memory.
    """

    hj212: str
    ne107: str
    modc: str
    german: str
    german_certainty: Certainty = Certainty.TO_CONFIRM


@dataclass(frozen=True, slots=True)
class PlantCodes:
    """How others write a plant state: the HJ 212 flag it forces (empty: none) and the German plant letter."""

    hj212: str
    german: str
    german_certainty: Certainty = Certainty.TO_CONFIRM


INSTRUMENT_CODES: Mapping[InstrumentStatus, InstrumentCodes] = MappingProxyType(
    {
        InstrumentStatus.VALID: InstrumentCodes("N", "", "01", "G"),
        InstrumentStatus.OVER_RANGE: InstrumentCodes("T", "S", "20", ""),
        InstrumentStatus.HELD: InstrumentCodes("D", "C", "06", "S"),
        InstrumentStatus.CALIBRATION: InstrumentCodes("C", "C", "06", "W"),
        InstrumentStatus.MAINTENANCE: InstrumentCodes("M", "C", "06", "W"),
        InstrumentStatus.FAULT: InstrumentCodes("D", "F", "06", "S"),
        InstrumentStatus.COMMUNICATION_LOST: InstrumentCodes("B", "F", "06", "S"),
    }
)
"""From our instrument status. A held value has no flag of its own elsewhere: it is written as a fault, never as good."""

PLANT_CODES: Mapping[PlantState, PlantCodes] = MappingProxyType(
    {
        PlantState.OPERATING: PlantCodes("", "G", Certainty.TRANSCRIBED),
        PlantState.START_UP: PlantCodes("", "A"),
        PlantState.SHUT_DOWN: PlantCodes("", "A"),
        PlantState.NOT_OPERATING: PlantCodes("F", "N"),
        PlantState.OTHER_THAN_NORMAL: PlantCodes("", "S"),
        PlantState.ABATEMENT_FAILURE: PlantCodes("", ""),
        PlantState.UNKNOWN: PlantCodes("", ""),
    }
)
"""From our plant state."""

_FROM_HJ212: Mapping[str, tuple[InstrumentStatus, PlantState]] = MappingProxyType(
    {
        "N": (InstrumentStatus.VALID, PlantState.UNKNOWN),
        "F": (InstrumentStatus.VALID, PlantState.NOT_OPERATING),
        "M": (InstrumentStatus.MAINTENANCE, PlantState.UNKNOWN),
        "S": (InstrumentStatus.HELD, PlantState.UNKNOWN),
        "D": (InstrumentStatus.FAULT, PlantState.UNKNOWN),
        "C": (InstrumentStatus.CALIBRATION, PlantState.UNKNOWN),
        "T": (InstrumentStatus.OVER_RANGE, PlantState.UNKNOWN),
        "B": (InstrumentStatus.COMMUNICATION_LOST, PlantState.UNKNOWN),
    }
)

_FROM_NE107: Mapping[str, InstrumentStatus] = MappingProxyType(
    {
        "": InstrumentStatus.VALID,
        "M": InstrumentStatus.VALID,  # maintenance required: the value still stands
        "C": InstrumentStatus.CALIBRATION,
        "S": InstrumentStatus.OVER_RANGE,
        "F": InstrumentStatus.FAULT,
    }
)

_FROM_MODC: Mapping[str, InstrumentStatus] = MappingProxyType(
    {
        "01": InstrumentStatus.VALID,
        "02": InstrumentStatus.VALID,
        "03": InstrumentStatus.VALID,
        "04": InstrumentStatus.VALID,
        "17": InstrumentStatus.VALID,
        "19": InstrumentStatus.OVER_RANGE,
        "20": InstrumentStatus.OVER_RANGE,
    }
)


def to_hj212(status: InstrumentStatus, state: PlantState = PlantState.UNKNOWN) -> str:
    """The HJ 212 data flag of both axes at once: a stopped plant is F where the instrument itself is well."""
    stopped = PLANT_CODES[state].hj212
    return stopped if stopped and status is InstrumentStatus.VALID else INSTRUMENT_CODES[status].hj212


def from_hj212(flag: str) -> tuple[InstrumentStatus, PlantState] | None:
    """Both axes from an HJ 212 data flag; a manually set value is one that was held; absent for a letter the standard does not have."""
    return _FROM_HJ212.get(flag)


def from_ne107(category: str) -> InstrumentStatus | None:
    """Our instrument status from a NAMUR NE 107 category letter (empty: good); absent for a letter it does not have."""
    return _FROM_NE107.get(category)


def from_german(letter: str) -> InstrumentStatus | None:
    """Our instrument status from a German value letter; the gravest where several are written alike; absent for a letter not known."""
    meant = [status for status, codes in INSTRUMENT_CODES.items() if codes.german == letter and letter]
    return max(meant) if meant else None


def from_modc(code: str) -> InstrumentStatus:
    """Our instrument status from a Part 75 method code: measured, over range, and every substitute as no measurement at all."""
    return _FROM_MODC.get(code, InstrumentStatus.FAULT)
