"""Readings as JSON, CSV or Arrow; charts as little-endian typed arrays."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
from starlette.responses import Response

from tynys.centre.api.common import answer
from tynys.centre.api.shapes import ReadingList, ReadingShape
from tynys.domain.base import from_ms
from tynys.domain.status import GapCause, InstrumentStatus

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    import numpy.typing as npt

    from tynys.centre.readings import Readings
    from tynys.centre.views import ChartSeries

CSV = "text/csv"
ARROW = "application/vnd.apache.arrow.stream"
BINARY = "application/octet-stream"
STATUS = {int(status): status.name.lower() for status in InstrumentStatus}
CAUSE = {int(cause): cause.name.lower() if cause else None for cause in GapCause}
_SPAN_PER_ROW_MS = 1000


@dataclass(frozen=True, slots=True)
class Page:
    """Rows in order of time and channel; ``next_ms`` is where the following page begins."""

    table: pa.Table
    next_ms: int | None
    simulated: bool


def chosen(wanted: str | None, accept: str) -> str:
    """The format asked for by parameter or by Accept header."""
    if wanted is not None:
        return wanted
    return "arrow" if ARROW in accept else "csv" if CSV in accept else "json"


def readings_page(readings: Readings, channels: Mapping[UUID, Any], start_ms: int, end_ms: int, limit: int) -> Page:
    """Whole instants from ``start_ms`` on, about ``limit`` rows; long spans are read piece by piece."""
    step = max(60_000, limit * _SPAN_PER_ROW_MS // max(1, len(channels)))
    pieces: list[pa.Table] = []
    count, at = 0, start_ms
    while at < end_ms and count <= limit:
        until = min(end_ms, at + step)
        part = readings.table(channels, at, until)
        pieces.append(part)
        count += part.num_rows
        at, step = until, step * 4
    if not pieces:
        return Page(readings.table((), 0, 0), None, simulated=False)
    table = pa.concat_tables(pieces)
    table = table.take(pc.sort_indices(table, sort_keys=[("time_ms", "ascending"), ("channel", "ascending")]))
    following = at if at < end_ms else None
    if table.num_rows > limit:
        following = table["time_ms"][limit].as_py()
        first = table["time_ms"][0].as_py()
        kept = table.filter(pc.field("time_ms") < following)
        if following == first:
            kept = table.filter(pc.field("time_ms") <= first)
            following = first + 1
        table = kept
    return Page(table, following, simulated=bool(pc.any(table["simulated"]).as_py()))


def readings_answer(
    table: pa.Table, channels: Mapping[UUID, tuple[str, str]], form: str, *, simulated: bool, following: str | None
) -> Response:
    """A page of readings in the format asked for."""
    known = {str(uuid): named for uuid, named in channels.items()}
    headers = {"X-Tynys-Simulated": str(simulated).lower(), **({"X-Tynys-Next": following} if following else {})}
    uuids = table["channel"].cast(pa.string()).to_pylist()
    if form == "json":
        columns = (table[name].to_pylist() for name in ("time_ms", "value", "status", "cause"))
        items = [
            ReadingShape(
                channel=uuid,
                name=known[uuid][0],
                time=from_ms(time_ms),
                value=value,
                unit=known[uuid][1],
                status=STATUS[status],
                cause=CAUSE[cause],
            )
            for uuid, time_ms, value, status, cause in zip(uuids, *columns, strict=True)
        ]
        return answer(ReadingList(simulated=simulated, next=following, items=items), headers=headers)
    rows = pa.table(
        {
            "time": pc.cast(table["time_ms"], pa.timestamp("ms", "UTC")),
            "channel": pa.array(uuids, pa.string()),
            "name": pa.array([known[uuid][0] for uuid in uuids], pa.string()),
            "value": table["value"],
            "unit": pa.array([known[uuid][1] for uuid in uuids], pa.string()),
            "status": pa.array([STATUS[code] for code in table["status"].to_pylist()], pa.string()),
            "cause": pa.array([CAUSE[code] for code in table["cause"].to_pylist()], pa.string()),
            "simulated": table["simulated"],
        }
    )
    if form == "arrow":
        sink = io.BytesIO()
        rows = rows.replace_schema_metadata({"simulated": str(simulated).lower(), "next": following or ""})
        with pa.ipc.new_stream(sink, rows.schema) as writer:
            writer.write_table(rows)
        return Response(sink.getvalue(), media_type=ARROW, headers=headers)
    text = io.BytesIO()
    times = pc.strftime(pc.cast(table["time_ms"], pa.timestamp("ms", "UTC")), "%Y-%m-%dT%H:%M:%SZ")
    pacsv.write_csv(rows.set_column(0, "time", times), text, pacsv.WriteOptions(quoting_style="needed"))
    return Response(text.getvalue(), media_type=CSV, headers=headers)


def nullable(values: npt.NDArray[np.float64]) -> list[float | None]:
    """Numbers with null for NaN."""
    return [None if value != value else value for value in values.tolist()]  # noqa: PLR0124 - NaN


def chart_binary(series: ChartSeries, *, simulated: bool) -> Response:
    """A chart as typed arrays: uint32 length of a JSON header, the header padded to 8 bytes, then the arrays, little-endian.

    Float64 start (ms), Float64 minimum, maximum, mean (NaN where nothing), Uint8 status; each ``count`` long.
    """
    header = msgspec.json.encode(
        {
            "count": len(series.start_ms),
            "source": series.source,
            "component": series.component,
            "unit": series.unit,
            "kind": series.kind,
            "interval_ms": series.interval_ms,
            "limit": series.limit,
            "simulated": simulated,
            "arrays": ["start_ms:float64", "minimum:float64", "maximum:float64", "mean:float64", "status:uint8"],
        }
    )
    header += b" " * (-(len(header) + 4) % 8)
    arrays = [series.start_ms.astype("<f8"), *(each.astype("<f8") for each in (series.minimum, series.maximum, series.mean))]
    body = [len(header).to_bytes(4, "little"), header, *(array.tobytes() for array in arrays), series.status.astype(np.uint8).tobytes()]
    return Response(b"".join(body), media_type=BINARY, headers={"X-Tynys-Simulated": str(simulated).lower(), "Cache-Control": "no-store"})
