"""The recompute pool: takes pieces of work in order of urgency, gathers their readings, keeps what comes out."""

from __future__ import annotations

import asyncio
import multiprocessing
import time
from collections import deque
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TYPE_CHECKING

import structlog

from tynys.centre.average_rows import unpack
from tynys.centre.civil import DAY, HOUR, PERIODS
from tynys.centre.kernel_job import Job, Product, prepare, work
from tynys.centre.revisions import revise
from tynys.domain.average import Origin

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from concurrent.futures import Future
    from uuid import UUID

    import pyarrow as pa

    from tynys.calc.series import Series
    from tynys.centre.averages import Averages
    from tynys.centre.outbox import Outbox
    from tynys.centre.planning import Work
    from tynys.centre.readings import Readings
    from tynys.domain.average import Average
    from tynys.domain.reading import ReadingBlock

_log = structlog.get_logger("tynys.centre")


class Recompute:
    """Runs pieces of work in other processes; the event loop only hands over and takes back.

    Parameters
    ----------
    made : function
        Called on the loop with the work and its new or revised averages once they are kept.
    failed : function
        Called on the loop with the work and what went wrong.
    """

    def __init__(
        self,
        *,
        workers: int,
        readings: Readings,
        averages: Averages,
        outbox: Outbox,
        now_ms: Callable[[], int],
        made: Callable[[Work, pa.Table | None], None],
        failed: Callable[[Work, Exception], None],
    ) -> None:
        self._readings, self._averages, self._outbox, self._now_ms = readings, averages, outbox, now_ms
        self._made, self._failed = made, failed
        self._workers = workers
        self._pool = self._new_pool()
        self._urgent: deque[Work] = deque()
        self._bulk: deque[Work] = deque()
        self._running: dict[asyncio.Task[None], Work] = {}
        self._closed = False
        self.rows = 0
        self.jobs = 0
        self.busy_s = 0.0

    @property
    def waiting(self) -> int:
        """Pieces of work not done yet."""
        return len(self._urgent) + len(self._bulk) + len(self._running)

    @property
    def waiting_live(self) -> int:
        """Of these, what goes before whole days of history."""
        return len(self._urgent) + sum(each.bulk is None for each in self._running.values())

    def submit(self, works: Sequence[Work]) -> None:
        """Take work; its windows count as in work from now on."""
        for each in works:
            for window, _ in each.windows:
                each.facility.windows.start(window)
            (self._urgent if each.bulk is None else self._bulk).append(each)
        self._fill()

    async def close(self) -> None:
        """Finish what runs (the rest is planned again at the next start), then end the processes."""
        self._closed = True
        self._urgent.clear()
        self._bulk.clear()
        if self._running:
            await asyncio.wait(self._running, timeout=5)
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _new_pool(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(self._workers, mp_context=multiprocessing.get_context("spawn"), initializer=prepare)

    def _fill(self) -> None:
        """Keep the pool busy with one piece of work more than it has processes; urgent work first."""
        while not self._closed and len(self._running) <= self._workers and (self._urgent or self._bulk):
            each = (self._urgent or self._bulk).popleft()
            task = asyncio.create_task(self._run(each))
            self._running[task] = each
            task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.pop(task, None)
        self._fill()

    async def _run(self, each: Work) -> None:
        try:
            began = time.perf_counter()
            job = await self._job(each)
            product = await self._in_pool(job)
            table = await asyncio.to_thread(self._keep, each, product, job.known_ms, job.simulated)
            self.jobs += 1
            self.busy_s += time.perf_counter() - began
        except Exception as problem:  # noqa: BLE001 - one failed piece of work must not stop the others
            _log.error("averages failed", facility=each.facility.id, error=repr(problem), exc_info=problem)
            self._failed(each, problem)
        else:
            self.rows += 0 if table is None else table.num_rows
            self._made(each, table)

    async def _in_pool(self, job: Job) -> Product:
        pool = self._pool
        try:
            future: Future[Product] = pool.submit(work, job)
            return await asyncio.wrap_future(future)
        except BrokenProcessPool:
            if self._pool is pool:  # else another piece of work has replaced it: its new pool is not to be thrown away
                _log.warning("a recompute process died, starting another")
                pool.shutdown(wait=False, cancel_futures=True)
                self._pool = self._new_pool()
            return await asyncio.wrap_future(self._pool.submit(work, job))

    async def _job(self, each: Work) -> Job:
        blocks: Sequence[ReadingBlock] | None = ()
        series: Mapping[UUID, Series] = {}
        if (span := each.readings_span) is not None:
            blocks = each.bulk.blocks if each.bulk is not None else self._readings.held(each.plan.needed, *span)
            if blocks is None:
                series = await asyncio.to_thread(self._readings.stored, each.plan.needed, *span)
        shorter: Sequence[Average] = ()
        if (span := each.shorter_span) is not None:
            shorter = await self._shorter(each, *span)
        return Job(
            each.plan.digest,
            each.plan.document,
            tuple(blocks or ()),
            series,
            each.spans(),
            self._now_ms(),
            each.plan.simulated,
            tuple(shorter),
        )

    async def _shorter(self, each: Work, start_ms: int, end_ms: int) -> list[Average]:
        """Averages made earlier that the work's longer windows build on."""
        sources = [source.id for source in each.plan.configuration.sources]
        rows: list[Average] = []
        for period in PERIODS[: PERIODS.index(DAY if each.of(DAY) else HOUR)]:
            mine = {window.start_ms for window in each.of(period)}
            if self._averages.remembers(start_ms):
                stored = self._averages.recent_rows(sources, period, start_ms, end_ms)
            else:
                stored = await asyncio.to_thread(self._stored_rows, sources, period, start_ms, end_ms)
            rows.extend(row for row in stored if row.start_ms not in mine and row.origin is Origin.COMPUTED)
        return rows

    def _stored_rows(self, sources: Sequence[str], period: str, start_ms: int, end_ms: int) -> list[Average]:
        return [row for source in sources for row in self._averages.rows(source, None, period, start_ms, end_ms)]

    def _keep(self, each: Work, product: Product, known_ms: int, simulated: bool) -> pa.Table | None:
        """Sort out what is new, put it on its way to the lake and before everybody's eyes."""
        if not product.averages:
            return None
        table = unpack(product.averages)
        if each.made_before:
            table = revise(table, self._earlier(each))
        if product.summaries:
            self._outbox.put("summaries", unpack(product.summaries), known_ms=known_ms, simulated=simulated)
        if table.num_rows:
            number = self._outbox.put("averages", table, known_ms=known_ms, simulated=simulated)
            self._averages.add(number, table)
        return table

    def _earlier(self, each: Work) -> list[pa.Table]:
        held: list[pa.Table] = []
        for period in PERIODS:
            if windows := each.of(period):
                start, end = min(w.start_ms for w in windows), max(w.start_ms for w in windows) + 1
                held.extend(self._averages.table(source.id, None, period, start, end) for source in each.plan.configuration.sources)
        return held
