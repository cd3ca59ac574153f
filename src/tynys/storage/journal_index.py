"""Which batch numbers the journal holds: ranges by gateway and epoch, small enough to keep in memory for years of batches."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tynys.storage.journal_records import Head, MissingRange

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from uuid import UUID

RECENT = 4096
"""How many of the newest hashes are kept in memory, so that judging a live chain reads no file."""


@dataclass(slots=True)
class Range:
    """Numbers ``first``..``last`` (both included) of an epoch, all in the segment ``ordinal``."""

    first: int
    last: int
    ordinal: int


@dataclass(slots=True)
class EpochIndex:
    """What is held of one epoch; ``ranges`` are disjoint and sorted."""

    ranges: list[Range] = field(default_factory=list)
    head: Head | None = None

    def ordinal_of(self, seq: int) -> int | None:
        """The segment that holds ``seq``, None if none does."""
        place = bisect_right(self.ranges, seq, key=lambda held: held.first) - 1
        if place < 0 or seq > self.ranges[place].last:
            return None
        return self.ranges[place].ordinal

    def add(self, first: int, last: int, ordinal: int) -> None:
        """Hold ``first``..``last``, none of which is held yet."""
        place = bisect_right(self.ranges, first, key=lambda held: held.first)
        before = self.ranges[place - 1] if place else None
        after = self.ranges[place] if place < len(self.ranges) else None
        joins_before = before is not None and before.last == first - 1 and before.ordinal == ordinal
        joins_after = after is not None and after.first == last + 1 and after.ordinal == ordinal
        if before is not None and joins_before:
            before.last = last
            if after is not None and joins_after:
                before.last = after.last
                del self.ranges[place]
        elif after is not None and joins_after:
            after.first = first
        else:
            self.ranges.insert(place, Range(first, last, ordinal))

    def missing(self, epoch: UUID, first_seq: int) -> Iterator[MissingRange]:
        """Numbers from ``first_seq`` up to the head that are not held."""
        expected = first_seq
        for held in self.ranges:
            if held.first > expected:
                yield MissingRange(epoch, expected, held.first - 1)
            expected = max(expected, held.last + 1)


class JournalIndex:
    """Numbers held by the whole journal."""

    def __init__(self) -> None:
        self._gateways: dict[UUID, dict[UUID, EpochIndex]] = {}
        self._recent: dict[tuple[UUID, UUID, int], Head] = {}
        self._links: dict[tuple[UUID, bytes], list[tuple[bytes, int]]] = {}

    def ordinal_of(self, gateway: UUID, epoch: UUID, seq: int) -> int | None:
        """The segment that holds this number, None if none does."""
        held = self._gateways.get(gateway, {}).get(epoch)
        return held.ordinal_of(seq) if held else None

    def recent(self, gateway: UUID, epoch: UUID, seq: int) -> Head | None:
        """A batch's hash and position if it is among the newest."""
        return self._recent.get((gateway, epoch, seq))

    def add_range(self, gateway: UUID, epoch: UUID, first: int, last: int, ordinal: int) -> None:
        """Hold a range, as a segment lists it."""
        self._gateways.setdefault(gateway, {}).setdefault(epoch, EpochIndex()).add(first, last, ordinal)

    def add_head(self, head: Head) -> None:
        """Remember the highest batch of an epoch."""
        held = self._gateways.setdefault(head.gateway, {}).setdefault(head.epoch, EpochIndex())
        if held.head is None or head.seq > held.head.seq:
            held.head = head

    def add(self, head: Head, ordinal: int) -> None:
        """Hold one batch more."""
        self.add_range(head.gateway, head.epoch, head.seq, head.seq, ordinal)
        self.add_head(head)
        self._recent[head.gateway, head.epoch, head.seq] = head
        if len(self._recent) > RECENT:
            del self._recent[next(iter(self._recent))]

    def add_link(self, gateway: UUID, previous_hash: bytes, digest: bytes, position: int) -> None:
        """Remember which batch the first one of an epoch follows: forks begin there."""
        self._links.setdefault((gateway, previous_hash), []).append((digest, position))

    def links(self, gateway: UUID, previous_hash: bytes) -> list[tuple[bytes, int]]:
        """First batches of epochs that follow the batch with this hash: their hashes and positions."""
        return self._links.get((gateway, previous_hash), [])

    def holds_other(self, gateway: UUID, epoch: UUID, seq: int) -> bool:
        """Whether the gateway has any batch besides this one."""
        epochs = self._gateways.get(gateway, {})
        if not epochs:
            return False
        held = epochs.get(epoch)
        if len(epochs) > (1 if held else 0):
            return True
        return held is not None and any(part.first != seq or part.last != seq for part in held.ranges)

    def heads(self, gateway: UUID | None = None) -> list[Head]:
        """The highest batch of every epoch, oldest storing first."""
        chosen: Iterable[dict[UUID, EpochIndex]] = self._gateways.values() if gateway is None else [self._gateways.get(gateway, {})]
        found = [held.head for epochs in chosen for held in epochs.values() if held.head is not None]
        return sorted(found, key=lambda head: head.position)

    def head_by_hash(self, gateway: UUID, digest: bytes) -> Head | None:
        """The head with this hash, if it is one."""
        return next((head for head in self.heads(gateway) if head.hash == digest), None)

    def missing(self, gateway: UUID, first_seq: int) -> list[MissingRange]:
        """Every number of the gateway that must exist and is not held."""
        epochs = self._gateways.get(gateway, {})
        return [gap for epoch, held in epochs.items() for gap in held.missing(epoch, first_seq)]

    def segment(self, ordinal: int) -> tuple[list[tuple[UUID, UUID, int, int]], list[Head]]:
        """Ranges of one segment, and the heads of the epochs in it, as its sealing writes them down."""
        ranges: list[tuple[UUID, UUID, int, int]] = []
        heads: list[Head] = []
        for gateway, epochs in self._gateways.items():
            for epoch, held in epochs.items():
                parts = [(gateway, epoch, part.first, part.last) for part in held.ranges if part.ordinal == ordinal]
                ranges += parts
                if parts and held.head is not None:
                    heads.append(held.head)
        return ranges, heads
