"""Substitute values by each named method, against worked numbers."""

import math
import statistics

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tynys.calc.substitution import METHODS, PART_75_SO2, fill_lookback_percentile, percentile, substitute

NAN = math.nan
ON = np.ones(6, np.bool_)


def values(*given):
    return np.array(given, np.float64)


def test_the_last_valid_value_fills_gaps_in_operation_only():
    made = substitute("last_valid", values(NAN, 10.0, NAN, np.inf, 20.0, NAN), np.array([True, True, True, True, True, False]))
    assert made.values[1:5].tolist() == [10.0, 10.0, 10.0, 20.0]
    assert np.isnan(made.values[[0, 5]]).all()
    assert made.filled.tolist() == [False, False, True, True, False, False]


def test_a_value_measured_at_rest_fills_nothing():
    made = substitute("last_valid", values(10.0, 99.0, NAN), np.array([True, False, True]))
    assert made.values.tolist() == [10.0, 99.0, 10.0]


def test_mean_and_two_sigma_fill_as_article_45_says():
    known = [100.0, 120.0, 90.0, 130.0]
    made = substitute("mean_plus_two_sigma", values(*known[:2], NAN, *known[2:], NAN), ON)
    expected = statistics.mean(known) + 2 * statistics.stdev(known)
    assert made.values[[2, 5]] == pytest.approx(expected, rel=1e-15)
    assert made.filled.tolist() == [False, False, True, False, False, True]


@pytest.mark.parametrize("known", [(), (100.0,)])
def test_without_a_spread_nothing_is_filled(known):
    given_values = values(*known, *[NAN] * (6 - len(known)))
    made = substitute("mean_plus_two_sigma", given_values, ON)
    assert not made.filled.any()


def test_no_method_fills_nothing():
    made = substitute("none", values(1.0, NAN, np.inf), ON[:3])
    assert made.values[0] == 1.0
    assert np.isnan(made.values[1:]).all()
    assert not made.filled.any()


def test_an_unknown_method_is_refused_in_words():
    with pytest.raises(ValueError, match="mean_plus_two_sigma"):
        substitute("guess", values(1.0), ON[:1])


@given(st.lists(st.tuples(st.floats(allow_nan=True, allow_infinity=True, width=32), st.booleans()), max_size=40), st.sampled_from(METHODS))
def test_no_method_changes_a_measured_value_or_fills_at_rest(rows, method):
    given_values = values(*(v for v, _ in rows))
    operating = np.array([o for _, o in rows], np.bool_)
    made = substitute(method, given_values, operating, highest_potential=500.0)
    measured = np.isfinite(given_values)
    assert np.array_equal(made.values[measured], given_values[measured])
    assert not (made.filled & (measured | ~operating)).any()
    assert np.isnan(made.values[~operating & ~measured]).all()


HISTORY = np.arange(1.0, 721.0)
"""720 hours, the n-th of value n."""


def gap(hours, *, before=720, after=700.0, lost=0):
    """History, some of it lost in the middle, a gap, one value after."""
    history = np.concatenate([np.arange(1.0, before + 1.0 - lost), np.full(lost, NAN), np.arange(before + 1.0 - lost, before + 1.0)])
    return np.concatenate([history, np.full(hours, NAN), [after]])


def filled(series, **options):
    made = fill_lookback_percentile(series, np.ones(len(series), np.bool_), highest_potential=2000.0, **options)
    return made.values[-2]


def test_a_short_gap_of_an_available_monitor_takes_the_mean_of_both_sides():
    assert filled(gap(24)) == pytest.approx((720 + 700) / 2)


def test_a_long_gap_takes_the_90th_percentile_unless_both_sides_are_higher():
    assert filled(gap(25, after=100.0)) == 648.0  # rank 0.9 · 720 of 1..720; the mean of both sides is 410
    assert filled(gap(25, after=1500.0)) == pytest.approx((720 + 1500) / 2)
    assert filled(gap(25, after=100.0), rank="linear") == pytest.approx(np.percentile(HISTORY, 90))


@pytest.mark.parametrize(("lost", "hours", "expected"), [(60, 8, 410.0), (60, 9, 684.0), (120, 5, 720.0), (250, 5, 2000.0)])
def test_the_less_available_a_monitor_was_the_higher_its_substitute(lost, hours, expected):
    assert filled(gap(hours, after=100.0, lost=lost)) == pytest.approx(expected)


def test_before_the_look_back_is_full_both_sides_decide():
    assert filled(gap(100, before=10, after=30.0)) == pytest.approx(20.0)


def test_a_gap_without_one_side_takes_the_highest_potential_value():
    series = np.concatenate([HISTORY, [NAN, NAN]])
    made = fill_lookback_percentile(series, np.ones(len(series), np.bool_), highest_potential=2000.0)
    assert made.values[-2:].tolist() == [2000.0, 2000.0]
    unknown = substitute("lookback_percentile", series, np.ones(len(series), np.bool_))
    assert np.isnan(unknown.values[-2:]).all()
    assert not unknown.filled.any()


def test_hours_at_rest_do_not_lengthen_a_gap():
    series = np.concatenate([HISTORY, np.full(30, NAN), [700.0]])
    operating = np.ones(len(series), np.bool_)
    operating[725:735] = False
    made = fill_lookback_percentile(series, operating, highest_potential=2000.0)
    assert made.values[720] == pytest.approx(710.0)  # 20 hours in operation
    assert np.isnan(made.values[730])


def test_a_percentile_has_two_named_definitions():
    assert percentile(np.arange(1.0, 11.0), 90.0) == 9.0
    assert percentile(np.arange(1.0, 11.0), 90.0, rank="linear") == pytest.approx(9.1)
    assert percentile(values(5.0, NAN, np.inf), 90.0) == 5.0
    assert math.isnan(percentile(values(NAN), 90.0))
    assert math.isnan(percentile(values(1.0), 101.0))
    assert PART_75_SO2[1].percentile == 90.0
