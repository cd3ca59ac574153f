"""Windows of local civil time, looked up without arithmetic on calendars."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from tynys.calc.timegrid import PERIODS, window_at

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["DAY", "HOUR", "LENGTH_MS", "PERIODS", "SHORT", "window_of", "windows_in"]

SHORT, HOUR, DAY = PERIODS
LENGTH_MS = {SHORT: 1_200_000, HOUR: 3_600_000, DAY: 86_400_000}
"""Usual lengths. [ms]."""
_SLOT_MS = 1_200_000
"""Kazakhstan's offsets are whole hours, so all instants of a 20-minute slot of UTC lie in the same window of each period."""


@lru_cache(maxsize=32_768)
def _of_slot(period: str, slot: int) -> tuple[int, int]:
    return window_at(period, slot * _SLOT_MS)


def window_of(period: str, time_ms: int) -> tuple[int, int]:
    """Start and end of the window an instant lies in. [ms since 1970 UTC]."""
    return _of_slot(period, time_ms // _SLOT_MS)


def windows_in(period: str, start_ms: int, end_ms: int) -> Iterator[tuple[int, int]]:
    """Every window that shares an instant with ``[start_ms, end_ms)``."""
    while start_ms < end_ms:
        window = window_of(period, start_ms)
        yield window
        start_ms = window[1]
