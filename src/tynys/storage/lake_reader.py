"""Reads the lake from any process or thread: a held snapshot, moved forward when it is asked to or too old."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from tynys.storage.delta import DeltaFolder
from tynys.storage.lake_files import FileScanner, Wanted, is_one_of
from tynys.storage.lake_rows import months
from tynys.storage.lake_schema import AVERAGES_LAYOUT, READINGS_LAYOUT, SUMMARIES_LAYOUT, SUPERSEDED_LAYOUT
from tynys.storage.lake_writer import JOURNAL, day_of
from tynys.storage.tail import COLUMNS, one_per_instant

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from uuid import UUID

    from tynys.storage.delta import DataFile
    from tynys.storage.lake_schema import TableLayout

ORDER = [(name, "ascending") for name in ("source", "component", "start_ms", "origin")]


class LakeReader:
    """Queries over the lake's tables.

    Parameters
    ----------
    folder : Path
        The lake.
    max_age_s : float
        A snapshot older than this is moved forward before it is read. [s]
    """

    def __init__(self, folder: Path, max_age_s: float = 1.0) -> None:
        self._max_age_s = max_age_s
        self._lock = threading.Lock()
        self._refreshed_s = 0.0
        self._tables = {
            layout.name: _Table(folder, layout) for layout in (READINGS_LAYOUT, AVERAGES_LAYOUT, SUPERSEDED_LAYOUT, SUMMARIES_LAYOUT)
        }
        self.refresh()

    @property
    def position(self) -> int:
        """The journal position the readings have reached."""
        return self._tables["readings"].position

    def refresh(self) -> int:
        """Move to the newest versions unless that was done just now; the position reached."""
        with self._lock:
            if time.monotonic() - self._refreshed_s >= self._max_age_s:
                for table in self._tables.values():
                    table.refresh()
                self._refreshed_s = time.monotonic()
        return self.position

    def readings(
        self,
        channels: Sequence[UUID],
        start_ms: int,
        end_ms: int,
        *,
        one_row_per_instant: bool = True,
        columns: Sequence[str] | None = None,
    ) -> pa.Table:
        """Readings of some channels in the half-open span, by channel and time."""
        first, last = day_of(start_ms), day_of(end_ms - 1)
        files = [f for f in self._tables["readings"].files if first <= f.partition["day"] <= last]
        wanted = Wanted("channel", {str(c) for c in channels}, "time_ms", start_ms, end_ms)
        names = list(columns) if columns is not None else COLUMNS.names
        rows = self._tables["readings"].scanner.read(files, wanted, names)
        rows = rows.cast(pa.schema([COLUMNS.field(name) for name in names]))
        return one_per_instant(rows) if one_row_per_instant and len(files) > 0 else rows

    def averages(
        self,
        source: str | None,
        components: Sequence[str] | None,
        period: str,
        start_ms: int,
        end_ms: int,
        *,
        known_ms: int | None = None,
        columns: Sequence[str] | None = None,
    ) -> pa.Table:
        """Current averages that start in the half-open span, or the revisions known at ``known_ms``; by source, component, start."""
        names = list(columns) if columns is not None else AVERAGES_LAYOUT.schema.names
        if known_ms is None:
            rows = self._averages("averages", source, components, period, start_ms, end_ms, names)
            return (
                rows
                if _in_order(rows)
                else rows.take(pc.sort_indices(rows, sort_keys=[key for key in ORDER if key[0] in rows.column_names]))
            )
        every = pa.concat_tables(
            self._averages(name, source, components, period, start_ms, end_ms, AVERAGES_LAYOUT.schema.names).cast(AVERAGES_LAYOUT.schema)
            for name in ("averages", "averages_superseded")
        )
        every = every.filter(pc.less_equal(every["known_ms"], known_ms))
        every = every.take(pc.sort_indices(every, sort_keys=[*ORDER, ("revision", "descending")]))
        return first_of_key(every).select(names)

    def average_revisions(self, source: str, component: str, period: str, start_ms: int) -> pa.Table:
        """Every revision of one average, oldest first, the current one last."""
        names = AVERAGES_LAYOUT.schema.names
        every = pa.concat_tables(
            self._averages(name, source, [component], period, start_ms, start_ms + 1, names).cast(AVERAGES_LAYOUT.schema)
            for name in ("averages_superseded", "averages")
        )
        return every.take(pc.sort_indices(every, sort_keys=[("origin", "ascending"), ("revision", "ascending")]))

    def summaries(self, channels: Sequence[UUID], start_ms: int, end_ms: int, period: str | None = None) -> pa.Table:
        """Summaries of some channels' windows that start in the half-open span, newest revision first for each window."""
        files = self._months("summaries", start_ms, end_ms, period)
        wanted = Wanted("channel", {str(c) for c in channels}, "start_ms", start_ms, end_ms)
        rows = self._tables["summaries"].scanner.read(files, wanted)
        return rows.take(pc.sort_indices(rows, sort_keys=[("channel", "ascending"), ("start_ms", "ascending"), ("revision", "descending")]))

    def _averages(
        self, name: str, source: str | None, components: Sequence[str] | None, period: str, start_ms: int, end_ms: int, names: Sequence[str]
    ) -> pa.Table:
        files = self._months(name, start_ms, end_ms, period)
        wanted = Wanted("source", None if source is None else {source}, "start_ms", start_ms, end_ms)
        extra = [column for column in ("source", "component", "start_ms", "origin") if column not in names]
        rows = self._tables[name].scanner.read(files, wanted, [*names, *extra])
        if components is not None:
            rows = rows.filter(is_one_of(rows.column("component"), components))
        return rows

    def _months(self, name: str, start_ms: int, end_ms: int, period: str | None) -> list[DataFile]:
        first, last = month_of(start_ms), month_of(max(start_ms, end_ms - 1))
        return [
            f
            for f in self._tables[name].files
            if first <= f.partition["month"] <= last and (period is None or f.partition["period"] == period)
        ]


class _Table:
    """One table's held snapshot."""

    def __init__(self, folder: Path, layout: TableLayout) -> None:
        self._delta = DeltaFolder(folder / layout.name, layout)
        self.scanner = FileScanner(folder / layout.name, layout)
        self.files: tuple[DataFile, ...] = tuple(self._delta.files)
        self.position = self._delta.transaction_version(JOURNAL)

    def refresh(self) -> None:
        self._delta.refresh()
        self.files = tuple(self._delta.files)
        self.position = self._delta.transaction_version(JOURNAL)


def month_of(time_ms: int) -> str:
    """The UTC month of a moment, as partitions name it."""
    import numpy as np  # noqa: PLC0415 - one conversion

    return months(np.array([time_ms], np.int64))[0]


def first_of_key(rows: pa.Table) -> pa.Table:
    """The first row of each (source, component, start, origin) of rows in that order."""
    import numpy as np  # noqa: PLC0415 - as above

    if rows.num_rows < 2:  # noqa: PLR2004 - one row is always alone
        return rows
    rows = rows.combine_chunks()
    same = np.ones(rows.num_rows - 1, np.bool_)
    for name, _ in ORDER:
        column = rows.column(name)
        same &= np.asarray(pc.equal(column[:-1], column[1:]))
    return rows.filter(pa.array(np.concatenate([[True], ~same])))


def _in_order(rows: pa.Table) -> bool:
    return int(rows.num_rows) < 2  # noqa: PLR2004 - anything longer is sorted, which costs little
