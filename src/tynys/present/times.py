"""Moments, days and durations as people read them, in local civil time and always with the offset."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from babel.dates import format_date, get_month_names

from tynys.present import catalogue, kazakh

if TYPE_CHECKING:
    from tynys.present.catalogue import Language

ZONE = ZoneInfo("Asia/Almaty")
SECOND, MINUTE, HOUR, DAY = 1_000, 60_000, 3_600_000, 86_400_000


def local(time_ms: int) -> datetime:
    """The local civil moment of whole milliseconds since 1970 UTC."""
    return datetime.fromtimestamp(time_ms / 1000, tz=ZONE)


def offset(time_ms: int) -> str:
    """The offset in force at the moment, as ``UTC+5``."""
    moved = local(time_ms).utcoffset()
    hours, rest = divmod(int(moved.total_seconds()) if moved else 0, 3600)
    return f"UTC{hours:+d}" + (f":{rest // 60:02d}" if rest else "")


def clock(time_ms: int | None, *, seconds: bool = False) -> str:
    """Hours and minutes of the day, with seconds where they matter."""
    if time_ms is None:
        return "—"
    return local(time_ms).strftime("%H:%M:%S" if seconds else "%H:%M")


def clock_zone(time_ms: int, *, seconds: bool = False) -> str:
    """The time of day with its offset."""
    return f"{clock(time_ms, seconds=seconds)} ({offset(time_ms)})"


def day(language: Language, time_ms: int, *, year: bool = False) -> str:
    """The local day in words: 24 November, 24 ноября, 24 қараша."""
    return civil_day(language, local(time_ms).date(), year=year)


def civil_day(language: Language, value: date, *, year: bool = False) -> str:
    """A calendar day in words."""
    if year:
        return format_date(value, format="long", locale=_locale(language))
    return f"{value.day} {get_month_names('wide', context='format', locale=_locale(language))[value.month]}"


def brief_day(language: Language, value: date) -> str:
    """A calendar day with its year, as briefly as a table has room for: 8 Nov 2026, 8 нояб. 2026 г., 2026 ж. 08 қар."""
    return format_date(value, format="medium", locale=_locale(language))


def month(language: Language, number: int) -> str:
    """The short name of a month standing alone."""
    return str(get_month_names("abbreviated", context="stand-alone", locale=_locale(language))[number]).rstrip(".")


def short_day(language: Language, time_ms: int) -> str:
    """The local day as briefly as an axis has room for: 24 Nov, 24 нояб, 24 қар."""
    there = local(time_ms)
    return f"{there.day} {month(language, there.month)}"


def _locale(language: Language) -> str:
    return "en_GB" if language == "en" else language


def moment(language: Language, time_ms: int, now_ms: int, *, seconds: bool = False) -> str:
    """A moment seen from now: the clock alone today, with the day before it otherwise, with the year in other years."""
    here, there = local(now_ms), local(time_ms)
    if here.date() == there.date():
        return clock(time_ms, seconds=seconds)
    return f"{day(language, time_ms, year=here.year != there.year)}, {clock(time_ms, seconds=seconds)}"


def since(language: Language, time_ms: int, now_ms: int) -> str:
    """A moment as the beginning of something: "14:20", and in Kazakh with its ending, "14:20-дан"."""
    shown = moment(language, time_ms, now_ms)
    if language != "kk":
        return shown
    return kazakh.ablative(shown, local(time_ms).minute)


def duration(language: Language, length_ms: int) -> str:
    """A length of time in its one or two largest units: 2 s, 6 min, 3 h 10 min, 4 d."""
    length = max(0, length_ms)
    if length < MINUTE:
        return _unit(language, "s", length // SECOND)
    if length < HOUR:
        return _unit(language, "min", length // MINUTE)
    if length < DAY:
        hours, minutes = divmod(length // MINUTE, 60)
        return _unit(language, "h", hours) + (" " + _unit(language, "min", minutes) if minutes else "")
    days, hours = divmod(length // HOUR, 24)
    return _unit(language, "d", days) + (" " + _unit(language, "h", hours) if hours and days < 10 else "")  # noqa: PLR2004


def _unit(language: Language, unit: str, count: int) -> str:
    return f"{count}\u00a0{catalogue.text(language, f'duration.{unit}')}"
