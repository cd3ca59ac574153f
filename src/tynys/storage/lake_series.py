"""Readings of long spans straight out of sorted files: time, value and status of each channel, and no other column."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any
from uuid import UUID

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tynys.calc.series import Series

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from pathlib import Path

    from tynys.storage.delta_file import DataFile
    from tynys.storage.lake_files import FileScanner

_COLUMNS = ("time_ms", "value", "status")
_NOTHING, _WANTED, _MIXED = 0, 1, 2
_Group = tuple[int, int, str, pq.FileMetaData, int]
"""Least and greatest instant, the file, its footer, the row group."""


def plain_groups(
    scanner: FileScanner, files: Iterable[DataFile], channels: Collection[str], span: tuple[int, int]
) -> dict[str, list[_Group]] | None:
    """Row groups that together hold the channels' rows of the half-open span, by channel and time.

    None where that cannot be said from footers: a row group holds several channels or gateways, or two of a channel reach into each
    other's time, so that rows must be compared.
    """
    found: dict[str, list[_Group]] = {channel: [] for channel in channels}
    for item in files:
        metadata, lows, highs = scanner.bounds(item)
        for number, (low, high) in enumerate(zip(lows, highs, strict=True)):
            kind = _judge(low, high, channels, span)
            if kind is _MIXED:
                return None
            if kind is _WANTED:
                found[low["channel"]].append((low["time_ms"], high["time_ms"], item.path, metadata, number))
    for groups in found.values():
        groups.sort(key=lambda group: group[:2])
        if any(after[0] <= before[1] for before, after in pairwise(groups)):
            return None
    return found


def _judge(low: Mapping[str, Any], high: Mapping[str, Any], channels: Collection[str], span: tuple[int, int]) -> int:
    """What a row group between these extremes has for the channels."""
    if not all(name in low and name in high for name in ("channel", "time_ms", "gateway")):
        return _MIXED
    if high["time_ms"] < span[0] or low["time_ms"] >= span[1]:
        return _NOTHING
    if low["channel"] != high["channel"]:
        return _MIXED if any(low["channel"] <= channel <= high["channel"] for channel in channels) else _NOTHING
    if low["channel"] not in channels:
        return _NOTHING
    return _WANTED if low["gateway"] == high["gateway"] else _MIXED


def read_groups(root: Path, found: Mapping[str, list[_Group]], span: tuple[int, int]) -> dict[UUID, Series] | None:
    """The rows of such groups inside the half-open span; a channel without any is left out. None if they are not in order."""
    wanted: dict[str, list[tuple[str, _Group]]] = {}
    for channel, groups in found.items():
        for group in groups:
            wanted.setdefault(group[2], []).append((channel, group))
    pieces: dict[str, list[tuple[int, Series]]] = {}
    for path, members in wanted.items():
        with pq.ParquetFile(root / path, metadata=members[0][1][3], memory_map=True) as file:
            for channel, group in members:
                piece = _cut(file.read_row_group(group[4], columns=list(_COLUMNS), use_threads=False), span)
                if not bool(np.all(piece.time_ms[1:] > piece.time_ms[:-1])):
                    return None
                if len(piece):
                    pieces.setdefault(channel, []).append((group[0], piece))
    return {UUID(channel): joined([piece for _, piece in sorted(parts, key=lambda part: part[0])]) for channel, parts in pieces.items()}


def _cut(rows: pa.Table, span: tuple[int, int]) -> Series:
    """Columns of one row group as arrays, without copying where nothing is absent; an absent value is NaN."""
    times = rows.column("time_ms").to_numpy()
    first, last = np.searchsorted(times, span)
    value, status = rows.column("value").to_numpy(), rows.column("status").to_numpy().view(np.uint8)
    return Series(times[first:last], value[first:last], status[first:last])


def joined(pieces: list[Series]) -> Series:
    """One series of pieces that follow each other in time."""
    if len(pieces) == 1:
        return pieces[0]
    return Series(
        np.concatenate([piece.time_ms for piece in pieces]),
        np.concatenate([piece.value for piece in pieces]),
        np.concatenate([piece.status for piece in pieces]),
    )
