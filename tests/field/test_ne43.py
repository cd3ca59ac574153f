"""NAMUR NE 43: the bands, and exact values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tynys.domain.status import GapCause, InstrumentStatus
from tynys.field.ne43 import judge_current, value_of_current

VALID = (InstrumentStatus.VALID, GapCause.NONE)
SATURATED = (InstrumentStatus.OVER_RANGE, GapCause.NONE)
FAULT = (InstrumentStatus.FAULT, GapCause.NOT_MEASURING)
BROKEN = (InstrumentStatus.COMMUNICATION_LOST, GapCause.LINE_CUT)


@pytest.mark.parametrize(
    ("current_ua", "verdict"),
    [
        (0, BROKEN),
        (999, BROKEN),
        (1000, FAULT),
        (3600, FAULT),
        (3601, SATURATED),
        (3799, SATURATED),
        (3800, VALID),
        (4000, VALID),
        (20_000, VALID),
        (20_500, VALID),
        (20_501, SATURATED),
        (20_999, SATURATED),
        (21_000, FAULT),
        (65_535, FAULT),
    ],
)
def test_every_band_has_its_verdict(current_ua, verdict):
    assert judge_current(current_ua) == verdict


@pytest.mark.parametrize(
    ("current_ua", "value"), [(4000, 80.0), (20_000, 120.0), (12_000, 100.0), (12_530, 101.325), (3800, 79.5), (20_500, 121.25)]
)
def test_a_current_stands_for_an_exact_decimal(current_ua, value):
    assert value_of_current(current_ua, at_4_ma=80, at_20_ma=120) == value


@given(st.integers(0, 65_535), st.integers(-1000, 1000), st.integers(-1000, 1000))
def test_a_value_is_the_nearest_float_to_the_exact_quotient(current_ua, low, high):
    exact = low * (20_000 - current_ua) + high * (current_ua - 4000)
    assert value_of_current(current_ua, at_4_ma=low, at_20_ma=high) == exact / 16_000
