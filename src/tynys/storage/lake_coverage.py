"""Which spans of which channels the lake already holds, so that only overlapping blocks are compared row by row."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from uuid import UUID

Series = tuple["UUID", "UUID"]
"""Gateway and channel."""
KEPT_DAYS = 400
"""How many days are remembered; a forgotten day is read again from the lake when it is touched."""


@dataclass(slots=True)
class _Spans:
    """Disjoint spans of instants held, sorted; both ends are instants of rows."""

    first: list[int] = field(default_factory=list)
    last: list[int] = field(default_factory=list)

    def take(self, first: int, last: int, interval_ms: int) -> bool:
        """Hold a span as well; whether it overlapped what was held."""
        place = bisect_right(self.first, first)
        before, after = place - 1, place
        overlaps = (before >= 0 and self.last[before] >= first) or (after < len(self.first) and self.first[after] <= last)
        if overlaps:
            low, high = first, last
            start = before if before >= 0 and self.last[before] >= first else after
            end = start
            while end < len(self.first) and self.first[end] <= last:
                low, high = min(low, self.first[end]), max(high, self.last[end])
                end += 1
            self.first[start:end], self.last[start:end] = [low], [high]
        elif before >= 0 and first - self.last[before] <= interval_ms:
            self.last[before] = last
        elif after < len(self.first) and self.first[after] - last <= interval_ms:
            self.first[after] = first
        else:
            self.first.insert(place, first)
            self.last.insert(place, last)
        return overlaps


class Coverage:
    """Spans held of every gateway's channels, by UTC day.

    Parameters
    ----------
    load : function
        Gives the spans (gateway and channel, first and last instant) the lake's files hold of a day, by the day's text.
    """

    def __init__(self, load: Callable[[str], Iterable[tuple[Series, int, int]]]) -> None:
        self._load = load
        self._days: dict[str, dict[Series, _Spans]] = {}

    def take(self, day: str, series: Series, first_ms: int, last_ms: int, interval_ms: int) -> bool:
        """Hold a span of a series as well; whether rows in it may be held already."""
        known = self._days.get(day)
        if known is None:
            known = self._days[day] = {}
            for held, first, last in self._load(day):
                known.setdefault(held, _Spans()).take(first, last, 0)
        spans = known.get(series)
        if spans is None:
            known[series] = _Spans([first_ms], [last_ms])
            return False
        return spans.take(first_ms, last_ms, interval_ms)

    def forget(self, days: Iterable[str] | None = None) -> None:
        """Forget days that were replaced (all of them if None); they are read again when touched."""
        for day in list(self._days) if days is None else days:
            self._days.pop(day, None)

    def trim(self) -> None:
        """Forget the days touched first where too many are remembered."""
        for day in list(self._days)[: max(0, len(self._days) - KEPT_DAYS)]:
            del self._days[day]
