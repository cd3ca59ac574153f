"""Invalid days: the logic vectors of the European reference."""

from datetime import date

import numpy as np
import pytest

from tynys.calc.compliance.days import count_by_day, day_invalid, too_many_invalid_days
from tynys.calc.compliance.ruling import Outcome, Reason
from tynys.domain.component import Certainty


@pytest.mark.parametrize(("hours", "invalid"), [(0, False), (3, False), (4, True), (24, True)])
def test_a_day_with_more_than_three_invalid_hours_is_invalid(hours, invalid):
    assert day_invalid(np.array([hours]), 3).tolist() == [invalid]


@pytest.mark.parametrize(("half_hours", "invalid"), [(6, False), (7, True)])
def test_a_german_day_with_more_than_six_invalid_half_hours_is_invalid(half_hours, invalid):
    assert day_invalid(np.array([half_hours]), 6).tolist() == [invalid]


@pytest.mark.parametrize(("days", "outcome"), [(0, Outcome.KEPT), (10, Outcome.KEPT), (11, Outcome.EXCEEDED)])
def test_the_eleventh_invalid_day_of_a_year_is_one_too_many(days, outcome):
    invalid = np.array([True] * days + [False] * (365 - days))
    made = too_many_invalid_days(invalid, 10, Certainty.TRANSCRIBED, "Annex V")
    assert (made.outcome, made.over, made.checked, made.threshold) == (outcome, days, 365, 10.0)


def test_too_many_days_by_a_rule_that_is_only_remembered_are_no_verdict():
    made = too_many_invalid_days(np.ones(30, np.bool_), 10, Certainty.TO_CONFIRM)
    assert (made.outcome, made.reason, made.over) == (Outcome.CANNOT_BE_JUDGED, Reason.TO_CONFIRM, 30)
    assert too_many_invalid_days(np.ones(30, np.bool_), None, Certainty.VERIFIED).outcome is Outcome.NOT_SET


def test_days_are_those_of_the_clock_on_the_wall_and_one_of_them_has_25_hours():
    """On 29 February 2024 the clock in Almaty went back an hour at midnight's end (UTC+6 to UTC+5)."""
    first = 1_709_143_200_000  # 29 February 2024, 00:00 at UTC+6
    starts = first + 3_600_000 * np.arange(26, dtype=np.int64)
    made = count_by_day(starts, np.ones(26, np.bool_), "Asia/Almaty")
    assert made == {date(2024, 2, 29): 25, date(2024, 3, 1): 1}
    assert count_by_day(starts[::-1], np.zeros(26, np.bool_), "Asia/Almaty") == {date(2024, 2, 29): 0, date(2024, 3, 1): 0}
