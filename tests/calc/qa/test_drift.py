"""QAL3 by cumulative sums against worked examples, and what an adjustment does to them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from qa_vectors import DRIFT, SCATTER, floats

from tynys.calc.qa.drift import cusum


def test_the_worked_example_drifts_at_its_seventh_check():
    got = cusum(DRIFT, s_ams=2.0)
    assert (got.h_x, got.h_s) == (5.7, 27.6)
    assert got.s_plus == pytest.approx([0, 0, 0.798, 0.396, 2.294, 3.492, 5.890, 7.488, 10.386, 12.484], abs=5e-4)
    assert got.s_minus == pytest.approx([0, 0.198, *[0] * 8], abs=5e-4)
    assert not got.s_precision.any()
    assert got.drift.tolist() == [False] * 6 + [True] * 4
    assert got.n_plus[6] == 5
    assert got.adjust[6:] == pytest.approx([1.526, 1.575, 1.740, 1.7937], abs=5e-5)
    assert np.isnan(got.adjust[:6]).all()


def test_the_worked_example_scatters_at_its_fourth_check():
    got = cusum(SCATTER, s_ams=2.0)
    assert got.s_precision == pytest.approx([0, 0, 15.72, 39.525, 75.37, 129.575], abs=5e-4)
    assert got.precision.tolist() == [False] * 3 + [True] * 3
    assert not got.drift.any()


def test_drift_downwards_is_the_mirror_of_drift_upwards():
    up, down = cusum(DRIFT, s_ams=2.0), cusum(-DRIFT, s_ams=2.0)
    assert (up.s_plus == down.s_minus).all()
    assert down.adjust[6:] == pytest.approx(-up.adjust[6:])


def test_all_sums_of_a_point_begin_again_after_its_adjustment():
    adjusted = np.arange(10) == 6
    got, fresh = cusum(DRIFT, s_ams=2.0, adjusted=adjusted), cusum(DRIFT[7:], s_ams=2.0)
    assert got.drift[6]
    assert (got.s_plus[7:] == fresh.s_plus).all()
    assert (got.s_precision[7:] == fresh.s_precision).all()
    assert (got.n_plus[7:] == fresh.n_plus).all()


def test_after_a_repair_the_first_check_is_compared_with_nothing_older():
    got = cusum(floats("9 -9"), s_ams=2.0, adjusted=np.array([True, False]))
    assert got.s_precision.tolist() == [9**2 / 2 - 7.4, 9**2 / 2 - 7.4]


@given(st.lists(st.floats(-1.0, 1.0), min_size=1, max_size=60))
def test_what_stays_within_half_a_standard_deviation_never_alarms(differences):
    got = cusum(np.array(differences), s_ams=2.0)
    assert not got.drift.any()
    assert not got.precision.any()


@given(st.lists(st.floats(-50, 50), min_size=1, max_size=40), st.floats(0.1, 10))
def test_the_charts_do_not_depend_on_the_unit(differences, factor):
    one, other = cusum(np.array(differences), s_ams=1.0), cusum(np.array(differences) * factor, s_ams=factor)
    assert other.s_plus == pytest.approx(one.s_plus * factor, abs=1e-6)
    assert other.s_precision == pytest.approx(one.s_precision * factor**2, abs=1e-5)
