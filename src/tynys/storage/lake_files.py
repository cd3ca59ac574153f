"""Reading rows out of the lake's Parquet files, touching only the row groups that can hold them."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tynys.domain.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from pathlib import Path

    from tynys.storage.delta_file import DataFile
    from tynys.storage.lake_cache import ColumnCache
    from tynys.storage.lake_schema import TableLayout

KEPT_FOOTERS = 4096
"""How many files' footers a reader keeps; files never change, so a footer is read once."""
WORTH_THREADS = 1_000_000
"""Rows from which on several threads decode a file; below, handing the work over takes longer than doing it."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows are wanted: one of ``texts`` in ``column``, and an instant in the half-open span of ``instant``."""

    column: str
    texts: Collection[str] | None
    instant: str
    start_ms: int
    end_ms: int

    def may_be_in(self, low: Mapping[str, Any], high: Mapping[str, Any]) -> bool:
        """Whether rows between these extremes can be wanted; an unknown extreme excludes nothing."""
        first, last = low.get(self.instant), high.get(self.instant)
        if first is not None and last is not None and (last < self.start_ms or first >= self.end_ms):
            return False
        least, greatest = low.get(self.column), high.get(self.column)
        if self.texts is None or least is None or greatest is None:
            return True
        return any(least <= text <= greatest for text in self.texts)


@dataclass(frozen=True, slots=True)
class _Footer:
    metadata: pq.FileMetaData
    low: tuple[dict[str, Any], ...]
    high: tuple[dict[str, Any], ...]


class FileScanner:
    """Reads wanted rows of one table's files; may be used from many threads.

    Parameters
    ----------
    root : Path
        The table's folder.
    layout : TableLayout
        Its columns.
    cache : ColumnCache or None
        Where columns read are kept for the next reader.
    """

    def __init__(self, root: Path, layout: TableLayout, cache: ColumnCache | None = None) -> None:
        self._root = root
        self._cache = cache
        self._layout = layout
        self._lock = threading.Lock()
        self._footers: OrderedDict[str, _Footer] = OrderedDict()
        self._names = [item.name for item in layout.file_schema]
        self._texts = {item.name for item in layout.file_schema if pa.types.is_dictionary(item.type)}

    def read(self, files: Iterable[DataFile], wanted: Wanted | None = None, columns: Sequence[str] | None = None) -> pa.Table:
        """Rows of the files, in the files' order; texts by dictionary; partition columns are added where asked for."""
        names = list(columns) if columns is not None else [item.name for item in self._layout.schema]
        parts = [part for item in files if (part := self._read_file(item, wanted, names)) is not None]
        if not parts:
            return self.empty(names)
        return pa.concat_tables(parts).unify_dictionaries() if len(parts) > 1 else parts[0]

    def bounds(self, item: DataFile) -> tuple[pq.FileMetaData, tuple[dict[str, Any], ...], tuple[dict[str, Any], ...]]:
        """A file's footer, and the least and greatest key columns of each row group, as far as they are stated."""
        footer = self._footer(item.path)
        return footer.metadata, footer.low, footer.high

    def empty(self, names: Sequence[str]) -> pa.Table:
        """No rows, with these columns."""
        return pa.schema([self._field(name) for name in names]).empty_table()

    def _field(self, name: str) -> pa.Field:
        item = self._layout.schema.field(name)
        if pa.types.is_string(item.type):
            item = item.with_type(pa.dictionary(pa.int32(), pa.string()))
        return item.with_nullable(nullable=True)

    def _read_file(self, item: DataFile, wanted: Wanted | None, names: Sequence[str]) -> pa.Table | None:
        if wanted is not None and not wanted.may_be_in(item.low, item.high):
            return None
        footer = self._footer(item.path)
        groups = [
            number
            for number in range(footer.metadata.num_row_groups)
            if wanted is None or wanted.may_be_in(footer.low[number], footer.high[number])
        ]
        if not groups:
            return None
        needed = [name for name in names if name in self._names]
        extra = [] if wanted is None else [name for name in (wanted.column, wanted.instant) if name not in needed]
        rows = self._columns(item.path, footer.metadata, tuple(groups), [*needed, *extra])
        if wanted is not None:
            rows = select(rows, wanted)
            if not rows.num_rows:
                return None
        return self._complete(rows, item, names)

    def _columns(self, path: str, metadata: pq.FileMetaData, groups: tuple[int, ...], names: Sequence[str]) -> pa.Table:
        """Columns of some row groups, those held in the cache from there."""
        held = {name: self._cache.get((path, groups, name)) for name in names} if self._cache is not None else {}
        written = set(metadata.schema.to_arrow_schema().names)
        if len(written) < len(self._names):  # a file from before the table gained columns
            rows = sum(metadata.row_group(number).num_rows for number in groups)
            held |= {name: absent(self._field(name), rows) for name in names if name not in written}
        missing = [name for name in names if held.get(name) is None]
        if missing:
            many = sum(metadata.row_group(number).num_rows for number in groups) > WORTH_THREADS
            with pq.ParquetFile(
                self._root / path, metadata=metadata, read_dictionary=sorted(self._texts.intersection(missing)), memory_map=True
            ) as file:
                read = file.read_row_groups(groups, columns=missing, use_threads=many)
            for name in missing:
                held[name] = read.column(name)
                if self._cache is not None:
                    self._cache.put((path, groups, name), read.column(name))
        return pa.table([held[name] for name in names], names=list(names))

    def _complete(self, rows: pa.Table, item: DataFile, names: Sequence[str]) -> pa.Table:
        columns = []
        for name in names:
            field = self._field(name)
            if name in item.partition:
                value = pa.scalar(item.partition[name], pa.string())
                column = pa.repeat(value if pa.types.is_dictionary(field.type) else value.cast(field.type), rows.num_rows)
                columns.append(column.dictionary_encode() if pa.types.is_dictionary(field.type) else column)
            else:
                column = rows.column(name)
                columns.append(column if column.type == field.type else column.cast(field.type))
        return pa.table(columns, schema=pa.schema([self._field(name) for name in names]))

    def _footer(self, path: str) -> _Footer:
        with self._lock:
            known = self._footers.get(path)
            if known is not None:
                self._footers.move_to_end(path)
                return known
        try:
            metadata = pq.read_metadata(self._root / path)
        except FileNotFoundError:
            raise
        except (OSError, pa.ArrowInvalid) as error:
            raise StorageError(
                f"expected a Parquet file, but it cannot be read: {error}",
                where=str(self._root / path),
                hint="Make the lake again from the journal: tynys centre rebuild-lake.",
                code="lake.damaged",
            ) from error
        footer = _bounds(metadata, [name for name in (*self._layout.key,) if name in self._names])
        with self._lock:
            self._footers[path] = footer
            if len(self._footers) > KEPT_FOOTERS:
                self._footers.popitem(last=False)
        return footer


