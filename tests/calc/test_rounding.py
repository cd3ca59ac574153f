"""Rounding in decimals, against fractions worked exactly."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tynys.calc.rounding import above, round_decimal, round_decimals, share_of


@pytest.mark.parametrize(
    ("value", "decimals", "up", "even"),
    [
        (2.675, 2, 2.68, 2.68),
        (2.5, 0, 3.0, 2.0),
        (-2.5, 0, -3.0, -2.0),
        (0.285, 2, 0.29, 0.28),
        (1.005, 2, 1.01, 1.0),
        (220.1, 0, 220.0, 220.0),
        (250.0, -2, 300.0, 200.0),
        (1e300, 3, 1e300, 1e300),
        (5e-324, 5, 0.0, 0.0),
    ],
)
def test_a_half_goes_the_way_the_rule_names(value, decimals, up, even):
    assert round_decimal(value, decimals) == up
    assert round_decimal(value, decimals, "half_even") == even


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_rounds_to_none(value):
    assert math.isnan(round_decimal(value, 1))


def test_an_unknown_way_to_round_is_refused():
    with pytest.raises(KeyError):
        round_decimal(1.0, 0, "down")


@given(st.decimals(-10_000, 10_000, places=4), st.integers(0, 3))
def test_a_rounded_number_is_the_nearest_decimal(value, decimals):
    step = Fraction(1, 10**decimals)
    exact = Fraction(value)
    magnitude = (abs(exact) / step + Fraction(1, 2)).__floor__() * step
    assert round_decimal(float(value), decimals) == float(math.copysign(1, exact) * magnitude)
    assert abs(Fraction(str(round_decimal(float(value), decimals, "half_even"))) - exact) <= step / 2


def test_a_share_of_a_limit_carries_no_binary_dust():
    assert 200 * 1.1 > 220.0  # what float64 makes of it
    assert share_of(200.0, 110.0) == 220.0
    assert share_of(30.0, 150.0) == 45.0
    assert math.isnan(share_of(math.nan, 110.0))


def test_a_day_of_220_1_against_110_per_cent_of_200_is_decided_by_rounding():
    days = np.array([220.0, 220.1, 220.5, np.nan, np.inf])
    limit = share_of(200.0, 110.0)
    assert above(days, limit).tolist() == [False, True, True, False, False]
    assert above(days, limit, decimals=0).tolist() == [False, False, True, False, False]
    assert above(days, limit, decimals=1).tolist() == [False, True, True, False, False]
    assert above(days, limit, decimals=0, mode="half_even").tolist() == [False, False, False, False, False]


def test_an_array_is_rounded_element_by_element():
    assert round_decimals(np.array([0.05, 0.15, 0.25]), 1).tolist() == [0.1, 0.2, 0.3]
    assert len(round_decimals(np.empty(0), 1)) == 0
