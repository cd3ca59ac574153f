"""The spool: what was read is kept here before anything else happens to it, until long after the centre has it.

One writer (a lock file holds others off); every method is one transaction, synced before it returns.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import sqlite3
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self
from uuid import UUID

import msgspec

from tynys.domain.batch import Loss
from tynys.domain.errors import StorageError
from tynys.plant import spool_tables as tables
from tynys.plant.average_json import decode_average, encode_average
from tynys.plant.reserve import Reserve
from tynys.plant.salvage import open_or_salvage
from tynys.plant.seconds import TICK_MS, Layout, Second, checksum
from tynys.plant.spool_tables import Note, SpoolFullError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from tynys.domain.average import Average, ReportedAverage
    from tynys.wire.envelope import Envelope
    from tynys.wire.receipts import Receipt, Reply

YEAR_MS = 366 * 86_400_000
_PRUNE_CHUNK = 500
_MOST_NOTES = 1000
_NOTES_BYTES = 1 << 20
"""What the notes of one batch may take together. [bytes]"""
LOCK_WAIT_S = 0.2


@dataclass(frozen=True, slots=True)
class SealedBatch:
    """A sealed envelope with what the spool's index needs to know about it."""

    envelope: Envelope
    epoch: UUID
    seq: int
    sealed_ms: int
    span_start_ms: int
    span_end_ms: int
    readings: int
    gaps: int
    previous_hash: bytes
    hash: bytes


