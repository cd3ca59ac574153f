"""OPC UA data values into samples: what a status code, a type and a time stamp say of a reading."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

from asyncua.ua.status_codes import StatusCodes

from tynys.domain.reading import Sample
from tynys.domain.status import GapCause, InstrumentStatus

if TYPE_CHECKING:
    from asyncua.ua import DataValue

_SEVERITY = 0xC000_0000
_CODE = 0xFFFF_0000
_UNCERTAIN = 0x4000_0000

_LOST = (InstrumentStatus.COMMUNICATION_LOST, GapCause.NO_ANSWER)
_BROKEN = (InstrumentStatus.FAULT, GapCause.NOT_MEASURING)

BAD = {
    StatusCodes.BadOutOfService: (InstrumentStatus.MAINTENANCE, GapCause.NOT_MEASURING),
    StatusCodes.BadDeviceFailure: _BROKEN,
    StatusCodes.BadSensorFailure: _BROKEN,
    StatusCodes.BadNoCommunication: _LOST,
    StatusCodes.BadNotConnected: _LOST,
    StatusCodes.BadWaitingForInitialData: _LOST,
}
"""Bad codes with a meaning of their own. OPC 10000-8 (data access), 6.3; every other bad code is an exception answer."""

UNCERTAIN = {
    StatusCodes.UncertainEngineeringUnitsExceeded: InstrumentStatus.OVER_RANGE,
    StatusCodes.UncertainSensorNotAccurate: InstrumentStatus.OVER_RANGE,
    StatusCodes.UncertainSensorCalibration: InstrumentStatus.CALIBRATION,
    StatusCodes.UncertainSimulatedValue: InstrumentStatus.MAINTENANCE,
}
"""Uncertain codes with a meaning of their own; every other one says the value is not live: held."""


def sample_of(value: DataValue, kind: Literal["double", "boolean"]) -> Sample:
    """The sample a data value stands for."""
    device_ms = milliseconds(value.SourceTimestamp)
    code = value.StatusCode.value if value.StatusCode is not None else 0
    status = InstrumentStatus.VALID
    if code & _SEVERITY:
        if code & _SEVERITY != _UNCERTAIN:
            status, cause = BAD.get(code & _CODE, (InstrumentStatus.COMMUNICATION_LOST, GapCause.EXCEPTION_ANSWER))
            return Sample(None, status, cause, device_ms)
        status = UNCERTAIN.get(code & _CODE, InstrumentStatus.HELD)
    number = _number(value.Value.Value if value.Value is not None else None, kind)
    if number is None:
        return Sample(None, InstrumentStatus.FAULT, GapCause.UNDECODABLE, device_ms)
    return Sample(number, status, GapCause.NONE, device_ms)


def unless_older(sample: Sample, *, t_ms: int, max_age_ms: int) -> Sample:
    """The sample, or a gap if the device took it more than ``max_age_ms`` before ``t_ms``."""
    if sample.device_time_ms is None or t_ms - sample.device_time_ms <= max_age_ms:
        return sample
    return Sample(None, InstrumentStatus.COMMUNICATION_LOST, GapCause.STALE, sample.device_time_ms)


def milliseconds(moment: datetime | None) -> int | None:
    """Whole milliseconds since 1970 UTC of a time stamp; one without a zone is UTC."""
    if moment is None:
        return None
    return round((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)


def _number(value: Any, kind: Literal["double", "boolean"]) -> float | None:
    """The value as a float, if it is of the kind the map says and finite."""
    if isinstance(value, bool):
        return float(value) if kind == "boolean" else None
    if kind == "double" and isinstance(value, int | float) and math.isfinite(value):
        return float(value)
    return None
