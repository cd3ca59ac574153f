"""Reads the lake from any process or thread: a held snapshot, moved forward when it is asked to or too old."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

import pyarrow as pa
import pyarrow.compute as pc

from tynys.calc.series import Series
from tynys.storage.delta import DeltaFolder
from tynys.storage.lake_cache import ColumnCache
from tynys.storage.lake_files import FileScanner, Wanted, is_one_of, only
from tynys.storage.lake_instants import one_per_instant
from tynys.storage.lake_order import ordered, repeats
from tynys.storage.lake_rows import reading_blocks
from tynys.storage.lake_schema import AVERAGES, AVERAGES_LAYOUT, JOURNAL, LAYOUTS, READINGS_LAYOUT, SUMMARIES_LAYOUT
from tynys.storage.lake_series import joined, plain_groups, read_groups
from tynys.storage.tail import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from pathlib import Path

    from tynys.domain.average import Origin
    from tynys.storage.delta_file import DataFile
    from tynys.storage.lake_schema import TableLayout

KEY = AVERAGES_LAYOUT.key
T = TypeVar("T")
CACHE_BYTES = 64_000_000
"""Columns of averages and summaries a reader holds: what charts show of the last year of some sources. [bytes]"""
DAY_MS = 86_400_000
SERIES_COLUMNS = ("channel", "time_ms", "value", "status", "cause")
_FAR_MS = 62_000_000_000_000
"""About two thousand years: spans beyond it are open. [ms]"""


class LakeReader:
    """Queries over the lake's tables.

    Parameters
    ----------
    folder : Path
        The lake; it may not be there yet, and is empty then.
    max_age_s : float
        A snapshot older than this is moved forward when `refresh` is called. [s]
    """

    def __init__(self, folder: Path, max_age_s: float = 1.0) -> None:
        self._max_age_s = max_age_s
        self._lock = threading.Lock()
        self._cache = ColumnCache(CACHE_BYTES)
        self._tables = {layout.name: _Table(folder, layout, self._cache if layout is not READINGS_LAYOUT else None) for layout in LAYOUTS}
        self._refreshed_s = time.monotonic()

    @property
    def position(self) -> int:
        """The journal position the readings have reached."""
        return self._tables["readings"].position

    def refresh(self, *, now: bool = False) -> int:
        """Move to the newest versions unless that was done just now; the position reached."""
        with self._lock:
            if now or time.monotonic() - self._refreshed_s >= self._max_age_s:
                for table in self._tables.values():  # current averages before the superseded: a row may be in both, never in neither
                    table.refresh()
                self._refreshed_s = time.monotonic()
        return self.position

    def close(self) -> None:
        """Forget what is held; files are opened only while they are read."""
        self._cache.clear()
        for table in self._tables.values():
            table.clear()

    def readings(
        self,
        channels: Sequence[UUID],
        start_ms: int,
        end_ms: int,
        *,
        one_row_per_instant: bool = True,
        gateway_rank: Sequence[UUID] = (),
        columns: Sequence[str] | None = None,
    ) -> pa.Table:
        """Readings of some channels in the half-open span, by channel and time.

        Parameters
        ----------
        channels : sequence of UUID
            Which.
        start_ms, end_ms : int
            The span. [ms since 1970 UTC]
        one_row_per_instant : bool
            Give one row where several gateways report a channel; else all of them.
        gateway_rank : sequence of UUID
            Which gateway counts first where several do.
        columns : sequence of str or None
            Which columns; all but the partition's by default.
        """
        names = list(columns) if columns is not None else COLUMNS.names
        schema = pa.schema([COLUMNS.field(name) for name in names])
        if end_ms <= start_ms or not channels:
            return schema.empty_table()
        needed = list(dict.fromkeys([*names, "channel", "time_ms", "gateway", "position", "value"])) if one_row_per_instant else names
        wanted = Wanted("channel", {str(channel) for channel in channels}, "time_ms", start_ms, end_ms)
        days = _days(start_ms, end_ms)
        rows = self._attempt(lambda: self._tables["readings"].read(days, wanted, needed))
        rows = one_per_instant(rows, gateway_rank) if one_row_per_instant else rows
        return rows.select(names).cast(schema)

    def series(self, channels: Collection[UUID], start_ms: int, end_ms: int, *, gateway_rank: Sequence[UUID] = ()) -> dict[UUID, Series]:
        """What `readings` gives of each channel with one row an instant, as arrays; a channel without any is left out.

        Days whose files are sorted and have one gateway a channel are read without comparing rows, three columns wide.
        """
        names = {str(channel) for channel in channels}

        def every_day() -> list[dict[UUID, Series]]:
            return [self._day(names, files, span, gateway_rank) for files, span in self._tables["readings"].days(start_ms, end_ms)]

        pieces: dict[UUID, list[Series]] = {}
        for day in self._attempt(every_day) if names else ():
            for channel, piece in day.items():
                pieces.setdefault(channel, []).append(piece)
        return {channel: joined(parts) for channel, parts in pieces.items()}

    def _day(self, names: set[str], files: Sequence[DataFile], span: tuple[int, int], gateway_rank: Sequence[UUID]) -> dict[UUID, Series]:
        """Readings of one day as arrays."""
        table = self._tables["readings"]
        groups = plain_groups(table.scanner, files, names, span)
        found = None if groups is None else read_groups(table.root, groups, span)
        if found is not None:
            return found
        rows = self.readings([UUID(name) for name in names], *span, gateway_rank=gateway_rank, columns=SERIES_COLUMNS)
        return {channel: Series(time_ms, value, status) for channel, (time_ms, value, status, _) in reading_blocks(rows).items()}

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
        origins: Sequence[Origin] | None = None,
    ) -> pa.Table:
        """Averages that start in the half-open span, by source, component, start and origin; texts come as dictionaries.

        Parameters
        ----------
        source, components : str or None, sequence of str or None
            Which; None means all.
        period : str
            ``PT20M``, ``PT1H``, ``P1D``.
        start_ms, end_ms : int
            The span of window starts. [ms since 1970 UTC]
        known_ms : int or None
            Give the revisions that were known at that moment instead of the current ones. [ms since 1970 UTC]
        columns : sequence of str or None
            Which columns; the key's (source, component, start_ms, origin) always come too.
        origins : sequence of Origin or None
            Whose averages; None means all.
        """
        names = list(dict.fromkeys([*(columns if columns is not None else AVERAGES.names), *KEY]))

        def current() -> pa.Table:
            return self._averages("averages", source, components, period, start_ms, end_ms, names, origins)

        def known() -> pa.Table:
            wide = list(dict.fromkeys([*names, "known_ms", "revision"]))
            every = pa.concat_tables(
                self._averages(name, source, components, period, start_ms, end_ms, wide, origins)
                for name in ("averages", "averages_superseded")
            ).unify_dictionaries()
            every = ordered(every.filter(pc.less_equal(every.column("known_ms"), known_ms)), (*KEY, "revision"))
            return every.filter(pc.invert(_overtaken(every))).select(names)

        return ordered(self._attempt(current if known_ms is None else known), KEY)

    def average_revisions(self, source: str, component: str, period: str, start_ms: int) -> pa.Table:
        """Every revision of one average, oldest first, the current one last."""

        def every() -> pa.Table:
            return pa.concat_tables(
                self._averages(name, source, [component], period, start_ms, start_ms + 1, AVERAGES.names, None)
                for name in ("averages", "averages_superseded")
            ).unify_dictionaries()

        rows = ordered(self._attempt(every), ("origin", "revision"))
        return rows.filter(pa.array(~repeats(rows, ("origin", "revision"))))

    def summaries(self, channels: Sequence[UUID], start_ms: int, end_ms: int, period: str | None = None) -> pa.Table:
        """Summaries of some channels' windows that start in the half-open span, by channel and start."""
        wanted = Wanted("channel", {str(channel) for channel in channels}, "start_ms", start_ms, end_ms)
        names = [item.name for item in SUMMARIES_LAYOUT.schema]
        rows = self._attempt(lambda: self._tables["summaries"].read(_months(start_ms, end_ms, period), wanted, names))
        return ordered(rows, SUMMARIES_LAYOUT.key)

    def _averages(
        self,
        name: str,
        source: str | None,
        components: Sequence[str] | None,
        period: str,
        start_ms: int,
        end_ms: int,
        names: Sequence[str],
        origins: Sequence[Origin] | None,
    ) -> pa.Table:
        wanted = Wanted("source", None if source is None else {source}, "start_ms", start_ms, end_ms)
        rows = self._tables[name].read(_months(start_ms, end_ms, period), wanted, names)
        if components is not None:
            rows = only(rows, is_one_of(rows.column("component"), components))
        if origins is not None:
            rows = only(rows, is_one_of(rows.column("origin"), [str(origin) for origin in origins]))
        return rows

    def _attempt(self, read: Callable[[], T]) -> T:
        """Read; once more from the newest version if a file went away in between."""
        try:
            return read()
        except FileNotFoundError:
            self.refresh(now=True)
            return read()


