"""Readings from wherever they are: the rings in memory, or the lake with the journal's tail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tynys.calc.series import Series
from tynys.storage.lake_rows import reading_blocks

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    import pyarrow as pa

    from tynys.centre.rings import Rings
    from tynys.domain.reading import ReadingBlock
    from tynys.storage.lake_reader import LakeReader
    from tynys.storage.tail import Tail


class Readings:
    """One question for readings of any age."""

    def __init__(self, rings: Rings, tail: Tail, lake: LakeReader) -> None:
        self._rings, self._tail, self._lake = rings, tail, lake

    def held(self, channels: Collection[UUID], start_ms: int, end_ms: int) -> list[ReadingBlock] | None:
        """From memory, if the rings still hold all they were told of the span. On the event loop only."""
        since = self._rings.holds_since(channels)
        if not since or since > start_ms:
            return None
        return self._rings.cut(channels, start_ms, end_ms)

    def table(self, channels: Collection[UUID], start_ms: int, end_ms: int) -> pa.Table:
        """Rows of lake and tail together, one per channel and instant, in the lake's columns; for a thread."""
        chosen = list(channels)
        tail = self._tail.readings(chosen, start_ms, end_ms)
        return self._tail.merge(self._lake.readings(chosen, start_ms, end_ms), tail)

    def stored(self, channels: Collection[UUID], start_ms: int, end_ms: int) -> dict[UUID, Series]:
        """From lake and tail, as series; for a thread."""
        chosen = list(channels)
        tail = self._tail.readings(chosen, start_ms, end_ms)
        if not tail.num_rows:
            return self._lake.series(chosen, start_ms, end_ms)
        found = reading_blocks(self._tail.merge(self._lake.readings(chosen, start_ms, end_ms), tail))
        return {channel: Series(time_ms, value, status) for channel, (time_ms, value, status, _) in found.items() if len(time_ms)}

    def summaries(self, channel: UUID, period: str, start_ms: int, end_ms: int) -> pa.Table:
        """Summaries of a channel's windows, as far as the lake has them; for a thread."""
        return self._lake.summaries([channel], start_ms, end_ms, period)
