"""From a piece of work to a job of the pool: gathers readings and the averages made earlier, from memory or from the store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tynys.centre.civil import DAY, HOUR, PERIODS
from tynys.centre.kernel_job import Job
from tynys.domain.average import Origin

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from uuid import UUID

    import pyarrow as pa

    from tynys.calc.series import Series
    from tynys.centre.averages import Averages
    from tynys.centre.planning import Work
    from tynys.centre.readings import Readings
    from tynys.domain.average import Average
    from tynys.domain.reading import ReadingBlock


class Jobs:
    """Makes jobs; what takes long is for a thread, what is at hand in memory for the event loop."""

    def __init__(self, readings: Readings, averages: Averages, now_ms: Callable[[], int]) -> None:
        self._readings, self._averages, self._now_ms = readings, averages, now_ms

    def blocks(self, each: Work) -> Sequence[ReadingBlock] | None:
        """Readings at hand in memory, None if they have to be looked up. On the event loop."""
        span = each.readings_span
        if span is None:
            return ()
        return each.bulk.blocks if each.bulk is not None else self._readings.held(each.needed, *span)

    def shorter(self, each: Work) -> Sequence[Average] | None:
        """Averages at hand that its longer windows build on, None if they have to be looked up. On the event loop."""
        span = each.shorter_span
        if span is None:
            return ()
        if not self._averages.remembers(span[0]):
            return None
        return self._chosen(each, lambda period: self._averages.recent_rows(each.sources, period, *span))

    def make(self, each: Work, blocks: Sequence[ReadingBlock] | None, shorter: Sequence[Average] | None) -> Job:
        """The job; what is not given is read from the store. For a thread."""
        series: Mapping[UUID, Series] = {}
        if blocks is None and (span := each.readings_span) is not None:
            series = self._readings.stored(each.needed, *span)
        if shorter is None:
            shorter = self._stored(each)
        return Job(
            each.plan.digest,
            each.plan.document,
            tuple(blocks or ()),
            series,
            each.spans(),
            self._now_ms(),
            each.plan.simulated,
            tuple(shorter),
            pack=(each.basis.pack.digest, each.basis.pack.row.document),
            sources=None if each.again is None else tuple(each.sources),
            summaries=each.again is None or each.again.channels,
        )

    def earlier(self, each: Work) -> list[pa.Table]:
        """What is held of the windows of a piece of work. For a thread."""
        held: list[pa.Table] = []
        for period in PERIODS:
            if windows := each.of(period):
                start, end = min(w.start_ms for w in windows), max(w.start_ms for w in windows) + 1
                held.extend(self._averages.table(source, None, period, start, end) for source in each.sources)
        return held

    def _stored(self, each: Work) -> list[Average]:
        span = each.shorter_span
        if span is None:
            return []
        return self._chosen(
            each, lambda period: [row for source in each.sources for row in self._averages.rows(source, None, period, *span)]
        )

    def _chosen(self, each: Work, rows_of: Callable[[str], Sequence[Average]]) -> list[Average]:
        """Computed averages of the periods below, without those the work makes itself."""
        rows: list[Average] = []
        for period in PERIODS[: PERIODS.index(DAY if each.of(DAY) else HOUR)]:
            mine = {window.start_ms for window in each.of(period)}
            rows += [row for row in rows_of(period) if row.start_ms not in mine and row.origin is Origin.COMPUTED]
        return rows
