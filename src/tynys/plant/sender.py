"""Carries sealed batches to the centre in two lanes: the newest at once, the backlog beside it, nothing forgotten.

A batch leaves the outbox only when a reply signed by the centre says that it is stored. Back-off runs on real time.
"""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import structlog

from tynys.domain.errors import TynysError, WireError
from tynys.plant import spool_reader
from tynys.plant.line import LineError
from tynys.plant.spool import Spool
from tynys.wire.compression import compress
from tynys.wire.envelope import Envelope, pack_request
from tynys.wire.receipts import Outcome, open_reply

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from tynys.plant.line import CentreLine
    from tynys.plant.spool_tables import Waiting
    from tynys.plant.spool_thread import Alarms, SpoolThread
    from tynys.wire.clock import Clock
    from tynys.wire.keys import VerifyKey
    from tynys.wire.receipts import Receipt, Reply

REQUEST_BATCHES = 64
REQUEST_BYTES = 6 * 1024 * 1024
FIRST_DELAY_S = 0.25
LAST_DELAY_S = 30.0
REFUSED_RETRY_S = 60.0
_IDLE_S = 1.0
DIGEST_SHOWN = 12
"""Hex digits of a configuration's digest a person needs to name it to the centre."""

log = structlog.get_logger("tynys.plant.sender")


class ForgedReplyError(LineError):
    """An answer that the centre's key did not sign, or that speaks of other batches than were sent."""

    code = "line.forged_reply"


@dataclass(slots=True)
class SenderState:
    """How sending goes, for the local page; times are real. [s]."""

    connected: bool = False
    last_error: str = ""
    last_error_code: str = ""
    last_hint: str = ""
    last_success_ms: int | None = None
    requests: int = 0
    batches: int = 0
    refused: int = 0
    failures: int = 0


class Backoff:
    """Exponential delay with jitter: every gateway comes back at a moment of its own. [s]."""

    def __init__(self, first_s: float = FIRST_DELAY_S, last_s: float = LAST_DELAY_S) -> None:
        self._first_s = first_s
        self._last_s = last_s
        self._ceiling_s = first_s

    def next_s(self) -> float:
        """The next delay: between half of a doubling ceiling and the ceiling."""
        ceiling = self._ceiling_s
        self._ceiling_s = min(2 * ceiling, self._last_s)
        return ceiling * (0.5 + 0.5 * random.random())  # noqa: S311 - jitter, not a secret

    def reset(self) -> None:
        """All is well again."""
        self._ceiling_s = self._first_s


