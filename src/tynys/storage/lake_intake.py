"""Turns blocks of readings into the lake's files: split by day, in order of channel and time, one row per instant."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

import numpy as np
import pyarrow as pa

from tynys.storage.lake_coverage import Coverage, Series
from tynys.storage.lake_duplicates import ReadingConflict, Rows, settle
from tynys.storage.lake_files import FileScanner, Wanted
from tynys.storage.lake_order import coded
from tynys.storage.lake_schema import READINGS_LAYOUT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    import numpy.typing as npt

    from tynys.domain.reading import ReadingBlock
    from tynys.storage.delta import DeltaFolder
    from tynys.storage.delta_file import DataFile

DAY_MS = 86_400_000
_EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class LakeBatch:
    """Decoded readings of one batch, ready for the lake.

    Parameters
    ----------
    position : int
        The batch's place in the journal.
    gateway : UUID
        Who sent it.
    blocks : sequence of ReadingBlock
        Its readings.
    simulated : bool
        The gateway's mark, fixed at enrolment.
    received_ms : int
        When the centre received it. [ms since 1970 UTC]
    """

    position: int
    gateway: UUID
    blocks: Sequence[ReadingBlock]
    simulated: bool
    received_ms: int = 0


@dataclass(frozen=True, slots=True)
class Drained:
    """Files written, not yet committed, and what was found on the way."""

    files: tuple[DataFile, ...]
    rows: int
    duplicates: int
    conflicts: tuple[ReadingConflict, ...]
    days: tuple[str, ...]


@dataclass(slots=True)
class _Piece:
    """Part of a block that lies in one UTC day."""

    series: Series
    channel: str
    position: int
    simulated: bool
    start_ms: int
    interval_ms: int
    value: npt.NDArray[np.float64]
    status: npt.NDArray[np.uint8]
    cause: npt.NDArray[np.uint8]
    offset: npt.NDArray[np.int32] | None
    times: npt.NDArray[np.int64] | None = None


@dataclass(slots=True)
class _Day:
    pieces: list[_Piece] = field(default_factory=list)
    overlapping: set[Series] = field(default_factory=set)


class ReadingIntake:
    """Collects batches in order of position and writes them as one file per touched day.

    Parameters
    ----------
    table : DeltaFolder
        The readings table; files are written into it and committed by the caller.
    existing : function
        The files that hold a day's rows so far, by the day's text.
    """

    def __init__(self, table: DeltaFolder, existing: Callable[[str], Sequence[DataFile]]) -> None:
        self._table = table
        self._existing = existing
        self._scanner = FileScanner(table.root, READINGS_LAYOUT)
        self._coverage = Coverage(self._held)
        self._days: dict[str, _Day] = {}
        self._names: dict[UUID, str] = {}
        self.rows = 0
        self.since: float | None = None

    def add(self, batch: LakeBatch, days: frozenset[str] | None = None) -> None:
        """Take a batch's readings, only those of ``days`` if given."""
        for block in batch.blocks:
            if len(block) == 0:
                continue
            channel = self._name(block.channel)
            for day, piece in _by_day(batch, block, channel):
                if days is not None and day not in days:
                    continue
                last = piece.start_ms + (len(piece.value) - 1) * piece.interval_ms
                held = self._days.setdefault(day, _Day())
                if self._coverage.take(day, piece.series, piece.start_ms, last, piece.interval_ms):
                    held.overlapping.add(piece.series)
                held.pieces.append(piece)
                self.rows += len(piece.value)
        if self.rows and self.since is None:
            self.since = time.monotonic()

    def drain(self) -> Drained:
        """Write what was collected and start anew; a failure leaves everything collected."""
        files: list[DataFile] = []
        conflicts: list[ReadingConflict] = []
        rows = duplicates = 0
        try:
            for day in sorted(self._days):
                found, doubled, differing = self._settled(day, self._days[day])
                duplicates += doubled
                conflicts += differing
                if found:
                    files.append(self._table.write(self._columns(found), {"day": day}))
                    rows += files[-1].rows
        except BaseException:
            self._table.discard(files)
            raise
        days = tuple(sorted(self._days))
        self._days, self.rows, self.since = {}, 0, None
        self._coverage.trim()
        return Drained(tuple(files), rows, duplicates, tuple(conflicts), days)

    def forget(self, days: Iterable[str] | None = None) -> None:
        """The files of these days were replaced."""
        self._coverage.forget(days)

    def _name(self, channel: UUID) -> str:
        name = self._names.get(channel)
        if name is None:
            name = self._names[channel] = str(channel)
        return name

    def _held(self, day: str) -> Iterator[tuple[Series, int, int]]:
        """Hulls of what each file of a day holds, by gateway and channel."""
        for item in self._existing(day):
            rows = self._scanner.read([item], columns=["channel", "gateway", "time_ms"])
            if not rows.num_rows:
                continue
            channel, channels = coded(rows.column("channel"))
            gateway, gateways = coded(rows.column("gateway"))
            instant = rows.column("time_ms").to_numpy()
            edge = np.flatnonzero((np.diff(channel) != 0) | (np.diff(gateway) != 0) | (np.diff(instant) <= 0))
            starts = np.concatenate([[0], edge + 1])
            ends = np.concatenate([edge, [len(instant) - 1]])
            for start, end in zip(starts, ends, strict=True):
                series = (UUID(gateways[gateway[start]]), UUID(channels[channel[start]]))
                yield series, int(instant[start]), int(instant[end])

    def _settled(self, day: str, held: _Day) -> tuple[list[_Piece], int, list[ReadingConflict]]:
        """The pieces with every instant once: overlapping series are compared with the lake and with each other."""
        if not held.overlapping:
            return held.pieces, 0, []
        pieces = [piece for piece in held.pieces if piece.series not in held.overlapping]
        duplicates = 0
        conflicts: list[ReadingConflict] = []
        wanted = Wanted("channel", {self._name(channel) for _, channel in held.overlapping}, "time_ms", -(2**62), 2**62)
        existing = self._scanner.read(
            self._existing(day), wanted, ["channel", "gateway", "time_ms", "value", "status", "cause", "position"]
        )
        by_series = split(existing)
        for series in sorted(held.overlapping):
            mine = [piece for piece in held.pieces if piece.series == series]
            kept, doubled, differing = settle(
                series, by_series.get(series, Rows.empty()), Rows.concatenate([_rows(piece) for piece in mine])
            )
            duplicates += doubled
            conflicts += differing
            pieces += _kept(mine, kept)
        return pieces, duplicates, conflicts

    def _columns(self, pieces: list[_Piece]) -> pa.Table:
        """The pieces as one table, blocks in order of channel and time."""
        pieces.sort(key=lambda piece: (piece.channel, piece.start_ms, piece.position))
        lengths = np.array([len(piece.value) for piece in pieces], dtype=np.int64)
        total = int(lengths.sum())
        begins = np.cumsum(lengths) - lengths
        starts = np.array([piece.start_ms for piece in pieces], dtype=np.int64)
        intervals = np.array([piece.interval_ms for piece in pieces], dtype=np.int64)
        instant = np.repeat(starts - begins * intervals, lengths) + np.repeat(intervals, lengths) * np.arange(total, dtype=np.int64)
        value = np.concatenate([piece.value for piece in pieces])
        cause = np.concatenate([piece.cause for piece in pieces])
        offset = np.zeros(total, dtype=np.int32)
        offset_absent = np.ones(total, dtype=bool)
        for piece, begin, length in zip(pieces, begins, lengths, strict=True):
            if piece.times is not None:
                instant[begin : begin + length] = piece.times
            if piece.offset is not None:
                offset[begin : begin + length] = piece.offset
                offset_absent[begin : begin + length] = False
        columns = {
            "channel": _repeated([piece.channel for piece in pieces], lengths),
            "time_ms": pa.array(instant),
            "value": pa.array(value, mask=np.isnan(value) | (cause != 0)),
            "status": pa.array(np.concatenate([piece.status for piece in pieces]).astype(np.int8)),
            "cause": pa.array(cause.astype(np.int8)),
            "device_offset_ms": pa.nulls(total, pa.int32()) if offset_absent.all() else pa.array(offset, mask=offset_absent),
            "gateway": _repeated([str(piece.series[0]) for piece in pieces], lengths),
            "position": pa.array(np.repeat(np.array([piece.position for piece in pieces], dtype=np.int64), lengths)),
            "simulated": pa.array(np.repeat(np.array([piece.simulated for piece in pieces]), lengths)),
        }
        return pa.table(columns, schema=READINGS_LAYOUT.file_schema)


