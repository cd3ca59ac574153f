"""Merging a partition's files into few sorted ones, a bounded number of rows at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from tynys.storage.delta import Change
from tynys.storage.lake_files import FileScanner, Wanted
from tynys.storage.lake_order import coded, file_columns, repeats

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tynys.storage.delta import DeltaFolder
    from tynys.storage.delta_file import DataFile

MOST_PARTS = 16
"""Uncompacted files a partition may hold before they are merged without waiting for the hour."""
MOST_SORTED = 8
"""Compacted files of less than full size a partition may hold before they are merged too."""
ROWS_AT_ONCE = 8_000_000
"""Rows sorted at once; a larger partition is merged in as many runs of its first key column. """


class Merger:
    """Compacts one table.

    Parameters
    ----------
    table : DeltaFolder
        The table, at the version to compact.
    rows_at_once : int
        Bound on the rows held in memory.
    """

    def __init__(self, table: DeltaFolder, *, rows_at_once: int = ROWS_AT_ONCE) -> None:
        self._table = table
        self._layout = table.layout
        self._scanner = FileScanner(table.root, table.layout)
        self._rows_at_once = rows_at_once

    def merge_small(self, partitions: Sequence[tuple[str, ...]]) -> int:
        """Merge the small files of partitions that hold too many; how many partitions were merged."""
        done = 0
        wanted = set(partitions)
        for key, files in self._partitions().items():
            if key not in wanted:
                continue
            parts = [item for item in files if not item.compacted]
            if len(parts) < MOST_PARTS:
                continue
            sorted_small = [item for item in files if item.compacted and item.rows < self._layout.file_rows // 2]
            self._merge([*sorted_small, *parts] if len(sorted_small) >= MOST_SORTED else parts)
            done += 1
        return done

    def merge_dirty(self) -> int:
        """Write every partition with uncompacted or needlessly many files again, sorted; how many there were."""
        done = 0
        for files in self._partitions().values():
            rows = sum(item.rows for item in files)
            enough = -(-rows // self._layout.file_rows)
            if all(item.compacted for item in files) and len(files) <= max(1, 2 * enough):
                continue
            self._merge(files)
            done += 1
        return done

    def _partitions(self) -> dict[tuple[str, ...], list[DataFile]]:
        found: dict[tuple[str, ...], list[DataFile]] = {}
        for item in self._table.files:
            found.setdefault(tuple(item.partition[name] for name in self._layout.partition), []).append(item)
        return found

    def _merge(self, files: Sequence[DataFile]) -> None:
        """One commit that changes no row: these files go, the same rows come back in order."""
        adds: list[DataFile] = []
        draft = self._table.draft(files[0].partition, compact=True)
        try:
            for wanted in self._runs(files):
                rows = self._scanner.read(files, wanted, [item.name for item in self._layout.file_schema])
                rows = file_columns(rows, self._layout)
                again = repeats(rows, self._layout.key)
                if again.any():
                    rows = file_columns(rows.filter(pa.array(~again)), self._layout)
                if draft.rows and draft.rows + rows.num_rows > self._layout.file_rows:
                    adds.append(draft.finish())
                    draft = self._table.draft(files[0].partition, compact=True)
                draft.add(rows)
            adds.append(draft.finish())
        except BaseException:
            draft.abandon()
            self._table.discard(adds)
            raise
        self._table.commit(Change(adds=adds, removes=list(files), data=False, note={"merged": str(len(files))}))

    def _runs(self, files: Sequence[DataFile]) -> Iterator[Wanted | None]:
        """Disjoint runs of the first key column that together hold every row, each small enough to sort at once."""
        if sum(item.rows for item in files) <= self._rows_at_once:
            yield None
            return
        name, instant = self._layout.key[0], next(key for key in self._layout.key if key in {"time_ms", "start_ms"})
        counts: dict[str, int] = {}
        for item in files:
            codes, texts = coded(self._scanner.read([item], columns=[name]).column(name))
            for text, count in zip(texts, np.bincount(codes, minlength=len(texts)), strict=True):
                counts[text] = counts.get(text, 0) + int(count)
        run: list[str] = []
        held = 0
        for text in sorted(counts):
            if run and held + counts[text] > self._rows_at_once:
                yield Wanted(name, run, instant, -(2**62), 2**62)
                run, held = [], 0
            run.append(text)
            held += counts[text]
        yield Wanted(name, run, instant, -(2**62), 2**62)
