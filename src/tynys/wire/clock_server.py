"""The shared simulated clock: it moves on only when everybody has finished the instant, so speed is a ceiling."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, cast

import structlog

from tynys.domain.errors import MalformedError
from tynys.wire.clock_frames import Done, End, FrameDecoder, Join, Tick, Welcome, encode_frame

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_log = structlog.get_logger(__name__)

WARN_AFTER_S = 5.0
DROP_AFTER_S = 30.0


class _Participant(asyncio.Protocol):
    """The server's side of one connection."""

    def __init__(self, server: ClockServer) -> None:
        self._server = server
        self._frames = FrameDecoder()
        self.name = "?"
        self.rank: int | None = None
        self.joined = False
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's transports do not inherit from asyncio's

    def data_received(self, data: bytes) -> None:
        try:
            frames = self._frames.feed(data)
        except MalformedError as error:
            _log.warning("clock.malformed", participant=self.name, error=str(error))
            self.close()
            return
        for frame in frames:
            if isinstance(frame, Done):
                self._server.done(self, frame.t)
            elif isinstance(frame, Join) and not self.joined:
                self.name, self.rank, self.joined = frame.name, frame.rank, True
                self._server.joined(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        self._server.left(self)

    def send(self, frame: bytes) -> None:
        if self.transport is not None and not self.transport.is_closing():
            self.transport.write(frame)

    def close(self) -> None:
        if self.transport is not None:
            self.transport.close()


class ClockServer:
    """Announces instants rank by rank and waits for each rank.

    Parameters
    ----------
    start_ms : int
        First instant; on a window's edge. [ms since 1970 UTC]
    speed : float
        Simulated seconds per real second, at most.
    expected : iterable of str
        Names that must have joined before `ready` returns.
    tick_ms : int
        Step of the grid. [ms]
    on_tick : callable, optional
        Told each instant just before anybody else is.
    """

    def __init__(
        self,
        start_ms: int,
        speed: float,
        *,
        expected: Iterable[str] = (),
        tick_ms: int = 1000,
        warn_after_s: float = WARN_AFTER_S,
        drop_after_s: float = DROP_AFTER_S,
        on_tick: Callable[[int], None] | None = None,
    ) -> None:
        self.now_ms = start_ms
        self.start_ms = start_ms
        self.speed = speed
        self.tick_ms = tick_ms
        self.ticks_done = 0
        self._on_tick = on_tick
        self._halting = False
        self._warn_after_s = warn_after_s
        self._drop_after_s = drop_after_s
        self._missing = set(expected)
        self._ready = asyncio.Event()
        self._participants: list[_Participant] = []
        self._waiting: set[_Participant] = set()
        self._phase: asyncio.Event = asyncio.Event()
        self._server: asyncio.Server | None = None
        self._task: asyncio.Task[None] | None = None
        self._began_s: float | None = None
        if not self._missing:
            self._ready.set()

    async def listen(self, host: str = "127.0.0.1", port: int = 0) -> str:
        """Open the port; gives the url participants use."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Participant(self), host, port)
        host, port = self._server.sockets[0].getsockname()[:2]
        return f"tcp://{host}:{port}"

    async def ready(self) -> None:
        """Wait until every expected participant has joined."""
        await self._ready.wait()

    def start(self) -> None:
        """Begin to tick, from ``start_ms``."""
        self._began_s = time.monotonic()
        self._task = asyncio.get_running_loop().create_task(self._run(), name="shared clock")

    async def stop(self) -> None:
        """Finish the instant under way, tell everybody that the run is over, and close."""
        await self.halt()
        end = encode_frame(End())
        for participant in list(self._participants):
            participant.send(end)
            participant.close()
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def halt(self) -> None:
        """Finish the instant under way and announce no other; participants stay joined."""
        self._halting = True
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)

    @property
    def speed_reached(self) -> float:
        """Simulated seconds per real second since `start`."""
        if self._began_s is None:
            return 0.0
        return self.ticks_done * self.tick_ms / 1000 / max(time.monotonic() - self._began_s, 1e-9)

    @property
    def participants(self) -> dict[str, int | None]:
        """Who is there, with what rank."""
        return {participant.name: participant.rank for participant in self._participants}

    def joined(self, participant: _Participant) -> None:
        """Welcome a participant; it is waited for from the next announcement of its rank on."""
        self._participants.append(participant)
        participant.send(encode_frame(Welcome(self.now_ms, self.tick_ms, self.speed)))
        self._missing.discard(participant.name)
        if not self._missing:
            self._ready.set()

    def left(self, participant: _Participant) -> None:
        """A closed connection is no longer waited for."""
        if participant in self._participants:
            self._participants.remove(participant)
        self._settled(participant)

    def done(self, participant: _Participant, t: int) -> None:
        """Note that a participant has finished an instant."""
        if t == self.now_ms:
            self._settled(participant)

    def _settled(self, participant: _Participant) -> None:
        self._waiting.discard(participant)
        if not self._waiting:
            self._phase.set()

    async def _run(self) -> None:
        step_s = self.tick_ms / 1000 / self.speed
        due_s = time.monotonic()
        while not self._halting:
            if self._on_tick is not None:
                self._on_tick(self.now_ms)
            frame = encode_frame(Tick(self.now_ms))
            for rank in sorted({p.rank for p in self._participants if p.rank is not None}):
                await self._announce(frame, rank)
            for participant in self._participants:
                if participant.rank is None:
                    participant.send(frame)
            self.ticks_done += 1
            due_s = max(due_s + step_s, time.monotonic() - step_s)
            await asyncio.sleep(max(0.0, due_s - time.monotonic()))
            if not self._halting:
                self.now_ms += self.tick_ms

    async def _announce(self, frame: bytes, rank: int) -> None:
        self._waiting = {p for p in self._participants if p.rank == rank}
        if not self._waiting:
            return
        self._phase.clear()
        for participant in self._waiting:
            participant.send(frame)
        if self._waiting:
            try:
                async with asyncio.timeout(self._warn_after_s):
                    await self._phase.wait()
            except TimeoutError:
                await self._wait_for_the_slow()

    async def _wait_for_the_slow(self) -> None:
        _log.warning("clock.slow", waiting_for=sorted(p.name for p in self._waiting), instant_ms=self.now_ms)
        try:
            async with asyncio.timeout(self._drop_after_s - self._warn_after_s):
                await self._phase.wait()
        except TimeoutError:
            for participant in list(self._waiting):
                _log.error("clock.dropped", participant=participant.name, instant_ms=self.now_ms)
                participant.close()
                self.left(participant)
