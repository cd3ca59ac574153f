"""Between the lake's columns and records: averages, summaries, readings by channel."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any
from uuid import UUID

import numpy as np
import pyarrow as pa

from tynys.domain.average import Average, Origin, Summary
from tynys.domain.status import AverageStatus, PlantState
from tynys.storage.lake_schema import AVERAGES, SUMMARIES

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

Columns = tuple["npt.NDArray[np.int64]", "npt.NDArray[np.float64]", "npt.NDArray[np.uint8]", "npt.NDArray[np.uint8]"]
"""Instants, values (NaN where absent), statuses, causes of one channel."""
_AVERAGE_FIELDS = tuple(f.name for f in fields(Average))
_SUMMARY_FIELDS = tuple(f.name for f in fields(Summary))


def months(start_ms: npt.NDArray[np.int64]) -> list[str]:
    """The UTC month of each start, as partitions name it."""
    return [str(month) for month in start_ms.astype("datetime64[ms]").astype("datetime64[M]")]


def averages_table(rows: Sequence[Average], *, simulated: bool) -> pa.Table:
    """Records as rows of the averages table."""
    columns: dict[str, list[Any]] = {name: [getattr(row, name) for row in rows] for name in _AVERAGE_FIELDS}
    for name in ("status", "plant_state", "origin"):
        columns[name] = [str(value) for value in columns[name]]
    columns["month"] = months(np.array(columns["start_ms"], np.int64))
    columns["simulated"] = [simulated] * len(rows)
    return pa.table([pa.array(columns[item.name], item.type) for item in AVERAGES], schema=AVERAGES)


def to_averages(table: pa.Table) -> list[Average]:
    """Rows of the averages table as records; columns left out of the table keep their defaults."""
    names = [name for name in _AVERAGE_FIELDS if name in table.column_names]
    columns = {name: table.column(name).to_pylist() for name in names}
    columns["status"] = [AverageStatus(value) for value in columns["status"]]
    columns["plant_state"] = [PlantState(value) for value in columns["plant_state"]]
    columns["origin"] = [Origin(value) for value in columns["origin"]]
    return [Average(**dict(zip(names, row, strict=True))) for row in zip(*(columns[name] for name in names), strict=True)]


def summaries_table(rows: Sequence[Summary], period: str, *, known_ms: int, simulated: bool) -> pa.Table:
    """Records as rows of the summaries table."""
    columns: dict[str, list[Any]] = {name: [getattr(row, name) for row in rows] for name in _SUMMARY_FIELDS}
    n = len(rows)
    columns |= {"period": [period] * n, "month": months(np.array(columns["start_ms"], np.int64)), "simulated": [simulated] * n}
    columns |= {"known_ms": [known_ms] * n, "revision": [0] * n}
    return pa.table([pa.array(columns[item.name], item.type) for item in SUMMARIES], schema=SUMMARIES)


def to_summaries(table: pa.Table) -> list[Summary]:
    """Rows of the summaries table as records."""
    columns = [table.column(name).to_pylist() for name in _SUMMARY_FIELDS]
    counts = _SUMMARY_FIELDS.index("count_by_status")
    columns[counts] = [tuple(value) for value in columns[counts]]
    return [Summary(*row) for row in zip(*columns, strict=True)]


def reading_blocks(table: pa.Table) -> dict[UUID, Columns]:
    """Columns of each channel, in the table's order of time."""
    if not table.num_rows:
        return {}
    column = table.column("channel")
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    encoded = column.unify_dictionaries().combine_chunks()
    encoded = encoded.chunk(0) if isinstance(encoded, pa.ChunkedArray) else encoded
    code = encoded.indices.to_numpy(zero_copy_only=False)
    time_ms = table.column("time_ms").to_numpy()
    value = table.column("value").to_numpy().astype(np.float64)
    status = table.column("status").to_numpy().astype(np.uint8)
    cause = table.column("cause").to_numpy().astype(np.uint8)
    order = np.argsort(code, kind="stable")
    names = encoded.dictionary.to_pylist()
    at = np.searchsorted(code[order], np.arange(len(names) + 1))
    return {
        UUID(name): (time_ms[chosen], value[chosen], status[chosen], cause[chosen])
        for name, first, last in zip(names, at[:-1], at[1:], strict=True)
        if len(chosen := order[first:last])
    }
