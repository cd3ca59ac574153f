"""Time as a port: the wall clock, or one simulated clock shared by all processes.

Code that acquires, seals or closes windows asks a `Clock`; time-outs, flushes and latencies stay on real time.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Protocol, cast
from urllib.parse import urlsplit

from tynys.domain.errors import ConfigurationError, WireError
from tynys.wire.clock_frames import Done, End, FrameDecoder, Join, Tick, Welcome, encode_frame

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

STEP_MS = 1000
"""Further than this ahead, the system's clock has been stepped rather than drifted. [ms]"""
LEAP_MS = 3_600_000
"""Instants of the wall clock missed by more than this are not gone through one by one: after a year they are millions. [ms]"""
SLEW_MS_PER_S = 10
"""How fast the wall clock follows a system clock it disagrees with. [ms/s]"""


class Clock(Protocol):
    """What tells the time and paces the work."""

    speed: float
    simulated: bool
    late_ms: int

    def now_ms(self) -> int:
        """The present instant, in whole milliseconds since 1970 UTC."""
        ...

    def ticks(self, interval_ms: int) -> AsyncGenerator[int, None]:
        """Every instant that is a multiple of ``interval_ms``, in order; asking for the next ends the work of this one."""
        ...

    async def sleep_until(self, t_ms: int) -> None:
        """Wait until ``now_ms() >= t_ms``."""
        ...

    async def close(self) -> None:
        """Leave; nobody waits for this participant any more."""
        ...


