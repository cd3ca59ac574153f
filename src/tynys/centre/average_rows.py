"""Averages and summaries as the lake's rows, straight from the kernel's columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from tynys.storage.lake_files import absent
from tynys.storage.lake_rows import months
from tynys.storage.lake_schema import AVERAGES, SUMMARIES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tynys.calc.summary import SummaryTable
    from tynys.calc.table import AverageTable


def averages_rows(table: AverageTable, *, simulated: bool) -> pa.Table:
    """The rows of an average table, in the lake's columns."""
    columns: Mapping[str, Any] = table.columns()
    count = len(table)
    extra = {"month": months(np.asarray(columns["start_ms"], np.int64)), "simulated": np.full(count, simulated)}
    return _table(AVERAGES, {**columns, **extra})


def summary_rows(table: SummaryTable, period: str, *, known_ms: int, simulated: bool) -> pa.Table:
    """The rows of a summary table, in the lake's columns."""
    columns: Mapping[str, Any] = table.columns()
    count = len(columns["start_ms"])
    extra = {
        "period": [period] * count,
        "month": months(np.asarray(columns["start_ms"], np.int64)),
        "simulated": np.full(count, simulated),
        "known_ms": np.full(count, known_ms),
        "revision": np.zeros(count, np.int32),
    }
    return _table(SUMMARIES, {**columns, **extra})


def _table(schema: pa.Schema, columns: Mapping[str, Any]) -> pa.Table:
    arrays = []
    for field in schema:
        values = columns[field.name]
        if isinstance(values, np.ndarray):
            missing = np.isnan(values) if field.nullable and values.dtype.kind == "f" else None
            arrays.append(pa.array(values, field.type, mask=missing))
        else:
            arrays.append(pa.array([_plain(value) for value in values], field.type))
    return pa.Table.from_arrays(arrays, schema=schema)


def _plain(value: Any) -> Any:
    """An enumeration by its word, NaN as absent, the rest as it is."""
    if isinstance(value, str):
        return str(value)
    if isinstance(value, float) and value != value:  # noqa: PLR0124 - NaN
        return None
    return value


def pack(table: pa.Table) -> bytes:
    """A table as an Arrow stream, for another process or a file."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
        writer.write_table(table)
    return sink.getvalue().to_pybytes()  # type: ignore[no-any-return]


def unpack(body: bytes) -> pa.Table:
    """The table of an Arrow stream; averages packed before the lake gained columns get them empty."""
    with pa.ipc.open_stream(body) as reader:
        table: pa.Table = reader.read_all()
    if "count_operating" in table.column_names:
        for field in AVERAGES:
            if field.name not in table.column_names:
                table = table.append_column(field, absent(field, table.num_rows))
    return table
