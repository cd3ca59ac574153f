"""The lake's four tables: their columns, partitions, order of rows and how their Parquet files are written."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from tynys.calc.table import MEASURES

if TYPE_CHECKING:
    from collections.abc import Mapping

JOURNAL = "tynys-journal"
"""Application id of the Delta transaction of `readings` that carries the journal position reached."""
INCARNATION = "incarnation"
"""File in the lake's folder that names the journal it was made from."""
TEXT = pa.dictionary(pa.int32(), pa.string())
"""How repeated texts are held in memory; in the files and to other tools they are plain strings."""

TABLE_SETTINGS: Mapping[str, str] = MappingProxyType({"delta.checkpointInterval": "100", "delta.dataSkippingNumIndexedCols": "4"})
"""A checkpoint now and then, so that a reader need not walk the whole log."""

READINGS = pa.schema(
    [
        pa.field("day", pa.date32(), nullable=False),
        pa.field("channel", pa.string(), nullable=False),
        pa.field("time_ms", pa.int64(), nullable=False),
        pa.field("value", pa.float64()),
        pa.field("status", pa.int8(), nullable=False),
        pa.field("cause", pa.int8(), nullable=False),
        pa.field("device_offset_ms", pa.int32()),
        pa.field("gateway", pa.string(), nullable=False),
        pa.field("position", pa.int64(), nullable=False),
        pa.field("simulated", pa.bool_(), nullable=False),
    ]
)
AVERAGES = pa.schema(
    [
        pa.field("period", pa.string(), nullable=False),
        pa.field("month", pa.string(), nullable=False),
        pa.field("source", pa.string(), nullable=False),
        pa.field("component", pa.string(), nullable=False),
        pa.field("origin", pa.string(), nullable=False),
        pa.field("start_ms", pa.int64(), nullable=False),
        pa.field("end_ms", pa.int64(), nullable=False),
        pa.field("value", pa.float64()),
        pa.field("unit", pa.string(), nullable=False),
        pa.field("status", pa.string(), nullable=False),
        pa.field("plant_state", pa.string(), nullable=False),
        pa.field("provisional", pa.bool_(), nullable=False),
        pa.field("count_valid", pa.int32(), nullable=False),
        pa.field("count_expected", pa.int32(), nullable=False),
        pa.field("revision", pa.int32(), nullable=False),
        pa.field("known_ms", pa.int64(), nullable=False),
        pa.field("chain", pa.string(), nullable=False),
        pa.field("configuration", pa.string(), nullable=False),
        pa.field("rule_pack", pa.string(), nullable=False),
        pa.field("raw", pa.float64()),
        pa.field("calibrated", pa.float64()),
        pa.field("o2_dry_pct", pa.float64()),
        pa.field("h2o_pct", pa.float64()),
        pa.field("temperature_c", pa.float64()),
        pa.field("pressure_kpa", pa.float64()),
        pa.field("count_operating", pa.int32(), nullable=False),
        pa.field("flow_dry_nm3_h", pa.float64()),
        pa.field("mass_g_s", pa.float64()),
        pa.field("outside_calibration_range", pa.bool_(), nullable=False),
        pa.field("simulated", pa.bool_(), nullable=False),
        pa.field("standardised", pa.float64()),
        pa.field("o2_reference_pct", pa.float64()),
        pa.field("deduction", pa.float64()),
        pa.field("fld_valid", pa.int32()),
        pa.field("fld_operating", pa.int32()),
        pa.field("rule_pack_digest", pa.string()),
    ]
)
SUPERSEDED = AVERAGES.append(pa.field("superseded_ms", pa.int64(), nullable=False))
SUMMARIES = pa.schema(
    [
        pa.field("period", pa.string(), nullable=False),
        pa.field("month", pa.string(), nullable=False),
        pa.field("channel", pa.string(), nullable=False),
        pa.field("start_ms", pa.int64(), nullable=False),
        pa.field("end_ms", pa.int64(), nullable=False),
        pa.field("count_expected", pa.int32(), nullable=False),
        pa.field("count_by_status", pa.list_(pa.int32()), nullable=False),
        pa.field("minimum", pa.float64()),
        pa.field("maximum", pa.float64()),
        pa.field("mean", pa.float64()),
        pa.field("standard_deviation", pa.float64()),
        pa.field("lag1_correlation", pa.float64()),
        pa.field("longest_run", pa.int32(), nullable=False),
        pa.field("distinct", pa.int32(), nullable=False),
        pa.field("values_hash", pa.binary(), nullable=False),
        pa.field("revision", pa.int32(), nullable=False),
        pa.field("known_ms", pa.int64(), nullable=False),
        pa.field("simulated", pa.bool_(), nullable=False),
    ]
)

