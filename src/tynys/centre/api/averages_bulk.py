"""A year of averages in one answer: whole columns as Arrow or CSV, never row by row."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Literal, get_args

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
from starlette.responses import Response

from tynys.centre.api import formats

if TYPE_CHECKING:
    from collections.abc import Sequence

BulkColumn = Literal[
    "source",
    "component",
    "period",
    "start",
    "end",
    "value",
    "unit",
    "status",
    "plant_state",
    "origin",
    "provisional",
    "revision",
    "known",
    "count_valid",
    "count_expected",
    "chain",
    "configuration",
    "rule_pack",
    "raw",
    "calibrated",
    "o2_dry_pct",
    "h2o_pct",
    "temperature_c",
    "pressure_kpa",
    "flow_dry_nm3_h",
    "mass_g_s",
    "standardised",
    "o2_reference_pct",
    "deduction",
    "count_operating",
    "fld_valid",
    "fld_operating",
    "outside_calibration_range",
    "rule_pack_digest",
    "simulated",
]
"""What a row may carry, in the order of the columns."""
ALL: tuple[BulkColumn, ...] = get_args(BulkColumn)
MOST_ROWS = 200_000
"""Rows of one answer: a year of twenty-minute averages of seven components. One dictionary of texts serves all of them."""
_INSTANTS = {"start": "start_ms", "end": "end_ms", "known": "known_ms"}
_UTC = pa.timestamp("ms", "UTC")


def stored(columns: Sequence[BulkColumn]) -> list[str]:
    """The store's names of columns."""
    return [_INSTANTS.get(name, name) for name in columns]


def bulk_answer(table: pa.Table, columns: Sequence[BulkColumn], form: str, *, simulated: bool, following: str | None) -> Response:
    """Rows in the format asked for; instants as timestamps in UTC, repeated texts by dictionary."""
    headers = {
        "X-Tynys-Simulated": str(simulated).lower(),
        "Cache-Control": "no-store",
        **({"X-Tynys-Next": following} if following else {}),
    }
    arrays = [table[_INSTANTS[name]].cast(_UTC) if name in _INSTANTS else table[name] for name in columns]
    rows = pa.table(arrays, names=list(columns))
    if form == "arrow":
        rows = rows.replace_schema_metadata({"simulated": str(simulated).lower(), "next": following or ""})
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, rows.schema) as writer:
            writer.write_table(rows)
        return Response(sink.getvalue().to_pybytes(), media_type=formats.ARROW, headers=headers)
    text = io.BytesIO()
    pacsv.write_csv(_spelt(rows), text, pacsv.WriteOptions(quoting_style="needed"))
    return Response(text.getvalue(), media_type=formats.CSV, headers=headers)


def _spelt(rows: pa.Table) -> pa.Table:
    """Columns as a text file has them: RFC 3339 instants, texts without a dictionary."""
    for place, field in enumerate(rows.schema):
        column = rows.column(place)
        if field.type == _UTC:
            rows = rows.set_column(place, field.name, pc.strftime(column.cast(pa.timestamp("s", "UTC")), "%Y-%m-%dT%H:%M:%SZ"))
        elif pa.types.is_dictionary(field.type):
            rows = rows.set_column(place, field.name, column.cast(pa.string()))
    return rows
