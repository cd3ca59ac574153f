"""The weekly counter: 336 half-hours a week, and what 17 and 135 of them outside the range add."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from tynys.calc.qa.weekly import weekly_range
from tynys.domain.base import to_ms

MONDAY = datetime(2025, 3, 10, tzinfo=UTC) - timedelta(hours=5)  # midnight in Almaty
HALF_HOURS = 336


def weeks(*outside):
    n = HALF_HOURS * len(outside)
    starts = to_ms(MONDAY) + 1_800_000 * np.arange(n, dtype=np.int64)
    beyond = np.concatenate([np.arange(HALF_HOURS) < each for each in outside])
    return starts, np.ones(n, np.bool_), beyond


@pytest.mark.parametrize(("outside", "added"), [(0, 0), (16, 0), (17, 1), (134, 1), (135, 6), (336, 6)])
def test_a_week_adds_by_its_share_outside(outside, added):
    (week,) = weekly_range(*weeks(outside))
    assert (week.valid, week.outside, week.added) == (336, outside, added)
    assert week.new_qal2 == (added == 6)


def test_five_weeks_of_the_milder_kind_are_borne_and_the_sixth_is_not():
    told = weekly_range(*weeks(*[17] * 6))
    assert [week.counter for week in told] == [1, 2, 3, 4, 5, 6]
    assert [week.new_qal2 for week in told] == [False] * 5 + [True]


def test_exactly_five_and_forty_percent_do_not_count():
    valid = np.arange(HALF_HOURS) < 100
    starts, _, _ = weeks(0)
    for outside in (5, 40):
        (week,) = weekly_range(starts, valid, np.arange(HALF_HOURS) < outside)
        assert week.added == (1 if outside == 40 else 0)


def test_a_week_runs_from_monday_to_sunday_of_civil_time():
    starts = np.array([to_ms(MONDAY) - 1, to_ms(MONDAY)], np.int64)
    told = weekly_range(starts, np.ones(2, np.bool_), np.ones(2, np.bool_))
    assert [week.monday for week in told] == [date(2025, 3, 3), date(2025, 3, 10)]


def test_only_valid_values_count_and_an_empty_week_is_left_out():
    starts, _, beyond = weeks(336, 0)
    (week,) = weekly_range(starts, np.arange(672) >= HALF_HOURS, beyond)
    assert (week.monday, week.outside) == (date(2025, 3, 17), 0)


def test_what_lies_before_the_last_calibration_does_not_count():
    starts, valid, beyond = weeks(17, 17)
    told = weekly_range(starts, valid, beyond, since_ms=int(starts[HALF_HOURS]))
    assert [(week.monday, week.counter) for week in told] == [(date(2025, 3, 17), 1)]


def test_the_order_of_the_averages_does_not_matter():
    starts, valid, beyond = weeks(17, 135)
    assert weekly_range(starts[::-1], valid[::-1], beyond[::-1]) == weekly_range(starts, valid, beyond)