def split(rows: pa.Table) -> dict[Series, Rows]:
    """Rows of the lake by gateway and channel."""
    if not rows.num_rows:
        return {}
    channel, channels = coded(rows.column("channel"))
    gateway, gateways = coded(rows.column("gateway"))
    value = rows.column("value").to_numpy(zero_copy_only=False)
    everything = Rows(
        rows.column("time_ms").to_numpy(),
        np.asarray(value, dtype=np.float64),
        rows.column("status").to_numpy().astype(np.uint8),
        rows.column("cause").to_numpy().astype(np.uint8),
        rows.column("position").to_numpy(),
    )
    both = channel.astype(np.int64) * len(gateways) + gateway
    found: dict[Series, Rows] = {}
    for code in np.unique(both):
        series = (UUID(gateways[code % len(gateways)]), UUID(channels[code // len(gateways)]))
        found[series] = everything.take(np.flatnonzero(both == code))
    return found


def _by_day(batch: LakeBatch, block: ReadingBlock, channel: str) -> Iterator[tuple[str, _Piece]]:
    """Parts of a block by UTC day."""
    series = (batch.gateway, block.channel)
    count, start, interval = len(block), block.start_ms, block.interval_ms
    begin = 0
    while begin < count:
        first = start + begin * interval
        day = first // DAY_MS
        end = min(count, begin + max(1, -(-((day + 1) * DAY_MS - first) // interval)))
        part = slice(begin, end)
        offset = None if block.device_offset_ms is None else block.device_offset_ms[part]
        piece = _Piece(
            series,
            channel,
            batch.position,
            batch.simulated,
            first,
            interval,
            block.value[part],
            block.status[part],
            block.cause[part],
            offset,
        )
        yield date.fromordinal(_EPOCH + day).isoformat(), piece
        begin = end


def _rows(piece: _Piece) -> Rows:
    count = len(piece.value)
    instants = piece.start_ms + piece.interval_ms * np.arange(count, dtype=np.int64)
    return Rows(instants, piece.value, piece.status, piece.cause, np.full(count, piece.position, dtype=np.int64))


def _kept(pieces: list[_Piece], kept: npt.NDArray[np.bool_]) -> Iterator[_Piece]:
    """What is left of each piece."""
    begin = 0
    for piece in pieces:
        keep = kept[begin : begin + len(piece.value)]
        begin += len(piece.value)
        if keep.all():
            yield piece
        elif keep.any():
            instants = _rows(piece).time_ms[keep]
            offset = None if piece.offset is None else piece.offset[keep]
            yield _Piece(
                piece.series,
                piece.channel,
                piece.position,
                piece.simulated,
                int(instants[0]),
                piece.interval_ms,
                piece.value[keep],
                piece.status[keep],
                piece.cause[keep],
                offset,
                instants,
            )


def _repeated(texts: list[str], lengths: npt.NDArray[np.int64]) -> pa.DictionaryArray:
    """Each text as often as its length says, as a dictionary column."""
    names = sorted(set(texts))
    place = {name: number for number, name in enumerate(names)}
    codes = np.repeat(np.array([place[text] for text in texts], dtype=np.int32), lengths)
    return pa.DictionaryArray.from_arrays(pa.array(codes), pa.array(names, pa.string()))
