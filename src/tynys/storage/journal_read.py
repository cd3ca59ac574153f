"""Reading the journal from any thread or process while its one writer appends."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Self

from tynys.domain.errors import NotFoundError
from tynys.storage.journal_segments import (
    COLUMNS,
    COLUMNS_BARE,
    SegmentFile,
    SegmentMeta,
    named_incarnation,
    open_readable,
    read_meta,
    segment_files,
    stored,
)

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator
    from pathlib import Path
    from uuid import UUID

    from tynys.storage.journal_records import Stored

AT_ONCE = 32
"""Batches fetched at once; each may hold megabytes."""
OPEN_SEGMENTS = 8
"""How many segments a reader keeps open at once."""


class JournalReader:
    """Every batch committed so far, by position, gateway number or span.

    Parameters
    ----------
    folder : Path
        The journal's folder; it may be empty still.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.RLock()
        self._open: OrderedDict[int, sqlite3.Connection] = OrderedDict()
        self._files: list[SegmentFile] = []
        self._meta: dict[int, SegmentMeta] = {}

    def close(self) -> None:
        """Close every segment."""
        with self._lock:
            while self._open:
                self._open.popitem()[1].close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def segments(self) -> list[SegmentFile]:
        """Every segment there is now, oldest first."""
        with self._lock:
            self._files = segment_files(self._folder) if self._folder.is_dir() else []
            return list(self._files)

    def meta(self, segment: SegmentFile) -> SegmentMeta:
        """What a segment says of itself; kept once it is sealed."""
        known = self._meta.get(segment.ordinal)
        if known is None or known.digest is None:
            known = self._meta[segment.ordinal] = read_meta(self.connection(segment), segment)
        return known

    def connection(self, segment: SegmentFile) -> sqlite3.Connection:
        """A read-only connection to a segment, kept open while it is used; hold the reader's lock while using it."""
        with self._lock:
            db = self._open.pop(segment.ordinal, None) or open_readable(segment)
            self._open[segment.ordinal] = db
            if len(self._open) > OPEN_SEGMENTS:
                self._open.popitem(last=False)[1].close()
            return db

    @property
    def incarnation(self) -> UUID | None:
        """The newest incarnation of the journal, None before it was first opened for writing."""
        files = self.segments()
        if not files:
            return named_incarnation(self._folder)
        with self._lock:
            return self.meta(files[-1]).incarnation

    @property
    def last_position(self) -> int:
        """Position of the newest batch, 0 before the first."""
        for segment in reversed(self.segments()):
            rows = self.select(segment, "SELECT max(position) FROM batches")
            if rows[0][0] is not None:
                return int(rows[0][0])
        return 0

    def select(self, segment: SegmentFile, sql: str, values: tuple[object, ...] = ()) -> list[tuple[Any, ...]]:
        """Rows of one segment."""
        with self._lock:
            return self.connection(segment).execute(sql, values).fetchall()

    def read(self, after: int, limit: int = 1000, *, payloads: bool = True) -> Iterator[Stored]:
        """The next ``limit`` batches after a position, in order, over as many segments as they take, a few in memory at a time.

        Without ``payloads`` theirs are empty: a list of batches costs nothing of what they hold.
        """
        for row in self._rows(after, limit, COLUMNS if payloads else COLUMNS_BARE):
            yield stored(row)

    def _rows(self, after: int, limit: int, columns: str = COLUMNS) -> Iterator[tuple[Any, ...]]:
        files = self.segments()
        with self._lock:
            start = 0
            for place in range(len(files) - 1, -1, -1):
                if self.meta(files[place]).first_position <= after + 1:
                    start = place
                    break
        sql = f"SELECT {columns} FROM batches WHERE position > ? ORDER BY position LIMIT ?"  # noqa: S608 - our own column names
        for segment in files[start:]:
            while limit > 0 and (rows := self.select(segment, sql, (after, min(limit, AT_ONCE)))):
                yield from rows
                limit -= len(rows)
                after = rows[-1][0]

    def batch(self, position: int) -> Stored:
        """The batch at a position."""
        for row in self._rows(position - 1, 1):
            if row[0] == position:
                return stored(row)
        raise NotFoundError(f"the journal holds no position {position}", where=str(self._folder), code="journal.position")

    def overlapping(self, start_ms: int, end_ms: int, up_to: int, page: int = 64) -> Iterator[Stored]:
        """Batches up to a position whose readings touch the half-open span, or do not say when they are; in order."""
        sql = (
            f"SELECT {COLUMNS} FROM batches WHERE position > ? AND position <= ? AND conflict = 0 "  # noqa: S608
            "AND (readings_to_ms IS NULL OR readings_to_ms >= ?) AND (readings_from_ms IS NULL OR readings_from_ms < ?) "
            "ORDER BY position LIMIT ?"
        )
        for segment in self.segments():
            after = 0
            while rows := self.select(segment, sql, (after, up_to, start_ms, end_ms, page)):
                for row in rows:
                    yield stored(row)
                after = rows[-1][0]
