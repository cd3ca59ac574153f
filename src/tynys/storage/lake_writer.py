"""The lake's one writer: readings with the journal position they reach, averages with their revisions, hourly compaction."""

from __future__ import annotations

import fcntl
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tynys.domain.errors import StorageError
from tynys.storage.delta import Change, DeltaFolder
from tynys.storage.lake_duplicates import ReadingConflict
from tynys.storage.lake_files import FileScanner
from tynys.storage.lake_intake import LakeBatch, ReadingIntake
from tynys.storage.lake_rows import averages_table
from tynys.storage.lake_schema import AVERAGES_LAYOUT, LAYOUTS, READINGS_LAYOUT

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence
    from pathlib import Path
    from uuid import UUID

    from tynys.domain.average import Average
    from tynys.domain.reading import ReadingBlock
    from tynys.storage.delta import DataFile
    from tynys.storage.lake_schema import TableLayout

__all__ = ["LakeBatch", "LakeWriter", "ReadingConflict"]
JOURNAL = "tynys-journal"
"""Application id of the Delta transaction that carries the journal position."""
INCARNATION = "incarnation"
RECENT_MS = 3_600_000
"""Days written to within this are made again at the start: a crash may have cut their files short of the disk. [ms]"""
DAY_MS = 86_400_000
KEEP_HOURS = 24
AVERAGE_KEY = ("source", "component", "start_ms", "origin")


def day_of(time_ms: int) -> str:
    """The UTC day of a moment, as partitions name it."""
    return datetime.fromtimestamp(time_ms / 1000, tz=UTC).date().isoformat()


@dataclass(frozen=True, slots=True)
class Flushed:
    """What one flush wrote and found."""

    rows: int
    duplicates: int
    conflicts: tuple[ReadingConflict, ...]
    days: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AveragesCommitted:
    """How many averages were new, replaced an older revision, or changed nothing."""

    new: int
    revised: int
    unchanged: int


