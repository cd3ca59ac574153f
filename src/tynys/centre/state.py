"""What the running centre knows, moved forward by every stored batch; used from the event loop."""

from __future__ import annotations

import time
from collections import deque
from typing import TYPE_CHECKING

import structlog

from tynys.centre.civil import LENGTH_MS, SHORT
from tynys.centre.facility import BULK_INSTANTS, Bulk, FacilityState
from tynys.centre.gaps import Gaps
from tynys.centre.plans import APPROVED, WAITING
from tynys.domain.errors import RefusedError, TynysError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from tynys.centre.checks import Findings
    from tynys.centre.gateways import Gateway, Gateways
    from tynys.centre.plans import Plan, PlanBook
    from tynys.centre.rings import Rings
    from tynys.domain.average import ReportedAverage
    from tynys.domain.batch import Batch
    from tynys.storage.tail import Tail

AHEAD_MS = 86_400_000
"""What is said of a time further ahead than this is kept as evidence and worked into nothing. [ms]"""
MOST_DETAIL = 2000
"""Characters of a sender's text that a finding repeats."""
CLOCK_TOLERANCE_MS = 30_000
"""A gateway's clock further from the centre's is a finding. [ms]"""
_log = structlog.get_logger("tynys.centre")


class State:
    """Everything derived from stored batches that lives in memory."""

    def __init__(
        self,
        *,
        gateways: Gateways,
        plans: PlanBook,
        rings: Rings,
        tail: Tail,
        findings: Findings,
        approve_simulated: bool,
    ) -> None:
        self.gateways, self.plans, self.rings, self.tail, self.findings = gateways, plans, rings, tail, findings
        self._approve_simulated = approve_simulated
        self.facilities: dict[str, FacilityState] = {}
        self.gaps = Gaps()
        self.reported: list[tuple[ReportedAverage, bool]] = []
        self.position = 0
        self.readings = 0
        self.recent: deque[tuple[float, int]] = deque(maxlen=4096)
        self._owner: dict[UUID, str] = {}
        self._source_owner: dict[str, str] = {}
        for plan in plans.all():
            self._own(plan)

    def facility(self, name: str) -> FacilityState:
        """State of a facility, begun if it is new."""
        if name not in self.facilities:
            self.facilities[name] = FacilityState(name)
        return self.facilities[name]

    def check_owner(self, gateway: Gateway, batch: Batch) -> None:
        """Refuse readings of a channel, or averages of a source, that belong to another facility (any thread)."""
        for channel in {block.channel for block in batch.readings}:
            owner = self._owner.get(channel)
            if owner is not None and owner != gateway.facility:
                raise RefusedError(
                    f"channel {channel} belongs to {owner}, the gateway to {gateway.facility}", code="channel.of_another_facility"
                )
        for source in {average.source for average in batch.averages}:
            owner = self._source_owner.get(source)
            if owner is not None and owner != gateway.facility:
                raise RefusedError(
                    f"source {source!r} belongs to {owner}, the gateway to {gateway.facility}", code="source.of_another_facility"
                )

    def refused(self, gateway: Gateway | None, problem: TynysError, now_ms: int) -> None:
        """An envelope could not be taken (any thread)."""
        subject = gateway.facility if gateway is not None else "unknown"
        self.findings.report("LINE-REFUSED", subject, now_ms, once=problem.error_code, code=problem.error_code, detail=problem.message)

    def equivocation(self, gateway: Gateway, batch: Batch, position: int, now_ms: int) -> None:
        """Two batches hold the same number: both are evidence."""
        self.findings.report(
            "LINE-TWO-BATCHES",
            gateway.facility,
            now_ms,
            once=f"{batch.epoch}/{batch.seq}",
            gateway=str(gateway.id),
            sequence=batch.seq,
            position=position,
        )

    def plan_known(self, gateway: Gateway) -> bool:
        """Whether the plan the gateway works by is approved."""
        return bool(gateway.configuration) and self.plans.get(gateway.configuration).state == APPROVED

    def work_in(self, gateway: Gateway, batch: Batch, position: int, received_ms: int, *, again: bool = False) -> None:
        """`apply`, for a batch that is durable already: should it fail, that is a finding, and nobody else is held up by it."""
        try:
            self.apply(gateway, batch, position, received_ms, again=again)
        except Exception as problem:  # noqa: BLE001 - one batch must neither stop the centre nor keep it from starting
            _log.error("a stored batch could not be worked in", position=position, error=repr(problem), exc_info=problem)
            self.findings.report(
                "LINE-NOT-WORKED-IN",
                gateway.facility,
                received_ms,
                once=str(position),
                position=position,
                detail=repr(problem)[:MOST_DETAIL],
            )

    def apply(self, gateway: Gateway, batch: Batch, position: int, received_ms: int, *, again: bool = False) -> None:
        """Work a stored batch into everything held in memory; ``again`` when a checkpoint has counted it already."""
        count = sum(len(block) for block in batch.readings)
        self.tail.add(position, gateway.id, batch.readings, gateway.simulated)
        ahead = max(batch.span_end_ms, *(block.start_ms + block.interval_ms * len(block) for block in batch.readings), 0)
        early = ahead - received_ms > AHEAD_MS
        if not early:
            self.rings.put(batch.readings)
        if again:
            return
        self.position = max(self.position, position)
        self.readings += count
        self.recent.append((time.monotonic(), count))
        gateway.batches += 1
        gateway.readings += count
        gateway.last_batch_ms = received_ms
        facility = self.facility(gateway.facility)
        if batch.configuration is not None:
            self._learn(gateway, batch.configuration.document, position, received_ms)
        if early:
            self.findings.report("LINE-CLOCK", gateway.facility, received_ms, once=f"{gateway.id} early", offset_ms=ahead - received_ms)
        else:
            self._cover(gateway, facility, batch, count)
        self._note(gateway, facility, batch, received_ms)

    def decided(self, plan: Plan) -> None:
        """A plan was approved: what waited for it is averaged now."""
        if plan.state != APPROVED:
            return
        facility = self.facility(plan.facility)
        waiting, facility.unplanned = facility.unplanned, type(facility.unplanned)()
        for start, end in waiting:
            facility.touch(start, end, time.monotonic())
        self.findings.forget("PLAN-NOT-APPROVED", plan.facility, plan.digest)

    def _own(self, plan: Plan) -> None:
        for channel in plan.configuration.channels:
            self._owner.setdefault(channel.id, plan.facility)
        for source in plan.configuration.sources:
            self._source_owner.setdefault(source.id, plan.facility)

    def _learn(self, gateway: Gateway, document: bytes, position: int, now_ms: int) -> None:
        """Take in the configuration a batch carries; what is wrong with it is a finding, the batch is stored all the same."""
        try:
            plan = self.plans.learn(
                document, facility=gateway.facility, gateway=gateway.id, simulated=gateway.simulated, position=position, now_ms=now_ms
            )
        except TynysError as problem:
            check = "PLAN-INCONSISTENT" if problem.error_code == "plan.inconsistent" else "PLAN-UNREADABLE"
            self.findings.report(check, gateway.facility, now_ms, once=problem.message[:200], detail=problem.message[:MOST_DETAIL])
            return
        gateway.configuration = plan.digest
        self._own(plan)
        if plan.state == WAITING and plan.simulated and self._approve_simulated:
            self.decided(self.plans.decide(plan.digest, approved=True, by="approve_simulated_plans", at_ms=now_ms))

    def _cover(self, gateway: Gateway, facility: FacilityState, batch: Batch, count: int) -> None:
        """Note which span is complete, and open the windows the batch touches."""
        start, end = batch.span_start_ms, batch.span_end_ms
        channels = {block.channel for block in batch.readings}
        gateway.channels |= channels
        known = facility.coverage.add(gateway.id, gateway.channels, start, end, live=gateway.live)
        first = min((block.start_ms for block in batch.readings), default=start)
        last = max((block.start_ms + block.interval_ms * (len(block) - 1) + 1 for block in batch.readings), default=start)
        inside = not count or (start <= first and last <= end)
        touched = [(start, end)] if inside else [(start, end), (first, last)]
        if known:
            for span in touched:
                facility.drop_bulk(*span)
        if self.plan_known(gateway):
            if not known and inside and end - start >= LENGTH_MS[SHORT] and self._has_room(count):
                facility.bulk.append(Bulk(start, end, batch.readings, count))
            for span in touched:
                facility.touch(*span, time.monotonic())
        else:
            for span in touched:
                facility.unplanned.add(*span)
            self._planless(gateway, min(start, first) if end > start else first)
        if end > start:
            gateway.span_end_ms = max(gateway.span_end_ms or 0, end)

    def _has_room(self, count: int) -> bool:
        """Whether another day batch may wait in memory for the recompute pool."""
        held = sum(bulk.instants for facility in self.facilities.values() for bulk in facility.bulk)
        return held + count <= BULK_INSTANTS

    def _planless(self, gateway: Gateway, at_ms: int) -> None:
        if gateway.configuration:
            self.findings.report(
                "PLAN-NOT-APPROVED",
                gateway.facility,
                at_ms,
                once=gateway.configuration,
                digest=gateway.configuration,
                gateway=str(gateway.id),
            )
        else:
            self.findings.report("PLAN-UNKNOWN", gateway.facility, at_ms, once=str(gateway.id), gateway=str(gateway.id))

    def _note(self, gateway: Gateway, facility: FacilityState, batch: Batch, received_ms: int) -> None:
        """Gaps, events, losses, clocks and the plant's own averages."""
        name = str(gateway.id)
        plan = self.plans.get(gateway.configuration) if gateway.configuration else None
        names = plan.channels if plan is not None else {}
        self.gaps.note(name, batch.readings, names)
        if plan is not None and gateway.live:
            facility.changed.update(block.channel for block in batch.readings)
            facility.received_ms = time.time_ns() // 1_000_000
        for loss in batch.losses:
            channel = names.get(loss.channel) if loss.channel is not None else None
            self.gaps.add(name, channel.name if channel else None, loss.start_ms, loss.end_ms, loss.count, loss.cause[:MOST_DETAIL])
            cause = loss.cause[:MOST_DETAIL]
            self.findings.report("LINE-LOSS", gateway.facility, loss.start_ms, loss.end_ms, count=loss.count, cause=cause)
        if batch.clock is not None:
            gateway.clock_offset_ms = batch.clock.offset_ms
        ahead = batch.sealed_ms - received_ms if gateway.live else 0  # the recorded past is sealed by no clock of the moment
        offset = batch.clock.offset_ms if batch.clock is not None else 0
        if ahead > CLOCK_TOLERANCE_MS or abs(offset) > CLOCK_TOLERANCE_MS:
            self.findings.report("LINE-CLOCK", gateway.facility, received_ms, once=name, gateway=name, offset_ms=offset or ahead)
        if gateway.live:
            gateway.lag_ms = max(0, received_ms - batch.sealed_ms)
        for record in batch.unknown:
            self.findings.report(
                "LINE-UNKNOWN-RECORD", gateway.facility, received_ms, once=str(record.type_number), type=record.type_number
            )
        self.reported.extend((average, gateway.simulated) for average in batch.averages)

    def rate(self, span_s: float = 10.0) -> tuple[float, float]:
        """Batches and readings a second over the last seconds."""
        since = time.monotonic() - span_s
        counts: Sequence[int] = [count for at, count in self.recent if at >= since]
        return len(counts) / span_s, sum(counts) / span_s
