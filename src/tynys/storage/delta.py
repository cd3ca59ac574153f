"""One Delta table in a folder: whole Parquet files in, one commit each, on the disk before it counts."""

from __future__ import annotations

import json
import os
import shutil
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, PostCommitHookProperties, Schema, Transaction
from deltalake.exceptions import DeltaError
from deltalake.transaction import AddAction, RemoveAction

from tynys.domain.errors import StorageError
from tynys.storage.delta_file import DataFile, FileDraft
from tynys.storage.durable import sync_file, sync_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tynys.storage.lake_schema import TableLayout


@dataclass(slots=True)
class Change:
    """What one commit adds and removes; ``data`` is False where rows only move between files."""

    adds: list[DataFile] = field(default_factory=list)
    removes: list[DataFile] = field(default_factory=list)
    data: bool = True
    transaction: tuple[str, int] | None = None
    note: dict[str, str] = field(default_factory=dict)


class DeltaFolder:
    """A Delta table held at one snapshot, moved forward by `refresh` or by one's own `commit`.

    Parameters
    ----------
    root : Path
        The table's folder.
    layout : TableLayout
        Columns, partitions and how its files are written.
    create : bool
        Make the table if it is not there (the writer); a reader gets an empty table until the writer has made it.
    replace : bool
        Begin anew where the table cannot be read.
    """

    def __init__(self, root: Path, layout: TableLayout, *, create: bool = False, replace: bool = False) -> None:
        self.root = root
        self.layout = layout
        self._files: list[DataFile] = []
        self._files_version = -1
        self._table: DeltaTable | None = None
        try:
            self._open()
        except StorageError:
            if not (create and replace):
                raise
            shutil.rmtree(root)
        if create and self._table is None:
            self._create()
        elif create:
            self._widen()

    def _widen(self) -> None:
        """Add the columns that the layout has gained since the table was made; rows written before have none of them."""
        table = self._table
        if table is None:
            return
        held = {item.name for item in table.schema().fields}
        gained = [item for item in Schema.from_arrow(self.layout.schema).fields if item.name not in held]
        if gained:
            table.alter.add_columns(gained, post_commithook_properties=PostCommitHookProperties(cleanup_expired_logs=False))
            table.update_incremental()
            self._sync_log(table.version())

    def _create(self) -> None:
        self.root.mkdir(parents=True, exist_ok=True)
        layout = self.layout
        DeltaTable.create(
            str(self.root), layout.schema, partition_by=list(layout.partition), configuration=dict(layout.configuration), name=layout.name
        )
        self._sync_log(0)
        self._open()

    def _open(self) -> None:
        try:
            if self._table is None and DeltaTable.is_deltatable(str(self.root)):
                self._table = DeltaTable(str(self.root))
        except (DeltaError, OSError) as error:
            raise StorageError(
                f"expected a Delta table, but it cannot be read: {error}",
                where=str(self.root),
                hint="Make the lake again from the journal: tynys centre rebuild-lake.",
                code="lake.damaged",
            ) from error

    @property
    def version(self) -> int:
        """Version held, -1 while there is no table."""
        return -1 if self._table is None else self._table.version()

    def refresh(self) -> int:
        """Move to the newest version; what is held stays valid until then."""
        self._open()
        if self._table is not None:
            self._table.update_incremental()
        return self.version

    def transaction_version(self, application: str) -> int:
        """The last number committed for an application, 0 before the first."""
        return 0 if self._table is None else (self._table.transaction_version(application) or 0)

    @property
    def files(self) -> list[DataFile]:
        """Files of the version held."""
        if self._table is not None and self._files_version != self.version:
            self._files = [self._data_file(row) for row in pa.table(self._table.get_add_actions(flatten=True)).to_pylist()]
            self._files_version = self.version
        return self._files

    def _data_file(self, row: Mapping[str, Any]) -> DataFile:
        return DataFile(
            path=row["path"],
            size=row["size_bytes"],
            rows=row["num_records"] or 0,
            partition={name: str(row[f"partition.{name}"]) for name in self.layout.partition},
            low={name: row.get(f"min.{name}") for name in self.layout.statistics},
            high={name: row.get(f"max.{name}") for name in self.layout.statistics},
            written_ms=row["modification_time"],
        )

    def draft(self, partition: Mapping[str, str], *, compact: bool = False) -> FileDraft:
        """A file to write rows of one partition into; no version names it before a commit does."""
        return FileDraft(self.root, self.layout, partition, compact=compact)

    def write(self, rows: pa.Table, partition: Mapping[str, str], *, compact: bool = False) -> DataFile:
        """A file of rows of one partition, in the layout's order and columns; no version names it before a commit does."""
        draft = self.draft(partition, compact=compact)
        try:
            draft.add(rows)
            return draft.finish()
        except BaseException:
            draft.abandon()
            raise

    def commit(self, change: Change) -> int:
        """Make a change the next version, on the disk when this returns; the version reached."""
        table = self._table
        if table is None:
            raise StorageError("expected a table to commit to, there is none", where=str(self.root))
        for folder in {os.path.dirname(item.path) for item in change.adds}:  # noqa: PTH120 - a relative path inside the table
            sync_folder(self.root / folder)
        now_ms = int(time.time() * 1000)
        actions: list[AddAction | RemoveAction] = [
            AddAction(item.path, item.size, dict(item.partition), item.written_ms, change.data, self._statistics(item))
            for item in change.adds
        ]
        actions += [RemoveAction(item.path, change.data, now_ms, item.size, dict(item.partition)) for item in change.removes]
        properties = CommitProperties(
            custom_metadata={f"tynys.{key}": value for key, value in change.note.items()} or None,
            max_commit_retries=0,
            app_transactions=[Transaction(*change.transaction)] if change.transaction else None,
        )
        try:
            table.create_write_transaction(
                actions,
                "append",
                self.layout.schema,
                list(self.layout.partition),
                commit_properties=properties,
                post_commithook_properties=PostCommitHookProperties(create_checkpoint=True, cleanup_expired_logs=False),
            )
        except DeltaError as error:
            raise StorageError(
                f"expected to be the only writer of the table, but the commit was refused: {error}",
                where=str(self.root),
                hint="Nothing may write the lake besides the centre's lake writer.",
                code="lake.commit_refused",
            ) from error
        table.update_incremental()
        self._sync_log(table.version())
        return table.version()

    def _statistics(self, item: DataFile) -> str:
        return json.dumps({"numRecords": item.rows, "minValues": dict(item.low), "maxValues": dict(item.high), "nullCount": {}})

    def _sync_log(self, version: int) -> None:
        log = Path(self.root, "_delta_log")
        sync_file(log / f"{version:020d}.json")
        sync_folder(log)

    def discard(self, files: Iterable[DataFile]) -> None:
        """Delete files that were written and never committed."""
        for item in files:
            (self.root / item.path).unlink(missing_ok=True)

    def vacuum(self, keep_hours: int) -> int:
        """Delete files no version of the last ``keep_hours`` names; how many."""
        if self._table is None:
            return 0
        removed = len(self._table.vacuum(retention_hours=keep_hours, dry_run=False, enforce_retention_duration=False))
        self._table.update_incremental()
        return removed
