"""Which spans of a facility the stored batches complete, gateway by gateway."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tynys.centre.spans import SpanSet

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID


@dataclass(slots=True, eq=False)
class Group:
    """Gateways that report a channel in common: any of them completes a span for the others.

    ``live_from_ms`` is where the first live gateway of the group begins; from there on the group is waited for.
    """

    gateways: set[UUID]
    channels: set[UUID]
    spans: SpanSet = field(default_factory=SpanSet)
    live_from_ms: int | None = None


class Coverage:
    """Spans completed at a facility; a span counts once every group of gateways that should have it has it."""

    def __init__(self) -> None:
        self.groups: list[Group] = []

    def add(self, gateway: UUID, channels: Collection[UUID], start_ms: int, end_ms: int, *, live: bool) -> bool:
        """A batch completes a span; whether any of it had been completed before."""
        group = self._group(gateway, channels)
        known = group.spans.overlaps(start_ms, end_ms)
        group.spans.add(start_ms, end_ms)
        if live and end_ms > start_ms:
            group.live_from_ms = start_ms if group.live_from_ms is None else min(group.live_from_ms, start_ms)
        return known

    def covered(self, start_ms: int, end_ms: int) -> bool:
        """Whether every group that should have ``[start_ms, end_ms)`` has all of it."""
        found = False
        for group in self.groups:
            expected = group.live_from_ms is not None and group.live_from_ms < end_ms
            if expected or group.spans.overlaps(start_ms, end_ms):
                if not group.spans.covers(start_ms, end_ms):
                    return False
                found = True
        return found

    @property
    def live_from_ms(self) -> int | None:
        """Where live transmission began."""
        return min((group.live_from_ms for group in self.groups if group.live_from_ms is not None), default=None)

    def _group(self, gateway: UUID, channels: Collection[UUID]) -> Group:
        """The gateway's group; groups that turn out to share a channel become one."""
        mine = next((group for group in self.groups if gateway in group.gateways), None)
        if mine is not None and mine.channels.issuperset(channels):
            return mine
        sharing = [group for group in self.groups if group is mine or not group.channels.isdisjoint(channels)]
        if not sharing:
            sharing = [Group(set(), set())]
            self.groups.append(sharing[0])
        merged = sharing[0]
        merged.gateways.add(gateway)
        merged.channels.update(channels)
        for other in sharing[1:]:
            self.groups.remove(other)
            merged.gateways |= other.gateways
            merged.channels |= other.channels
            merged.spans = merged.spans.union(other.spans)
            starts = [start for start in (merged.live_from_ms, other.live_from_ms) if start is not None]
            merged.live_from_ms = min(starts, default=None)
        return merged