DICTIONARY_BYTES = 524_288
"""A column with more different values than fit in here is written plainly from there on. [bytes]"""


@dataclass(frozen=True, slots=True)
class TableLayout:
    """How one table is kept.

    Parameters
    ----------
    name : str
        The folder under the lake.
    schema : pa.Schema
        All columns; plain types, as any reader sees them.
    partition : tuple of str
        Columns whose values are folder names.
    key : tuple of str
        Columns that name a row; also the order of rows in a file.
    statistics : tuple of str
        Columns whose extremes each file states in the log.
    values, instants : tuple of str
        Columns written byte-stream-split (what was measured) and delta-packed (instants, positions).
    said : tuple of str
        Columns that make a new revision of a row when they change (that it became final is news too); empty where rows are never revised.
    group_rows, file_rows : int
        Rows of a row group at most, and about how many a compacted file holds.
    own_group_rows : int or None
        Rows from which on a value of the first key column has row groups of its own, so that it is read without looking at others.
    """

    name: str
    schema: pa.Schema
    partition: tuple[str, ...]
    key: tuple[str, ...]
    statistics: tuple[str, ...]
    values: tuple[str, ...]
    instants: tuple[str, ...]
    group_rows: int
    file_rows: int
    own_group_rows: int | None = None
    said: tuple[str, ...] = ()

    @property
    def configuration(self) -> Mapping[str, str]:
        """Delta's own settings of the table."""
        return TABLE_SETTINGS

    @property
    def file_schema(self) -> pa.Schema:
        """Columns inside a file: all but the partition's, repeated texts by dictionary."""
        fields = [item for item in self.schema if item.name not in self.partition]
        return pa.schema([item.with_type(TEXT) if pa.types.is_string(item.type) else item for item in fields])

    def parquet(self, *, compact: bool) -> dict[str, Any]:
        """Arguments for pyarrow's Parquet writer."""
        encoding = dict.fromkeys(self.values, "BYTE_STREAM_SPLIT") | dict.fromkeys(self.instants, "DELTA_BINARY_PACKED")
        names = [item.name for item in self.schema if item.name not in self.partition]
        return {
            "compression": "zstd",
            "compression_level": 6 if compact else 1,
            "use_dictionary": [name for name in names if name not in encoding],
            "dictionary_pagesize_limit": DICTIONARY_BYTES,
            "column_encoding": encoding,
            "write_statistics": [*self.key, "position"] if "position" in names else list(self.key),
            "store_schema": False,
        }


READINGS_LAYOUT = TableLayout(
    name="readings",
    schema=READINGS,
    partition=("day",),
    key=("channel", "time_ms", "gateway"),
    statistics=("channel", "time_ms", "position"),
    values=(),  # an instrument says few different values: by dictionary they are smaller and faster than byte-stream-split
    instants=("time_ms", "position"),
    group_rows=131_072,
    file_rows=48_000_000,
    own_group_rows=32_768,
)
AVERAGES_LAYOUT = TableLayout(
    name="averages",
    schema=AVERAGES,
    partition=("period", "month"),
    key=("source", "component", "start_ms", "origin"),
    statistics=("source", "component", "start_ms"),
    values=MEASURES,
    instants=("start_ms", "end_ms", "known_ms"),
    group_rows=16_384,
    file_rows=2_000_000,
    said=(
        "value",
        "unit",
        "status",
        "provisional",
        "count_valid",
        "count_expected",
        "count_operating",
        "raw",
        "plant_state",
        "flow_dry_nm3_h",
        "mass_g_s",
        "standardised",
        "deduction",
        "fld_valid",
        "fld_operating",
    ),
)
SUPERSEDED_LAYOUT = TableLayout(
    name="averages_superseded",
    schema=SUPERSEDED,
    partition=("period", "month"),
    key=("source", "component", "start_ms", "origin", "revision"),
    statistics=("source", "component", "start_ms"),
    values=AVERAGES_LAYOUT.values,
    instants=("start_ms", "end_ms", "known_ms", "superseded_ms"),
    group_rows=16_384,
    file_rows=2_000_000,
)
SUMMARIES_LAYOUT = TableLayout(
    name="summaries",
    schema=SUMMARIES,
    partition=("period", "month"),
    key=("channel", "start_ms"),
    statistics=("channel", "start_ms"),
    values=("minimum", "maximum", "mean", "standard_deviation", "lag1_correlation"),
    instants=("start_ms", "end_ms", "known_ms"),
    group_rows=16_384,
    file_rows=2_000_000,
    said=("count_expected", "count_by_status", "minimum", "maximum", "values_hash"),
)
LAYOUTS = (READINGS_LAYOUT, AVERAGES_LAYOUT, SUPERSEDED_LAYOUT, SUMMARIES_LAYOUT)
"""Every table of the lake."""