class WallClock:
    """Real time that never runs backwards.

    It advances with the monotonic clock and follows the system's clock by slewing; a step forward is taken at once
    (the instants in between are still yielded, up to an hour of them), a step backwards is only slewed to, so no instant
    comes twice.
    """

    speed = 1.0
    simulated = False

    def __init__(self, *, wall: Callable[[], float] = time.time, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._wall = wall
        self._monotonic = monotonic
        self._seen = monotonic()
        self._now = wall() * 1000
        self.late_ms = 0

    @property
    def disagreement_ms(self) -> int:
        """The system's clock minus this one, in milliseconds."""
        self.now_ms()
        return round(self._wall() * 1000 - self._now)

    def now_ms(self) -> int:
        """The present instant, in whole milliseconds since 1970 UTC."""
        seen = self._monotonic()
        elapsed_s = seen - self._seen
        self._seen = seen
        self._now += elapsed_s * 1000
        apart = self._wall() * 1000 - self._now
        if apart > STEP_MS:
            self._now += apart
        else:
            room = SLEW_MS_PER_S * elapsed_s
            self._now += max(-room, min(room, apart))
        return int(self._now)

    async def ticks(self, interval_ms: int) -> AsyncGenerator[int, None]:
        """Grid instants as they pass; those missed while the work took longer come late, in order (`late_ms`).

        After one that is more than an hour late the newest is next.
        """
        t = -(-self.now_ms() // interval_ms) * interval_ms
        while True:
            await self.sleep_until(t)
            self.late_ms = self.now_ms() - t
            leap_ms = self.late_ms if self.late_ms > LEAP_MS else interval_ms
            yield t
            t += leap_ms // interval_ms * interval_ms

    async def sleep_until(self, t_ms: int) -> None:
        """Wait until the instant has come; looks up at least once a second, so that a step is seen."""
        while (remaining := t_ms - self.now_ms()) > 0:  # noqa: ASYNC110 - no event tells that time has passed
            await asyncio.sleep(min(remaining / 1000, 1.0))

    async def close(self) -> None:
        """Nothing to leave."""


class _Walker:
    """One running ``ticks`` loop: the instants it still has to see, and the one it is working on."""

    __slots__ = ("busy", "interval", "queue", "wake")

    def __init__(self, interval: int) -> None:
        self.interval = interval
        self.queue: list[int] = []
        self.busy: int | None = None
        self.wake: asyncio.Future[None] | None = None

    def rouse(self) -> None:
        if self.wake is not None and not self.wake.done():
            self.wake.set_result(None)


class SharedClock(asyncio.Protocol):
    """A participant of a `ClockServer`: its instants come from there, and the server waits until its loops are done with each."""

    simulated = True

    def __init__(self, name: str, rank: int | None) -> None:
        self.name = name
        self.rank = rank
        self.speed = 1.0
        self.tick_ms = 1000
        self.late_ms = 0
        self._now = 0
        self._frames = FrameDecoder()
        self._transport: asyncio.Transport | None = None
        self._welcomed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._walkers: list[_Walker] = []
        self._started = False
        self._pending: int | None = None
        self._sleepers: list[tuple[int, asyncio.Future[None]]] = []
        self._over: BaseException | None = None
        self._ended = False

    def now_ms(self) -> int:
        """The last instant announced, in milliseconds since 1970 UTC."""
        return self._now

    async def ticks(self, interval_ms: int) -> AsyncGenerator[int, None]:
        """Instants of the shared clock; ends when the run is over, raises `WireError` if the server is lost."""
        if interval_ms % self.tick_ms:
            raise ConfigurationError(
                f"interval {interval_ms} ms is not a multiple of the shared clock's {self.tick_ms} ms",
                where=f"clock participant {self.name}",
            )
        walker = _Walker(interval_ms)
        self._walkers.append(walker)
        if not self._started:
            self._started = True
            if self._pending is not None and self._pending % interval_ms == 0:
                walker.queue.append(self._pending)
        try:
            while True:
                walker.busy = None
                self._settle()
                while not walker.queue:
                    if self._ended:
                        return
                    if self._over is not None:
                        raise self._over
                    walker.wake = asyncio.get_running_loop().create_future()
                    await walker.wake
                walker.busy = walker.queue.pop(0)
                self.late_ms = self._now - walker.busy
                yield walker.busy
        finally:
            self._walkers.remove(walker)
            self._settle()

    async def sleep_until(self, t_ms: int) -> None:
        """Wait until the shared clock has reached the instant (or the run is over)."""
        if self._now >= t_ms or self._ended:
            return
        if self._over is not None:
            raise self._over
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._sleepers.append((t_ms, future))
        await future

    async def close(self) -> None:
        """Leave the server; running loops end."""
        self._end()
        if self._transport is not None:
            self._transport.close()

    async def welcomed(self) -> None:
        """Wait for the server's welcome."""
        await self._welcomed

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Introduce this participant."""
        self._transport = tcp = cast("asyncio.Transport", transport)  # uvloop's transports do not inherit from asyncio's
        tcp.write(encode_frame(Join(self.name, self.rank)))

    def data_received(self, data: bytes) -> None:
        """Take the server's messages."""
        for frame in self._frames.feed(data):
            if isinstance(frame, Tick):
                self._tick(frame.t)
            elif isinstance(frame, Welcome):
                self._now, self.tick_ms, self.speed = frame.now_ms, frame.tick_ms, frame.speed
                if not self._welcomed.done():
                    self._welcomed.set_result(None)
            elif isinstance(frame, End):
                self._end()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wake everybody: without the server there is no time."""
        if self._ended:
            return
        self._over = WireError(
            f"the clock server closed the line ({exc or 'no reason given'})", where=f"clock participant {self.name}", code="clock.lost"
        )
        if not self._welcomed.done():
            self._welcomed.set_exception(self._over)
        self._rouse_all()

    def _tick(self, t: int) -> None:
        self._now = t
        self._pending = t
        for walker in self._walkers:
            if t % walker.interval == 0:
                walker.queue.append(t)
                walker.rouse()
        if self._sleepers:
            due = [future for at, future in self._sleepers if at <= t]
            self._sleepers = [pair for pair in self._sleepers if pair[0] > t]
            for future in due:
                if not future.done():
                    future.set_result(None)
        self._settle()

    def _settle(self) -> None:
        """Tell the server this instant is done once no loop has work left (a participant that never began is waited for)."""
        if self._pending is None or (self.rank is not None and not self._started):
            return
        if any(walker.queue or walker.busy is not None for walker in self._walkers):
            return
        t, self._pending = self._pending, None
        if self.rank is not None and self._transport is not None and not self._transport.is_closing():
            self._transport.write(encode_frame(Done(t)))

    def _end(self) -> None:
        self._ended = True
        self._rouse_all()

    def _rouse_all(self) -> None:
        for walker in self._walkers:
            walker.rouse()
        sleepers, self._sleepers = self._sleepers, []
        for _, future in sleepers:
            if not future.done():
                if self._over is not None and not self._ended:
                    future.set_exception(self._over)
                else:
                    future.set_result(None)


async def open_clock(url: str | None, *, name: str, rank: int | None = None) -> Clock:
    """The wall clock, or a participant of the clock server at ``tcp://host:port``.

    ``rank`` 0 publishes the values of an instant, 1 polls and keeps them; without a rank one listens and is never waited for.
    """
    if url is None:
        return WallClock()
    parts = urlsplit(url)
    if parts.scheme != "tcp" or parts.hostname is None or parts.port is None:
        raise ConfigurationError(
            f"clock url {url!r}: expected tcp://host:port", where="clock", hint="leave it out to use the computer's clock"
        )
    loop = asyncio.get_running_loop()
    try:
        _, clock = await loop.create_connection(lambda: SharedClock(name, rank), parts.hostname, parts.port)
    except OSError as error:
        raise WireError(f"no clock server answers at {url}: {error}", where=f"clock participant {name}", code="clock.lost") from error
    await clock.welcomed()
    return clock