def _bounds(metadata: pq.FileMetaData, names: Sequence[str]) -> _Footer:
    """Extremes of some columns in every row group."""
    place = {metadata.schema.column(number).name: number for number in range(metadata.num_columns)}
    low: list[dict[str, Any]] = []
    high: list[dict[str, Any]] = []
    for number in range(metadata.num_row_groups):
        group = metadata.row_group(number)
        found = {name: group.column(place[name]).statistics for name in names}
        low.append({name: item.min for name, item in found.items() if item is not None and item.has_min_max})
        high.append({name: item.max for name, item in found.items() if item is not None and item.has_min_max})
    return _Footer(metadata, tuple(low), tuple(high))


def absent(field: pa.Field, rows: int) -> pa.ChunkedArray:
    """A column for rows written before it was thought of: no measure, no count, no text."""
    if pa.types.is_dictionary(field.type):
        return pa.chunked_array([pa.repeat("", rows).dictionary_encode()])
    if pa.types.is_string(field.type):
        return pa.chunked_array([pa.repeat("", rows)])
    return pa.chunked_array([pa.repeat(pa.scalar(0 if pa.types.is_integer(field.type) else None, field.type), rows)])


def select(rows: pa.Table, wanted: Wanted) -> pa.Table:
    """Only the wanted rows."""
    instant = rows.column(wanted.instant)
    mask = pc.and_(pc.greater_equal(instant, wanted.start_ms), pc.less(instant, wanted.end_ms))
    if wanted.texts is not None:
        mask = pc.and_(mask, is_one_of(rows.column(wanted.column), wanted.texts))
    return only(rows, mask)


def only(rows: pa.Table, mask: pa.ChunkedArray) -> pa.Table:
    """The rows of a mask without nulls; where they follow one another, as in a sorted file, none is copied."""
    flags = np.concatenate([np.asarray(part) for part in mask.chunks]) if mask.num_chunks else np.empty(0, np.bool_)
    count = int(np.count_nonzero(flags))
    first = int(np.argmax(flags)) if count else 0
    if flags[first : first + count].all():
        return rows.slice(first, count)
    return rows.filter(mask)


def is_one_of(column: pa.ChunkedArray, texts: Collection[str]) -> pa.ChunkedArray:
    """Whether each value is one of the texts; a dictionary column is judged by its dictionary."""
    values = pa.array(sorted(texts), pa.string())
    if not pa.types.is_dictionary(column.type):
        return pc.is_in(column, value_set=values)
    chunks = [pc.is_in(part.dictionary, value_set=values).take(part.indices) for part in column.chunks]
    return pa.chunked_array(chunks, pa.bool_())
