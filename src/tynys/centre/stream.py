"""The live stream: numbered events, a bounded ring for replay, and a queue per listener that drops its oldest."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

RING = 4096
"""Events kept for listeners that come back."""
QUEUE = 256
"""Events waiting for one slow listener; the oldest give way."""
HEARTBEAT_S = 15.0
RETRY_MS = 2000


@dataclass(frozen=True, slots=True)
class StreamEvent:
    """One event, encoded once for all listeners; empty ``facility`` concerns everybody."""

    id: int
    facility: str
    source: str
    frame: bytes


@dataclass(frozen=True, slots=True)
class Interest:
    """What a listener wants; empty means everything."""

    facility: str = ""
    source: str = ""

    def takes(self, event: StreamEvent) -> bool:
        """Whether ``event`` concerns this listener."""
        if self.source:
            return event.source == self.source or not event.facility
        return not self.facility or event.facility in {self.facility, ""}


@dataclass(eq=False, slots=True)
class _Listener:
    interest: Interest
    queue: deque[StreamEvent] = field(default_factory=lambda: deque(maxlen=QUEUE))
    wake: asyncio.Event = field(default_factory=asyncio.Event)


class Stream:
    """Publishes events to any number of listeners without ever waiting for one."""

    def __init__(self, first: int = 1) -> None:
        self._ring: deque[StreamEvent] = deque(maxlen=RING)
        self._listeners: set[_Listener] = set()
        self._first = self._next = first
        self._closed = False
        self.dropped = 0

    @property
    def listeners(self) -> int:
        """How many listen now."""
        return len(self._listeners)

    def publish(self, kind: str, body: bytes, *, facility: str = "", source: str = "") -> int:
        """Send one event (``body`` is one line of JSON); its number."""
        number = self._next
        self._next += 1
        event = StreamEvent(number, facility, source, b"id: %d\nevent: %s\ndata: %s\n\n" % (number, kind.encode(), body))
        self._ring.append(event)
        for listener in self._listeners:
            if listener.interest.takes(event):
                if len(listener.queue) == QUEUE:
                    self.dropped += 1
                listener.queue.append(event)
                listener.wake.set()
        return number

    def replay(self, after: int, interest: Interest) -> Iterator[StreamEvent]:
        """Events of the ring later than number ``after``; a number from another life of the centre replays the whole ring."""
        if not self._first <= after < self._next:
            after = 0
        return (event for event in list(self._ring) if event.id > after and interest.takes(event))

    async def listen(
        self, interest: Interest, *, after: int | None = None, hello: bytes = b"", heartbeat_s: float = HEARTBEAT_S
    ) -> AsyncIterator[bytes]:
        """Frames for one listener until it leaves or the centre stops: greeting, what it missed, then live events and heartbeats."""
        listener = _Listener(interest)
        missed = deque(self.replay(after, interest)) if after is not None else deque()
        self._listeners.add(listener)
        try:
            yield b"retry: %d\n\n" % RETRY_MS + (b"event: hello\ndata: %s\n\n" % hello if hello else b"")
            while not self._closed:
                if missed:
                    yield b"".join(missed.popleft().frame for _ in range(min(QUEUE, len(missed))))
                    continue
                if listener.queue:
                    frames = b"".join(event.frame for event in listener.queue)
                    listener.queue.clear()
                    yield frames
                    continue
                listener.wake.clear()
                try:
                    await asyncio.wait_for(listener.wake.wait(), heartbeat_s)
                except TimeoutError:
                    yield b": still here\n\n"
        finally:
            self._listeners.discard(listener)

    def close(self) -> None:
        """Let every listener go."""
        self._closed = True
        for listener in self._listeners:
            listener.wake.set()
