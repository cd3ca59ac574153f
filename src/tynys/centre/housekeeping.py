"""What the centre does beside taking batches: closes windows, keeps checkpoints, hears the lake, records findings."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from typing import TYPE_CHECKING, Any

import structlog

from tynys.centre import checkpoint as checkpoints
from tynys.centre.averages import RECENT_MS
from tynys.centre.civil import LENGTH_MS
from tynys.centre.jobs import Jobs
from tynys.centre.planning import plan_work
from tynys.centre.recompute import Recompute
from tynys.centre.recomputing import Recomputing
from tynys.centre.reported import Reported
from tynys.centre.rings import HELD_MS
from tynys.storage.lake_rows import to_averages

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from tynys.centre.parts import Parts
    from tynys.centre.planning import Work
    from tynys.centre.publisher import Publisher
    from tynys.domain.average import Average

TICK_S, SECOND_S, CHECKPOINT_S = 0.2, 1.0, 15.0
ANNOUNCED_MS = 2 * LENGTH_MS["P1D"]
"""Averages older than this are not announced one by one on the live stream. [ms]"""
_log = structlog.get_logger("tynys.centre")


class Housekeeping:
    """The centre's regular work; everything runs on the event loop and hands long work to threads or processes."""

    def __init__(self, centre: Parts, publisher: Publisher) -> None:
        self._centre, self._publisher = centre, publisher
        self.recompute = Recompute(
            workers=centre.settings.recompute.workers,
            jobs=Jobs(centre.readings, centre.averages, centre.now_ms),
            averages=centre.averages,
            outbox=centre.outbox,
            made=self.made,
            failed=self.failed,
        )
        self.again = Recomputing(centre, self.recompute)
        self._marks: deque[tuple[int, int]] = deque([(0, 0)])
        self._audit = 0
        self.reported = Reported()
        self._outbox_taken = 0
        self._follow: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Work until cancelled."""
        last_second = last_checkpoint = time.monotonic()
        self._audit = self._newest_audit()
        self.again.refresh()
        while True:
            await asyncio.sleep(TICK_S)
            try:
                self.close_windows()
                self.again.step()
                now_s = time.monotonic()
                if now_s - last_second >= SECOND_S:
                    last_second = now_s
                    await self._every_second()
                if now_s - last_checkpoint >= CHECKPOINT_S:
                    last_checkpoint = now_s
                    await asyncio.to_thread(self._centre.outbox.save_checkpoint, self._checkpoint())
            except Exception as problem:  # noqa: BLE001 - the centre must go on closing windows
                _log.error("housekeeping failed", error=repr(problem), exc_info=problem)

    def close_windows(self) -> None:
        """Hand every window that is due to the pool."""
        centre = self._centre
        now_ms, now_s = centre.now_ms(), time.monotonic()
        for facility in centre.state.facilities.values():
            try:
                facility.expect(now_ms)
                due = facility.windows.due(facility.coverage.covered, now_ms=now_ms, now_s=now_s)
                if due:
                    self.recompute.submit(plan_work(facility, due, centre.plans.basis))
            except Exception as problem:  # noqa: BLE001 - one facility's windows must not hold up those of the others
                _log.error("windows could not be closed", facility=facility.id, error=repr(problem), exc_info=problem)

    def made(self, work: Work, table: pa.Table | None) -> None:
        """Averages of a piece of work are kept: note it, remember the recent ones, tell those who listen."""
        centre = self._centre
        for window, provisional in work.windows:
            work.facility.windows.done(window, provisional=provisional)
            if not provisional:
                work.facility.finished(window.period, window.start_ms, window.end_ms)
        if work.bulk is not None:
            work.facility.drop_bulk(work.bulk.start_ms, work.bulk.end_ms)
        self.again.made(work, table.num_rows if table is not None else 0)
        now_ms = centre.now_ms()
        if table is None or not table.num_rows:
            return
        if work.newest_ms < now_ms - RECENT_MS:
            centre.averages.remember((), now_ms)
            return
        rows = to_averages(table)
        centre.averages.remember(rows, now_ms)
        if work.newest_ms >= now_ms - ANNOUNCED_MS:
            self._publisher.averages(work.facility.id, rows, simulated=work.plan.simulated)
        self._compare(rows)

    def _compare(self, rows: Sequence[Average]) -> None:
        """Averages of plants that differ from ours: of those just made, and of those that were made before the plant's came."""
        for ours, theirs in self.reported.compare(rows):
            self._centre.findings.report(
                "AVERAGE-DIFFERS",
                ours.source,
                ours.start_ms,
                ours.end_ms,
                once=f"{ours.component} {ours.period} {ours.start_ms}",
                component=ours.component,
                period=ours.period,
                computed=str(ours.value),
                reported=str(theirs.value),
            )

    def failed(self, work: Work, problem: Exception) -> None:
        """A piece of work could not be done: its windows are tried again, and it is a finding."""
        at_s = time.monotonic()
        for window, _ in work.windows:
            work.facility.windows.failed(window, at_s=at_s)
        if work.bulk is not None:
            work.facility.drop_bulk(work.bulk.start_ms, work.bulk.end_ms)
        self.again.made(work, 0)
        start = min(window.start_ms for window, _ in work.windows)
        self._centre.findings.report(
            "AVERAGE-FAILED", work.facility.id, start, work.newest_ms, once=type(problem).__name__, detail=str(problem)
        )

    def lake_said(self, said: dict[str, Any]) -> None:
        """The lake's process told how far it is."""
        centre = self._centre
        if (number := said.get("outbox")) is not None:
            self._outbox_taken = number
        self._follow = self._follow or asyncio.create_task(self._follow_lake())
        for each in said.get("conflicts", ()):
            plan = next((p for p in centre.plans.all() if any(str(uuid) == each["channel"] for uuid in p.channels)), None)
            subject = plan.facility if plan is not None else each["gateway"]
            centre.findings.report(
                "READING-TWO-VALUES",
                subject,
                each["time_ms"],
                once=f"{each['channel']} {each['time_ms']}",
                **{key: each[key] for key in ("channel", "kept", "other") if each[key] is not None},
            )

    async def _follow_lake(self) -> None:
        """Look at the lake's newest version first, then let go of what it holds: at no moment is a row in neither."""
        centre, taken = self._centre, self._outbox_taken
        try:
            await asyncio.to_thread(centre.lake.refresh)
        except Exception as problem:  # noqa: BLE001 - what cannot be looked at now is looked at when the lake speaks next
            _log.error("the lake could not be looked at", error=repr(problem), exc_info=problem)
            self._follow = None
            return
        centre.lake_position = centre.lake.position
        centre.tail.trim(centre.lake_position)
        centre.averages.taken(taken)
        self._follow = None
        if self._outbox_taken > taken:
            self._follow = asyncio.create_task(self._follow_lake())

    def resume(self, complete_from_ms: int, replay_from: int) -> None:
        """After a restart: where the rings' readings begin."""
        self._marks = deque([(complete_from_ms, replay_from)])

    def save(self) -> None:
        """Write the checkpoint now."""
        self._centre.outbox.save_checkpoint(self._checkpoint())

    async def record_findings(self) -> None:
        """Write new findings into the registry, and onto the stream; what the registry cannot take now it is offered again."""
        found = self._centre.findings.take()
        if not found:
            return
        try:
            await asyncio.to_thread(self._centre.registry.record_findings, found, self._centre.now_ms())
        except BaseException:
            self._centre.findings.put_back(found)
            raise
        for finding in found:
            self._publisher.finding(finding, simulated=self._centre.simulated)

    async def _every_second(self) -> None:
        centre = self._centre
        newest = await asyncio.to_thread(self._newest_audit)
        if newest != self._audit:
            self._audit = newest
            centre.gateways.refresh()
            for plan in centre.plans.refresh():
                centre.state.decided(plan)
            self.again.refresh()
        await self.again.save()
        rows = self.reported.take(centre.state.reported, centre.now_ms(), centre.averages, centre.plans)
        self._compare(())
        while self.reported.unreadable:
            said = self.reported.unreadable.popleft()
            facility = centre.plans.facility_of_source(said.source) or "unknown"
            detail = f"period {said.period!r} from {said.start_ms}"[:200]
            centre.findings.report("AVERAGE-UNREADABLE", facility, said.start_ms, once=said.source[:200], detail=detail)
        for simulated, table in rows:
            number = await asyncio.to_thread(centre.outbox.put, "averages", table, known_ms=centre.now_ms(), simulated=simulated)
            centre.averages.add(number, table)
        self._mark()
        await self.record_findings()

    def _newest_audit(self) -> int:
        rows = self._centre.registry.audit_log(after=self._audit, limit=1000)
        return rows[-1].id if rows else self._audit

    def _mark(self) -> None:
        """Remember where in the journal the rings' oldest readings are, by the clock."""
        now_ms = self._centre.now_ms()
        self._marks.append((now_ms, self._centre.state.position))
        while len(self._marks) > 1 and self._marks[1][0] <= now_ms - HELD_MS:
            self._marks.popleft()

    def _checkpoint(self) -> bytes:
        complete_from_ms, replay_from = self._marks[0]
        return checkpoints.encode(self._centre.state, replay_from=replay_from, complete_from_ms=complete_from_ms)
