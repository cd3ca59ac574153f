"""When things are due again: whole months, the day itself not yet late, and "not set" where nobody knows."""

from datetime import date, timedelta

import pytest

from tynys.calc.qa.due import Due, Standing, due_after, due_on, worst

TODAY = date(2026, 3, 1)


@pytest.mark.parametrize(
    ("day", "standing"),
    [
        (date(2026, 2, 28), "overdue"),
        (date(2026, 3, 1), "soon"),
        (date(2026, 4, 30), "soon"),
        (date(2026, 5, 1), "ok"),
        (None, "not_set"),
    ],
)
def test_a_day_is_soon_sixty_days_before_and_late_the_day_after(day, standing):
    assert due_on(day, TODAY).standing == standing


@pytest.mark.parametrize(
    ("last", "months", "following"),
    [
        (date(2025, 3, 10), 12, date(2026, 3, 10)),
        (date(2021, 3, 10), 60, date(2026, 3, 10)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2025, 12, 31), 2, date(2026, 2, 28)),
    ],
)
def test_a_month_later_is_the_same_day_or_the_last_of_the_month(last, months, following):
    assert due_after(last, TODAY, months=months).next == following


def test_what_was_never_done_or_has_no_interval_is_not_set():
    assert due_after(None, TODAY, months=12) == Due(None, None, Standing.NOT_SET)
    assert due_after(TODAY, TODAY) == Due(TODAY, None, Standing.NOT_SET)


def test_a_check_every_month_is_not_due_soon_from_its_first_day():
    last = TODAY - timedelta(days=10)
    assert due_after(last, TODAY, days=28).standing == "ok"
    assert due_after(last, TODAY + timedelta(days=5), days=28).standing == "soon"


def test_the_worst_of_several_is_looked_at_first():
    late, unknown, fine = due_on(date(2026, 1, 1), TODAY), due_on(None, TODAY), due_on(date(2027, 1, 1), TODAY)
    assert worst(fine, unknown, late) == "overdue"
    assert worst(fine, unknown) == "not_set"
    assert worst() == "ok"
