"""The last readings of every channel, in memory: what the open windows and the live pages are made from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tynys.domain.reading import ReadingBlock
from tynys.domain.status import GapCause, InstrumentStatus

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from uuid import UUID

    import numpy.typing as npt

HELD_MS = 45 * 60 * 1000
"""How much time a ring holds: two short-term windows and some lateness. [ms]."""
LEAST_INSTANTS = 64
"""A slow channel's ring still holds this many instants."""


@dataclass(frozen=True, slots=True)
class Latest:
    """The newest instant of a channel."""

    time_ms: int
    value: float | None
    status: int
    cause: int


class ChannelRing:
    """Readings of one channel on its grid, the newest ``capacity`` instants; an instant once told is not told again."""

    __slots__ = ("capacity", "cause", "first_ms", "interval_ms", "last_ms", "status", "value")

    def __init__(self, interval_ms: int) -> None:
        self.interval_ms = interval_ms
        self.capacity = max(LEAST_INSTANTS, HELD_MS // interval_ms)
        self.value: npt.NDArray[np.float64] = np.full(self.capacity, np.nan)
        self.status: npt.NDArray[np.uint8] = np.zeros(self.capacity, np.uint8)
        self.cause: npt.NDArray[np.uint8] = np.zeros(self.capacity, np.uint8)
        self.first_ms = 0
        self.last_ms = 0

    def put(self, block: ReadingBlock) -> None:
        """Take a block in any order; instants older than the ring are left to the lake, known ones stay as they are."""
        step, capacity = self.interval_ms, self.capacity
        count = len(block.value)
        first, last = block.start_ms, block.start_ms + step * (count - 1)
        if self.last_ms and last <= self.last_ms - step * capacity:
            return
        if not self.last_ms:
            self.first_ms = first
        elif last > self.last_ms:
            self._clear(self.last_ms + step, min(last, self.last_ms + step * capacity))
        fresh = last > self.last_ms and first > self.last_ms
        self.last_ms = max(self.last_ms, last)
        skip = max(0, -((first - (self.last_ms - step * (capacity - 1))) // step))
        position = (first // step + skip) % capacity
        while skip < count:
            room = min(count - skip, capacity - position)
            here, there = slice(position, position + room), slice(skip, skip + room)
            if fresh:
                self.value[here], self.status[here], self.cause[here] = block.value[there], block.status[there], block.cause[there]
            else:
                new = self.status[here] == 0
                for mine, theirs in ((self.value, block.value), (self.cause, block.cause), (self.status, block.status)):
                    mine[here][new] = theirs[there][new]
            skip, position = skip + room, 0
        self.first_ms = min(self.first_ms, max(first, self.last_ms - step * (capacity - 1)))

    def _clear(self, start_ms: int, end_ms: int) -> None:
        """Forget what stood in the slots of ``start_ms`` to ``end_ms``, both included."""
        left = (end_ms - start_ms) // self.interval_ms + 1
        position = (start_ms // self.interval_ms) % self.capacity
        while left > 0:
            room = min(left, self.capacity - position)
            self.status[position : position + room] = 0
            self.value[position : position + room] = np.nan
            self.cause[position : position + room] = 0
            left, position = left - room, 0

    @property
    def floor_ms(self) -> int:
        """The oldest instant the ring can hold now. [ms]."""
        return self.last_ms - self.interval_ms * (self.capacity - 1)

    def cut(self, channel: UUID, start_ms: int, end_ms: int) -> ReadingBlock | None:
        """A copy of what was told of ``[start_ms, end_ms)``; an instant nobody told is a gap *not reported*."""
        step = self.interval_ms
        first = max(-(-start_ms // step) * step, -(-max(self.floor_ms, self.first_ms) // step) * step)
        count = (min(end_ms, self.last_ms + step) - first + step - 1) // step
        if not self.last_ms or count <= 0:
            return None
        slots = (first // step + np.arange(count)) % self.capacity
        value, status, cause = self.value[slots], self.status[slots], self.cause[slots]
        untold = status == 0
        if untold.any():
            status[untold] = InstrumentStatus.COMMUNICATION_LOST
            cause[untold] = GapCause.NOT_REPORTED
        return ReadingBlock(channel, first, step, value, status, cause)

    def latest(self) -> Latest:
        """The newest instant told."""
        at = (self.last_ms // self.interval_ms) % self.capacity
        value = float(self.value[at])
        return Latest(self.last_ms, None if value != value else value, int(self.status[at]), int(self.cause[at]))  # noqa: PLR0124 - NaN

    def newest_of(self, statuses: Collection[int]) -> int:
        """The newest instant with one of ``statuses``; the oldest held if there is none. [ms]."""
        newest_first = (self.last_ms // self.interval_ms - np.arange(self.capacity)) % self.capacity
        found = np.flatnonzero(np.isin(self.status[newest_first], list(statuses)))
        return self.last_ms - self.interval_ms * int(found[0]) if len(found) else max(self.first_ms, self.floor_ms)


class Rings:
    """The rings of all channels; used from the event loop only.

    ``complete_from_ms`` is the instant from which everything stored has been put in (after a restart only the newest batches are).
    """

    def __init__(self) -> None:
        self._rings: dict[UUID, ChannelRing] = {}
        self.complete_from_ms = 0

    def put(self, blocks: Iterable[ReadingBlock]) -> None:
        """Take blocks; a channel whose interval changed starts a new ring with the newer grid."""
        for block in blocks:
            if not len(block.value):
                continue
            ring = self._rings.get(block.channel)
            if ring is None or (ring.interval_ms != block.interval_ms and block.start_ms > ring.last_ms):
                ring = self._rings[block.channel] = ChannelRing(block.interval_ms)
            elif ring.interval_ms != block.interval_ms:
                continue
            ring.put(block)

    def cut(self, channels: Collection[UUID], start_ms: int, end_ms: int) -> list[ReadingBlock]:
        """Copies of what is held of ``[start_ms, end_ms)``."""
        cuts = (ring.cut(channel, start_ms, end_ms) for channel in channels if (ring := self._rings.get(channel)) is not None)
        return [block for block in cuts if block is not None]

    def holds_since(self, channels: Collection[UUID]) -> int:
        """The instant from which the rings of ``channels`` hold all that is stored; 0 if no ring is known. [ms]."""
        floors = [ring.floor_ms for channel in channels if (ring := self._rings.get(channel)) is not None]
        return max(*floors, self.complete_from_ms, 1) if floors else 0

    def newest(self, channels: Collection[UUID]) -> int:
        """The newest instant told of any of ``channels``, 0 if there is none. [ms]."""
        return max((ring.last_ms for channel in channels if (ring := self._rings.get(channel)) is not None), default=0)

    def latest(self, channel: UUID) -> Latest | None:
        """The newest instant of a channel."""
        ring = self._rings.get(channel)
        return None if ring is None or not ring.last_ms else ring.latest()

    def newest_of(self, channel: UUID, statuses: Collection[int]) -> int | None:
        """The newest instant of a channel with one of ``statuses``, the oldest held if there is none; None for an unknown channel. [ms]."""
        ring = self._rings.get(channel)
        return None if ring is None or not ring.last_ms else ring.newest_of(statuses)
