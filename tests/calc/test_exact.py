"""Sums are exact: no order, no splitting changes a bit; the oracles are fsum and whole fractions."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tynys.calc.exact import DECIMALS, LARGEST, window_means, window_sums

FLOATS = st.floats(min_value=-LARGEST, max_value=LARGEST, allow_nan=False, allow_infinity=False)
ALIKE = st.floats(min_value=-1e6, max_value=1e6, allow_nan=False)
CENTS = st.integers(min_value=-(10**7), max_value=10**7)


def edges(windows):
    at = np.cumsum([0, *map(len, windows)])
    return at[:-1], at[1:]


@given(st.lists(st.lists(st.one_of(FLOATS, ALIKE), max_size=12), min_size=1, max_size=6))
def test_sums_of_any_floats_are_those_of_fsum(windows):
    values = np.array([v for w in windows for v in w], np.float64)
    got = window_sums(values, *edges(windows))
    assert got.tolist() == [math.fsum(w) for w in windows]


@given(st.lists(st.lists(CENTS, min_size=1, max_size=30), min_size=1, max_size=5), st.integers(0, DECIMALS))
def test_means_of_decimal_values_are_the_nearest_float_to_the_true_mean(windows, places):
    values = np.array([c / 10**places for w in windows for c in w], np.float64)
    got = window_means(values, *edges(windows))
    assert got.tolist() == [float(Fraction(sum(w), len(w) * 10**places)) for w in windows]


@given(st.lists(ALIKE, min_size=1, max_size=40), st.randoms(use_true_random=False))
def test_a_shuffle_changes_no_bit(values, random):
    shuffled = list(values)
    random.shuffle(shuffled)
    first, last = np.array([0]), np.array([len(values)])
    one = window_means(np.array(values), first, last)
    two = window_means(np.array(shuffled), first, last)
    assert one.tobytes() == two.tobytes()


@given(st.lists(st.lists(ALIKE, min_size=0, max_size=8), min_size=1, max_size=8))
def test_a_window_gives_the_same_bits_alone_as_among_others(windows):
    values = np.array([v for w in windows for v in w], np.float64)
    together = window_means(values, *edges(windows))
    alone = [window_means(np.array(w, np.float64), np.array([0]), np.array([len(w)]))[0] for w in windows]
    assert together.tobytes() == np.array(alone).tobytes()


def test_tenths_do_not_drift():
    values = np.full(1200, 0.1)
    assert window_means(values, np.array([0]), np.array([1200]))[0] == 0.1
    assert sum([0.1] * 1200) / 1200 != 0.1  # what a running sum makes of it


def test_one_reading_is_its_own_mean():
    for value in (82.34, 0.1 + 0.2, -0.0, 1e300 / 1e100):
        assert window_means(np.array([value]), np.array([0]), np.array([1]))[0] == value


def test_an_empty_window_has_no_mean_and_a_sum_of_zero():
    values = np.array([1.0, 2.0])
    first, last = np.array([0, 2, 2]), np.array([2, 2, 2])
    assert window_sums(values, first, last).tolist() == [3.0, 0.0, 0.0]
    means = window_means(values, first, last)
    assert means[0] == 1.5
    assert np.isnan(means[1:]).all()


def test_windows_may_leave_values_out_or_overlap():
    values = np.array([1.0, 100.0, 3.0, 5.0])
    assert window_means(values, np.array([0, 2]), np.array([1, 4])).tolist() == [1.0, 4.0]
    assert window_means(values, np.array([0, 2]), np.array([4, 4])).tolist() == [109.0 / 4, 4.0]


@pytest.mark.parametrize("values", [[1e16, 1.0, -1e16], [1e100, 1.0, -1e100, 1e-100], [2.0**53, 1.0, 1.0], [1e-320, 1e-310, 1.0]])
def test_what_cancels_leaves_the_rest(values):
    got = window_sums(np.array(values), np.array([0]), np.array([len(values)]))
    assert got[0] == math.fsum(values)


def test_large_decimal_sums_stay_exact_beyond_two_to_the_fifty_third():
    values = np.full(400_000, 16_000_000.000001)
    mean = window_means(values, np.array([0]), np.array([len(values)]))
    assert mean[0] == 16_000_000.000001
