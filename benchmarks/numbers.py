"""From readings to averages: a hundred million of them, a year of one source, one closing window; beside three engines."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

import msgspec
import numpy as np
import polars as pl

from benchmarks.figures import Figure
from benchmarks.numbers_plant import CALIBRATION, DAY_MS, FIRST_MS, SOURCE, Days, as_lake, in_memory, plant
from benchmarks.peers import frames
from benchmarks.processes import QUIET
from benchmarks.timing import in_turn, median
from tynys.calc import bulk
from tynys.calc.averaging import Windows, due
from tynys.calc.pipeline import average_windows
from tynys.calc.series import Series
from tynys.calc.states import ALWAYS_UNKNOWN
from tynys.calc.summary import summaries
from tynys.calc.table import AverageTable
from tynys.storage.lake_reader import LakeReader

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from uuid import UUID

    import numpy.typing as npt

    from benchmarks.figures import Say
    from tynys.domain.configuration import FacilityConfiguration
    from tynys.law import RulePack

    Readings = Mapping[UUID, Series]

NAME = "numbers"
THREADS = 2
CHUNK_DAYS = 4
"""Days a thread takes from the lake at once."""
RELATIVE = 1e-9
"""How near to a peer's result ours must be; the peers add floating-point numbers in any order."""
MEMORY_TARGET_S, PARQUET_TARGET_S, YEAR_TARGET_S, YEAR_TARGET_MB, WINDOW_TARGET_MS = 1.0, 2.0, 20.0, 2000.0, 5.0


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured: days in memory and out of the lake, days summarised, days of the year, seconds a day has, rounds."""

    days: int = 97
    summary_days: int = 24
    year_days: int = 365
    seconds: int = 86_400
    rounds: int = 3
    windows: int = 200


def measure(say: Say, size: Size | None = None) -> list[Figure]:
    """Make the readings, check that all agree, time them."""
    size = size or Size()
    configuration, pack = plant()
    days = Days(seconds=size.seconds)
    with tempfile.TemporaryDirectory(prefix="tynys-bench-") as held:
        folder = Path(held) / "lake"
        rows = as_lake(folder, configuration, days, size.year_days, _progress(say, "the year's lake is written", size.year_days))
        figures = year(folder, size, rows, say)
        readings = in_memory(configuration, days, size.days, _progress(say, "readings in memory", size.days))
        with Bench(configuration, pack, readings, folder, size) as bench:
            say("raw averages")
            figures = [*bench.raw(), *bench.from_parquet(), *figures]
            say("the whole chain")
            figures += bench.validated()
            say("one closing window")
            figures.append(bench.closing_window())
            bench.forget_all_but(size.summary_days)
            say("summaries")
            figures += bench.summarised()
    return figures


def _progress(say: Say, what: str, days: int) -> Callable[[int], None]:
    return lambda number: say(f"{what}: day {number + 1} of {days}")


def year(folder: Path, size: Size, rows: int, say: Say) -> list[Figure]:
    """The whole lake recomputed by a process of its own."""
    say("the year is recomputed")
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.numbers_year", str(folder), str(size.year_days)],
        capture_output=True, text=True, check=False, env=os.environ | QUIET, cwd=Path(__file__).parents[1],
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    found = msgspec.json.decode(done.stdout, type=dict[str, float])
    assert found["readings"] == rows, "every reading is read once"
    made = f"{found['averages']:,.0f} averages and {found['summaries']:,.0f} summaries"
    note = f"{rows:,} readings of 12 channels in {size.year_days} days, once: {made}"
    return [
        Figure(
            benchmark=NAME, what="a year of one source recomputed from the lake and stored there", unit="s", value=found["seconds"],
            at_most=YEAR_TARGET_S, note=note,
        ),
        Figure(benchmark=NAME, what="the same, peak memory of all processes", unit="MB", value=found["peak_mb"], at_most=YEAR_TARGET_MB),
    ]  # fmt: skip


class Bench:
    """The same readings as each engine likes them, and what is asked of them."""

    def __init__(self, configuration: FacilityConfiguration, pack: RulePack, readings: Readings, folder: Path, size: Size) -> None:
        import duckdb

        self._configuration, self._pack, self._readings, self._size = configuration, pack, readings, size
        self._ids = sorted(readings, key=str)
        self._names = {c.name.partition(".")[2]: self._ids.index(c.id) for c in configuration.channels}
        share = pack.averaging.short_term.validity.share_of_operation
        assert share is not None, "the pack asks for a share"
        self._share = share
        self._edges = FIRST_MS + np.concatenate(
            [[*range(day * DAY_MS, day * DAY_MS + 1000 * size.seconds, frames.WINDOW_MS)] for day in range(size.days)]
        ).astype(np.int64)
        self._lake = LakeReader(folder)
        self._files = [str(path) for path in sorted(folder.glob("readings/*/*.parquet"))[: size.days]]
        self._threads = ThreadPoolExecutor(THREADS)
        self._duckdb = duckdb.connect()
        self._frame = self._long()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._threads.shutdown()
        self._duckdb.close()

    def _long(self) -> pl.DataFrame:
        """All readings in one table, as peers take them."""
        series = [self._readings[channel] for channel in self._ids]
        frame = pl.DataFrame(
            {
                "code": np.repeat(np.arange(len(series), dtype=np.int8), [len(each) for each in series]),
                "time_ms": np.concatenate([each.time_ms for each in series]),
                "value": pl.Series(np.concatenate([each.value for each in series]), nan_to_null=True),
                "status": np.concatenate([each.status for each in series]),
            }
        )
        self._duckdb.register("rows", frame.to_arrow())
        return frame

    def _count(self) -> int:
        return sum(len(each) for each in self._readings.values())

    def _raw_of(
        self, series: Series, start_ms: npt.NDArray[np.int64]
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
        """Means, counts by status and validity of one channel's windows."""
        windows = Windows(start_ms, start_ms + frames.WINDOW_MS)
        owed = due(self._configuration.channels[0].acquisition, windows, ALWAYS_UNKNOWN, self._pack)
        found = bulk.scan(series, windows.start_ms, windows.end_ms, bulk.ALWAYS, owed.grid)
        return found.mean, found.by_status, (found.fld_valid > 0) & (found.fld_valid >= self._share * owed.fld_expected)

    def raw_in_memory(self) -> list[tuple[npt.NDArray[np.float64], npt.NDArray[np.int64], npt.NDArray[np.bool_]]]:
        """Raw averages with counts by status, channel by channel."""
        return list(self._threads.map(lambda channel: self._raw_of(self._readings[channel], self._edges), self._ids))

    def raw_from_lake(self) -> list[list[tuple[npt.NDArray[np.float64], npt.NDArray[np.int64], npt.NDArray[np.bool_]]]]:
        """The same out of the lake's files, some days at a time."""
        starts = [FIRST_MS + day * DAY_MS for day in range(0, self._size.days, CHUNK_DAYS)]
        end = FIRST_MS + self._size.days * DAY_MS

        def some_days(start: int) -> list[tuple[npt.NDArray[np.float64], npt.NDArray[np.int64], npt.NDArray[np.bool_]]]:
            until = min(end, start + CHUNK_DAYS * DAY_MS)
            series = self._lake.series(self._ids, start, until)
            edges = self._edges[(self._edges >= start) & (self._edges < until)]
            return [self._raw_of(series[channel], edges) for channel in self._ids]

        return list(self._threads.map(some_days, starts))

    def raw(self) -> list[Figure]:
        """In memory."""
        pandas_rows = self._frame.to_pandas()
        work: dict[str, Callable[[], object]] = {
            "ours": self.raw_in_memory,
            "Polars": lambda: frames.polars_raw(self._frame.lazy(), self._share),
            "DuckDB": lambda: frames.duckdb_raw(self._duckdb, "rows", self._share),
            "pandas": lambda: frames.pandas_raw(pandas_rows, self._share),
        }
        made = self.raw_in_memory()
        mean = np.concatenate([each[0] for each in made])
        counts = np.concatenate([each[1] for each in made])
        enough = np.concatenate([each[2] for each in made])
        for name in ("Polars", "DuckDB", "pandas"):
            self._check_raw(name, work[name](), mean, counts, enough)
        return self._figures(
            "raw 20-minute averages with validity and counts by status, in memory",
            work,
            MEMORY_TARGET_S,
            self._count(),
            "the same table in memory",
        )

    def from_parquet(self) -> list[Figure]:
        """Out of the lake."""
        scan = pl.scan_parquet(self._files).select("time_ms", "value", "status", code="channel")
        table = f"(SELECT channel AS code, time_ms, value, status FROM read_parquet({self._files!r}))"  # noqa: S608 - our own files
        work: dict[str, Callable[[], object]] = {
            "ours": self.raw_from_lake,
            "Polars": lambda: frames.polars_raw(scan, self._share),
            "DuckDB": lambda: frames.duckdb_raw(self._duckdb, table, self._share),
        }
        made = self.raw_from_lake()
        order = range(len(self._ids))
        mean, counts, enough = (np.concatenate([chunk[i][part] for i in order for chunk in made]) for part in range(3))
        for name in ("Polars", "DuckDB"):
            self._check_raw(name, work[name](), mean, counts, enough)
        return self._figures("the same from the lake's Parquet files", work, PARQUET_TARGET_S, self._count(), "the same files")

    def _check_raw(
        self, name: str, found: object, mean: npt.NDArray[np.float64], counts: npt.NDArray[np.int64], enough: npt.NDArray[np.bool_]
    ) -> None:
        assert isinstance(found, pl.DataFrame)
        assert found.height == len(mean), f"{name}: {found.height} windows, ours {len(mean)}"
        assert np.allclose(found["mean"].to_numpy(), mean, rtol=RELATIVE, atol=0, equal_nan=True), f"{name}: other means"
        assert np.array_equal(found["enough"].to_numpy(), enough), f"{name}: another validity"
        for status in frames.STATUSES:
            assert np.array_equal(found[f"n{status}"].to_numpy(), counts[:, status]), f"{name}: other counts of status {status}"

    def validated(self) -> list[Figure]:
        """The whole chain: state, FLD, averages, calibration, reference conditions, flow and mass too."""
        work: dict[str, Callable[[], object]] = {
            "ours": self.chain,
            "Polars": lambda: frames.polars_validated(self._frame.lazy(), self._names, self._share, CALIBRATION),
            "DuckDB": lambda: frames.duckdb_validated(self._duckdb, "rows", self._names, self._share, CALIBRATION),
        }
        made = self.chain()
        for name in ("Polars", "DuckDB"):
            self._check_validated(name, work[name](), made)
        return self._figures(
            "fully validated averages of seven quantities, in memory", work, None, self._count(), "the same table, six of them"
        )

    def chain(self) -> AverageTable:
        """Fully validated averages, some days at a time."""
        starts = [FIRST_MS + day * DAY_MS for day in range(0, self._size.days, CHUNK_DAYS)]
        end = FIRST_MS + self._size.days * DAY_MS

        def some_days(start: int) -> AverageTable:
            until = min(end, start + CHUNK_DAYS * DAY_MS)
            piece = {channel: _cut(series, start, until) for channel, series in self._readings.items()}
            return average_windows(self._configuration, self._pack, piece, "PT20M", start, until)

        return AverageTable.concatenate(list(self._threads.map(some_days, starts)))

    def _check_validated(self, name: str, found: object, made: AverageTable) -> None:
        assert isinstance(found, pl.DataFrame)
        for index, key in enumerate(made.series):
            if key.component not in frames.COMPONENTS:
                continue
            own = made.take(made.series_index == index)
            mine = pl.DataFrame({"window": own.start_ms // frames.WINDOW_MS, "mine": pl.Series(own.value, nan_to_null=True)})
            both = mine.join(found, on="window", how="left")
            theirs = both[key.component].to_numpy()
            assert np.allclose(both["mine"].to_numpy(), theirs, rtol=RELATIVE, atol=0, equal_nan=True), f"{name}: other {key.component}"

    def closing_window(self) -> Figure:
        """The chain of one window of twenty minutes, as a plant makes it when the window closes."""
        end = FIRST_MS + frames.WINDOW_MS
        piece = {channel: _cut(series, FIRST_MS, end) for channel, series in self._readings.items()}
        found = []
        for _ in range(self._size.windows):
            began = time.perf_counter()
            average_windows(self._configuration, self._pack, piece, "PT20M", FIRST_MS, end, sources=[SOURCE])
            found.append(time.perf_counter() - began)
        return Figure(
            benchmark=NAME, what="the full chain of one closing window of 12 channels", unit="ms", value=1000 * median(found),
            at_most=WINDOW_TARGET_MS, note=f"median of {len(found)}",
        )  # fmt: skip

    def forget_all_but(self, days: int) -> None:
        """Go on with the first days only."""
        end = FIRST_MS + days * DAY_MS
        self._readings = {channel: _cut(series, FIRST_MS, end) for channel, series in self._readings.items()}
        self._duckdb.unregister("rows")
        self._frame = self._long()

    def summarised(self) -> list[Figure]:
        """Summaries of every window."""
        end = FIRST_MS + self._size.summary_days * DAY_MS

        def one(channel: UUID) -> object:
            return summaries(self._configuration, {channel: self._readings[channel]}, "PT20M", FIRST_MS, end)

        work: dict[str, Callable[[], object]] = {
            "ours": lambda: list(self._threads.map(one, self._ids)),
            "Polars": lambda: frames.polars_summary(self._frame.lazy()),
            "DuckDB": lambda: frames.duckdb_summary(self._duckdb, "rows"),
        }
        made = [summaries(self._configuration, {channel: self._readings[channel]}, "PT20M", FIRST_MS, end) for channel in self._ids]
        for name in ("Polars", "DuckDB"):
            found = work[name]()
            assert isinstance(found, pl.DataFrame)
            for own, theirs in frames.SUMMARY_COLUMNS.items():
                mine = np.concatenate([getattr(table, own)[table.count_by_status.sum(axis=1) > 0] for table in made])
                assert np.allclose(mine, found[theirs].to_numpy(), rtol=RELATIVE, atol=1e-12, equal_nan=True), f"{name}: another {own}"
        return self._figures(
            "summaries of every window (extremes, spread, lag-1 correlation, runs, distinct, SHA-256)", work, None, self._count(),
            "the same table, a 64-bit hash",
        )  # fmt: skip

    def _figures(self, what: str, work: Mapping[str, Callable[[], object]], target: float | None, count: int, peer: str) -> list[Figure]:
        """Ours beside each peer; the least of some rounds, in turn."""
        least = {name: min(found) for name, found in in_turn(work, seconds=0, least=self._size.rounds, warm=False).items()}
        return [
            Figure(
                benchmark=NAME, what=what if place == 0 else "the same", unit="s", value=least["ours"], peer=least[name],
                peer_name=f"{name}, {peer}" if place == 0 else name, at_most=target,
                note=f"{count:,} readings, least of {self._size.rounds}" if place == 0 else "",
            )
            for place, name in enumerate([name for name in work if name != "ours"])
        ]  # fmt: skip


def _cut(series: Series, start_ms: int, end_ms: int) -> Series:
    first, last = np.searchsorted(series.time_ms, (start_ms, end_ms))
    return Series(series.time_ms[first:last], series.value[first:last], series.status[first:last])
