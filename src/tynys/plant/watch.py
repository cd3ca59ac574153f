"""What goes on beside the readings: devices that leave and return, their parameters, the clock's offset, pruning."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

import structlog

from tynys.domain.batch import ClockState, Event, InstrumentParameter
from tynys.domain.errors import StorageError, TynysError
from tynys.plant.spool import YEAR_MS, Spool
from tynys.wire.enrolment import clock_offset

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tynys.field import Driver
    from tynys.plant.line import CentreLine, TimeExchange
    from tynys.plant.spool_thread import Alarms, SpoolThread
    from tynys.wire.clock import Clock

TIME_EXCHANGE_S = 60.0
PRUNE_S = 600.0
PRUNE_PAUSE_S = 0.1
OFFSET_ALARM_MS = 1000
"""A clock further off than this is an alarm (on a simulated clock, times twice its speed). [ms]"""
MOST_TEXT = 2000
"""Characters of what an instrument says that a note repeats."""

log = structlog.get_logger("tynys.plant")


class Watch:
    """Notes events, parameters and clock states for the next batch, and keeps alarms true."""

    def __init__(self, thread: SpoolThread, alarms: Alarms, drivers: Sequence[Driver], clock: Clock, line: CentreLine | None) -> None:
        self.offset_ms: int | None = None
        self._thread = thread
        self._alarms = alarms
        self._drivers = drivers
        self._clock = clock
        self._line = line
        self._alive: dict[str, bool] = {}
        self._parameters: dict[tuple[str, str], str] = {}

    async def devices(self, time_ms: int) -> None:
        """Note each device that was lost or came back since the last instant."""
        for driver in self._drivers:
            alive = driver.health.connected
            if self._alive.get(driver.id, True) == alive:
                continue
            self._alive[driver.id] = alive
            error = "" if alive else (driver.health.last_error or "no answer")[:MOST_TEXT]
            await self._alarms.judge(f"device.lost:{driver.id}", error, time_ms)
            await self._note(
                ("event", Event(time_ms, "device.back" if alive else "device.lost", driver.id if alive else f"{driver.id}: {error}"))
            )

    async def parameters(self, time_ms: int) -> None:
        """Read instrument parameters back; those that changed since the last time are noted."""
        read = await asyncio.gather(*(driver.read_parameters() for driver in self._drivers), return_exceptions=True)
        changed: list[tuple[str, object]] = []
        for driver, values in zip(self._drivers, read, strict=True):
            if isinstance(values, BaseException):
                log.error("parameters.failed", device=driver.id, error=repr(values))
                continue
            for name, value in values.items():
                if self._parameters.get((driver.id, name)) != value:
                    self._parameters[driver.id, name] = value
                    changed.append(("parameter", InstrumentParameter(time_ms, driver.id, name, value[:MOST_TEXT])))
        if changed:
            await self._note(*changed)

    async def exchange_time(self) -> None:
        """Ask the centre's clock again and again."""
        while self._line is not None:
            try:
                before_ms = self._clock.now_ms()
                exchange = await self._line.time()
                await self._note_offset(exchange, before_ms, self._clock.now_ms())
            except TynysError as error:
                log.debug("time.unknown", error=error.message)
            await asyncio.sleep(TIME_EXCHANGE_S)

    async def _note_offset(self, exchange: TimeExchange, before_ms: int, after_ms: int) -> None:
        offset_ms = clock_offset(before_ms, exchange.server_time_ms, after_ms).offset_ms
        self.offset_ms = offset_ms
        state = ClockState(after_ms, offset_ms, round(exchange.round_trip_ms), "shared" if self._clock.simulated else "system")
        await self._note(("clock", state))
        allowed_ms = OFFSET_ALARM_MS * (max(1.0, 2 * self._clock.speed) if self._clock.simulated else 1.0)
        detail = f"the gateway's clock is {offset_ms / 1000:+.1f} s against the centre's" if abs(offset_ms) > allowed_ms else ""
        await self._alarms.judge("clock.offset", detail, after_ms)

    async def prune(self) -> None:
        """Let go, little by little, of what the centre has had for more than a year."""
        while True:
            before_ms = self._clock.now_ms() - YEAR_MS
            try:
                pruned = 1
                while pruned:
                    pruned = await self._thread.call(partial(Spool.prune, before_ms=before_ms))
                    await asyncio.sleep(PRUNE_PAUSE_S)
            except StorageError:
                log.warning("spool.unwritable", doing="pruning")
            await asyncio.sleep(PRUNE_S)

    async def _note(self, *notes: tuple[str, object]) -> None:
        try:
            await self._thread.call(lambda spool: spool.add_notes(notes))
        except StorageError:
            log.warning("spool.unwritable", doing="noting", kinds=[kind for kind, _ in notes])