class LakeWriter:
    """Writes the lake of one folder; a lock on the folder keeps every other writer out.

    Parameters
    ----------
    folder : Path
        The lake; made if it is not there.
    incarnation : UUID
        The journal's; a lake of another journal is refused.
    """

    def __init__(self, folder: Path, incarnation: UUID) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = (folder / "writer.lock").open("a+")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._lock.close()
            raise StorageError(
                "another process writes this lake",
                where=str(folder),
                hint="Exactly one writer is allowed: end the other centre.",
                code="lake.locked",
            ) from error
        self._folder = folder
        self._mark(incarnation)
        self._tables = {layout.name: DeltaFolder(folder / layout.name, layout, create=True) for layout in LAYOUTS}
        self._readings = self._tables["readings"]
        self._intake = ReadingIntake(self._readings, self._day_files)
        self.position = self._readings.transaction_version(JOURNAL)
        self.pending_position = self.position
        self._dirty: set[tuple[str, str]] = set()

    def _mark(self, incarnation: UUID) -> None:
        mark = self._folder / INCARNATION
        if not mark.exists():
            mark.write_text(f"{incarnation}\n", encoding="ascii")
        elif (held := mark.read_text(encoding="ascii").strip()) != str(incarnation):
            self._lock.close()
            raise StorageError(
                f"the lake was made from journal {held}, this journal is {incarnation}",
                where=str(self._folder),
                hint="Make the lake again from this journal: tynys centre rebuild-lake.",
                code="lake.other_journal",
            )

    def close(self) -> None:
        """Let other writers in."""
        self._lock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- readings ---------------------------------------------------------------------------------------------------

    @property
    def pending_rows(self) -> int:
        """Rows collected and not yet written."""
        return self._intake.rows

    @property
    def oldest_pending_s(self) -> float:
        """How long the oldest of them has waited. [s]."""
        return 0.0 if self._intake.since is None else time.monotonic() - self._intake.since

    def add_batch(self, position: int, gateway: UUID, blocks: Sequence[ReadingBlock], simulated: bool, _received_ms: int = 0) -> None:
        """Collect a stored batch; a position at or behind the last one is refused."""
        if position <= self.pending_position:
            raise StorageError(
                f"expected a journal position after {self.pending_position}, got {position}",
                where=str(self._folder),
                code="lake.position_behind",
            )
        self._intake.add(LakeBatch(position, gateway, blocks, simulated))
        self.pending_position = position

    def flush(self, up_to_position: int | None = None) -> Flushed:
        """Write what was collected: one file per touched day, one commit, on the disk when this returns."""
        reached = self.pending_position if up_to_position is None else up_to_position
        if reached <= self.position:
            raise StorageError(
                f"expected to move past position {self.position}, got {reached}", where=str(self._folder), code="lake.position_behind"
            )
        drained = self._intake.drain()
        self._commit_readings(Change(adds=list(drained.files), transaction=(JOURNAL, reached)), reached)
        self._dirty |= {("readings", day) for day in drained.days}
        return Flushed(drained.rows, drained.duplicates, drained.conflicts, drained.days)

    def _commit_readings(self, change: Change, reached: int) -> None:
        change.note["position"] = str(reached)
        self._readings.commit(change)
        self.position = reached
        self.pending_position = max(self.pending_position, reached)

    def _day_files(self, day: str) -> list[DataFile]:
        return [item for item in self._readings.files if item.partition["day"] == day]

    def recover(self, touching: Callable[[int, int, int], Iterable[LakeBatch]], now_ms: int) -> tuple[str, ...]:
        """At the start: days written to in the last hour are made again from the journal, by replacement."""
        days = {item.partition["day"] for item in self._readings.files if item.written_ms >= now_ms - RECENT_MS}
        for day in sorted(days):
            self.rebuild_day(day, touching)
        return tuple(sorted(days))

    def rebuild_day(self, day: str, touching: Callable[[int, int, int], Iterable[LakeBatch]]) -> int:
        """Make one day again from the journal up to the position held, replacing its files; its rows."""
        start_ms = int(datetime.combine(date.fromisoformat(day), datetime.min.time(), tzinfo=UTC).timestamp() * 1000)
        intake = ReadingIntake(self._readings, lambda _: [])
        for batch in touching(start_ms, start_ms + DAY_MS, self.position):
            intake.add(batch, frozenset({day}))
        drained = intake.drain()
        self._readings.commit(
            Change(adds=list(drained.files), removes=self._day_files(day), note={"rebuilt": day, "position": str(self.position)})
        )
        self._intake.forget([day])
        return drained.rows

    def rebuild(self, batches: Iterable[LakeBatch], progress: Callable[[int], None] | None = None) -> int:
        """Make all readings again from the journal's beginning, by replacement in one commit; rows written."""
        intake = ReadingIntake(self._readings, lambda _: [])
        adds: list[DataFile] = []
        reached = 0
        for batch in batches:
            intake.add(batch)
            reached = batch.position
            if intake.rows >= READINGS_LAYOUT.file_rows:
                adds += intake.drain().files
            if progress is not None:
                progress(reached)
        adds += intake.drain().files
        change = Change(adds=adds, removes=list(self._readings.files), transaction=(JOURNAL, max(reached, self.position)))
        self._commit_readings(change, max(reached, self.position))
        self._intake.forget()
        self._dirty |= {("readings", item.partition["day"]) for item in adds}
        return sum(item.rows for item in adds)

    # -- averages and summaries -------------------------------------------------------------------------------------

    def commit_averages(self, table: pa.Table | Sequence[Average], *, simulated: bool = False, known_ms: int = 0) -> AveragesCommitted:
        """Store averages; one that is there already is replaced and kept among the superseded, if the new one says something else.

        Parameters
        ----------
        table : pa.Table or sequence of Average
            In the published columns. A row's revision is raised above the stored one's where it is not already.
        simulated : bool
            Mark of records given as a sequence.
        known_ms : int
            When the old revisions were superseded. [ms since 1970 UTC]
        """
        rows = table if isinstance(table, pa.Table) else averages_table(table, simulated=simulated)
        counts = np.zeros(3, np.int64)
        periods = zip(rows.column("period").to_pylist(), rows.column("month").to_pylist(), strict=True)
        for period, month in sorted(set(periods)):
            part = rows.filter(pc.and_(pc.equal(rows["period"], period), pc.equal(rows["month"], month)))
            counts += self._commit_month(part, {"period": period, "month": month}, known_ms)
        return AveragesCommitted(*(int(n) for n in counts))

    def _commit_month(self, rows: pa.Table, partition: dict[str, str], known_ms: int) -> tuple[int, int, int]:  # noqa: C901 - one merge, read at once
        current = self._tables["averages"]
        newest: dict[tuple[object, ...], dict[str, object]] = {}
        superseded: list[dict[str, object]] = []
        for row in rows.to_pylist():
            key = tuple(row[name] for name in AVERAGE_KEY)
            if (older := newest.get(key)) is not None:
                superseded.append(older)
                row["revision"] = max(int(row["revision"]), int(str(older["revision"])) + 1)
            newest[key] = row
        low, high = min(r["start_ms"] for r in newest.values()), max(r["start_ms"] for r in newest.values())  # type: ignore[type-var]
        files = [f for f in current.files if dict(f.partition) == partition and f.low["start_ms"] <= high and f.high["start_ms"] >= low]
        scanner = FileScanner(current.root, AVERAGES_LAYOUT)
        adds, removes, revised, unchanged = [], [], 0, 0
        for item in files:
            held = scanner.read([item]).cast(AVERAGES_LAYOUT.schema)
            touched = [i for i, row in enumerate(_keys(held)) if row in newest]
            drop: list[int] = []
            for i in touched:
                old = held.slice(i, 1).to_pylist()[0]
                key = tuple(old[name] for name in AVERAGE_KEY)
                new = newest[key]
                if all(old[name] == new[name] for name in ("value", "status", "count_valid", "count_expected", "provisional")):
                    del newest[key]
                    unchanged += 1
                    continue
                new["revision"] = max(int(str(new["revision"])), int(old["revision"]) + 1)
                superseded.append(old)
                drop.append(i)
                revised += 1
            if drop:
                keep = np.ones(held.num_rows, np.bool_)
                keep[drop] = False
                removes.append(item)
                if keep.any():
                    adds.append(current.write(_file_rows(held.filter(pa.array(keep)), AVERAGES_LAYOUT), partition))
        if superseded:
            self._append("averages_superseded", [row | {"superseded_ms": known_ms} for row in superseded], partition)
        if newest:
            fresh = pa.Table.from_pylist(list(newest.values()), schema=AVERAGES_LAYOUT.schema)
            adds.append(current.write(_file_rows(fresh, AVERAGES_LAYOUT), partition))
        if adds or removes:
            current.commit(Change(adds=adds, removes=removes))
            self._dirty.add(("averages", f"{partition['period']}/{partition['month']}"))
        return len(newest) - revised, revised, unchanged

    def commit_summaries(self, table: pa.Table, *, simulated: bool = False) -> int:
        """Store summaries; a window's newest revision counts. Their number."""
        del simulated  # the column carries it
        for period, month in sorted(set(zip(table.column("period").to_pylist(), table.column("month").to_pylist(), strict=True))):
            part = table.filter(pc.and_(pc.equal(table["period"], period), pc.equal(table["month"], month)))
            delta = self._tables["summaries"]
            item = delta.write(_file_rows(part, delta.layout), {"period": period, "month": month})
            delta.commit(Change(adds=[item]))
            self._dirty.add(("summaries", f"{period}/{month}"))
        return int(table.num_rows)

    def _append(self, name: str, rows: list[dict[str, object]], partition: dict[str, str]) -> None:
        delta = self._tables[name]
        table = pa.Table.from_pylist(rows, schema=delta.layout.schema)
        delta.commit(Change(adds=[delta.write(_file_rows(table, delta.layout), partition)]))

    # -- compaction -------------------------------------------------------------------------------------------------

    def compact(self, now_ms: int, *, force: bool = False) -> int:
        """Write dirty partitions again as one sorted file each and drop old files; how many partitions."""
        del now_ms
        done = 0
        for name, delta in self._tables.items():
            partitions: dict[str, list[DataFile]] = {}
            for item in delta.files:
                partitions.setdefault("/".join(item.partition[key] for key in delta.layout.partition), []).append(item)
            for key, files in partitions.items():
                if len(files) > 1 and (force or (name, key) in self._dirty):
                    rows = FileScanner(delta.root, delta.layout).read(files, columns=[i.name for i in delta.layout.file_schema])
                    item = delta.write(_file_rows(rows, delta.layout), files[0].partition, compact=True)
                    delta.commit(Change(adds=[item], removes=files, data=False))
                    done += 1
            delta.vacuum(KEEP_HOURS)
        self._dirty.clear()
        return done


def days_between(start_ms: int, end_ms: int) -> Collection[str]:
    """UTC days a half-open span touches."""
    first = date.fromisoformat(day_of(start_ms))
    return [(first + timedelta(days=n)).isoformat() for n in range((end_ms - 1) // DAY_MS - start_ms // DAY_MS + 1)]


def _keys(rows: pa.Table) -> list[tuple[object, ...]]:
    return list(zip(*(rows.column(name).to_pylist() for name in AVERAGE_KEY), strict=True))


def _file_rows(rows: pa.Table, layout: TableLayout) -> pa.Table:
    """Rows in the layout's order and the file's columns."""
    rows = rows.take(pc.sort_indices(rows, sort_keys=[(name, "ascending") for name in layout.key]))
    schema = layout.file_schema
    columns = []
    for item in schema:
        column = rows.column(item.name).combine_chunks()
        if pa.types.is_dictionary(item.type) and not pa.types.is_dictionary(column.type):
            column = column.dictionary_encode()
        columns.append(column if column.type == item.type else column.cast(item.type))
    return pa.table(columns, schema=schema)
