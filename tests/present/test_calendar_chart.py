"""The availability calendar: days in their weeks, graded by what was valid."""

import re
from datetime import date, timedelta

import pytest

from tynys.present import calendar_chart
from tynys.present.calendar_chart import STEP, TOP, Day
from tynys.present.voice import voice


def days(first, shares, exceeded=()):
    return [Day(first + timedelta(days=index), share, index in exceeded) for index, share in enumerate(shares)]


@pytest.mark.parametrize(
    ("share", "grade"), [(None, "none"), (1.0, "full"), (0.95, "full"), (0.949, "some"), (0.75, "some"), (0.749, "poor"), (0.0, "poor")]
)
def test_a_day_is_graded_by_its_share_of_valid_averages(share, grade) -> None:
    assert calendar_chart.grade(Day(date(2026, 1, 1), share, exceeded=False)) == grade


def test_days_stand_in_the_column_of_their_week_and_the_row_of_their_weekday(drawn, of_class, english) -> None:
    november = days(date(2026, 11, 1), [0.99] * 30)
    tree = drawn(calendar_chart.month_picture(english, 2026, 11, november))
    (full,) = of_class(tree, "day-full")
    corners = [(int(x), int(y)) for x, y in re.findall(r"M(\d+) (\d+)", full.get("d"))]
    assert len(corners) == 30
    assert corners[0] == (0, TOP + 6 * STEP)  # 1 November 2026 is a Sunday
    assert corners[1] == (STEP, TOP)
    assert corners[23] == (4 * STEP, TOP + STEP)  # 24 November is a Tuesday
    assert int(tree.get("width")) > corners[-1][0]


def test_each_grade_has_its_own_shape_and_an_exceeded_day_a_diamond_on_top(drawn, of_class, english) -> None:
    tree = drawn(calendar_chart.month_picture(english, 2026, 3, days(date(2026, 3, 1), [0.99, 0.8, 0.1, None], exceeded={0})))
    classes = [path.get("class") for path in tree.iter("path")]
    assert classes == ["day-none", "day-full", "day-some", "day-half", "day-poor", "day-exceeded"]
    assert all(path.get("d").count("M") == 1 for path in tree.iter("path"))


def test_the_picture_and_the_table_count_the_same(drawn, english) -> None:
    month = days(date(2026, 3, 1), [0.99] * 20 + [0.8] * 3 + [0.1] * 2 + [None], exceeded={1, 21})
    (row,) = calendar_chart.summaries(month)
    assert (row.month, row.days, row.full, row.some, row.poor, row.exceeded) == (3, 25, 20, 3, 2, 2)
    title = drawn(calendar_chart.month_picture(english, 2026, 3, month)).get("aria-label")
    assert title == "Mar: 20 full days, 3 partly valid, 2 below 75 %, 2 with an exceeded limit"


def test_months_are_those_that_have_days() -> None:
    found = calendar_chart.months(days(date(2026, 1, 30), [1.0] * 40))
    assert {month: len(members) for month, members in found.items()} == {1: 2, 2: 28, 3: 10}


@pytest.mark.parametrize(("language", "name"), [("en", "Nov"), ("ru", "нояб"), ("kk", "қар")])
def test_a_month_without_days_is_only_its_name(drawn, language, name) -> None:
    tree = drawn(calendar_chart.month_picture(voice(language), 2026, 11, []))
    assert tree.get("aria-label") == name
    assert not list(tree.iter("path"))
