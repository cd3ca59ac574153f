"""One Parquet file of a Delta table while it is written: row group by row group, on the disk when it is finished."""

from __future__ import annotations

import time
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tynys.storage.durable import sync_file
from tynys.storage.lake_order import coded, with_small_dictionaries

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tynys.storage.lake_schema import TableLayout

SORTED = "sorted-"
"""Beginning of the name of a file that compaction wrote."""


@dataclass(frozen=True, slots=True)
class DataFile:
    """A Parquet file of the current version.

    ``partition`` holds the partition values as texts; ``low`` and ``high`` the least and greatest value of each column the
    layout keeps statistics of; ``written_ms`` when it was added. [ms since 1970 UTC]
    """

    path: str
    size: int
    rows: int
    partition: Mapping[str, str]
    low: Mapping[str, Any]
    high: Mapping[str, Any]
    written_ms: int

    @property
    def compacted(self) -> bool:
        """Whether compaction wrote it."""
        return self.path.rpartition("/")[2].startswith(SORTED)


class FileDraft:
    """A file no version names yet.

    Parameters
    ----------
    root : Path
        The table's folder.
    layout : TableLayout
        How its files are written.
    partition : mapping
        The partition's values, as texts.
    compact : bool
        Whether compaction writes it: packed harder, and named so.
    """

    def __init__(self, root: Path, layout: TableLayout, partition: Mapping[str, str], *, compact: bool = False) -> None:
        self._root, self._layout, self._partition = root, layout, dict(partition)
        folder = "/".join(f"{name}={partition[name]}" for name in layout.partition)
        self._path = f"{folder}/{SORTED if compact else 'part-'}{uuid4()}.parquet"
        (root / folder).mkdir(parents=True, exist_ok=True)
        self._writer = pq.ParquetWriter(root / self._path, layout.file_schema, **layout.parquet(compact=compact))
        self._low: dict[str, Any] = {}
        self._high: dict[str, Any] = {}
        self.rows = 0

    def add(self, rows: pa.Table) -> None:
        """Append rows in the layout's order and columns."""
        for begin, end in row_groups(rows, self._layout):
            part = with_small_dictionaries(rows.slice(begin, end - begin))
            self._writer.write_table(part, row_group_size=self._layout.group_rows)
            for name in self._layout.statistics:
                low, high = _extremes(part.column(name))
                self._low[name] = min(low, self._low.get(name, low))
                self._high[name] = max(high, self._high.get(name, high))
        self.rows += rows.num_rows

    def finish(self) -> DataFile:
        """Close the file and wait until it is on the disk."""
        self._writer.close()
        full = self._root / self._path
        sync_file(full)
        return DataFile(self._path, full.stat().st_size, self.rows, self._partition, self._low, self._high, int(time.time() * 1000))

    def abandon(self) -> None:
        """Delete what was written."""
        self._writer.close()
        (self._root / self._path).unlink(missing_ok=True)


def row_groups(rows: pa.Table, layout: TableLayout) -> list[tuple[int, int]]:
    """Where row groups begin and end in ordered rows: long runs of the first key column apart, short ones together."""
    cuts = [0, rows.num_rows]
    if layout.own_group_rows is not None and rows.num_rows > layout.own_group_rows:
        codes, _ = coded(rows.column(layout.key[0]))
        edges = np.concatenate([[0], np.flatnonzero(codes[1:] != codes[:-1]) + 1, [rows.num_rows]])
        for begin, end in pairwise(edges.tolist()):
            if end - begin >= layout.own_group_rows:
                cuts += [begin, end]
    spans = pairwise(sorted(set(cuts)))
    return [(at, min(at + layout.group_rows, end)) for begin, end in spans for at in range(begin, end, layout.group_rows)]


def _extremes(column: pa.ChunkedArray) -> tuple[Any, Any]:
    """Least and greatest value of a row group's column, whose dictionary holds only what occurs."""
    values = column.chunk(0).dictionary if pa.types.is_dictionary(column.type) else column
    found = pc.min_max(values).as_py()
    return found["min"], found["max"]
