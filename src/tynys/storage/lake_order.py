"""Order of rows by their key, with texts compared through their dictionaries: one sort of integers, or none where order holds already."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from tynys.storage.lake_schema import TableLayout

_LARGEST = 2**62


def coded(column: pa.ChunkedArray) -> tuple[npt.NDArray[np.int32], list[str]]:
    """A column of texts as numbers and the texts they stand for."""
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    if column.num_chunks == 0:
        return np.empty(0, dtype=np.int32), []
    array = column.chunk(0) if column.num_chunks == 1 else column.unify_dictionaries().combine_chunks()
    array = array.chunk(0) if isinstance(array, pa.ChunkedArray) else array
    return array.indices.to_numpy(zero_copy_only=False), array.dictionary.to_pylist()


def ranked(column: pa.ChunkedArray) -> tuple[npt.NDArray[np.int64], int]:
    """A key column as numbers from 0 that order as its values do, and how many numbers there may be."""
    if pa.types.is_integer(column.type):
        numbers = column.to_numpy().astype(np.int64)
        low = int(numbers.min()) if len(numbers) else 0
        return numbers - low, (int(numbers.max()) - low + 1 if len(numbers) else 1)
    codes, texts = coded(column)
    place = np.empty(max(1, len(texts)), dtype=np.int64)
    place[: len(texts)][np.argsort(np.array(texts, dtype=object), kind="stable")] = np.arange(len(texts))
    return place[codes], max(1, len(texts))


def key_numbers(rows: pa.Table, names: Sequence[str]) -> list[npt.NDArray[np.int64]]:
    """The key of each row as few integer columns, the most significant first: one wherever its range allows."""
    found: list[npt.NDArray[np.int64]] = []
    room = 1
    for name in names:
        numbers, count = ranked(rows.column(name))
        if found and room * count < _LARGEST:
            found[-1] = found[-1] * count + numbers
            room *= count
        else:
            found.append(numbers)
            room = count
    return found


def ordered(rows: pa.Table, names: Sequence[str]) -> pa.Table:
    """Rows in the order of a key; of equal keys the earlier row stays first."""
    keys = key_numbers(rows, names)
    if len(keys) == 1 and bool(np.all(keys[0][1:] >= keys[0][:-1])):
        return rows
    order = np.argsort(keys[0], kind="stable") if len(keys) == 1 else np.lexsort(keys[::-1])
    return rows.take(pa.array(order))


def repeats(rows: pa.Table, names: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Whether each row has the key of the row before it."""
    same = np.ones(rows.num_rows, dtype=bool)
    if rows.num_rows:
        same[0] = False
    for numbers in key_numbers(rows, names):
        same[1:] &= numbers[1:] == numbers[:-1]
    return same


def occurrence(rows: pa.Table, names: Sequence[str]) -> npt.NDArray[np.int64]:
    """How many earlier rows have the same key as each row."""
    keys = key_numbers(rows, names)
    order = np.lexsort(keys[::-1])
    same = np.ones(rows.num_rows, dtype=bool)
    same[:1] = False
    for numbers in keys:
        same[1:] &= numbers[order][1:] == numbers[order][:-1]
    place = np.arange(rows.num_rows)
    rank = place - np.maximum.accumulate(np.where(same, 0, place))
    found = np.empty(rows.num_rows, dtype=np.int64)
    found[order] = rank
    return found


def file_columns(rows: pa.Table, layout: TableLayout) -> pa.Table:
    """Rows in the order and with the columns of the layout's files."""
    rows = ordered(rows, layout.key)
    columns = []
    for item in layout.file_schema:
        column = rows.column(item.name)
        if pa.types.is_dictionary(item.type) and not pa.types.is_dictionary(column.type):
            column = column.dictionary_encode()
        columns.append(column if column.type == item.type else column.cast(item.type))
    return pa.table(columns, schema=layout.file_schema).unify_dictionaries().combine_chunks()


def with_small_dictionaries(rows: pa.Table) -> pa.Table:
    """The same rows, each dictionary reduced to the texts that occur: a row group carries no others."""
    for place, item in enumerate(rows.schema):
        if not pa.types.is_dictionary(item.type) or rows.column(place).num_chunks != 1:
            continue
        array = rows.column(place).chunk(0)
        codes = array.indices.to_numpy(zero_copy_only=False)
        used = np.zeros(len(array.dictionary), dtype=bool)
        used[codes] = True
        if used.all():
            continue
        fresh = (np.cumsum(used) - 1).astype(np.int32)[codes]
        kept = array.dictionary.take(pa.array(np.flatnonzero(used)))
        rows = rows.set_column(place, item, pa.DictionaryArray.from_arrays(pa.array(fresh), kept))
    return rows
