"""What the centre holds of one facility: coverage, open windows, and what waits for a plan."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tynys.centre.civil import PERIODS, SHORT, window_of, windows_in
from tynys.centre.coverage import Coverage
from tynys.centre.spans import SpanSet
from tynys.centre.windows import Made, OpenWindows

if TYPE_CHECKING:
    from uuid import UUID

    from tynys.domain.average import ReportedAverage
    from tynys.domain.reading import ReadingBlock

CATCH_UP_MS = 24 * 3_600_000
"""After a silence no more than this is filled with windows that say "no data". [ms]"""
BULK_INSTANTS = 8_000_000
"""Readings of day batches held for the recompute pool over all facilities; beyond it they are read from the store again."""


@dataclass(frozen=True, slots=True, eq=False)
class Bulk:
    """A batch that alone completes whole windows: their averages need nothing else."""

    start_ms: int
    end_ms: int
    blocks: tuple[ReadingBlock, ...]
    instants: int


@dataclass(slots=True, eq=False)
class FacilityState:
    """State of one facility; used from the event loop only."""

    id: str
    coverage: Coverage = field(default_factory=Coverage)
    windows: OpenWindows = field(default_factory=OpenWindows)
    made: dict[str, SpanSet] = field(default_factory=lambda: {period: SpanSet() for period in PERIODS})
    unplanned: SpanSet = field(default_factory=SpanSet)
    bulk: list[Bulk] = field(default_factory=list)
    reported: dict[tuple[str, str, str, int], ReportedAverage] = field(default_factory=dict)
    expected_ms: int | None = None
    changed: set[UUID] = field(default_factory=set)
    received_ms: int = 0

    def touch(self, start_ms: int, end_ms: int, now_s: float) -> None:
        """Data of ``[start_ms, end_ms)`` arrived: its windows are open (again)."""
        for period in PERIODS:
            made = self.made[period]
            for start, end in windows_in(period, start_ms, end_ms):
                standing = Made.FINAL if made.covers(start, end) else Made.NOTHING
                self.windows.open(period, start, end, made=standing, touched_s=now_s)

    def expect(self, now_ms: int) -> None:
        """Open the windows that have ended since live transmission began, data or not."""
        begin = self.coverage.live_from_ms
        if begin is None:
            return
        at = max(self.expected_ms or begin, now_ms - CATCH_UP_MS)
        while (window := window_of(SHORT, at))[1] <= now_ms:
            for period in PERIODS:
                start, end = window_of(period, at)
                if end == window[1] and not self.made[period].covers(start, end):
                    self.windows.open(period, start, end)
            at = window[1]
        self.expected_ms = at

    def finished(self, period: str, start_ms: int, end_ms: int) -> None:
        """The window's final averages exist."""
        self.made[period].add(start_ms, end_ms)

    def bulk_for(self, start_ms: int, end_ms: int) -> Bulk | None:
        """The batch that alone completes ``[start_ms, end_ms)``."""
        return next((bulk for bulk in self.bulk if bulk.start_ms <= start_ms and end_ms <= bulk.end_ms), None)

    def drop_bulk(self, start_ms: int, end_ms: int) -> None:
        """Another batch has data there too: no single batch tells it all."""
        self.bulk = [bulk for bulk in self.bulk if bulk.end_ms <= start_ms or end_ms <= bulk.start_ms]
