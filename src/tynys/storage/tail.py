"""The journal's tail: readings that are stored but not yet in the lake, held in memory in the lake's columns."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tynys.storage.lake_schema import READINGS

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from uuid import UUID

    from tynys.domain.reading import ReadingBlock

COLUMNS = READINGS.remove(READINGS.get_field_index("day"))
"""A query's columns: the lake's without the partition."""


@dataclass(frozen=True, slots=True)
class _Held:
    position: int
    gateway: UUID
    blocks: tuple[ReadingBlock, ...]
    simulated: bool


class Tail:
    """Batches after the lake's position; any thread may ask."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: deque[_Held] = deque()

    def add(self, position: int, gateway: UUID, blocks: Sequence[ReadingBlock], simulated: bool) -> None:
        """Hold a stored batch until the lake has it."""
        with self._lock:
            self._held.append(_Held(position, gateway, tuple(blocks), simulated))

    def trim(self, lake_position: int) -> None:
        """The lake holds everything up to this position."""
        with self._lock:
            while self._held and self._held[0].position <= lake_position:
                self._held.popleft()

    def __len__(self) -> int:
        return len(self._held)

    def readings(self, channels: Collection[UUID], start_ms: int, end_ms: int) -> pa.Table:
        """Held rows of some channels in the half-open span, in the lake's columns."""
        wanted = set(channels)
        with self._lock:
            held = list(self._held)
        found = [
            part
            for each in held
            for block in each.blocks
            if block.channel in wanted and (part := _rows(each, block, start_ms, end_ms)) is not None
        ]
        return pa.concat_tables(found) if found else COLUMNS.empty_table()

    def merge(self, lake: pa.Table, tail: pa.Table) -> pa.Table:
        """Lake and tail together, by channel and time, one row per instant: the one stored first."""
        names = [name for name in COLUMNS.names if name in lake.column_names]
        schema = pa.schema([COLUMNS.field(name) for name in names])
        lake = lake.select(names).cast(schema)
        return one_per_instant(pa.concat_tables([lake, tail.select(names)])) if tail.num_rows else lake


def one_per_instant(rows: pa.Table) -> pa.Table:
    """Rows by channel and time; of several for one instant the one with the lowest journal position stays."""
    order = pc.sort_indices(rows, sort_keys=[("channel", "ascending"), ("time_ms", "ascending"), ("position", "ascending")])
    rows = rows.take(order).combine_chunks()
    if rows.num_rows < 2:  # noqa: PLR2004 - one row is always alone
        return rows
    channel, instant = rows.column("channel"), rows.column("time_ms")
    same = np.asarray(pc.and_(pc.equal(channel[:-1], channel[1:]), pc.equal(instant[:-1], instant[1:])))
    return rows.filter(pa.array(np.concatenate([[True], ~same]))) if same.any() else rows


def _rows(held: _Held, block: ReadingBlock, start_ms: int, end_ms: int) -> pa.Table | None:
    time_ms = block.time_ms
    first, last = np.searchsorted(time_ms, (start_ms, end_ms))
    if first == last:
        return None
    n, part = int(last - first), slice(first, last)
    value = block.value[part]
    offset = pa.nulls(n, pa.int32()) if block.device_offset_ms is None else pa.array(block.device_offset_ms[part], pa.int32())
    columns = [
        pa.array([str(block.channel)] * n, pa.string()),
        pa.array(time_ms[part]),
        pa.array(value, mask=np.isnan(value) | (block.cause[part] != 0)),
        pa.array(block.status[part].astype(np.int8)),
        pa.array(block.cause[part].astype(np.int8)),
        offset,
        pa.array([str(held.gateway)] * n, pa.string()),
        pa.array(np.full(n, held.position, np.int64)),
        pa.array(np.full(n, held.simulated)),
    ]
    return pa.table(columns, schema=COLUMNS)
