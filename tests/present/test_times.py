"""Moments in local civil time, on both sides of the change of 1 March 2024."""

from datetime import UTC, date, datetime

import pytest

from tynys.present import times

NBSP, NARROW = "\u00a0", "\u202f"


def ms(text):
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("utc", "shown"),
    [
        ("2026-11-24T09:32:05", "14:32:05 (UTC+5)"),
        ("2024-02-29T17:59:59", "23:59:59 (UTC+6)"),
        ("2024-02-29T18:00:00", "23:00:00 (UTC+5)"),
        ("2024-02-29T19:00:00", "00:00:00 (UTC+5)"),
        ("2011-01-01T00:00:00", "06:00:00 (UTC+6)"),
    ],
)
def test_the_clock_went_back_at_midnight_and_the_offset_is_always_said(utc, shown) -> None:
    assert times.clock_zone(ms(utc), seconds=True) == shown


def test_the_day_before_the_change_had_twenty_five_hours() -> None:
    hours = [ms("2024-02-28T18:00:00") + hour * times.HOUR for hour in range(25)]
    assert {times.local(moment).date() for moment in hours} == {date(2024, 2, 29)}
    assert times.local(hours[-1] + times.HOUR).date() == date(2024, 3, 1)


@pytest.mark.parametrize(
    ("language", "short", "long"),
    [
        ("en", "24 November", "24 November 2026"),
        ("ru", "24 ноября", f"24 ноября 2026{NARROW}г."),
        ("kk", "24 қараша", f"2026{NARROW}ж. 24 қараша"),
    ],
)
def test_days_are_written_in_words(language, short, long) -> None:
    moment = ms("2026-11-24T09:32:05")
    assert times.day(language, moment) == short
    assert times.day(language, moment, year=True) == long


def test_a_moment_says_its_day_only_where_it_is_not_today_s_and_its_year_only_where_it_is_not_this_one() -> None:
    now = ms("2026-11-24T09:32:05")
    assert times.moment("en", ms("2026-11-24T00:00:00"), now) == "05:00"
    assert times.moment("en", ms("2026-11-23T18:59:00"), now) == "23 November, 23:59"
    assert times.moment("en", ms("2025-12-31T18:59:00"), now, seconds=True) == "31 December 2025, 23:59:00"


def test_midnight_is_the_local_one() -> None:
    now = ms("2026-11-24T09:32:05")
    assert times.moment("en", ms("2026-11-23T19:00:00"), now) == "00:00"


@pytest.mark.parametrize(
    ("length_ms", "en", "ru", "kk"),
    [
        (0, "0 s", "0 с", "0 с"),
        (-5, "0 s", "0 с", "0 с"),
        (59_999, "59 s", "59 с", "59 с"),
        (60_000, "1 min", "1 мин", "1 мин"),
        (3_599_999, "59 min", "59 мин", "59 мин"),
        (3_600_000, "1 h", "1 ч", "1 сағ"),
        (11_400_000, "3 h 10 min", "3 ч 10 мин", "3 сағ 10 мин"),
        (86_400_000, "1 d", "1 сут", "1 күн"),
        (9 * 86_400_000 + 7_200_000, "9 d 2 h", "9 сут 2 ч", "9 күн 2 сағ"),
        (12 * 86_400_000 + 7_200_000, "12 d", "12 сут", "12 күн"),
    ],
)
def test_a_length_has_its_one_or_two_largest_units(length_ms, en, ru, kk) -> None:
    assert [times.duration(language, length_ms).replace(NBSP, " ") for language in ("en", "ru", "kk")] == [en, ru, kk]


def test_the_beginning_takes_its_ending_in_kazakh_alone() -> None:
    now, moment = ms("2026-11-24T09:32:05"), ms("2026-11-24T09:20:00")
    assert times.since("en", moment, now) == "14:20"
    assert times.since("ru", moment, now) == "14:20"
    assert times.since("kk", moment, now).replace("\u2060", "") == "14:20-дан"


def test_what_is_not_known_has_no_time() -> None:
    assert times.clock(None) == "—"


def test_months_are_named_alone() -> None:
    assert [times.month("en", 11), times.month("ru", 11), times.month("kk", 11)] == ["Nov", "нояб", "қар"]


@pytest.mark.parametrize(("language", "said"), [("en", "8 Nov 2026"), ("ru", "8 нояб. 2026 г."), ("kk", "2026 ж. 08 қар.")])
def test_a_table_has_room_for_a_brief_day(language, said):
    assert times.brief_day(language, date(2026, 11, 8)).replace("\u202f", " ").replace("\xa0", " ") == said
