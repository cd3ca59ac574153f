"""Sets of half-open time spans, merged: what is covered, and what is not."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class SpanSet:
    """Disjoint, sorted half-open spans of whole milliseconds; adding in any order gives the same set."""

    __slots__ = ("_ends", "_starts")

    def __init__(self, spans: Iterable[tuple[int, int]] = ()) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        for start, end in spans:
            self.add(start, end)

    def add(self, start: int, end: int) -> None:
        """Unite with ``[start, end)``; an empty span changes nothing."""
        if end <= start:
            return
        first = bisect_left(self._ends, start)
        last = bisect_right(self._starts, end)
        if first < last:
            start, end = min(start, self._starts[first]), max(end, self._ends[last - 1])
        self._starts[first:last] = [start]
        self._ends[first:last] = [end]

    def covers(self, start: int, end: int) -> bool:
        """Whether every instant of ``[start, end)`` lies inside."""
        index = bisect_right(self._starts, start) - 1
        return index >= 0 and self._ends[index] >= end

    def overlaps(self, start: int, end: int) -> bool:
        """Whether any instant of ``[start, end)`` lies inside."""
        index = bisect_right(self._ends, start)
        return index < len(self._starts) and self._starts[index] < end

    def gaps(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """What is missing of ``[start, end)``, in order."""
        at = start
        for index in range(bisect_right(self._ends, start), len(self._starts)):
            if self._starts[index] >= end:
                break
            if self._starts[index] > at:
                yield at, self._starts[index]
            at = self._ends[index]
        if at < end:
            yield at, end

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return iter(zip(self._starts, self._ends, strict=True))

    def __len__(self) -> int:
        return len(self._starts)

    def __bool__(self) -> bool:
        return bool(self._starts)

    def union(self, other: SpanSet) -> SpanSet:
        """A new set with both."""
        small, large = (self, other) if len(self) < len(other) else (other, self)
        united = SpanSet(large)
        for start, end in small:
            united.add(start, end)
        return united
