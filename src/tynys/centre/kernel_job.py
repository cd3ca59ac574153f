"""One piece of work of the recompute pool: averages and summaries of some windows of one facility, from raw readings."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from dataclasses import dataclass, replace
from functools import lru_cache
from multiprocessing import connection
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pyarrow as pa

from tynys.calc.averaging import Windows
from tynys.calc.pipeline import average_windows, longer_windows, windows_between
from tynys.calc.series import join_blocks
from tynys.calc.summary import summaries
from tynys.calc.table import AverageTable
from tynys.calc.timegrid import window_edges
from tynys.centre.average_rows import averages_rows, pack, summary_rows
from tynys.centre.civil import PERIODS
from tynys.domain.configuration import FacilityConfiguration
from tynys.law import load_pack

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from uuid import UUID

    from tynys.calc.series import Series
    from tynys.domain.average import Average
    from tynys.domain.reading import ReadingBlock
    from tynys.law import RulePack


@dataclass(frozen=True, slots=True)
class Span:
    """A window to make; ``provisional`` if stored spans do not cover it."""

    period: str
    start_ms: int
    end_ms: int
    provisional: bool


@dataclass(frozen=True, slots=True)
class Job:
    """What to make of which readings; ``shorter`` are averages made earlier that longer windows build on.

    ``pack`` is the digest and the text of the rule pack's version; ``sources`` are those to make, all if absent.
    """

    digest: str
    document: bytes
    blocks: tuple[ReadingBlock, ...]
    series: Mapping[UUID, Series]
    spans: tuple[Span, ...]
    known_ms: int
    simulated: bool
    shorter: tuple[Average, ...] = ()
    pack: tuple[str, str] = ("", "")
    sources: tuple[str, ...] | None = None
    summaries: bool = True


@dataclass(frozen=True, slots=True)
class Product:
    """What a job made: tables as Arrow streams, empty bytes where there is nothing."""

    averages: bytes
    summaries: bytes


def prepare() -> None:
    """Start of a pool process: Ctrl-C is the parent's business, and it ends when the parent does, however that ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    connection.wait([sentinel])
    os._exit(0)


@lru_cache(maxsize=64)
def _configuration(_digest: str, document: bytes) -> FacilityConfiguration:
    return msgspec.json.decode(document, type=FacilityConfiguration)


@lru_cache(maxsize=64)
def _pack(digest: str, document: str) -> RulePack:
    return load_pack(document, f"rule pack {digest[:12]}")


def work(job: Job) -> Product:
    """Make the averages and summaries of a job; the same input gives the same rows on every machine."""
    configuration = _configuration(job.digest, job.document)
    pack_ = _pack(*job.pack)
    sources = job.sources
    digest = configuration.digest().hex()
    readings = {**job.series, **join_blocks(job.blocks)}
    made: list[AverageTable] = []
    summed: list[pa.Table] = []
    for period in PERIODS:
        for start, end, provisional in runs(job.spans, period):
            if period == pack_.short_term:
                tables = [average_windows(configuration, pack_, readings, period, start, end, sources=sources)]
                if job.summaries and len(summary := summaries(configuration, readings, period, start, end)):
                    summed.append(summary_rows(summary, period, known_ms=job.known_ms, simulated=job.simulated))
            else:
                shorter = _shorter(made, job, pack_, period, start, end)
                tables = _longer(configuration, pack_, readings, shorter, (period, start, end), sources)
            made.extend(
                replace(
                    table,
                    provisional=provisional,
                    known_ms=job.known_ms,
                    configuration=digest,
                    rule_pack=pack_.id,
                    rule_pack_digest=job.pack[0],
                )
                for table in tables
                if len(table)
            )
    averages = [averages_rows(table, simulated=job.simulated) for table in made]
    return Product(pack(pa.concat_tables(averages)) if averages else b"", pack(pa.concat_tables(summed)) if summed else b"")


def runs(spans: Iterable[Span], period: str) -> Iterator[tuple[int, int, bool]]:
    """Neighbouring windows of a period as one span each: begin, end, provisional."""
    start = end = None
    mark = False
    for span in spans:
        if span.period != period:
            continue
        if end == span.start_ms and mark is span.provisional:
            end = span.end_ms
            continue
        if start is not None and end is not None:
            yield start, end, mark
        start, end, mark = span.start_ms, span.end_ms, span.provisional
    if start is not None and end is not None:
        yield start, end, mark


def _shorter(made: list[AverageTable], job: Job, pack_: RulePack, period: str, start: int, end: int) -> AverageTable | None:
    """The averages the windows of ``period`` are the means of: those made in this job and those made before."""
    rule = pack_.long_term(period)
    if rule is None:
        return None
    earlier = [row for row in job.shorter if row.period == rule.mean_of and start <= row.start_ms < end]
    tables = [table for table in made if table.period == rule.mean_of]
    if earlier:
        tables.append(AverageTable.from_rows(earlier, period=rule.mean_of))
    return AverageTable.concatenate(tables) if tables else None


def _longer(
    configuration: FacilityConfiguration,
    pack_: RulePack,
    readings: Mapping[UUID, Series],
    shorter: AverageTable | None,
    window: tuple[str, int, int],
    sources: tuple[str, ...] | None,
) -> list[AverageTable]:
    """Averages of a longer period: from shorter ones, and straight from the readings of channels too slow to have any."""
    period, start, end = window
    longer = longer_windows(shorter, pack_, period, start, end) if shorter is not None and pack_.long_term(period) is not None else None
    if not readings:
        return [longer] if longer is not None else []
    if longer is None or not len(longer):
        return [average_windows(configuration, pack_, readings, period, start, end, sources=sources)]
    windows = Windows.of_edges(window_edges(period, start, end, pack_.averaging.time_zone.value))
    direct = windows_between(configuration, pack_, readings, period, windows, sources=sources)
    own = np.array([longer.series.count(direct.series[index]) == 0 for index in direct.series_index], np.bool_)
    return [longer, direct.take(own)]
