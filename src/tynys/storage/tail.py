"""The journal's tail: readings that are stored but not yet in the lake, held in memory in the lake's columns."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from tynys.storage.lake_instants import one_per_instant
from tynys.storage.lake_schema import READINGS

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from uuid import UUID

    from tynys.domain.reading import ReadingBlock

COLUMNS = READINGS.remove(READINGS.get_field_index("day"))
"""A query's columns: the lake's without the partition."""


@dataclass(frozen=True, slots=True, eq=False)
class _Held:
    position: int
    gateway: UUID
    block: ReadingBlock
    simulated: bool


class Tail:
    """Batches after the lake's position, by channel; any thread may ask."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: dict[UUID, deque[_Held]] = {}
        self._batches: deque[tuple[int, int]] = deque()
        self._rows = 0

    def add(self, position: int, gateway: UUID, blocks: Sequence[ReadingBlock], simulated: bool) -> None:
        """Hold a stored batch until the lake has it."""
        rows = 0
        with self._lock:
            for block in blocks:
                self._held.setdefault(block.channel, deque()).append(_Held(position, gateway, block, simulated))
                rows += len(block.value)
            self._batches.append((position, rows))
            self._rows += rows

    def trim(self, lake_position: int) -> None:
        """The lake holds everything up to this position."""
        with self._lock:
            if not self._batches or self._batches[0][0] > lake_position:
                return
            while self._batches and self._batches[0][0] <= lake_position:
                self._rows -= self._batches.popleft()[1]
            for channel, held in list(self._held.items()):
                while held and held[0].position <= lake_position:
                    held.popleft()
                if not held:
                    del self._held[channel]

    def __len__(self) -> int:
        return len(self._batches)

    @property
    def rows(self) -> int:
        """How many readings are held."""
        return self._rows

    def readings(self, channels: Collection[UUID], start_ms: int, end_ms: int) -> pa.Table:
        """Held rows of some channels in the half-open span, in the lake's columns."""
        with self._lock:
            held = {channel: list(self._held[channel]) for channel in channels if channel in self._held}
        found = [part for pieces in held.values() if (part := _rows(pieces, start_ms, end_ms)) is not None]
        return pa.concat_tables(found) if found else COLUMNS.empty_table()

    def merge(self, lake: pa.Table, tail: pa.Table) -> pa.Table:
        """Lake and tail together, by channel and time, one row per instant: the one stored first."""
        names = [name for name in COLUMNS.names if name in lake.column_names]
        schema = pa.schema([COLUMNS.field(name) for name in names])
        lake = lake.select(names).cast(schema)
        return one_per_instant(pa.concat_tables([lake, tail.select(names)])) if tail.num_rows else lake


def _rows(pieces: Sequence[_Held], start_ms: int, end_ms: int) -> pa.Table | None:
    """Rows of one channel."""
    cut: list[tuple[_Held, slice]] = []
    for held in pieces:
        block = held.block
        first = max(0, -(-(start_ms - block.start_ms) // block.interval_ms))
        last = min(len(block.value), -(-(end_ms - block.start_ms) // block.interval_ms))
        if first < last:
            cut.append((held, slice(first, last)))
    if not cut:
        return None
    counts = [part.stop - part.start for _, part in cut]
    value = np.concatenate([held.block.value[part] for held, part in cut])
    cause = np.concatenate([held.block.cause[part] for held, part in cut])
    offsets = [
        pa.nulls(part.stop - part.start, pa.int32())
        if held.block.device_offset_ms is None
        else pa.array(held.block.device_offset_ms[part], pa.int32())
        for held, part in cut
    ]
    gateways = [str(held.gateway) for held, _ in cut]
    texts = list(dict.fromkeys(gateways))
    codes = np.repeat([texts.index(text) for text in gateways], counts)
    time_ms = np.concatenate(
        [held.block.start_ms + held.block.interval_ms * np.arange(part.start, part.stop, dtype=np.int64) for held, part in cut]
    )
    columns = [
        pa.repeat(str(cut[0][0].block.channel), len(value)),
        pa.array(time_ms),
        pa.array(value, mask=np.isnan(value) | (cause != 0)),
        pa.array(np.concatenate([held.block.status[part] for held, part in cut]).astype(np.int8)),
        pa.array(cause.astype(np.int8)),
        pa.chunked_array(offsets).combine_chunks(),
        pa.array(texts).take(pa.array(codes)),
        pa.array(np.repeat([held.position for held, _ in cut], counts)),
        pa.array(np.repeat([held.simulated for held, _ in cut], counts)),
    ]
    return pa.table(columns, schema=COLUMNS)
