"""One second of all channels as one compact, checksummed blob: what the spool takes before anything else happens."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec
import numpy as np

from tynys.domain.errors import StorageError
from tynys.domain.reading import ReadingBlock
from tynys.domain.status import GapCause, InstrumentStatus

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

TICK_MS = 1000
"""The gateway's own grid; every channel's interval is a whole multiple of it. [ms]"""

NOT_DUE = 0
"""Status byte of a channel whose grid has no instant in this second."""

NO_DEVICE_TIME = np.iinfo(np.int32).min
"""Device offset of a reading whose device told no time."""

_BARE_BYTES = 10
_DATED_BYTES = 14


class LayoutColumn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One column of a second: a channel and its grid interval. [ms]."""

    channel: UUID
    interval_ms: int


@dataclass(frozen=True)
class Layout:
    """The columns of a second, in order; stored once and named by its id."""

    columns: tuple[LayoutColumn, ...]

    @cached_property
    def intervals_ms(self) -> npt.NDArray[np.int64]:
        """Grid interval of each column. [ms]."""
        return np.array([column.interval_ms for column in self.columns], dtype=np.int64)

    def __len__(self) -> int:
        return len(self.columns)

    def encode(self) -> bytes:
        """JSON: ``[{"channel": uuid, "interval_ms": n}, …]``."""
        return msgspec.json.encode(self.columns)

    @classmethod
    def decode(cls, body: bytes) -> Layout:
        """The layout of its JSON."""
        return cls(msgspec.json.decode(body, type=tuple[LayoutColumn, ...]))

    def due(self, time_ms: int) -> npt.NDArray[np.bool_]:
        """Which columns have an instant of their grid at ``time_ms``."""
        return np.equal(time_ms % self.intervals_ms, 0)

    def count_due(self, start_ms: int, end_ms: int) -> int:
        """How many readings all columns owe in a half-open span, counted and never laid out: it may last years."""
        return int((-(-end_ms // self.intervals_ms) - -(-start_ms // self.intervals_ms)).sum())

    def longest_ms(self, readings: int, at_most_ms: int) -> int:
        """The longest span, in whole seconds, in which the columns owe no more than so many readings."""
        per_ms = float((1.0 / self.intervals_ms).sum())
        fits_ms = int((readings - len(self)) / per_ms) // TICK_MS * TICK_MS if len(self) else at_most_ms
        return max(TICK_MS, min(at_most_ms, fits_ms))


@dataclass(frozen=True, slots=True, eq=False)
class Second:
    """All samples of one instant. Arrays are (n,) in the layout's order; ``status`` 0 marks a column not due."""

    time_ms: int
    value: npt.NDArray[np.float64]
    status: npt.NDArray[np.uint8]
    cause: npt.NDArray[np.uint8]
    device_offset_ms: npt.NDArray[np.int32] | None = None

    def encode(self) -> bytes:
        """Little-endian columns: float64 values, status bytes, cause bytes, and int32 device offsets if there are any."""
        parts = [self.value.astype("<f8", copy=False).tobytes(), self.status.tobytes(), self.cause.tobytes()]
        if self.device_offset_ms is not None:
            parts.append(self.device_offset_ms.astype("<i4", copy=False).tobytes())
        return b"".join(parts)

    @classmethod
    def decode(cls, time_ms: int, body: bytes, columns: int) -> Second:
        """The second of its blob; `StorageError` if the length does not fit the layout."""
        if len(body) not in (_BARE_BYTES * columns, _DATED_BYTES * columns):
            raise StorageError(f"a second of {columns} channels has {len(body)} bytes", where=f"second {time_ms}", code="spool.row_damaged")
        value = np.frombuffer(body, dtype="<f8", count=columns)
        status = np.frombuffer(body, dtype=np.uint8, count=columns, offset=8 * columns)
        cause = np.frombuffer(body, dtype=np.uint8, count=columns, offset=9 * columns)
        offset = (
            np.frombuffer(body, dtype="<i4", count=columns, offset=_BARE_BYTES * columns) if len(body) > _BARE_BYTES * columns else None
        )
        return cls(time_ms, value, status, cause, offset)


def checksum(time_ms: int, layout: int, body: bytes) -> int:
    """CRC-32 of a row: little-endian int64 time, int64 layout id, then the body."""
    head = time_ms.to_bytes(8, "little", signed=True) + layout.to_bytes(8, "little", signed=True)
    return zlib.crc32(body, zlib.crc32(head))


def gap_second(time_ms: int, layout: Layout, cause: GapCause) -> Second:
    """A second in which every channel that was due has no value, for one cause."""
    due = layout.due(time_ms)
    return Second(
        time_ms,
        np.full(len(layout), np.nan),
        np.where(due, InstrumentStatus.COMMUNICATION_LOST.value, NOT_DUE).astype(np.uint8),
        np.where(due, cause.value, 0).astype(np.uint8),
    )


def to_blocks(seconds: Sequence[Second], layout: Layout) -> tuple[ReadingBlock, ...]:
    """The readings of seconds of one layout as one block per channel and unbroken run of its grid.

    A run also ends where the instrument's own time begins or ceases to be told, as when it dies: a block has it for every
    reading or for none.
    """
    if not seconds:
        return ()
    time = np.array([second.time_ms for second in seconds], dtype=np.int64)
    value = np.stack([second.value for second in seconds])
    status = np.stack([second.status for second in seconds])
    cause = np.stack([second.cause for second in seconds])
    offset = None
    if any(second.device_offset_ms is not None for second in seconds):
        none = np.full(len(layout), NO_DEVICE_TIME, dtype=np.int32)
        offset = np.stack([none if second.device_offset_ms is None else second.device_offset_ms for second in seconds])
    blocks: list[ReadingBlock] = []
    for index, column in enumerate(layout.columns):
        rows = np.flatnonzero(status[:, index] != NOT_DUE)
        if not len(rows):
            continue
        ends = np.diff(time[rows]) != column.interval_ms
        if offset is not None:
            told = offset[rows, index] != NO_DEVICE_TIME
            ends |= told[1:] != told[:-1]
        breaks = np.flatnonzero(ends) + 1
        for run in np.split(rows, breaks) if len(breaks) else (rows,):
            device = None if offset is None or offset[run[0], index] == NO_DEVICE_TIME else offset[run, index]
            blocks.append(
                ReadingBlock(
                    column.channel, int(time[run[0]]), column.interval_ms, value[run, index], status[run, index], cause[run, index], device
                )
            )
    return tuple(blocks)


def gap_blocks(layout: Layout, start_ms: int, end_ms: int, cause: GapCause) -> tuple[ReadingBlock, ...]:
    """One block of gap rows per channel over the half-open span, on each channel's grid."""
    blocks = []
    for column in layout.columns:
        first = -(-start_ms // column.interval_ms) * column.interval_ms
        count = max(0, -(-(end_ms - first) // column.interval_ms))
        if count:
            blocks.append(
                ReadingBlock(
                    column.channel,
                    first,
                    column.interval_ms,
                    np.full(count, np.nan),
                    np.full(count, InstrumentStatus.COMMUNICATION_LOST.value, dtype=np.uint8),
                    np.full(count, cause.value, dtype=np.uint8),
                )
            )
    return tuple(blocks)
