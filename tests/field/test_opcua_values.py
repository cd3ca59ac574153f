"""What a status code, a type and a time stamp say of a reading."""

from datetime import UTC, datetime

import pytest
from asyncua import ua

from tynys.domain.reading import Sample
from tynys.domain.status import GapCause, InstrumentStatus
from tynys.field.opcua_values import milliseconds, sample_of, unless_older


def value(content, status=ua.StatusCodes.Good, time=None):
    return ua.DataValue(ua.Variant(content), ua.StatusCode(status), SourceTimestamp=time)


@pytest.mark.parametrize(
    ("code", "status", "cause"),
    [
        ("Good", InstrumentStatus.VALID, GapCause.NONE),
        ("GoodLocalOverride", InstrumentStatus.VALID, GapCause.NONE),
        ("UncertainLastUsableValue", InstrumentStatus.HELD, GapCause.NONE),
        ("UncertainSubNormal", InstrumentStatus.HELD, GapCause.NONE),
        ("UncertainEngineeringUnitsExceeded", InstrumentStatus.OVER_RANGE, GapCause.NONE),
        ("UncertainSensorCalibration", InstrumentStatus.CALIBRATION, GapCause.NONE),
        ("BadOutOfService", InstrumentStatus.MAINTENANCE, GapCause.NOT_MEASURING),
        ("BadDeviceFailure", InstrumentStatus.FAULT, GapCause.NOT_MEASURING),
        ("BadSensorFailure", InstrumentStatus.FAULT, GapCause.NOT_MEASURING),
        ("BadNoCommunication", InstrumentStatus.COMMUNICATION_LOST, GapCause.NO_ANSWER),
        ("BadWaitingForInitialData", InstrumentStatus.COMMUNICATION_LOST, GapCause.NO_ANSWER),
        ("BadNodeIdUnknown", InstrumentStatus.COMMUNICATION_LOST, GapCause.EXCEPTION_ANSWER),
    ],
)
def test_a_status_code_is_a_status_and_a_cause(code, status, cause):
    sample = sample_of(value(12.5, getattr(ua.StatusCodes, code)), "double")
    assert (sample.value, sample.status, sample.cause) == (None if cause else 12.5, status, cause)


@pytest.mark.parametrize(
    ("content", "kind", "number"),
    [(12, "double", 12.0), (True, "boolean", 1.0), (False, "boolean", 0.0), (-0.5, "double", -0.5)],
)
def test_numbers_and_booleans_are_values(content, kind, number):
    assert sample_of(value(content), kind).value == number


@pytest.mark.parametrize(
    ("content", "kind"), [("12", "double"), (True, "double"), (1.0, "boolean"), (float("nan"), "double"), ([1.0], "double")]
)
def test_any_other_content_cannot_be_decoded(content, kind):
    sample = sample_of(value(content), kind)
    assert (sample.value, sample.status, sample.cause) == (None, InstrumentStatus.FAULT, GapCause.UNDECODABLE)


def test_a_time_without_a_zone_is_utc():
    aware = datetime(2026, 11, 24, 12, 0, 0, 123_000, tzinfo=UTC)
    assert milliseconds(aware) == milliseconds(aware.replace(tzinfo=None)) == 1_795_521_600_123
    assert milliseconds(None) is None


def test_age_counts_from_the_device_time():
    sample = Sample(1.0, InstrumentStatus.VALID, GapCause.NONE, 1000)
    assert unless_older(sample, t_ms=1500, max_age_ms=500) is sample
    assert unless_older(sample, t_ms=1501, max_age_ms=500).cause is GapCause.STALE
    timeless = Sample(1.0, InstrumentStatus.VALID)
    assert unless_older(timeless, t_ms=10**9, max_age_ms=1) is timeless
