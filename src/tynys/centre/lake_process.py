"""The lake's one writer, a process of its own: follows the journal and the outbox, says on its standard output how far it is.

Run as ``python -m tynys.centre.lake_process FOLDER``. It ends when its standard input ends, after one last flush; the line
``flush`` makes it flush at once. Every line it prints is a JSON object.
"""

from __future__ import annotations

import json
import queue
import signal
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from tynys.centre.outbox import Outbox
from tynys.centre.settings import CentreFolder, load_settings
from tynys.centre.stored import decode_stored
from tynys.domain.errors import StorageError
from tynys.storage.journal_read import JournalReader
from tynys.storage.lake_writer import LakeBatch, LakeWriter
from tynys.storage.registry import Registry

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from uuid import UUID

    from tynys.storage.journal_records import Stored

POLL_S = 0.1
GROUP = 64
OUTBOX_S = 5.0
"""Averages go to the lake this often. [s]"""
COMPACT_S = 3600.0


def lake_batches(stored: Iterable[Stored], simulated: Simulated) -> Iterator[LakeBatch]:
    """Journal rows as the lake takes them; evidence of conflicts stays in the journal, only its position passes."""
    for each in stored:
        entry, batch = each.entry, None if each.conflict else decode_stored(each)
        readings = batch.readings if batch is not None else ()
        yield LakeBatch(each.position, entry.gateway, readings, simulated.of(entry.gateway), entry.received_ms)


class Simulated:
    """Which gateways send simulated data, as fixed at their enrolment."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._known: dict[UUID, bool] = {}

    def of(self, gateway: UUID) -> bool:
        """Whether a gateway's data are simulated."""
        if gateway not in self._known:
            self._known[gateway] = self._registry.gateway(gateway).simulated
        return self._known[gateway]


class LakeKeeper:
    """Moves stored batches and averages into the lake until told to stop."""

    def __init__(self, folder: CentreFolder, incarnation: UUID) -> None:
        settings = load_settings(folder)
        self._flush_s, self._flush_rows = settings.lake.flush_seconds, settings.lake.flush_rows
        self._reader = JournalReader(folder.journal)
        self._registry = Registry.open(folder.registry_url(settings))
        self._simulated = Simulated(self._registry)
        self._outbox = Outbox(folder.derived)
        self._writer = LakeWriter(folder.lake, incarnation)
        self._read = self._writer.position
        self._outbox_at = time.monotonic()
        self._compact_at = time.monotonic()

    def run(self, orders: queue.SimpleQueue[str | None]) -> None:
        """Work until the orders end."""
        self._recover()
        _tell(position=self._writer.position)
        stopping = False
        while True:
            moved = self._follow()
            try:
                order = orders.get(block=not moved and not stopping, timeout=POLL_S)
            except queue.Empty:
                order = ""
            stopping = stopping or order is None
            idle = stopping and not moved
            if order == "flush" or idle or self._due():
                self._flush()
                self._drain_outbox()
            if time.monotonic() - self._outbox_at > OUTBOX_S:
                self._drain_outbox()
            if time.monotonic() - self._compact_at > COMPACT_S:
                self._writer.compact(_now_ms())
                self._compact_at = time.monotonic()
            if idle:
                return

    def close(self) -> None:
        """Let go of every file."""
        self._writer.close()
        self._outbox.close()
        self._reader.close()
        self._registry.close()

    def _recover(self) -> None:
        """Days touched in the last hour are made again from the journal: a crash may have cut a commit short of the disk."""
        reader, simulated = self._reader, self._simulated

        def touching(start_ms: int, end_ms: int, up_to: int) -> Iterator[LakeBatch]:
            return lake_batches(reader.overlapping(start_ms, end_ms, up_to), simulated)

        self._writer.recover(touching, _now_ms())
        self._read = self._writer.position

    def _follow(self) -> bool:
        """Take the next batches of the journal; whether there were any."""
        moved = False
        for batch in lake_batches(self._reader.read(self._read, GROUP), self._simulated):
            self._writer.add_batch(batch.position, batch.gateway, batch.blocks, batch.simulated, batch.received_ms)
            self._read, moved = batch.position, True
            if self._writer.pending_rows >= self._flush_rows:
                self._flush()
        return moved

    def _due(self) -> bool:
        return self._writer.pending_rows >= self._flush_rows or self._writer.oldest_pending_s >= self._flush_s

    def _flush(self) -> None:
        if self._read <= self._writer.position:
            return
        began = time.perf_counter()
        done = self._writer.flush(self._read)
        conflicts = [
            {
                "channel": str(each.channel),
                "time_ms": each.start_ms,
                "gateway": str(each.gateway),
                "kept": each.kept_value,
                "other": each.other_value,
            }
            for each in done.conflicts[:100]
        ]
        _tell(position=self._writer.position, rows=done.rows, seconds=time.perf_counter() - began, conflicts=conflicts)

    def _drain_outbox(self) -> None:
        self._outbox_at = time.monotonic()
        for group in self._outbox.batches(200):
            for kind in ("averages", "summaries"):
                for simulated in (False, True):
                    tables = [table for _, of, _, mark, table in group if of == kind and mark is simulated]
                    if tables:
                        self._commit(kind, tables, simulated=simulated)
            self._outbox.taken(group[-1][0])
            _tell(outbox=group[-1][0])

    def _commit(self, kind: str, tables: list[Any], *, simulated: bool) -> None:
        table = pa.concat_tables(tables)
        if kind == "averages":
            self._writer.commit_averages(table, simulated=simulated, known_ms=_now_ms())
        else:
            self._writer.commit_summaries(table, simulated=simulated)


def _tell(**said: Any) -> None:
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def _listen(orders: queue.SimpleQueue[str | None]) -> None:
    for line in sys.stdin:
        orders.put(line.strip())
    orders.put(None)


def await_journal(folder: CentreFolder, orders: queue.SimpleQueue[str | None]) -> UUID | None:
    """The journal's incarnation once the centre has opened it; None if the orders end before."""
    with JournalReader(folder.journal) as reader:
        while (incarnation := reader.incarnation) is None:
            try:
                if orders.get(timeout=POLL_S) is None:
                    return None
            except queue.Empty:
                continue
        return incarnation


def main() -> None:
    """Keep the lake of the folder named on the command line."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    orders: queue.SimpleQueue[str | None] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(orders,), daemon=True).start()
    folder = CentreFolder(Path(sys.argv[1]))
    incarnation = await_journal(folder, orders)
    if incarnation is None:
        return
    try:
        keeper = LakeKeeper(folder, incarnation)
    except StorageError as problem:
        sys.exit(f"{problem}")
    try:
        keeper.run(orders)
    finally:
        keeper.close()


if __name__ == "__main__":
    main()
