"""What stands below a chart: round moments of local civil time, and few."""

from datetime import UTC, datetime
from itertools import pairwise

import pytest

from tynys.present import time_axis, times
from tynys.present.catalogue import LANGUAGES
from tynys.present.voice import voice


def ms(text):
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def said(begin, length_ms, language="en"):
    begin_ms = ms(begin)
    return [words for _, words in time_axis.marks(voice(language), begin_ms, begin_ms + length_ms)]


@pytest.mark.parametrize(
    ("begin", "length_ms", "expected"),
    [
        ("2026-11-24T03:50:00", times.HOUR * 4, ["09:00", "10:00", "11:00", "12:00"]),
        ("2026-11-23T09:40:00", times.DAY, ["15:00", "18:00", "21:00", "24 Nov", "03:00", "06:00", "09:00", "12:00"]),
        ("2026-11-17T09:40:00", 7 * times.DAY, ["18 Nov", "19 Nov", "20 Nov", "21 Nov", "22 Nov", "23 Nov", "24 Nov"]),
        ("2026-01-01T00:00:00", 366 * times.DAY, ["Mar", "May", "Jul", "Sept", "Nov", "Jan 2027"]),
    ],
)
def test_a_day_shows_hours_a_week_days_and_a_year_months(begin, length_ms, expected) -> None:
    assert said(begin, length_ms) == expected


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "length_ms", [times.HOUR, times.DAY, 3 * times.DAY, 31 * times.DAY, 100 * times.DAY, 366 * times.DAY, 4026 * times.DAY]
)
def test_there_are_few_marks_in_order_inside_the_span_and_no_two_neighbours_say_the_same(language, length_ms) -> None:
    begin = ms("2020-02-03T04:05:06")
    found = time_axis.marks(voice(language), begin, begin + length_ms)
    assert 1 <= len(found) <= 13
    moments = [moment for moment, _ in found]
    assert moments == sorted(moments)
    assert begin <= moments[0] <= moments[-1] <= begin + length_ms
    words = [word for _, word in found]
    assert all(one != other for one, other in pairwise(words))


def test_hours_and_midnights_stay_local_over_the_change_of_the_zone() -> None:
    assert said("2024-02-29T12:00:00", times.DAY) == ["18:00", "21:00", "1 Mar", "03:00", "06:00", "09:00", "12:00", "15:00"]
    assert said("2024-02-27T00:00:00", 5 * times.DAY) == ["28 Feb", "29 Feb", "1 Mar", "2 Mar", "3 Mar"]


def test_days_are_named_in_the_language() -> None:
    assert said("2026-11-22T00:00:00", 7 * times.DAY, "ru")[0] == "23 нояб"
    assert said("2026-11-22T00:00:00", 7 * times.DAY, "kk")[0] == "23 қар"
