"""The clock of an abatement breakdown, against spans worked by hand."""

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tynys.calc.compliance.abatement import breakdowns, months_before, restored_in_time, unabated_hours
from tynys.calc.compliance.ruling import Outcome, Reason
from tynys.domain.base import from_ms, to_ms
from tynys.domain.component import Certainty

HOUR = 3_600_000
RULE = {"restore_within_h": 24.0, "notify_within_h": 48.0, "over_months": 12}


def at(year, month, day, hour=0):
    return to_ms(datetime(year, month, day, hour, tzinfo=UTC))


def made(*spans):
    return breakdowns(np.array([s for s, _ in spans], np.int64), np.array([e for _, e in spans], np.int64), **RULE)


@pytest.mark.parametrize(("hours", "late"), [(24, False), (25, True)])
def test_a_breakdown_longer_than_a_day_is_late(hours, late):
    found = made((at(2025, 3, 1), at(2025, 3, 1) + hours * HOUR))
    assert found.late.tolist() == [late]
    assert found.notify_by_ms.tolist() == [at(2025, 3, 3)]
    outcome = Outcome.EXCEEDED if late else Outcome.KEPT
    assert restored_in_time(found, 24.0, Certainty.TRANSCRIBED).outcome is outcome


def test_120_hours_in_twelve_months_are_allowed_and_one_more_is_not():
    days = [(at(2025, m, 1), at(2025, m, 2)) for m in (1, 3, 5, 7, 9)]
    kept = unabated_hours(made(*days), 120.0, Certainty.TRANSCRIBED)
    assert (kept.outcome, kept.worst) == (Outcome.KEPT, 120.0)
    over = unabated_hours(made(*days, (at(2025, 11, 1), at(2025, 11, 1, 1))), 120.0, Certainty.TRANSCRIBED)
    assert (over.outcome, over.worst, over.worst_at) == (Outcome.EXCEEDED, 121.0, 5)


def test_the_months_roll():
    early = [(at(2025, m, 1), at(2025, m, 2)) for m in (1, 3, 5, 7, 9)]
    after = made(*early, (at(2026, 1, 1, 12), at(2026, 1, 2)))
    assert after.hours_in_span[-1] == 108.0  # of January 2025 nothing is left: the span begins where that breakdown ended
    part = made(*early, (at(2026, 1, 1), at(2026, 1, 1, 12)))
    assert part.hours_in_span[-1] == 4 * 24 + 12 + 12  # its second half is


def test_breakdowns_that_touch_or_overlap_are_one():
    found = made((at(2025, 1, 1, 12), at(2025, 1, 2)), (at(2025, 1, 1), at(2025, 1, 1, 12)), (at(2025, 1, 1, 6), at(2025, 1, 1, 18)))
    assert found.hours.tolist() == [24.0]
    assert made((at(2025, 1, 2), at(2025, 1, 1))).hours.tolist() == []


def test_a_plant_without_a_breakdown_keeps_the_rule_and_one_without_a_rule_has_none():
    none = made()
    assert unabated_hours(none, 120.0, Certainty.VERIFIED).outcome is Outcome.KEPT
    assert unabated_hours(none, None, Certainty.VERIFIED).outcome is Outcome.NOT_SET
    long = made((at(2025, 1, 1), at(2025, 2, 1)))
    remembered = unabated_hours(long, 120.0, Certainty.TO_CONFIRM)
    assert (remembered.outcome, remembered.reason, remembered.over) == (Outcome.CANNOT_BE_JUDGED, Reason.TO_CONFIRM, 1)


def test_twelve_months_before_the_leap_day_is_the_last_of_february():
    assert months_before(datetime(2024, 2, 29, 5, tzinfo=UTC), 12) == datetime(2023, 2, 28, 5, tzinfo=UTC)
    assert months_before(datetime(2025, 3, 31, tzinfo=UTC), 1) == datetime(2025, 2, 28, tzinfo=UTC)
    assert months_before(datetime(2025, 1, 15, tzinfo=UTC), 13) == datetime(2023, 12, 15, tzinfo=UTC)


HALF_DAYS = np.arange(0, 3 * 366 * 24, 12)
YEAR_BEFORE = np.array(
    [max(0, (to_ms(months_before(from_ms(at(2024, 1, 1) + int(e) * HOUR), 12)) - at(2024, 1, 1)) // HOUR) for e in HALF_DAYS], np.int64
)
"""Hours since the start of 2024 at which twelve months that end with each half-day begin."""


@given(st.lists(st.tuples(st.integers(0, 700), st.integers(1, 100)), min_size=1, max_size=12))
def test_no_moment_has_more_hours_behind_it_than_the_ends_of_breakdowns(spans):
    """Every half-day of three years is asked, one by one."""
    first = at(2024, 1, 1)
    found = made(*((first + 24 * s * HOUR, first + (24 * s + h) * HOUR) for s, h in spans))
    without = np.zeros(3 * 366 * 24, np.bool_)
    for start, end in zip(found.start_ms, found.end_ms, strict=True):
        without[(start - first) // HOUR : (end - first) // HOUR] = True
    so_far = np.concatenate([[0], np.cumsum(without)])
    assert max(so_far[HALF_DAYS] - so_far[YEAR_BEFORE]) <= found.hours_in_span.max()
