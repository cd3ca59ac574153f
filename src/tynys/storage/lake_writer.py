"""The lake's one writer: readings with the journal position they reach, averages with their revisions, hourly compaction."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Self

import pyarrow as pa

from tynys.domain.errors import StorageError
from tynys.storage.delta import Change, DeltaFolder
from tynys.storage.durable import WriterLock, write_atomically
from tynys.storage.lake_duplicates import ReadingConflict
from tynys.storage.lake_intake import DAY_MS, LakeBatch, ReadingIntake
from tynys.storage.lake_keyed import AveragesCommitted, KeyedTable
from tynys.storage.lake_merge import Merger
from tynys.storage.lake_rows import averages_table
from tynys.storage.lake_schema import INCARNATION, JOURNAL, LAYOUTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path
    from uuid import UUID

    from tynys.domain.average import Average
    from tynys.domain.reading import ReadingBlock
    from tynys.storage.delta_file import DataFile

    Touching = Callable[[int, int, int], Iterable[LakeBatch]]
    """Gives the batches whose readings touch a half-open span [ms since 1970 UTC], up to a journal position, in order."""

__all__ = ["AveragesCommitted", "Flushed", "LakeBatch", "LakeWriter", "ReadingConflict"]
RECENT_MS = 3_600_000
"""Days written to within this are made again at the start. [ms]"""
FLUSH_ROWS = 1_000_000
"""Rows a rebuild holds in memory."""
KEEP_HOURS = 24
"""Files that compaction replaced stay this long for whoever still reads them. [h]"""


@dataclass(frozen=True, slots=True)
class Flushed:
    """What one flush wrote and found."""

    rows: int
    duplicates: int
    conflicts: tuple[ReadingConflict, ...]
    days: tuple[str, ...]


class LakeWriter:
    """Writes the lake of one folder; a lock on the folder keeps every other writer out.

    Parameters
    ----------
    folder : Path
        The lake; made if it is not there.
    incarnation : UUID
        The journal's; a lake of another journal is refused.
    journal_position : int or None
        The journal's last position; a lake that is ahead of it is refused.
    adopt : bool
        Take a lake of another journal, or a damaged one, in order to `rebuild` it.
    """

    def __init__(self, folder: Path, incarnation: UUID, *, journal_position: int | None = None, adopt: bool = False) -> None:
        self._lock = WriterLock(folder, "lake")
        self._folder = folder
        self._incarnation = incarnation
        try:
            self._open(journal_position, adopt=adopt)
        except BaseException:
            self._lock.release()
            raise

    def _open(self, journal_position: int | None, *, adopt: bool) -> None:
        mark = self._folder / INCARNATION
        held = mark.read_text(encoding="ascii").strip() if mark.exists() else str(self._incarnation)
        if held != str(self._incarnation) and not adopt:
            raise self._refusal(f"the lake was made from journal {held}, this journal is {self._incarnation}", "lake.other_journal")
        tables = {layout.name: DeltaFolder(self._folder / layout.name, layout, create=True, replace=adopt) for layout in LAYOUTS}
        if not mark.exists():
            write_atomically(mark, f"{self._incarnation}\n".encode())
        self._tables = tables
        self._readings = tables["readings"]
        self._averages = KeyedTable(tables["averages"], tables["averages_superseded"])
        self._summaries = KeyedTable(tables["summaries"])
        self._merger = Merger(self._readings)
        self._intake = ReadingIntake(self._readings, self._day_files)
        self.position = self._readings.transaction_version(JOURNAL)
        self.pending_position = self.position
        if journal_position is not None and self.position > journal_position and not adopt:
            raise self._refusal(
                f"the lake has reached position {self.position}, the journal ends at {journal_position}", "lake.ahead_of_journal"
            )

    def _refusal(self, message: str, code: str) -> StorageError:
        return StorageError(
            message, where=str(self._folder), hint="Make the lake again from this journal: tynys centre rebuild-lake.", code=code
        )

    def close(self) -> None:
        """Let other writers in; what was collected and not flushed is still in the journal."""
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def pending_rows(self) -> int:
        """Rows collected and not yet written."""
        return self._intake.rows

    @property
    def oldest_pending_s(self) -> float:
        """Seconds the oldest of them has waited."""
        return 0.0 if self._intake.since is None else time.monotonic() - self._intake.since

    def add_batch(self, position: int, gateway: UUID, blocks: Sequence[ReadingBlock], simulated: bool, received_ms: int = 0) -> None:
        """Collect a stored batch; a position at or behind the last one is refused."""
        if position <= self.pending_position:
            raise self._behind(position, self.pending_position)
        self._intake.add(LakeBatch(position, gateway, blocks, simulated, received_ms))
        self.pending_position = position

    def flush(self, up_to_position: int | None = None) -> Flushed:
        """Write what was collected: one file per touched day, one commit, on the disk when this returns."""
        reached = self.pending_position if up_to_position is None else up_to_position
        if reached <= self.position or reached < self.pending_position:
            raise self._behind(reached, max(self.position, self.pending_position - 1))
        drained = self._intake.drain()
        self._commit(Change(adds=list(drained.files), transaction=(JOURNAL, reached)), reached)
        self._merger.merge_small([(day,) for day in drained.days])
        return Flushed(drained.rows, drained.duplicates, drained.conflicts, drained.days)

    def _behind(self, position: int, last: int) -> StorageError:
        return StorageError(
            f"expected a journal position after {last}, got {position}",
            where=str(self._folder),
            hint="The lake takes every batch once, in the journal's order.",
            code="lake.position_behind",
        )

    def _commit(self, change: Change, reached: int) -> None:
        change.note["position"] = str(reached)
        change.note["incarnation"] = str(self._incarnation)
        self._readings.commit(change)
        self.position = reached
        self.pending_position = max(self.pending_position, reached)

    def _day_files(self, day: str) -> list[DataFile]:
        return [item for item in self._readings.files if item.partition["day"] == day]

    def recover(self, touching: Touching, now_ms: int) -> tuple[str, ...]:
        """At the start: days written to within the last hour are made again from the journal, by replacement; which."""
        days = {item.partition["day"] for item in self._readings.files if item.written_ms >= now_ms - RECENT_MS}
        for run in _consecutive(sorted(days)):
            self._rebuild_run(run, touching)
        return tuple(sorted(days))

    def _rebuild_run(self, days: Sequence[str], touching: Touching) -> int:
        """Consecutive days made again, in one commit."""
        start_ms, end_ms = _start_ms(days[0]), _start_ms(days[-1]) + DAY_MS
        adds = self._written(touching(start_ms, end_ms, self.position), FLUSH_ROWS, frozenset(days))
        removes = [item for day in days for item in self._day_files(day)]
        self._commit(Change(adds=adds, removes=removes, note={"rebuilt": f"{days[0]}..{days[-1]}"}), self.position)
        self._intake.forget(days)
        return sum(item.rows for item in adds)

    def rebuild(self, batches: Iterable[LakeBatch], progress: Callable[[int], None] | None = None, *, flush_rows: int = FLUSH_ROWS) -> int:
        """Make all readings again from the journal's beginning, by replacement in one commit; rows written.

        Readers see the old rows until the new ones are all there.
        """
        reached = 0

        def counted() -> Iterable[LakeBatch]:
            nonlocal reached
            for batch in batches:
                yield batch
                reached = batch.position
                if progress is not None:
                    progress(reached)

        adds = self._written(counted(), flush_rows, None)
        self._commit(Change(adds=adds, removes=list(self._readings.files), transaction=(JOURNAL, reached)), reached)
        self.pending_position = reached
        self._intake = ReadingIntake(self._readings, self._day_files)
        write_atomically(self._folder / INCARNATION, f"{self._incarnation}\n".encode())
        return sum(item.rows for item in adds)

    def _written(self, batches: Iterable[LakeBatch], flush_rows: int, days: frozenset[str] | None) -> list[DataFile]:
        """Files with all rows of the batches (of some days), one row per instant; nothing is committed."""
        adds: list[DataFile] = []
        intake = ReadingIntake(self._readings, lambda day: [item for item in adds if item.partition["day"] == day])
        try:
            for batch in batches:
                intake.add(batch, days)
                if intake.rows >= flush_rows:
                    adds += intake.drain().files
            adds += intake.drain().files
        except BaseException:
            self._readings.discard(adds)
            raise
        return adds

    def commit_averages(self, table: pa.Table | Sequence[Average], *, simulated: bool = False, known_ms: int = 0) -> AveragesCommitted:
        """Store averages; one that is there already is replaced and kept among the superseded, if the new one says something else.

        Parameters
        ----------
        table : pa.Table or sequence of Average
            In the published columns. A row's revision is raised above the stored one's where it is not already.
        simulated : bool
            Mark of averages given as a sequence; a table carries its own.
        known_ms : int
            When these revisions were made, for rows that do not say. [ms since 1970 UTC]
        """
        rows = table if isinstance(table, pa.Table) else averages_table(table, simulated=simulated)
        known = rows.column("known_ms").to_numpy()
        if known_ms and rows.num_rows and (known == 0).any():
            filled = pa.array([int(value) or known_ms for value in known], pa.int64())
            rows = rows.set_column(rows.schema.get_field_index("known_ms"), rows.schema.field("known_ms"), filled)
        return self._averages.commit(rows)

    def commit_summaries(self, table: pa.Table, *, simulated: bool = False) -> int:
        """Store summaries of windows, replacing those that said something else; how many were new or replaced."""
        del simulated  # every row carries its mark
        done = self._summaries.commit(table)
        return done.new + done.revised

    def compact(self, now_ms: int = 0, *, force: bool = False) -> int:
        """The hourly rewrite: every partition with loose files becomes few sorted ones; how many there were.

        Files replaced more than a day ago are deleted, with ``force`` all that no version names.
        """
        del now_ms  # ages are the files' own
        done = self._merger.merge_dirty() + self._averages.merge() + self._summaries.merge()
        for table in self._tables.values():
            table.vacuum(0 if force else KEEP_HOURS)
        return done


def _start_ms(day: str) -> int:
    return int(datetime.combine(date.fromisoformat(day), datetime.min.time(), tzinfo=UTC).timestamp() * 1000)


def _consecutive(days: Sequence[str]) -> list[list[str]]:
    """Sorted days in runs without a day left out."""
    runs: list[list[str]] = [[day] for day in days[:1]]
    for before, day in pairwise(days):
        if date.fromisoformat(day) - date.fromisoformat(before) == timedelta(days=1):
            runs[-1].append(day)
        else:
            runs.append([day])
    return runs
