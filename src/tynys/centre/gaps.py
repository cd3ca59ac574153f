"""Rows that say why there is no value, joined into spans a person can read."""

from __future__ import annotations

from bisect import insort
from typing import TYPE_CHECKING

import numpy as np

from tynys.centre.views import GapView
from tynys.domain.status import GapCause

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from tynys.domain.instrument import Channel
    from tynys.domain.reading import ReadingBlock

KEPT = 2000
"""Closed gaps kept at hand, the newest by their end; all of them are in the lake as rows."""
MOST_RUNNING = 20_000
"""Gaps that may still grow; beyond, the one that began to be told first is taken as closed."""
Age = tuple[int, int, str, str, str]
"""End and start of a gap, its gateway, channel and cause."""


class Gaps:
    """Gap rows by gateway, channel and cause; consecutive ones are one span."""

    def __init__(self) -> None:
        self._running: dict[tuple[str, str, str], GapView] = {}
        self._closed: list[GapView] = []
        self.rows = 0

    def note(self, gateway: str, blocks: Sequence[ReadingBlock], names: Mapping[UUID, Channel]) -> None:
        """Look for gap rows in blocks just stored."""
        for block in blocks:
            if not block.cause.any():
                continue
            channel = names.get(block.channel)
            name = channel.name if channel is not None else str(block.channel)
            edges = np.flatnonzero(np.diff(block.cause)) + 1
            starts = [0, *edges.tolist()]
            for first, last in zip(starts, [*edges.tolist(), len(block.cause)], strict=True):
                if cause := int(block.cause[first]):
                    start = block.start_ms + first * block.interval_ms
                    self.add(gateway, name, start, block.start_ms + last * block.interval_ms, last - first, GapCause(cause).name.lower())

    def add(self, gateway: str, channel: str | None, start_ms: int, end_ms: int, count: int, cause: str) -> None:
        """A span without values."""
        self.rows += count
        key = (gateway, channel or "", cause)
        before = self._running.get(key)
        if before is not None and before.end_ms == start_ms:
            self._running[key] = GapView(gateway, channel, before.start_ms, end_ms, before.count + count, cause)
            return
        if before is not None:
            self._close(before)
        elif len(self._running) >= MOST_RUNNING:
            self._close(self._running.pop(next(iter(self._running))))
        self._running[key] = GapView(gateway, channel, start_ms, end_ms, count, cause)

    def newest(self, limit: int = 200, *, before: Age | None = None) -> list[GapView]:
        """The newest gaps first, by their end and then their start; ``before`` is the age of the last one told already."""
        every = [gap for gap in (*self._closed, *self._running.values()) if before is None or age(gap) < before]
        return sorted(every, key=age, reverse=True)[:limit]

    def _close(self, gap: GapView) -> None:
        """Keep a gap that grows no more; a history arrives newest day first, so the order of arrival says nothing of age."""
        insort(self._closed, gap, key=age)
        del self._closed[:-KEPT]


def age(gap: GapView) -> Age:
    """By what gaps are ordered: their end, their start, then whose they are, so that no two are the same."""
    return gap.end_ms, gap.start_ms, gap.gateway, gap.channel or "", gap.cause
