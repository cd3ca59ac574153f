"""The two status axes, instrument and plant, and why a value is missing."""

from __future__ import annotations

from enum import IntEnum, StrEnum


class InstrumentStatus(IntEnum):
    """What instrument and line said of one reading (stored as a small integer; never renumber)."""

    VALID = 1
    OVER_RANGE = 2
    HELD = 3
    CALIBRATION = 4
    MAINTENANCE = 5
    FAULT = 6
    COMMUNICATION_LOST = 7


class GapCause(IntEnum):
    """Why a reading carries no value (0 = it carries one; never renumber)."""

    NONE = 0
    NO_ANSWER = 1
    LINE_CUT = 2
    EXCEPTION_ANSWER = 3
    STALE = 4
    UNDECODABLE = 5
    GATEWAY_DOWN = 6
    NOT_MEASURING = 7
    SPOOL_FULL = 8
    NOT_REPORTED = 9


class PlantState(StrEnum):
    """State of a unit or source, derived by the monitoring plan's rules from plant signals."""

    OPERATING = "operating"
    START_UP = "start_up"
    SHUT_DOWN = "shut_down"
    NOT_OPERATING = "not_operating"
    OTHER_THAN_NORMAL = "other_than_normal"
    ABATEMENT_FAILURE = "abatement_failure"
    UNKNOWN = "unknown"


class AverageStatus(StrEnum):
    """What an average is worth."""

    VALID = "valid"
    TOO_FEW = "too_few_readings"
    NO_DATA = "no_data"
    NOT_OPERATING = "not_operating"
    PERIPHERAL_MISSING = "peripheral_missing"
    CANNOT_BE_TRUE = "cannot_be_true"
    O2_TOO_HIGH = "o2_too_high"