class _Table:
    """One table's held snapshot: its files by their first partition."""

    def __init__(self, folder: Path, layout: TableLayout, cache: ColumnCache | None) -> None:
        self._delta = DeltaFolder(folder / layout.name, layout)
        self.root = folder / layout.name
        self.scanner = FileScanner(self.root, layout, cache)
        self._partition = layout.partition
        self._files: dict[tuple[str, ...], list[DataFile]] = {}
        self.position = 0
        self._version = -2
        self._index()

    def refresh(self) -> None:
        self._delta.refresh()
        self._index()

    def clear(self) -> None:
        self._files = {}

    def _index(self) -> None:
        if self._version == self._delta.version:
            return
        files: dict[tuple[str, ...], list[DataFile]] = defaultdict(list)
        for item in self._delta.files:
            files[tuple(item.partition[name] for name in self._partition)].append(item)
        self._files, self._version = dict(files), self._delta.version
        self.position = self._delta.transaction_version(JOURNAL)

    def days(self, start_ms: int, end_ms: int) -> list[tuple[list[DataFile], tuple[int, int]]]:
        """Files of each UTC day that has any and touches the half-open span, with the part of the span that lies in it."""
        files, wanted, found = self._files, _days(start_ms, end_ms), []
        for key in sorted(files) if end_ms > start_ms else ():
            if wanted(key):
                begin = int(datetime.fromisoformat(key[0]).replace(tzinfo=UTC).timestamp()) * 1000
                found.append((files[key], (max(start_ms, begin), min(end_ms, begin + DAY_MS))))
        return found

    def read(self, partitions: Callable[[tuple[str, ...]], bool], wanted: Wanted, names: Sequence[str]) -> pa.Table:
        files = self._files
        chosen = [item for key in sorted(files) if partitions(key) for item in files[key]]
        return self.scanner.read(chosen, wanted, names)


def _days(start_ms: int, end_ms: int) -> Callable[[tuple[str, ...]], bool]:
    first, last = _moment(start_ms).date().isoformat(), _moment(end_ms - 1).date().isoformat()
    return lambda key: first <= key[0] <= last


def _months(start_ms: int, end_ms: int, period: str | None) -> Callable[[tuple[str, ...]], bool]:
    first, last = f"{_moment(start_ms):%Y-%m}", f"{_moment(max(start_ms, end_ms - 1)):%Y-%m}"
    return lambda key: first <= key[1] <= last and (period is None or key[0] == period)


def _moment(time_ms: int) -> datetime:
    return datetime.fromtimestamp(min(max(time_ms, -_FAR_MS), _FAR_MS) / 1000, tz=UTC)


def _overtaken(rows: pa.Table) -> pa.Array:
    """Whether a later row has the same key, in rows that are ordered by it."""
    again = repeats(rows, KEY)
    again[:-1], again[-1:] = again[1:], False
    return pa.array(again)
