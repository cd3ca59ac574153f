"""The centre as one running whole: opens the stores, recovers, serves, closes windows, and stops without losing a thing."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import time
from typing import TYPE_CHECKING, Any

import structlog

from tynys.centre import checkpoint as checkpoints
from tynys.centre.civil import PERIODS
from tynys.centre.committer import Committer
from tynys.centre.housekeeping import Housekeeping
from tynys.centre.intake import Intake
from tynys.centre.lake_child import LakeChild
from tynys.centre.parts import Parts
from tynys.centre.publisher import Publisher
from tynys.centre.queries import CentreQueries
from tynys.centre.stored import decode_stored
from tynys.domain.errors import NotFoundError, RefusedError
from tynys.wire.clock import open_clock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from tynys.wire.clock import Clock

REPLAY_GROUP = 256
_log = structlog.get_logger("tynys.centre")


class Centre(Parts):
    """Everything a running centre consists of. Use as ``async with Centre.open(folder) as centre``."""

    def __init__(self, path: Path, clock: Clock) -> None:
        super().__init__(path, clock)
        self._admin_token = self.folder.admin_token.read_text(encoding="ascii").strip()
        self.queries = CentreQueries(self)
        self.publisher = Publisher(self)
        self.housekeeping = Housekeeping(self, self.publisher)
        self.recompute = self.housekeeping.recompute
        self.committer = Committer(self.journal)
        self.intake = Intake(
            gateways=self.gateways,
            state=self.state,
            chains=self.chains,
            journal=self.journal,
            committer=self.committer,
            key=self.key,
            clock=clock,
        )
        self.lake_child = LakeChild(self.folder.root, self.housekeeping.lake_said)
        self._tasks: list[asyncio.Task[None]] = []
        self.started_s = time.monotonic()

    @classmethod
    @contextlib.asynccontextmanager
    async def open(cls, path: Path, *, clock_url: str | None = None, clock: Clock | None = None) -> AsyncIterator[Centre]:
        """Open a centre's folder, recover what was going on, and work until the block ends."""
        clock = clock or await open_clock(clock_url, name="centre", rank=None)
        centre = cls(path, clock)
        try:
            await centre._start()
            yield centre
        finally:
            await centre._stop()
            await clock.close()

    def check_admin(self, authorization: str) -> None:
        """Refuse a request that does not carry the admin token of the centre's folder."""
        token = authorization.removeprefix("Bearer ").strip()
        if not secrets.compare_digest(token.encode(), self._admin_token.encode()):
            raise RefusedError("the admin token is missing or wrong", code="admin.token", hint=f"it is in {self.folder.admin_token.name}")

    def decide(self, digest: str, *, approved: bool, by: str, reason: str = "") -> None:
        """Approve or refuse a plan; what waited for it is averaged, and what it touches of the past computed again."""
        self.state.decided(self.plans.decide(digest, approved=approved, by=by, at_ms=self.now_ms(), reason=reason))

    def source_facility(self, source: str) -> str:
        """The facility of a source."""
        plan = self.plans.of_source(source, self.now_ms())
        if plan is None:
            raise NotFoundError(f"no source {source!r}", where="source")
        return plan.facility

    async def _start(self) -> None:
        began = time.perf_counter()
        replayed = await asyncio.to_thread(self._recover)
        now_ms = self.now_ms()
        sources = [source.id for plan in self.plans.all() for source in plan.configuration.sources]
        await asyncio.to_thread(self.averages.load_recent, sources, PERIODS, now_ms)
        self.lake_position = self.lake.position
        self.lake_child.start()
        runs: list[Callable[[], Any]] = [self.housekeeping.run, self.publisher.run]
        self._tasks = [asyncio.create_task(run()) for run in runs]
        _log.info("centre is up", position=self.journal.last_position, replayed=replayed, seconds=round(time.perf_counter() - began, 2))

    def _recover(self) -> int:
        """Bring the state to the journal's end: from the checkpoint, then batch by batch."""
        body = self.outbox.checkpoint()
        mark = checkpoints.decode(body) if body is not None else None
        after = 0
        if mark is not None and mark.position <= self.journal.last_position:
            checkpoints.restore(mark, self.state, time.monotonic())
            self.housekeeping.resume(mark.complete_from_ms, mark.replay_from)
            after = min(mark.replay_from, self.lake.position, mark.position)
        counted = self.state.position
        replayed = 0
        for stored in self.journal.read(after, self.journal.last_position):
            gateway = self.gateways.find(stored.entry.gateway)
            batch = decode_stored(stored) if gateway is not None and not stored.conflict else None
            if gateway is not None and batch is not None:
                again = stored.position <= counted
                self.state.work_in(gateway, batch, stored.position, stored.entry.received_ms, again=again)
                if not again:
                    self.chains.judge(gateway, batch, stored.entry.hash)
            replayed += 1
            if replayed % REPLAY_GROUP == 0:
                self.tail.trim(self.lake.position)
        self.tail.trim(self.lake.position)
        return replayed

    async def _stop(self) -> None:
        """Finish what is in hand; everything acknowledged is on disk already."""
        self.stream.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        async with contextlib.AsyncExitStack() as last:  # the lowest first, and each whatever becomes of the others
            last.callback(self.close)
            last.push_async_callback(self.housekeeping.record_findings)
            last.push_async_callback(self.lake_child.close)
            last.callback(self.housekeeping.save)
            last.push_async_callback(self.housekeeping.again.save, now=True)
            last.push_async_callback(self.recompute.close)
            last.callback(self.intake.close)
            last.push_async_callback(self.committer.close)
