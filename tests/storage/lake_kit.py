"""Readings to fill a lake with, and the lake's rows as plain tuples."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

import numpy as np
import pyarrow.parquet as pq
from deltalake import DeltaTable

from tynys.domain.average import Average, Origin
from tynys.domain.reading import ReadingBlock
from tynys.domain.status import AverageStatus, PlantState
from tynys.storage.lake_writer import LakeBatch

JOURNAL = UUID(int=99)
GATEWAY, STANDBY = UUID(int=1), UUID(int=2)
SO2, NOX = UUID(int=0xA), UUID(int=0xB)
DAY_MS = 86_400_000
MIDNIGHT = 20_000 * DAY_MS
MINUTE = 60_000


def block(channel=SO2, start_ms=MIDNIGHT, count=10, *, interval_ms=1000, base=100.0, gaps=(), values=None):
    value = np.asarray(values, dtype=np.float64) if values is not None else base + np.arange(count, dtype=np.float64)
    status, cause = np.ones(count, dtype=np.uint8), np.zeros(count, dtype=np.uint8)
    for place in gaps:
        value[place], status[place], cause[place] = np.nan, 7, 2
    return ReadingBlock(channel, start_ms, interval_ms, value, status, cause)


def batch(position, *blocks, gateway=GATEWAY, simulated=True):
    return LakeBatch(position, gateway, blocks, simulated)


def add(writer, *batches):
    for item in batches:
        writer.add_batch(item.position, item.gateway, item.blocks, item.simulated)


def tuples(table, names=("channel", "time_ms", "gateway", "value", "status", "cause")):
    return sorted(zip(*(table.column(name).to_pylist() for name in names), strict=True))


def on_disk(folder, name="readings"):
    """All rows of a table as any other tool reads them: the log says which files, Parquet says what is in them."""
    table = DeltaTable(str(folder / name))
    rows = []
    for action in table.get_add_actions(flatten=True).column("path").to_pylist():
        rows += pq.ParquetFile(folder / name / action).read().to_pylist()
    return rows


def average(start_ms=MIDNIGHT, value=100.0, *, source="gres-1.stack-1", component="so2", period="PT20M", **more):
    fields = {
        "unit": "mg/Nm3",
        "status": AverageStatus.VALID,
        "plant_state": PlantState.OPERATING,
        "origin": Origin.COMPUTED,
        "provisional": False,
        "count_valid": 1200,
        "count_expected": 1200,
        "count_operating": 1200,
        "known_ms": start_ms + 1_260_000,
        "raw": value,
    } | more
    return Average(source=source, component=component, period=period, start_ms=start_ms, end_ms=start_ms + 1_200_000, value=value, **fields)


def utc_day(offset=0):
    return (dt.datetime.fromtimestamp(MIDNIGHT / 1000, dt.UTC) + dt.timedelta(days=offset)).date().isoformat()
