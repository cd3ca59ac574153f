"""Reads the centre's lake as anyone's tool would: Delta tables by their published columns (docs/reference/storage.md)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from deltalake import DeltaTable

from tynys_checker.join import Rows

if TYPE_CHECKING:
    from pathlib import Path


DAY_MS = 86_400_000


def read_readings(lake: Path, gateways: set[str], start_ms: int, end_ms: int) -> dict[str, Rows]:
    """Rows by channel of the half-open span, as sent by the given gateways."""
    rows: list[tuple[str, str, object]] = [("gateway", "in", sorted(gateways)), ("time_ms", ">=", start_ms), ("time_ms", "<", end_ms)]
    if end_ms - start_ms <= DAY_MS:
        rows.append(("day", "in", sorted({datetime.fromtimestamp(t / 1000, tz=UTC).date() for t in (start_ms, end_ms - 1)})))
    table: pa.Table = DeltaTable(lake / "readings").to_pyarrow_table(filters=rows, columns=["channel", "time_ms", "value"])
    return by_channel(table)


def by_channel(table: pa.Table) -> dict[str, Rows]:
    """Split a table of readings by its channel column."""
    encoded = pc.dictionary_encode(table["channel"].combine_chunks())
    names = encoded.dictionary.to_pylist()
    code = encoded.indices.to_numpy(zero_copy_only=False)
    time_ms = table["time_ms"].to_numpy().astype(np.int64)
    value = pc.fill_null(table["value"].combine_chunks(), float("nan")).to_numpy(zero_copy_only=False)
    order = np.argsort(code, kind="stable")
    bounds = np.searchsorted(code[order], np.arange(len(names) + 1))
    return {name: Rows(time_ms[order[a:b]], value[order[a:b]]) for name, a, b in zip(names, bounds[:-1], bounds[1:], strict=True)}


def count_averages(lake: Path, start_ms: int, end_ms: int) -> int:
    """20-minute averages computed from windows that lie wholly in the span and carry a value."""
    table: pa.Table = DeltaTable(lake / "averages").to_pyarrow_table(
        columns=["period", "start_ms", "end_ms", "value", "origin", "count_valid"]
    )
    keep = (
        pc.equal(table["period"], "PT20M"),
        pc.equal(table["origin"], "computed"),
        pc.greater_equal(table["start_ms"], start_ms),
        pc.less_equal(table["end_ms"], end_ms),
        pc.is_valid(table["value"]),
        pc.greater(table["count_valid"], 0),
    )
    mask = keep[0]
    for condition in keep[1:]:
        mask = pc.and_(mask, condition)
    return int(table.filter(mask).num_rows)


def compare_averages(lake: Path) -> tuple[int, int]:
    """Windows of which the plant and the centre each hold an average of their own, and those of them in which anything differs.

    Compared are value, status and both counts of every final average, to the last digit.
    """
    key, said = ("source", "component", "period", "start_ms"), ("value", "status", "count_valid", "count_expected")
    table: pa.Table = DeltaTable(lake / "averages").to_pyarrow_table(columns=[*key, *said, "origin", "provisional"])
    by_plant = table.filter(pc.equal(table["origin"], "reported_by_plant"))
    final = table.filter(pc.and_(pc.equal(table["origin"], "computed"), pc.invert(table["provisional"])))
    ours = {tuple(row[name] for name in key): tuple(row[name] for name in said) for row in final.select([*key, *said]).to_pylist()}
    theirs = {tuple(row[name] for name in key): tuple(row[name] for name in said) for row in by_plant.select([*key, *said]).to_pylist()}
    both = ours.keys() & theirs.keys()
    return len(both), sum(ours[window] != theirs[window] for window in both)
