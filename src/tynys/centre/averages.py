"""Averages as anyone may ask for them: the lake's, and those closed since that the lake does not hold yet."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tynys.domain.average import Origin
from tynys.storage.lake_rows import to_averages
from tynys.storage.lake_schema import AVERAGES

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from tynys.centre.outbox import Outbox
    from tynys.domain.average import Average
    from tynys.storage.lake_reader import LakeReader

RECENT_MS = 27 * 3_600_000
"""How far back single averages stay at hand: the windows of a running day. [ms]"""
REVISED = ("revision", "known_ms")
"""What tells, beside the key, which of two rows is the newer."""
Key = tuple[str, str, str]
"""Source, component, period."""


class Averages:
    """Reads averages for queries and for the windows that build on them; any thread may ask."""

    def __init__(self, lake: LakeReader, outbox: Outbox) -> None:
        self._lake = lake
        self._lock = threading.Lock()
        self._tail: list[tuple[int, pa.Table]] = []
        self._recent: dict[Key, dict[int, Average]] = {}
        self._floor_ms: int | None = None
        for group in outbox.batches():
            self._tail.extend((number, table) for number, kind, _, _, table in group if kind == "averages")

    def add(self, number: int, table: pa.Table) -> None:
        """Take averages just made (outbox number ``number``)."""
        with self._lock:
            self._tail.append((number, table))

    def remember(self, rows: Collection[Average], now_ms: int) -> None:
        """Keep single averages of the running day at hand; those older than it are to be looked up from then on."""
        floor = self._floor_ms = now_ms - RECENT_MS
        for row in rows:
            if row.start_ms >= floor and row.origin is Origin.COMPUTED:
                series = self._recent.setdefault((row.source, row.component, row.period), {})
                series[row.start_ms] = row
                while (oldest := next(iter(series))) < floor:
                    del series[oldest]

    def remembers(self, start_ms: int) -> bool:
        """Whether everything from ``start_ms`` on is at hand."""
        return self._floor_ms is not None and start_ms >= self._floor_ms

    def load_recent(self, sources: Collection[str], periods: Sequence[str], now_ms: int) -> None:
        """At the start: the running day from the store."""
        for source in sources:
            for period in periods:
                self.remember(self.rows(source, None, period, now_ms - RECENT_MS, now_ms + 1), now_ms)
        self._floor_ms = now_ms - RECENT_MS

    def taken(self, up_to: int) -> None:
        """The lake holds everything up to this outbox number."""
        with self._lock:
            self._tail = [(number, table) for number, table in self._tail if number > up_to]

    @property
    def waiting(self) -> int:
        """Tables the lake does not hold yet."""
        return len(self._tail)

    def last(self, source: str, component: str, period: str) -> Average | None:
        """The newest average of a series, from the running day."""
        series = self._recent.get((source, component, period))
        return series[max(series)] if series else None

    def recent(self, source: str, component: str, period: str) -> dict[int, Average]:
        """The averages of a series in the running day, by start."""
        return self._recent.get((source, component, period), {})

    def recent_rows(self, sources: Collection[str], period: str, start_ms: int, end_ms: int) -> list[Average]:
        """Averages of the running day that start in the span."""
        return [
            row
            for (source, _, of), series in self._recent.items()
            if of == period and source in sources
            for row in series.values()
            if start_ms <= row.start_ms < end_ms
        ]

    def table(
        self,
        source: str | None,
        components: Sequence[str] | None,
        period: str,
        start_ms: int,
        end_ms: int,
        *,
        known_ms: int | None = None,
        columns: Sequence[str] | None = None,
        encoded: bool = False,
    ) -> pa.Table:
        """Current averages that start in the span (or as known at ``known_ms``), by source, component, start, origin.

        ``columns`` may leave some out (the key's always come): less of the files is read. ``encoded`` leaves repeated texts by
        dictionary, as the store holds them: a year of them costs nothing then.
        """
        with self._lock:
            tail = [table for _, table in self._tail]
        fresh = [part for table in tail if (part := _cut(table, source, components, period, start_ms, end_ms, known_ms)).num_rows]
        wanted = None if columns is None else [*columns, *(REVISED if fresh else ())]
        lake = self._lake.averages(source, components, period, start_ms, end_ms, known_ms=known_ms, columns=wanted)
        if fresh:
            lake = plain(lake)
            lake = latest_revisions(pa.concat_tables([lake, *(part.select(lake.column_names) for part in fresh)]))
            return by_dictionary(lake) if encoded else lake
        return lake if encoded else plain(lake)

    def rows(self, source: str | None, components: Sequence[str] | None, period: str, start_ms: int, end_ms: int) -> list[Average]:
        """The same as records."""
        return to_averages(self.table(source, components, period, start_ms, end_ms))

    def revisions(self, source: str, component: str, period: str, start_ms: int) -> list[Average]:
        """Every revision of one average, oldest first."""
        with self._lock:
            tail = [table for _, table in self._tail]
        held = plain(self._lake.average_revisions(source, component, period, start_ms))
        fresh = [_cut(table, source, [component], period, start_ms, start_ms + 1, None) for table in tail]
        every = to_averages(pa.concat_tables([held, *fresh]))
        return sorted({(row.origin, row.revision): row for row in every}.values(), key=lambda row: (row.origin, row.revision))


def plain(table: pa.Table) -> pa.Table:
    """A table in the published columns (those it has), whatever way the store holds its texts."""
    schema = pa.schema([field for field in AVERAGES if field.name in table.column_names])
    return table if table.schema == schema else table.select(schema.names).cast(schema)


def by_dictionary(table: pa.Table) -> pa.Table:
    """A table with its texts by dictionary."""
    for place, field in enumerate(table.schema):
        if pa.types.is_string(field.type):
            table = table.set_column(place, field.name, table.column(place).dictionary_encode())
    return table


def latest_revisions(table: pa.Table) -> pa.Table:
    """Of every average the highest revision, in the lake's order."""
    order = pc.sort_indices(
        table, sort_keys=[(name, "ascending") for name in ("source", "component", "start_ms", "origin", "revision", "known_ms")]
    )
    table = table.take(order).combine_chunks()
    same = np.ones(max(0, len(table) - 1), np.bool_)
    for name in ("source", "component", "start_ms", "origin"):
        column = table.column(name)
        same &= np.asarray(pc.equal(column[:-1], column[1:]))
    return table.filter(pa.array(np.concatenate([~same, np.ones(min(1, len(table)), np.bool_)])))


def _cut(
    table: pa.Table, source: str | None, components: Sequence[str] | None, period: str, start_ms: int, end_ms: int, known_ms: int | None
) -> pa.Table:
    wanted = (pc.field("period") == period) & (pc.field("start_ms") >= start_ms) & (pc.field("start_ms") < end_ms)
    if source is not None:
        wanted &= pc.field("source") == source
    if components is not None:
        wanted &= pc.field("component").isin(list(components))
    if known_ms is not None:
        wanted &= pc.field("known_ms") <= known_ms
    return table.filter(wanted)
