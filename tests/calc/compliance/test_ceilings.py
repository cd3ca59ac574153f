"""Averages against a ceiling: the logic vectors of the European reference and the edges of every test."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tynys.calc.compliance.ceilings import Grounds, mean_within, none_above, none_below, share_within
from tynys.calc.compliance.ruling import Outcome, Reason
from tynys.calc.rounding import times
from tynys.domain.component import Certainty

SURE = Grounds(test="test", certainty=Certainty.VERIFIED)


@pytest.mark.parametrize(("over", "outcome"), [(400, Outcome.KEPT), (401, Outcome.EXCEEDED)])
def test_of_8000_hours_400_may_lie_above_200_per_cent_and_401_may_not(sure, over, outcome):
    hours = np.concatenate([np.full(over, 400.5), np.full(8000 - over, 399.0)])
    made = share_within(hours, times(200.0, 2.0), 0.95, sure)
    assert made.outcome is outcome
    assert (made.checked, made.over) == (8000, over)
    assert made.share_within == (8000 - over) / 8000


@pytest.mark.parametrize(
    ("day", "decimals", "outcome"),
    [(220.0, None, Outcome.KEPT), (220.1, None, Outcome.EXCEEDED), (220.1, 0, Outcome.KEPT), (220.5, 0, Outcome.EXCEEDED)],
)
def test_a_day_at_110_per_cent_is_decided_by_the_rules_rounding(sure, day, decimals, outcome):
    made = none_above(np.array([100.0, day]), times(200.0, 1.1), replace(sure, decimals=decimals))
    assert made.outcome is outcome
    assert (made.worst, made.worst_at) == (day, 1)


def test_start_up_does_not_count_and_what_is_missing_is_told(sure):
    values = np.array([900.0, 150.0, np.nan, np.inf, 180.0, np.nan])
    out = np.array([True, False, False, False, False, True])
    made = none_above(values, 200.0, sure, excluded=out)
    assert made.outcome is Outcome.KEPT
    assert (made.checked, made.missing, made.excluded, made.worst, made.worst_at) == (2, 2, 2, 180.0, 4)
    assert none_above(values, 200.0, sure).outcome is Outcome.EXCEEDED


def test_a_memory_is_never_a_verdict(sure):
    for values in ([500.0], [1.0], []):
        made = none_above(np.array(values), 200.0, replace(sure, certainty=Certainty.TO_CONFIRM))
        assert (made.outcome, made.reason) == (Outcome.CANNOT_BE_JUDGED, Reason.TO_CONFIRM)
        assert made.message == "compliance.cannot_be_judged.to_confirm"
    shown = none_above(np.array([500.0]), 200.0, replace(sure, certainty=Certainty.TO_CONFIRM))
    assert (shown.over, shown.worst, shown.threshold) == (1, 500.0, 200.0)


@given(st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=20), st.floats(allow_nan=True, allow_infinity=True))
def test_no_number_makes_a_verdict_of_a_memory_or_breaks_a_test(values, threshold):
    for test in (none_above, none_below, mean_within):
        made = test(np.array(values, np.float64), threshold, replace(SURE, certainty=Certainty.TO_CONFIRM))
        assert made.outcome in {Outcome.CANNOT_BE_JUDGED, Outcome.NOT_SET}
        sure_of = test(np.array(values, np.float64), threshold, SURE)
        if sure_of.outcome is not Outcome.NOT_SET:
            assert sure_of.checked + sure_of.missing + sure_of.excluded == len(values)


def test_simulated_limits_are_judged_and_stay_marked(sure):
    made = none_above(np.array([201.0]), 200.0, replace(sure, certainty=Certainty.SIMULATED))
    assert (made.outcome, made.certainty) == (Outcome.EXCEEDED, Certainty.SIMULATED)


def test_without_a_value_nothing_is_judged(sure):
    made = none_above(np.array([np.nan, np.nan]), 200.0, sure)
    assert (made.outcome, made.reason, made.worst_at) == (Outcome.CANNOT_BE_JUDGED, Reason.NO_VALUES, -1)
    assert math.isnan(made.worst)
    assert math.isnan(made.share_within)


@pytest.mark.parametrize("reason", [Reason.BENCHMARK, Reason.CONDITION, Reason.CLASS_UNKNOWN])
def test_what_is_no_breach_is_compared_and_not_judged(sure, reason):
    made = none_above(np.array([300.0]), 200.0, replace(sure, reason=reason))
    assert (made.outcome, made.reason, made.over) == (Outcome.CANNOT_BE_JUDGED, reason, 1)


@pytest.mark.parametrize("threshold", [math.nan, math.inf, 0.0, -5.0])
def test_a_limit_that_is_none_is_not_set(sure, threshold):
    for test in (none_above, none_below, mean_within):
        assert test(np.array([1.0]), threshold, sure).outcome is Outcome.NOT_SET
    assert none_above(np.array([1.0]), threshold, sure).message == "compliance.not_set"


def test_a_negative_average_keeps_every_limit(sure):
    assert none_above(np.array([-3.0]), 200.0, sure).outcome is Outcome.KEPT


def test_a_year_is_the_mean_of_its_valid_hours(sure):
    hours = np.array([100.0, 200.0, np.nan, 5000.0])
    out = np.array([False, False, False, True])
    kept = mean_within(hours, 150.0, sure, excluded=out)
    assert (kept.outcome, kept.worst, kept.checked, kept.missing, kept.excluded) == (Outcome.KEPT, 150.0, 2, 1, 1)
    assert mean_within(hours, 149.9, sure, excluded=out).outcome is Outcome.EXCEEDED
    assert mean_within(hours, 149.6, replace(sure, decimals=0), excluded=out).outcome is Outcome.EXCEEDED
    assert mean_within(np.array([]), 100.0, sure).reason is Reason.NO_VALUES


def test_a_removal_efficiency_may_not_fall_below_its_least(sure):
    made = none_below(np.array([96.0, 92.9, np.nan]), 93.0, sure)
    assert (made.outcome, made.worst, made.worst_at, made.over) == (Outcome.EXCEEDED, 92.9, 1, 1)
    assert none_below(np.array([96.0, 93.0]), 93.0, sure).outcome is Outcome.KEPT