class Sender:
    """Sends what the spool holds.

    Parameters
    ----------
    live_window : int
        The newest so many batches go by the live lane; older ones are the backlog.
    backlog_duty : float
        Share of real time the backlog lane may spend in requests while a live lane runs beside it.
    on_change : callable
        Called after every reply or failure.
    plan_digest : str
        By which the centre approves the plan; told while it waits.
    """

    def __init__(
        self,
        spool: SpoolThread,
        line: CentreLine,
        centre_key: VerifyKey,
        gateway: UUID,
        *,
        clock: Clock,
        alarms: Alarms,
        live_window: int = REQUEST_BATCHES,
        backlog_duty: float = 0.5,
        on_change: Callable[[], None] = lambda: None,
        plan_digest: str = "",
    ) -> None:
        self.state = SenderState()
        self._spool = spool
        self._line = line
        self._centre_key = centre_key
        self._gateway = gateway
        self._clock = clock
        self._alarms = alarms
        self._live_window = live_window
        self._duty = backlog_duty
        self._on_change = on_change
        self._plan_digest = plan_digest
        self._in_flight: set[int] = set()
        self._fresh = asyncio.Event()
        self._up = asyncio.Event()
        self._up.set()

    def wake(self) -> None:
        """A batch has been sealed."""
        self._fresh.set()

    async def run(self) -> None:
        """Send until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._live_lane(), name="live lane")
            group.create_task(self._backlog_lane(), name="backlog lane")
            group.create_task(self._refused_lane(), name="refused lane")

    async def drain(self, limit_s: float) -> None:
        """Try to send everything that waits, the newest first, for a bounded real time."""
        until = time.monotonic() + limit_s
        while time.monotonic() < until:
            batches = await self._take(live=True) or await self._take(live=False)
            if not batches:
                return
            try:
                async with asyncio.timeout(max(0.1, until - time.monotonic())):
                    await self._deliver(batches)
            except TynysError as error:
                await self._failed(error)
                return
            except TimeoutError:
                return

    async def run_recorded(self) -> None:
        """Send everything in one lane, oldest first, at full speed, until cancelled."""
        self._live_window = 0
        self._duty = 1.0
        await self._backlog_lane(alone=True)

    async def _live_lane(self) -> None:
        """The newest batches; while the line is cut this lane tries it, and the backlog waits for its success."""
        backoff = Backoff()
        while True:
            self._fresh.clear()
            batches = await self._take(live=True)
            if not batches:
                self._up.set()
                await _wait(self._fresh, _IDLE_S)
                continue
            try:
                await self._deliver(batches)
            except TynysError as error:
                self._up.clear()
                await self._failed(error)
                await asyncio.sleep(_delay_s(backoff, error))
            else:
                backoff.reset()
                self._up.set()

    async def _backlog_lane(self, *, alone: bool = False) -> None:
        """Older batches, oldest first, with pauses that leave the line to the live lane."""
        backoff = Backoff()
        while True:
            if not alone:
                await self._up.wait()
            else:
                self._fresh.clear()
            batches = await self._take(live=False)
            if not batches:
                await (_wait(self._fresh, _IDLE_S) if alone else asyncio.sleep(_IDLE_S))
                continue
            started = time.monotonic()
            try:
                await self._deliver(batches)
            except TynysError as error:
                await self._failed(error)
                await asyncio.sleep(_delay_s(backoff, error))
            else:
                backoff.reset()
                await asyncio.sleep((time.monotonic() - started) * (1 / self._duty - 1))

    async def _refused_lane(self) -> None:
        """What the centre refused is offered again now and then: a key may have been enrolled since."""
        while True:
            await asyncio.sleep(REFUSED_RETRY_S)
            if await self._spool.call(partial(Spool.retry_refused, now_ms=self._clock.now_ms())):
                self._fresh.set()

    async def _take(self, *, live: bool) -> list[Waiting]:
        """Up to a request's worth of waiting batches of one lane, marked as under way; damaged ones are set aside."""
        busy = frozenset(self._in_flight)
        window = self._live_window

        def read(spool: Spool) -> tuple[list[Waiting], list[int]]:
            head = spool_reader.head(spool.connection)
            edge = head.id - window if head else 0
            return spool_reader.waiting(
                spool.connection,
                limit=REQUEST_BATCHES,
                max_bytes=REQUEST_BYTES,
                newest=live,
                after=edge if live else 0,
                up_to=None if live else edge,
                exclude=busy,
            )

        batches, damaged = await self._spool.call(read)
        now_ms = self._clock.now_ms()
        for batch_id in damaged:
            log.error("spool.batch_damaged", batch=batch_id)
            await self._spool.call(
                partial(Spool.mark_damaged, batch_id=batch_id, reason="its bytes are not what was sealed", now_ms=now_ms)
            )
        if damaged:
            await self._alarms.judge("spool.batch_damaged", f"{len(damaged)} sealed batches can no longer be read", now_ms)
        self._in_flight.update(batch.id for batch in batches)
        return batches

    async def _deliver(self, batches: list[Waiting]) -> None:
        """One request and its verified reply; nothing changes unless the reply is the centre's and fits."""
        try:
            body = compress(pack_request([Envelope(batch.payload, batch.key_id, batch.signature) for batch in batches]))
            self.state.requests += 1
            answer = await self._line.post_batches(body)
            reply = self._verified(answer, batches)
            answers = list(zip((batch.id for batch in batches), reply.receipts, strict=True))
            received_ms = self._clock.now_ms()
            await self._spool.call(lambda spool: spool.record_reply(answer, reply, answers, received_ms))
        finally:
            self._in_flight.difference_update(batch.id for batch in batches)
        await self._succeeded(reply)

    def _verified(self, answer: bytes, batches: list[Waiting]) -> Reply:
        """The reply, if the centre signed it and it answers exactly these batches."""
        try:
            reply = open_reply(answer, self._centre_key)
        except WireError as error:
            raise ForgedReplyError(
                error.message,
                where=self._line.url,
                hint="is centre.public_key this centre's? If it is, someone stands in between; nothing was taken as acknowledged",
            ) from error
        if len(reply.receipts) != len(batches) or not all(map(self._fits, reply.receipts, batches)):
            raise ForgedReplyError("the receipts speak of other batches than were sent", where=self._line.url)
        return reply

    def _fits(self, receipt: Receipt, batch: Waiting) -> bool:
        if receipt.batch_hash != batch.hash:
            return False
        named = (receipt.gateway, receipt.epoch, receipt.seq) == (self._gateway, batch.epoch, batch.seq)
        return named or receipt.outcome is Outcome.REFUSED

    async def _succeeded(self, reply: Reply) -> None:
        refused = [receipt for receipt in reply.receipts if receipt.outcome is Outcome.REFUSED]
        now_ms = self._clock.now_ms()
        state = self.state
        state.batches += len(reply.receipts) - len(refused)
        state.refused += len(refused)
        state.last_success_ms = now_ms
        if not state.connected:
            log.info("line.up", url=self._line.url)
        was = state.last_error_code
        state.connected, state.last_error, state.last_error_code, state.last_hint = True, "", "", ""
        if was:
            await self._alarms.judge(was, "", now_ms)
        accepted = [receipt for receipt in reply.receipts if receipt.outcome is not Outcome.REFUSED]
        await self._alarms.judge("line.refused", f"{len(refused)} batches: {refused[0].reason}" if refused else "", now_ms)
        if accepted:
            await self._alarms.judge("line.plan_unknown", "" if accepted[-1].plan_known else f"digest {self._plan_digest}", now_ms)
        self._on_change()

    async def _failed(self, error: TynysError) -> None:
        state = self.state
        state.failures += 1
        code, now_ms = error.error_code, self._clock.now_ms()
        if state.last_error_code not in ("", code):
            await self._alarms.judge(state.last_error_code, "", now_ms)
        await self._alarms.judge(code, error.message, now_ms)
        state.connected, state.last_error, state.last_error_code, state.last_hint = False, error.message, code, error.hint
        self._on_change()


def _delay_s(backoff: Backoff, error: TynysError) -> float:
    return max(backoff.next_s(), error.retry_after_s if isinstance(error, LineError) else 0.0)


async def _wait(event: asyncio.Event, limit_s: float) -> None:
    try:
        async with asyncio.timeout(limit_s):
            await event.wait()
    except TimeoutError:
        pass
