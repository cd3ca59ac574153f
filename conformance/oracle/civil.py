"""The civil time of Almaty without a time-zone data base: UTC+6 until 1 March 2024, 00:00 of the old time, UTC+5 since.

IANA Time Zone Database, release 2024a, and the news of the day: one time for the whole country from 1 March 2024.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

HOUR = 3_600_000
CHANGE = int(datetime(2024, 2, 29, 18, tzinfo=UTC).timestamp() * 1000)
"""Midnight that ends 29 February 2024 by the old time; clocks then showed 23:00 again. [ms]"""
STEPS = {"S": 1000, "M": 60_000, "H": HOUR}


def offset(time_ms: int) -> int:
    """Of local time from UTC. [ms]."""
    return 6 * HOUR if time_ms < CHANGE else 5 * HOUR


def local(time_ms: int) -> date:
    """The civil date."""
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=time_ms + offset(time_ms))).date()


def midnight(day: date) -> int:
    """The first instant of a civil day."""
    of_utc = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)
    return of_utc - (6 if day <= date(2024, 2, 29) else 5) * HOUR


def clock_ms(period: str) -> int | None:
    """Length of PT…S, PT…M, PT…H; absent for days, months and years."""
    return None if not period.startswith("PT") else int(period[2:-1]) * STEPS[period[-1]]


def following(day: date, period: str) -> date:
    """The next day, first of a month, first of a year."""
    if period == "P1D":
        return day + timedelta(days=1)
    if period == "P1M":
        return date(day.year + (day.month == 12), day.month % 12 + 1, 1)
    return date(day.year + 1, 1, 1)


def beginning(day: date, period: str) -> date:
    """Of the day, month or year a day lies in."""
    return day if period == "P1D" else day.replace(day=1) if period == "P1M" else date(day.year, 1, 1)


def windows_of(day: date, period: str) -> list[int]:
    """Edges of the windows of a civil day, month or year that begins on ``day``, its end included."""
    step = clock_ms(period)
    if step is None:
        return [midnight(day), midnight(following(day, period))]
    end = midnight(day + timedelta(days=1))
    return [*range(midnight(day), end, step), end]


def window_edges(period: str, start_ms: int, end_ms: int, zone: str = "Asia/Almaty") -> dict[str, Any]:
    """Edges of the windows that start in the span."""
    assert zone == "Asia/Almaty"
    found: list[int] = []
    day = beginning(local(start_ms), period if clock_ms(period) is None else "P1D")
    while midnight(day) < end_ms:
        edges = windows_of(day, period)
        for begin, end in pairwise(edges):
            if start_ms <= begin < end_ms:
                found = [*(found or [begin]), end]
        day = following(day, period if clock_ms(period) is None else "P1D")
    return {"value": found}


def window_at(period: str, time_ms: int, zone: str = "Asia/Almaty") -> dict[str, Any]:
    """The window an instant lies in."""
    assert zone == "Asia/Almaty"
    edges = windows_of(beginning(local(time_ms), "P1D" if clock_ms(period) else period), period)
    begin = max(e for e in edges if e <= time_ms)
    return {"value": [begin, min(e for e in edges if e > time_ms)]}


def _ms(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp() * 1000)


def due_instants(acquisition: list[dict], start_ms: int, end_ms: int) -> dict[str, Any]:
    """Multiples of the interval that holds at the instant."""
    found: set[int] = set()
    for declared in acquisition:
        until = _ms(declared["valid_to"]) if declared.get("valid_to") else end_ms
        for t in range(0, min(until, end_ms) - start_ms, 1000):
            instant = start_ms + t
            if instant % declared["interval_ms"] == 0 and instant >= _ms(declared["valid_from"]):
                found.add(instant)
    return {"value": sorted(found)}


def least_ms(period: str) -> int:
    """The shortest a window can be: 23 hours (a day of daylight saving), a February, a year, each less the hour."""
    days = {"P1D": 1, "P1M": 28, "P1Y": 365}
    return clock_ms(period) or days[period] * 24 * HOUR - HOUR


ORACLES = {
    "timegrid.period_ms": lambda period: {"value": clock_ms(period)} if period[0] == "P" and period != "PT0M" else {"refused": True},
    "timegrid.shortest_length_ms": lambda period: {"value": least_ms(period)},
    "timegrid.local_date": lambda time_ms, zone="Asia/Almaty": {"value": local(time_ms).isoformat()},
    "timegrid.window_edges": window_edges,
    "timegrid.window_at": window_at,
    "timegrid.due_instants": due_instants,
    "pack_versions.begins_ms": lambda valid_from: {"value": midnight(date.fromisoformat(valid_from))},
}