class Spool:
    """The open spool of one gateway; use from one thread at a time."""

    def __init__(self, folder: Path, connection: sqlite3.Connection, reserve: Reserve, lock: int) -> None:
        self.folder = folder
        self.reserve = reserve
        self.connection = connection
        self._lock = lock
        self._layouts: dict[bytes, int] = {}

    @classmethod
    def open(cls, folder: Path, gateway: UUID) -> Self:
        """Open or make the spool; from a damaged file what can be read is taken over, and a loss is noted."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = _lock(folder)
        try:
            reserve = Reserve.open(folder / tables.RESERVE_NAME)
            connection, damage = open_or_salvage(folder / tables.FILE_NAME, gateway)
        except BaseException:
            os.close(lock)
            raise
        spool = cls(folder, connection, reserve, lock)
        if damage:
            spool.add_notes([("loss", Loss(None, 0, 0, 0, f"spool.unreadable: {damage}"))])
        return spool

    def close(self) -> None:
        """Close the files and let another process in."""
        self.connection.close()
        self.reserve.close()
        os.close(self._lock)

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """One transaction, committed (and so synced) at the end; a full disk becomes `SpoolFullError`."""
        connection = self.connection
        try:
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            connection.execute("COMMIT")
        except BaseException as error:
            if connection.in_transaction:
                with contextlib.suppress(sqlite3.Error):
                    connection.execute("ROLLBACK")
            if isinstance(error, sqlite3.Error) and tables.no_room(error):
                raise SpoolFullError(f"the spool takes no more: {error}", where=str(self.folder), hint="free space on this disk") from error
            if isinstance(error, sqlite3.DatabaseError):
                hint = "restart the gateway: what can be read is taken over into a new file"
                raise StorageError(f"the spool failed: {error}", where=str(self.folder), hint=hint, code="spool.failed") from error
            raise

    # --- seconds -----------------------------------------------------------------------------------------------

    def layout_id(self, layout: Layout) -> int:
        """The id of a layout, stored when it is new."""
        body = layout.encode()
        known = self._layouts.get(body)
        if known is None:
            with self._transaction() as connection:
                connection.execute("INSERT OR IGNORE INTO layout (body) VALUES (?)", (body,))
                known = self._layouts[body] = int(connection.execute("SELECT id FROM layout WHERE body = ?", (body,)).fetchone()[0])
        return known

    def append(self, second: Second, layout: int) -> None:
        """Keep one second; an instant already kept stays as it was."""
        body = second.encode()
        row = (second.time_ms, layout, checksum(second.time_ms, layout, body), body)
        with self._transaction() as connection:
            connection.execute("INSERT OR IGNORE INTO second VALUES (?, ?, ?, ?)", row)

    def first_instant_ms(self) -> int | None:
        """The first instant the spool knows about; None when it is new."""
        sealed = "SELECT span_start_ms FROM batch WHERE span_end_ms > span_start_ms ORDER BY id LIMIT 1"
        row = self.connection.execute(sealed).fetchone() or self.connection.execute("SELECT min(time_ms) FROM second").fetchone()
        return None if row[0] is None else int(row[0])

    def last_instant_ms(self) -> int | None:
        """The last instant the spool knows about, kept or sealed; None when it is new."""
        row = self.connection.execute("SELECT max(time_ms) FROM second").fetchone()
        sealed = self.connection.execute("SELECT max(span_end_ms) FROM batch WHERE span_end_ms > span_start_ms").fetchone()
        known = [value for value in (row[0], sealed[0] - TICK_MS if sealed[0] is not None else None) if value is not None]
        return max(known, default=None)

    def row_span(self) -> tuple[int, int] | None:
        """First and last instant kept and not yet sealed."""
        first, last = self.connection.execute("SELECT min(time_ms), max(time_ms) FROM second").fetchone()
        return None if first is None else (first, last)

    def first_row_ms(self, since_ms: int) -> int | None:
        """The first instant kept and not yet sealed from ``since_ms`` on."""
        row = self.connection.execute("SELECT min(time_ms) FROM second WHERE time_ms >= ?", (since_ms,)).fetchone()
        return row[0] if row[0] is None else int(row[0])

    # --- notes, averages, alarms -------------------------------------------------------------------------------

    def add_notes(self, notes: Sequence[tuple[str, object]]) -> None:
        """Keep records for the next batch."""
        with self._transaction() as connection:
            _insert_notes(connection, notes)

    def notes(self) -> list[Note]:
        """Records that wait for the next batch, oldest first, as many as leave room for readings beside them."""
        found: list[Note] = []
        size = 0
        for row in self.connection.execute("SELECT id, kind, body FROM note ORDER BY id LIMIT ?", (_MOST_NOTES,)):
            size += len(row[2])
            if found and size > _NOTES_BYTES:
                break
            found.append(Note(*row))
        return found

    def put_averages(self, averages: Sequence[Average]) -> None:
        """Keep the plant's own averages; they go out with the next batch."""
        with self._transaction() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO average VALUES (?, ?, ?, ?, ?, NULL)",
                [(a.source, a.component, a.period, a.start_ms, encode_average(a)) for a in averages],
            )

    def unsealed_averages(self) -> list[Average]:
        """Own averages that are to be sent and no batch carries yet.

        A window that had begun before this gateway was there stays here: another gateway, or nobody, knows the rest of it.
        """
        rows = self.connection.execute(
            "SELECT body FROM average WHERE batch_id IS NULL AND start_ms >= ? ORDER BY start_ms, period, source, component LIMIT 2000",
            (self.first_instant_ms() or 0,),
        )
        return [decode_average(row[0]) for row in rows]

    def swap_meta(self, key: str, value: str) -> str | None:
        """Keep a value under a key and return the one that was there."""
        row = self.connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        if row is None or row[0] != value:
            with self._transaction() as connection:
                connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))
        return row[0] if row else None

    def raise_alarm(self, code: str, detail: str, since_ms: int) -> None:
        """Show an alarm until it is cleared; since when stays the first time."""
        with self._transaction() as connection:
            connection.execute(
                "INSERT INTO alarm VALUES (?, ?, ?) ON CONFLICT (code) DO UPDATE SET detail = excluded.detail", (code, since_ms, detail)
            )

    def clear_alarm(self, code: str) -> None:
        """The cause of an alarm is gone."""
        with self._transaction() as connection:
            connection.execute("DELETE FROM alarm WHERE code = ?", (code,))

    def forget_alarms(self) -> None:
        """A new run starts with none; what still holds is raised again."""
        with self._transaction() as connection:
            connection.execute("DELETE FROM alarm")

    # --- losses ------------------------------------------------------------------------------------------------

    def _taken(self) -> int:
        row = self.connection.execute("SELECT value FROM meta WHERE key = 'reserve_taken'").fetchone()
        return int(row[0]) if row else 0

    def reserve_loss(self, start_ms: int, end_ms: int, count: int, cause: str) -> None:
        """Write into the pre-allocated reserve what the full spool could not keep."""
        self.reserve.add(start_ms, end_ms, count, cause, taken=self._taken())

    def take_over_losses(self) -> list[Loss]:
        """Move losses from the reserve into the spool once it takes records again; each exactly once."""
        pending = self.reserve.pending(self._taken())
        if pending:
            with self._transaction() as connection:
                _insert_notes(connection, [("loss", entry.loss) for entry in pending])
                connection.execute("INSERT OR REPLACE INTO meta VALUES ('reserve_taken', ?)", (pending[-1].number,))
        return [entry.loss for entry in pending]

    # --- batches -----------------------------------------------------------------------------------------------

    def store_batch(
        self, batch: SealedBatch, *, replaces: tuple[int, int] | None, notes: Sequence[int], averages: Sequence[ReportedAverage]
    ) -> None:
        """Keep a sealed batch and drop, in the same transaction, what it replaces.

        ``replaces`` is a half-open span of seconds, ``notes`` the ids of notes and ``averages`` the own
        averages it carries.
        """
        with self._transaction() as connection:
            cursor = connection.execute(
                "INSERT INTO batch VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    batch.epoch.bytes,
                    batch.seq,
                    batch.sealed_ms,
                    batch.span_start_ms,
                    batch.span_end_ms,
                    batch.readings,
                    batch.gaps,
                    batch.previous_hash,
                    batch.hash,
                    batch.envelope.key_id,
                    batch.envelope.signature,
                    batch.envelope.payload,
                ),
            )
            connection.execute("INSERT INTO outbox VALUES (?, ?, '', ?)", (cursor.lastrowid, tables.WAITING, batch.sealed_ms))
            connection.executemany(
                "UPDATE average SET batch_id = ? WHERE source = ? AND component = ? AND period = ? AND start_ms = ?",
                [(cursor.lastrowid, a.source, a.component, a.period, a.start_ms) for a in averages],
            )
            if replaces:
                connection.execute("DELETE FROM second WHERE time_ms >= ? AND time_ms < ?", replaces)
            connection.executemany("DELETE FROM note WHERE id = ?", [(note,) for note in notes])

    def record_reply(self, body: bytes, reply: Reply, answers: Sequence[tuple[int, Receipt]], received_ms: int) -> None:
        """Keep a verified reply and its receipts; what is stored at the centre leaves the outbox, what is wanted again returns."""
        with self._transaction() as connection:
            cursor = connection.execute(
                "INSERT INTO reply VALUES (NULL, ?, ?, ?, ?)", (received_ms, reply.server_time_ms, reply.incarnation.bytes, body)
            )
            for wanted in reply.wanted:
                connection.execute(
                    "INSERT OR IGNORE INTO outbox SELECT id, ?, 'wanted again', ? FROM batch WHERE epoch = ? AND seq BETWEEN ? AND ?",
                    (tables.WAITING, received_ms, wanted.epoch.bytes, wanted.from_seq, wanted.to_seq),
                )
            for batch_id, receipt in answers:
                connection.execute(
                    "INSERT INTO receipt VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (
                        batch_id,
                        cursor.lastrowid,
                        receipt.outcome.value,
                        str(receipt.chain or ""),
                        receipt.position,
                        receipt.reason,
                        int(receipt.plan_known),
                    ),
                )
                if receipt.outcome.value == "refused":
                    connection.execute(
                        "UPDATE outbox SET state = ?, reason = ?, since_ms = ? WHERE batch_id = ? AND state != ?",
                        (tables.REFUSED, receipt.reason, received_ms, batch_id, tables.DAMAGED),
                    )
                else:
                    connection.execute("DELETE FROM outbox WHERE batch_id = ?", (batch_id,))

    def retry_refused(self, now_ms: int) -> int:
        """Let refused batches try again (the cause may have been mended at the centre)."""
        with self._transaction() as connection:
            return connection.execute(
                "UPDATE outbox SET state = ?, since_ms = ? WHERE state = ?", (tables.WAITING, now_ms, tables.REFUSED)
            ).rowcount

    def mark_damaged(self, batch_id: int, reason: str, now_ms: int) -> None:
        """A stored batch's bytes are not what was sealed: it is kept aside and its span noted as a loss."""
        with self._transaction() as connection:
            changed = connection.execute(
                "UPDATE outbox SET state = ?, reason = ?, since_ms = ? WHERE batch_id = ? AND state != ?",
                (tables.DAMAGED, reason, now_ms, batch_id, tables.DAMAGED),
            ).rowcount
            if changed:
                loss = _damaged_span(connection, batch_id)
                _insert_notes(connection, [("loss", loss)])

    def prune(self, before_ms: int) -> int:
        """Delete a chunk of batches sealed before ``before_ms`` that the centre has acknowledged; returns how many."""
        with self._transaction() as connection:
            ids = connection.execute(
                "SELECT id FROM batch WHERE sealed_ms < ? AND id NOT IN (SELECT batch_id FROM outbox)"
                " AND id < (SELECT max(id) FROM batch) ORDER BY sealed_ms LIMIT ?",
                (before_ms, _PRUNE_CHUNK),
            ).fetchall()
            replies = set()
            for (batch_id,) in ids:
                replies.update(connection.execute("SELECT reply_id FROM receipt WHERE batch_id = ?", (batch_id,)).fetchall())
            connection.executemany("DELETE FROM receipt WHERE batch_id = ?", ids)
            connection.executemany("DELETE FROM batch WHERE id = ?", ids)
            connection.executemany(
                "DELETE FROM reply WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM receipt WHERE reply_id = ?1)", sorted(replies)
            )
        return len(ids)


