"""Windows: half-open spans aligned to local civil time, and the instants a channel owes in them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np

from tynys.domain.base import to_ms

if TYPE_CHECKING:
    from tynys.calc.arrays import Times
    from tynys.domain.instrument import Acquisition

ALMATY = "Asia/Almaty"
"""The one civil time of Kazakhstan (UTC+5 since 2024-03-01; before that most of the country had UTC+6)."""

PERIODS = ("PT20M", "PT1H", "P1D")
"""The periods every page and store knows."""

_CLOCK_PERIOD = re.compile(r"PT(\d+)([SMH])")
_CLOCK_UNIT_MS = {"S": 1000, "M": 60_000, "H": 3_600_000}
_CIVIL_PERIODS = ("P1D", "P1M", "P1Y")
_HOUR_MS = 3_600_000


@lru_cache(maxsize=256)
def period_ms(period: str) -> int | None:
    """Length of a clock period in milliseconds; absent for a civil day, month or year, whose length varies.

    Raises
    ------
    ValueError
        If it is no known period.
    """
    if period in _CIVIL_PERIODS:
        return None
    found = _CLOCK_PERIOD.fullmatch(period)
    if found is None or int(found[1]) == 0:
        msg = f'expected a period such as PT20M, PT1H, P1D, P1M or P1Y, got "{period}"'
        raise ValueError(msg)
    return int(found[1]) * _CLOCK_UNIT_MS[found[2]]


def shortest_length_ms(period: str) -> int:
    """The least length a window of the period can have (a civil day of 23 hours, a February). [ms]."""
    return period_ms(period) or {"P1D": 23, "P1M": 28 * 24 - 1, "P1Y": 365 * 24 - 1}[period] * _HOUR_MS


@lru_cache(maxsize=4096)
def _day_start_ms(day: date, zone: str) -> int:
    return to_ms(datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)))


def local_date(time_ms: int, zone: str = ALMATY) -> date:
    """The civil date of a moment."""
    return datetime.fromtimestamp(time_ms / 1000, tz=UTC).astimezone(ZoneInfo(zone)).date()


def _civil_start(day: date, period: str) -> date:
    return day if period == "P1D" else day.replace(day=1) if period == "P1M" else day.replace(month=1, day=1)


def _next_civil(day: date, period: str) -> date:
    if period == "P1D":
        return day + timedelta(days=1)
    if period == "P1M":
        return date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return date(day.year + 1, 1, 1)


def window_edges(period: str, start_ms: int, end_ms: int, zone: str = ALMATY) -> Times:
    """Edges of the windows that start in the half-open span: window i is ``edges[i]..edges[i + 1]``.

    Clock periods count from local midnight, so a day of 25 hours has 25 windows of an hour and 75 of 20 minutes; where a clock
    period does not divide the day, the last window is shorter.

    Returns
    -------
    (n + 1,) int64
        Rising instants; empty if no window starts in the span. [ms since 1970 UTC]
    """
    step = period_ms(period)
    if end_ms <= start_ms:
        return np.empty(0, np.int64)
    if step is None:
        starts = _civil_edges(period, start_ms, end_ms, zone)
    else:
        days = _civil_edges("P1D", start_ms - 26 * _HOUR_MS, end_ms, zone).tolist()
        pieces = [np.arange(a, b, step, dtype=np.int64) for a, b in pairwise(days)]
        starts = np.concatenate([*pieces, np.asarray(days[-1:], np.int64)])
    first = int(np.searchsorted(starts, start_ms))
    last = int(np.searchsorted(starts, end_ms))
    return starts[first : last + 1] if last > first else np.empty(0, np.int64)


def _civil_edges(period: str, start_ms: int, end_ms: int, zone: str) -> Times:
    day = _civil_start(local_date(start_ms, zone), period)
    edges = [_day_start_ms(day, zone)]
    while edges[-1] < end_ms:
        day = _next_civil(day, period)
        edges.append(_day_start_ms(day, zone))
    return np.asarray(edges, np.int64)


def window_at(period: str, time_ms: int, zone: str = ALMATY) -> tuple[int, int]:
    """Start and end of the window that contains the moment. [ms since 1970 UTC]."""
    reach = {"P1D": 26 * _HOUR_MS, "P1M": 32 * 24 * _HOUR_MS, "P1Y": 367 * 24 * _HOUR_MS}.get(period) or period_ms(period) or 0
    edges = window_edges(period, time_ms - reach - 1, time_ms + 1, zone)
    return int(edges[-2]), int(edges[-1])


def due_instants(acquisition: tuple[Acquisition, ...], start_ms: int, end_ms: int) -> Times:
    """The instants a channel owes in the half-open span: multiples of the interval declared for them. [ms since 1970 UTC]."""
    pieces = []
    for declared in sorted(acquisition, key=lambda a: a.valid_from):
        first = max(start_ms, to_ms(declared.valid_from))
        last = end_ms if declared.valid_to is None else min(end_ms, to_ms(declared.valid_to))
        step = declared.interval_ms
        first_on_grid = -(-first // step) * step
        if first_on_grid < last:
            pieces.append(np.arange(first_on_grid, last, step, dtype=np.int64))
    if len(pieces) == 1:
        return pieces[0]
    return np.concatenate(pieces) if pieces else np.empty(0, np.int64)
