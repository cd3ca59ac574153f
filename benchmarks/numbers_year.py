"""``python -m benchmarks.numbers_year LAKE DAYS``: every average and summary of the lake made again in two processes, and stored.

A process of its own, so that what it needs is its own: prints seconds, rows and the peak memory of all its processes as JSON.
"""

from __future__ import annotations

import multiprocessing
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec
import pyarrow as pa

from benchmarks.numbers_plant import DAY_MS, FIRST_MS, SOURCE, pack_text, plant
from tynys.calc.pipeline import channels_needed
from tynys.centre.average_rows import unpack
from tynys.centre.kernel_job import Job, Span, prepare, work
from tynys.storage.lake_reader import LakeReader
from tynys.storage.lake_writer import LakeWriter

if TYPE_CHECKING:
    from tynys.domain.configuration import FacilityConfiguration

PROCESSES = 2
CHUNK_DAYS = 3
"""Days a process reads and averages at once."""
PERIODS = ("PT20M", "PT1H", "P1D")
LOCAL_OFFSET_MS = 5 * 3_600_000
"""Days are those of the plant's civil time. [ms]"""


class _Worker:
    """What a pool process keeps between pieces of work."""

    lake: LakeReader
    configuration: FacilityConfiguration
    document: bytes
    pack: tuple[str, str]


def begin(folder: str) -> None:
    """Start of a pool process."""
    prepare()
    _Worker.lake = LakeReader(Path(folder))
    _Worker.configuration, pack = plant()
    _Worker.document = msgspec.json.encode(_Worker.configuration)
    _Worker.pack = (pack.digest().hex(), pack_text())


def chunk(span: tuple[int, int]) -> tuple[bytes, bytes, int, float]:
    """Averages and summaries of a span as Arrow streams, how many readings they are of, and the process's peak memory. [MB]."""
    start, end = span
    series = _Worker.lake.series(channels_needed(_Worker.configuration, SOURCE), start, end)
    spans = tuple(Span(period, start, end, provisional=False) for period in PERIODS)
    digest = _Worker.configuration.digest().hex()
    made = work(Job(digest, _Worker.document, (), series, spans, end, simulated=True, pack=_Worker.pack))
    return made.averages, made.summaries, sum(len(each) for each in series.values()), peak_mb()


def peak_mb() -> float:
    """The most memory this process has held. [MB]."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024 / 1e6


def recompute(folder: Path, days: int, *, chunk_days: int = CHUNK_DAYS) -> dict[str, float]:
    """Make all averages and summaries of so many days again and commit them to the lake."""
    first = FIRST_MS - LOCAL_OFFSET_MS
    edges = [*range(first, first + (days + 1) * DAY_MS, chunk_days * DAY_MS)]
    spans = [(edge, min(edge + chunk_days * DAY_MS, first + (days + 1) * DAY_MS)) for edge in edges]
    began = time.perf_counter()
    averages, summaries, readings, peaks = [], [], 0, [0.0] * PROCESSES
    with ProcessPoolExecutor(PROCESSES, multiprocessing.get_context("spawn"), initializer=begin, initargs=(str(folder),)) as pool:
        for made, summed, count, peak in pool.map(chunk, spans):
            averages += [unpack(made)] if made else []
            summaries += [unpack(summed)] if summed else []
            readings += count
            peaks = sorted([*peaks, peak])[-PROCESSES:]
    table, summary = pa.concat_tables(averages), pa.concat_tables(summaries)
    made_s = time.perf_counter() - began
    with LakeWriter(folder, UUID(int=1)) as writer:
        stored = writer.commit_averages(table)
        writer.commit_summaries(summary)
    return {
        "seconds": time.perf_counter() - began,
        "before_storing_s": made_s,
        "readings": readings,
        "averages": stored.new + stored.revised + stored.unchanged,
        "summaries": summary.num_rows,
        "peak_mb": peak_mb() + sum(peaks),
    }


if __name__ == "__main__":
    print(msgspec.json.encode(recompute(Path(sys.argv[1]), int(sys.argv[2]))).decode())  # noqa: T201 - what it found is its output
