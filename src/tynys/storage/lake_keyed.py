"""Rows that may be revised: averages and summaries, one current row per key, what it replaced kept apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from tynys.storage.delta import Change
from tynys.storage.lake_files import FileScanner, Wanted
from tynys.storage.lake_merge import Merger
from tynys.storage.lake_order import file_columns, occurrence

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from tynys.storage.delta import DeltaFolder
    from tynys.storage.delta_file import DataFile


@dataclass(frozen=True, slots=True)
class AveragesCommitted:
    """How many rows were new, replaced an older revision, or said nothing new."""

    new: int
    revised: int
    unchanged: int

    def __add__(self, other: AveragesCommitted) -> AveragesCommitted:
        return AveragesCommitted(self.new + other.new, self.revised + other.revised, self.unchanged + other.unchanged)


class KeyedTable:
    """The one writer of a table of revisable rows.

    Parameters
    ----------
    table : DeltaFolder
        Current rows, one for each key within a partition.
    superseded : DeltaFolder or None
        Where replaced rows go; None where they are not kept.
    """

    def __init__(self, table: DeltaFolder, superseded: DeltaFolder | None = None) -> None:
        self._table, self._superseded = table, superseded
        self._layout = table.layout
        self._scanner = FileScanner(table.root, table.layout)
        self._merger = Merger(table)
        self._superseded_merger = Merger(superseded) if superseded is not None else None

    def commit(self, rows: pa.Table) -> AveragesCommitted:
        """Store rows with all columns of the table; a key that occurs several times is taken in the rows' order."""
        total = AveragesCommitted(0, 0, 0)
        if not rows.num_rows:
            return total
        nth = occurrence(rows, (*self._layout.partition, *self._layout.key))
        for turn in range(int(nth.max()) + 1):
            total += self._commit_once(rows if nth.max() == 0 else rows.filter(pa.array(nth == turn)))
        return total

    def _commit_once(self, rows: pa.Table) -> AveragesCommitted:
        """Rows of which every key occurs once, whatever partitions they lie in, in one commit (two where rows are superseded)."""
        current, history = Change(), Change()
        total = AveragesCommitted(0, 0, 0)
        try:
            for partition, part in self._partitions(rows):
                total += self._prepare(part, partition, current, history)
            if history.adds and self._superseded is not None:
                self._superseded.commit(history)
        except BaseException:
            self._table.discard(current.adds)
            raise
        if current.adds or current.removes:
            self._table.commit(current)
            touched = sorted({tuple(item.partition[name] for name in self._layout.partition) for item in current.adds})
            self._merger.merge_small(touched)
            if history.adds and self._superseded_merger is not None:
                self._superseded_merger.merge_small(touched)
        return total

    def _partitions(self, rows: pa.Table) -> Iterator[tuple[dict[str, str], pa.Table]]:
        names = self._layout.partition
        values = rows.select(names).group_by(list(names)).aggregate([]).to_pylist()
        for value in sorted(values, key=lambda item: tuple(item[name] for name in names)):
            if len(values) == 1:
                yield value, rows
                return
            mask = None
            for name in names:
                equal = pc.equal(rows.column(name), value[name])
                mask = equal if mask is None else pc.and_(mask, equal)
            yield value, rows.filter(mask)

    def _prepare(self, rows: pa.Table, partition: dict[str, str], current: Change, history: Change) -> AveragesCommitted:
        """Write the files of one partition and note them in the changes."""
        rows = file_columns(rows, self._layout)
        files, wanted = self._candidates(rows, partition)
        if not files:
            current.adds.append(self._table.write(rows, partition))
            return AveragesCommitted(rows.num_rows, 0, 0)
        found = self._compare(rows, files, wanted)
        revised, unchanged = int(found.changed.sum()), int(found.same.sum())
        if found.changed.any():
            self._replace(files, found, partition, current, history)
        keep = ~found.same
        if keep.any():
            kept = _with_revisions(rows, found).filter(pa.array(keep))
            current.adds.append(self._table.write(file_columns(kept, self._layout), partition))
        return AveragesCommitted(rows.num_rows - revised - unchanged, revised, unchanged)

    def _candidates(self, rows: pa.Table, partition: dict[str, str]) -> tuple[list[DataFile], Wanted]:
        """Files that may hold one of the keys: same partition, overlapping span and texts."""
        starts = pc.min_max(rows.column("start_ms")).as_py()
        name = self._layout.key[0]
        texts = rows.column(name).chunk(0).dictionary.to_pylist()
        wanted = Wanted(name, texts, "start_ms", starts["min"], starts["max"] + 1)
        files = [item for item in self._table.files if dict(item.partition) == partition and wanted.may_be_in(item.low, item.high)]
        return files, wanted

    def _compare(self, rows: pa.Table, files: list[DataFile], wanted: Wanted) -> _Found:
        """Judge each row by what is held under its key; a row known before the held one says nothing new: it was stored already."""
        key, said = list(self._layout.key), list(self._layout.said)
        held = pl.concat(
            [
                _plain(self._scanner.read([item], wanted, [*key, *said, "revision", "known_ms"])).with_columns(pl.lit(number).alias("file"))
                for number, item in enumerate(files)
            ]
        )
        mine = _plain(rows.select([*key, *said, "revision", "known_ms"])).with_row_index("row")
        joined = mine.join(held, on=key, how="left", suffix="_held", maintain_order="left")
        equal = pl.all_horizontal(pl.col(name).eq_missing(pl.col(f"{name}_held")) for name in said)
        at, at_held = pl.col("known_ms"), pl.col("known_ms_held")
        stale = (at < at_held) | ((at == at_held) & (pl.col("revision") < pl.col("revision_held")))
        judged = joined.select(
            "row", "file", revision="revision_held", known=pl.col("file").is_not_null(), equal=equal | stale.fill_null(value=False)
        )
        if judged.height != rows.num_rows:
            judged = judged.unique("row", keep="last", maintain_order=True)
        known, same = judged["known"].to_numpy(), judged["equal"].to_numpy()
        return _Found(
            changed=known & ~same,
            same=known & same,
            file=judged["file"].fill_null(-1).to_numpy(),
            revision=judged["revision"].fill_null(-1).to_numpy(),
            rows=rows,
        )

    def _replace(self, files: list[DataFile], found: _Found, partition: dict[str, str], current: Change, history: Change) -> None:
        """Take the replaced rows out of their files, into the superseded ones."""
        key = list(self._layout.key)
        names = [item.name for item in self._layout.file_schema]
        for number in sorted(set(found.file[found.changed].tolist())):
            old = self._scanner.read([files[number]], columns=names)
            mine = found.rows.filter(pa.array(found.changed & (found.file == number)))
            replaced = _plain(mine.select([*key, "known_ms"])).rename({"known_ms": "superseded_ms"})
            marked = _plain(old.select(key)).join(replaced, on=key, how="left", maintain_order="left")
            at = marked["superseded_ms"]
            gone = pa.array(at.is_not_null().to_numpy())
            if self._superseded is not None:
                past = old.append_column(self._superseded.layout.schema.field("superseded_ms"), at.to_arrow().cast(pa.int64()))
                history.adds.append(self._superseded.write(file_columns(past.filter(gone), self._superseded.layout), partition))
            left = old.filter(pc.invert(gone))
            if left.num_rows:
                draft = self._table.draft(partition, compact=files[number].compacted)
                draft.add(file_columns(left, self._layout))
                current.adds.append(draft.finish())
            current.removes.append(files[number])

    def merge(self) -> int:
        """The hourly rewrite of both tables; how many partitions were rewritten."""
        return self._merger.merge_dirty() + (self._superseded_merger.merge_dirty() if self._superseded_merger is not None else 0)


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """What is held of each row's key: nothing, the same, or something else, in which file, at which revision."""

    changed: npt.NDArray[np.bool_]
    same: npt.NDArray[np.bool_]
    file: npt.NDArray[np.int64]
    revision: npt.NDArray[np.int64]
    rows: pa.Table


def _plain(rows: pa.Table) -> pl.DataFrame:
    """A table for joining: texts as texts, lists as their own kind."""
    fields = [item.with_type(pa.large_string()) if pa.types.is_dictionary(item.type) else item for item in rows.schema]
    frame = pl.from_arrow(rows.cast(pa.schema(fields)))
    assert isinstance(frame, pl.DataFrame)  # noqa: S101 - a table gives a frame
    return frame


def _with_revisions(rows: pa.Table, found: _Found) -> pa.Table:
    """Every row's revision raised above the one it replaces."""
    place = rows.schema.get_field_index("revision")
    own = rows.column(place).to_numpy()
    raised = np.where(found.changed, np.maximum(own, found.revision + 1), own).astype(np.int32)
    return rows.set_column(place, rows.schema.field(place), pa.array(raised))
