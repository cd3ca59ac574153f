"""The plant's own averages, by the very kernel the centre recomputes them with; they need no line."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from tynys.calc.pipeline import average_windows, longer_windows
from tynys.calc.series import join_blocks
from tynys.calc.table import AverageTable
from tynys.calc.timegrid import window_at, window_edges
from tynys.plant import spool_reader

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping
    from uuid import UUID

    from tynys.calc.pack_versions import PackVersions
    from tynys.calc.series import Series
    from tynys.domain.average import Average
    from tynys.domain.configuration import FacilityConfiguration

CATCH_UP_MS = 86_400_000
"""How far back a start looks for windows that closed while the gateway was down. [ms]"""


class OwnAverages:
    """Knows which windows close when, and computes them, each by the version of the rule pack in force at its begin."""

    def __init__(self, configuration: FacilityConfiguration, packs: PackVersions, now_ms: int) -> None:
        self._configuration = configuration
        self._packs = packs
        pack = packs.at(now_ms)
        self._zone = pack.averaging.time_zone.value
        self.short = pack.short_term

    def closing(self, end_ms: int) -> tuple[int, int] | None:
        """The short-term window that ends exactly at ``end_ms``, if there is one."""
        start_ms, window_end_ms = window_at(self.short, end_ms - 1, self._zone)
        return (start_ms, window_end_ms) if window_end_ms == end_ms else None

    def short_term(self, readings: Mapping[UUID, Series], start_ms: int, end_ms: int) -> list[Average]:
        """Averages of the short-term windows that start in the span."""
        return average_windows(
            self._configuration, self._packs.at(start_ms), readings, self.short, start_ms, end_ms, known_ms=end_ms
        ).rows()

    def longer(self, connection: sqlite3.Connection, end_ms: int) -> list[Average]:
        """Longer averages that close at ``end_ms``, from the shorter ones the spool keeps."""
        found: list[Average] = []
        for rule in self._packs.at(end_ms - 1).averaging.long_term:
            start_ms, window_end_ms = window_at(rule.period, end_ms - 1, self._zone)
            if window_end_ms != end_ms:
                continue
            rows = spool_reader.averages(connection, rule.mean_of, start_ms, end_ms)
            rows += [average for average in found if average.period == rule.mean_of]
            if rows:
                table = AverageTable.from_rows(rows, period=rule.mean_of)
                found.extend(longer_windows(table, self._packs.at(start_ms), rule.period, start_ms, end_ms).rows())
        return found

    def missed(self, connection: sqlite3.Connection, now_ms: int) -> list[int]:
        """Ends of short-term windows of the last day that have readings but no average."""
        since_ms = now_ms - CATCH_UP_MS
        have = {average.start_ms for average in spool_reader.averages(connection, self.short, since_ms, now_ms)}
        first = connection.execute("SELECT min(span_start_ms) FROM batch WHERE span_end_ms > ?", (since_ms,)).fetchone()[0]
        if first is None:
            return []
        edges = window_edges(self.short, max(first, since_ms), now_ms, self._zone)
        return [int(end) for start, end in pairwise(edges) if end <= now_ms and int(start) not in have]

    def from_spool(self, connection: sqlite3.Connection, end_ms: int) -> list[Average]:
        """Averages of the short-term window ending at ``end_ms``, from what the spool holds."""
        start_ms, _ = window_at(self.short, end_ms - 1, self._zone)
        return self.short_term(join_blocks(spool_reader.readings(connection, start_ms, end_ms)), start_ms, end_ms)
