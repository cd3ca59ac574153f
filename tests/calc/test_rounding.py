"""Rounding in decimals, against fractions worked exactly."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tynys.calc.rounding import above, below, decimals_of, round_decimal, round_decimals, share_of, times


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


def test_a_factor_of_a_limit_carries_no_binary_dust():
    assert 200 * 1.1 > 220.0  # what float64 makes of it
    assert times(200.0, 1.1) == share_of(200.0, 110.0) == 220.0
    assert math.isnan(share_of(200.0, math.inf))
    assert times(30.0, 1.5) == 45.0
    assert math.isnan(times(math.nan, 1.1))
    assert math.isnan(times(1e300, 1e300))


def test_a_day_of_220_1_against_110_per_cent_of_200_is_decided_by_rounding():
    days = np.array([220.0, 220.1, 220.5, np.nan, np.inf])
    limit = times(200.0, 1.1)
    assert above(days, limit).tolist() == [False, True, True, False, False]
    assert above(days, limit, decimals=0).tolist() == [False, False, True, False, False]
    assert above(days, limit, decimals=1).tolist() == [False, True, True, False, False]
    assert above(days, limit, decimals=0, mode="half_even").tolist() == [False, False, False, False, False]


def test_an_array_is_rounded_element_by_element():
    assert round_decimals(np.array([0.05, 0.15, 0.25]), 1).tolist() == [0.1, 0.2, 0.3]
    assert len(round_decimals(np.empty(0), 1)) == 0


@pytest.mark.parametrize(
    ("number", "places"), [(200.0, 0), (0.05, 2), (1.5, 1), (0.001, 3), (1e-7, 7), (1e300, 0), (math.nan, 0), (math.inf, 0)]
)
def test_a_limit_tells_how_many_places_it_has(number, places):
    assert decimals_of(number) == places


def test_what_lies_below_is_what_does_not_reach():
    assert below(np.array([94.9, 95.0, 95.1, np.nan, -np.inf]), 95.0).tolist() == [True, False, False, False, False]
    assert below(np.array([94.5, 94.4]), 95.0, decimals=0).tolist() == [False, True]
