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
from tynys.centre.kernel_job import prepare, work
from tynys.centre.revisions import revise

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Future

    import pyarrow as pa

    from tynys.centre.averages import Averages
    from tynys.centre.jobs import Jobs
    from tynys.centre.kernel_job import Job, Product
    from tynys.centre.outbox import Outbox
    from tynys.centre.planning import Work

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
        jobs: Jobs,
        averages: Averages,
        outbox: Outbox,
        made: Callable[[Work, pa.Table | None], None],
        failed: Callable[[Work, Exception], None],
    ) -> None:
        self._jobs, self._averages, self._outbox = jobs, averages, outbox
        self._made, self._failed = made, failed
        self.workers = workers
        self._pool = self._new_pool()
        self._urgent: deque[Work] = deque()
        self._bulk: deque[Work] = deque()
        self._again: deque[Work] = deque()
        self._running: dict[asyncio.Task[None], Work] = {}
        self._closed = False
        self.rows = 0
        self.jobs = 0
        self.busy_s = 0.0

    @property
    def waiting(self) -> int:
        """Pieces of work not done yet."""
        return len(self._urgent) + len(self._bulk) + len(self._again) + len(self._running)

    @property
    def waiting_live(self) -> int:
        """Of these, what goes before whole days of history and what is computed again."""
        return len(self._urgent) + sum(each.bulk is None and each.again is None for each in self._running.values())

    @property
    def waiting_again(self) -> int:
        """Of these, what is computed again."""
        return len(self._again) + sum(each.again is not None for each in self._running.values())

    def submit(self, works: Sequence[Work]) -> None:
        """Take work; its windows count as in work from now on."""
        for each in works:
            for window, _ in each.windows:
                each.facility.windows.start(window)
            (self._again if each.again is not None else self._urgent if each.bulk is None else self._bulk).append(each)
        self._fill()

    async def close(self) -> None:
        """Finish what runs (the rest is planned again at the next start), then end the processes."""
        self._closed = True
        self._urgent.clear()
        self._bulk.clear()
        self._again.clear()
        if self._running:
            await asyncio.wait(self._running, timeout=5)
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _new_pool(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(self.workers, mp_context=multiprocessing.get_context("spawn"), initializer=prepare)

    def _fill(self) -> None:
        """Keep the pool busy with one piece of work more than it has processes; urgent work first.

        What is computed again never takes the one place more: a live window finds it free.
        """
        while not self._closed and len(self._running) <= self.workers:
            queue = self._urgent or self._bulk or (self._again if len(self._running) < self.workers else None)
            if not queue:
                return
            each = queue.popleft()
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
        blocks, shorter = self._jobs.blocks(each), self._jobs.shorter(each)
        if blocks is not None and shorter is not None:
            return self._jobs.make(each, blocks, shorter)
        return await asyncio.to_thread(self._jobs.make, each, blocks, shorter)

    def _keep(self, each: Work, product: Product, known_ms: int, simulated: bool) -> pa.Table | None:
        """Sort out what is new, put it on its way to the lake and before everybody's eyes."""
        if not product.averages:
            return None
        table = unpack(product.averages)
        if each.made_before:
            table = revise(table, self._jobs.earlier(each))
        if product.summaries:
            self._outbox.put("summaries", unpack(product.summaries), known_ms=known_ms, simulated=simulated)
        if table.num_rows:
            number = self._outbox.put("averages", table, known_ms=known_ms, simulated=simulated)
            self._averages.add(number, table)
        return table
