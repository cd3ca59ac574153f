"""A year of 20-minute averages of one source, as the centre answers it, beside DuckDB and Polars on the same files."""

from __future__ import annotations

import http.client
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

import polars as pl
import pyarrow as pa
from deltalake import DeltaTable

from benchmarks.centres import BareGateway, new_centre, running, send
from benchmarks.figures import Figure
from benchmarks.timing import in_turn, median
from benchmarks.year_lake import COMPONENTS, PERIOD, POINTS, WINDOW_MS, fill, year_starts
from tynys.sim.plants import facility_configuration

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.figures import Say

NAME = "year"
FACILITY, SOURCE = "gres-1", "gres-1.stack-1"
SECONDS = 20.0
TARGET_MS = 50.0
BUCKETS = 800
"""What the page's chart asks for on a screen 800 pixels wide."""
COLUMNS = ("component", "start", "value", "status")


def measure(say: Say) -> list[Figure]:
    """Fill a lake, start a centre on it, ask."""
    with tempfile.TemporaryDirectory(prefix="tynys-bench-") as held:
        folder = new_centre(Path(held) / "centre")
        say("a centre learns the plant")
        with running(folder) as centre:
            gateway = BareGateway(FACILITY)
            gateway.enrol(centre)
            now_ms = int(time.time()) * 1000
            send(centre, gateway.seal(configuration=facility_configuration(FACILITY, live_from_ms=now_ms, history_days=366)))
        say("a year of eleven sources is written")
        rows = fill(folder)
        starts = year_starts()
        start_ms, end_ms = int(starts[0]), int(starts[-1]) + WINDOW_MS
        files = DeltaTable(str(folder.lake / "averages")).file_uris()
        with running(folder) as centre:
            ask = _asker(centre.public_url)
            work = ours(ask, start_ms, end_ms) | polars_peer(files, start_ms, end_ms) | duckdb_peer(files, start_ms, end_ms)
            sizes = {name: len(run()) for name, run in work.items()}
            for name in ("arrow", "arrow duckdb", "arrow polars"):
                assert pa.ipc.open_stream(work[name]()).read_all().num_rows == POINTS * len(COMPONENTS), name
            say("answers are timed")
            ms = {name: 1000 * median(found) for name, found in in_turn(work, seconds=SECONDS, least=7).items()}
    note = f"median; {POINTS:,} x {len(COMPONENTS)} of {rows:,} rows"
    pairs = [
        ("arrow", "the year as Arrow, six components", TARGET_MS, note),
        ("chart", "the page's chart of the year, one component", TARGET_MS, f"median; {BUCKETS} buckets of {POINTS:,}"),
    ]
    peers = (("duckdb", "DuckDB, same files, in process, no HTTP"), ("polars", "Polars, the same"))
    figures = [
        Figure(
            benchmark=NAME, what=what, unit="ms", value=ms[name], peer=ms[f"{name} {peer}"], peer_name=named, at_most=target,
            note=f"{said}, {sizes[name] / 1e6:.2g} MB" if peer == "duckdb" else "",
        )
        for name, what, target, said in pairs
        for peer, named in peers
    ]  # fmt: skip
    figures += [
        Figure(
            benchmark=NAME, what=what, unit="ms", value=ms[name], peer=ms[f"arrow {peer}"], peer_name=named, at_most=target,
            note=f"median, {sizes[name] / 1e6:.2g} MB",
        )
        for name, what, target, peer, named in (
            ("chart json", "the API's chart as JSON, 2,000 buckets", TARGET_MS, "duckdb", "DuckDB, the whole year as Arrow"),
            ("json", "the first page of JSON, 1,000 whole records", TARGET_MS, "duckdb", "DuckDB, the whole year as Arrow"),
        )
    ]  # fmt: skip
    return figures


def ours(ask: Callable[..., bytes], start_ms: int, end_ms: int) -> dict[str, Callable[[], bytes]]:
    """What a page and a program ask of the centre."""
    span = {"source": SOURCE, "start": _stamp(start_ms), "end": _stamp(end_ms)}
    page = {"component": "so2", "from": start_ms, "to": end_ms, "buckets": BUCKETS}
    return {
        "arrow": lambda: ask("/api/v1/averages", **span, format="arrow", columns=COLUMNS),
        "chart": lambda: ask(f"/source/{SOURCE}/series", **page),
        "chart json": lambda: ask("/api/v1/chart", **span, component="so2"),
        "json": lambda: ask("/api/v1/averages", **span),
    }


def _asker(url: str) -> Callable[..., bytes]:
    """Ask one address after another over one connection."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc)

    def ask(path: str, **query: object) -> bytes:
        connection.request("GET", f"{path}?{urlencode(query, doseq=True)}")
        answer = connection.getresponse()
        body = answer.read()
        assert answer.status == http.HTTPStatus.OK, f"{path}: {answer.status} {body[:200]!r}"
        return body

    return ask


def _stamp(time_ms: int) -> str:
    return datetime.fromtimestamp(time_ms / 1000, UTC).isoformat().replace("+00:00", "Z")


def polars_peer(files: list[str], start_ms: int, end_ms: int) -> dict[str, Callable[[], bytes]]:
    """The same questions put to Polars."""
    inside = (pl.col("source") == SOURCE) & pl.col("start_ms").is_between(start_ms, end_ms, closed="left") & (pl.col("period") == PERIOD)
    width = -(-(end_ms - start_ms) // BUCKETS)

    def year() -> bytes:
        scan = pl.scan_parquet(files, hive_partitioning=True)
        return _stream(scan.filter(inside).select("component", "start_ms", "value", "status").collect().to_arrow())

    def chart() -> bytes:
        rows = pl.scan_parquet(files, hive_partitioning=True).filter(inside & (pl.col("component") == "so2"))
        bucket = rows.group_by((pl.col("start_ms") - start_ms) // width, maintain_order=True)
        value = pl.col("value")
        return _stream(bucket.agg(low=value.min(), high=value.max(), mean=value.mean()).collect().to_arrow())

    return {"arrow polars": year, "chart polars": chart}


def duckdb_peer(files: list[str], start_ms: int, end_ms: int) -> dict[str, Callable[[], bytes]]:
    """The same questions put to DuckDB."""
    import duckdb

    connection = duckdb.connect()
    source = f"read_parquet({files!r}, hive_partitioning = true)"
    inside = f"source = '{SOURCE}' AND start_ms >= {start_ms} AND start_ms < {end_ms} AND period = '{PERIOD}'"
    width = -(-(end_ms - start_ms) // BUCKETS)
    year = f"SELECT component, start_ms, value, status FROM {source} WHERE {inside} ORDER BY component, start_ms"  # noqa: S608 - our own numbers
    chart = (
        f"SELECT (start_ms - {start_ms}) // {width} AS bucket, min(value), max(value), avg(value) FROM {source} "  # noqa: S608 - the same
        f"WHERE {inside} AND component = 'so2' GROUP BY bucket ORDER BY bucket"
    )
    return {
        "arrow duckdb": lambda: _stream(connection.sql(year).to_arrow_table()),
        "chart duckdb": lambda: _stream(connection.sql(chart).to_arrow_table()),
    }


def _stream(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    found: bytes = sink.getvalue().to_pybytes()
    return found
