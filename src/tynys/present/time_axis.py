"""What stands below a chart: hours, days or months of local civil time, about nine of them whatever the span."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from tynys.present import times

if TYPE_CHECKING:
    from tynys.present.voice import Voice

MOST = 9
HOURS = (1, 2, 3, 6, 12)
DAYS = (1, 2, 4, 7, 14)
MONTHS = (1, 2, 3, 6, 12, 24)
"""Steps of an axis; a year shows every second month."""


def marks(voice: Voice, begin_ms: int, end_ms: int) -> list[tuple[int, str]]:
    """Moments of the span with the words to write there, in order."""
    span = end_ms - begin_ms
    for hours in HOURS:
        if span <= MOST * hours * times.HOUR:
            return [(moment, _hour(voice, moment)) for moment in _hours(begin_ms, end_ms, hours)]
    for days in DAYS:
        if span <= MOST * days * times.DAY:
            return [(moment, voice.short_day(moment)) for moment in _days(begin_ms, end_ms, days)]
    months = next((months for months in MONTHS if span <= MOST * months * 31 * times.DAY), MONTHS[-1])
    return [(moment, _month(voice, moment)) for moment in _months(begin_ms, end_ms, months)]


def _hour(voice: Voice, moment: int) -> str:
    """The hour; midnight carries the day that begins."""
    return voice.short_day(moment) if times.local(moment).hour == 0 else voice.clock(moment)


def _month(voice: Voice, moment: int) -> str:
    """The month's name; January carries the year."""
    there = times.local(moment)
    name = voice.month(there.month)
    return f"{name} {there.year}" if there.month == 1 else name


def _hours(begin_ms: int, end_ms: int, step: int) -> list[int]:
    """Whole hours of the local day that the step divides; right on both sides of a change of the zone."""
    first = -(-begin_ms // times.HOUR) * times.HOUR
    return [moment for moment in range(first, end_ms + 1, times.HOUR) if times.local(moment).hour % step == 0]


def _days(begin_ms: int, end_ms: int, step: int) -> list[int]:
    """Local midnights, counted from a Monday long ago."""
    day = times.local(begin_ms).date()
    found = []
    while (moment := _midnight(day)) <= end_ms:
        if moment >= begin_ms and (day.toordinal() - 1) % step == 0:
            found.append(moment)
        day += timedelta(days=1)
    return found


def _months(begin_ms: int, end_ms: int, step: int) -> list[int]:
    """First days of months, counted from a January."""
    there = times.local(begin_ms)
    index = there.year * 12 + there.month - 1
    found = []
    while (moment := _midnight(date(index // 12, index % 12 + 1, 1))) <= end_ms:
        if moment >= begin_ms and index % step == 0:
            found.append(moment)
        index += 1
    return found


def _midnight(day: date) -> int:
    return round(datetime(day.year, day.month, day.day, tzinfo=times.ZONE).timestamp() * 1000)