def _lock(folder: Path) -> int:
    """The writer's lock; somebody who only looks holds it for a moment."""
    lock = os.open(folder / tables.LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    until = time.monotonic() + LOCK_WAIT_S
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if time.monotonic() < until:
                time.sleep(0.02)
                continue
            os.close(lock)
            raise StorageError(
                "another process writes this spool", where=str(folder), hint="stop the other `tynys plant` first", code="spool.locked"
            ) from error
        return lock


def _insert_notes(connection: sqlite3.Connection, notes: Sequence[tuple[str, object]]) -> None:
    connection.executemany("INSERT INTO note (kind, body) VALUES (?, ?)", [(kind, msgspec.json.encode(record)) for kind, record in notes])


def _damaged_span(connection: sqlite3.Connection, batch_id: int) -> Loss:
    """What a damaged batch held, as far as its index row can still tell."""
    try:
        row = connection.execute("SELECT span_start_ms, span_end_ms, readings, epoch, seq FROM batch WHERE id = ?", (batch_id,)).fetchone()
        return Loss(None, row[0], row[1], row[2], f"spool.batch_damaged: epoch {UUID(bytes=row[3])} seq {row[4]}")
    except (sqlite3.DatabaseError, TypeError, ValueError):
        return Loss(None, 0, 0, 0, f"spool.batch_damaged: row {batch_id} cannot be read")
