"""Questions to the spool: one damaged row answers for itself alone, the others are still given."""

from __future__ import annotations

import hashlib
import sqlite3
from typing import TYPE_CHECKING, Any
from uuid import UUID

from tynys.domain.errors import StorageError, WireError
from tynys.plant import spool_tables as tables
from tynys.plant.average_json import decode_average
from tynys.plant.seconds import Layout, Second, checksum, to_blocks
from tynys.plant.spool_tables import Depth, Head, StoredReceipt, Waiting
from tynys.plant.views import AlarmView
from tynys.wire.payload import decode_payload

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from tynys.domain.average import Average
    from tynys.domain.reading import ReadingBlock


_OLDEST = "SELECT batch_id FROM outbox WHERE state = ? AND batch_id > ? AND batch_id <= ? ORDER BY batch_id LIMIT ?"
_NEWEST = "SELECT batch_id FROM outbox WHERE state = ? AND batch_id > ? AND batch_id <= ? ORDER BY batch_id DESC LIMIT ?"


def head(connection: sqlite3.Connection) -> Head | None:
    """The last sealed batch."""
    row = connection.execute("SELECT id, epoch, seq, hash, sealed_ms, span_end_ms FROM batch ORDER BY id DESC LIMIT 1").fetchone()
    return Head(row[0], UUID(bytes=row[1]), row[2], row[3], row[4], row[5]) if row else None


def layouts(connection: sqlite3.Connection) -> dict[int, Layout]:
    """Every layout the spool has used."""
    return {row[0]: Layout.decode(row[1]) for row in connection.execute("SELECT id, body FROM layout")}


def seconds(
    connection: sqlite3.Connection, start_ms: int, end_ms: int, known: dict[int, Layout]
) -> tuple[dict[int, list[Second]], list[int]]:
    """Unsealed seconds of a half-open span by layout, in order of time, and the instants whose row is damaged."""
    good: dict[int, list[Second]] = {}
    damaged: list[int] = []
    for (time_ms,) in connection.execute(
        "SELECT time_ms FROM second WHERE time_ms >= ? AND time_ms < ? ORDER BY time_ms", (start_ms, end_ms)
    ):
        try:
            layout, crc, body = connection.execute("SELECT layout, crc, body FROM second WHERE time_ms = ?", (time_ms,)).fetchone()
            if checksum(time_ms, layout, body) != crc or layout not in known:
                damaged.append(time_ms)
                continue
            good.setdefault(layout, []).append(Second.decode(time_ms, body, len(known[layout])))
        except (sqlite3.DatabaseError, StorageError, TypeError):
            damaged.append(time_ms)
    return good, damaged


def waiting(
    connection: sqlite3.Connection,
    *,
    limit: int,
    max_bytes: int,
    newest: bool = False,
    after: int = 0,
    up_to: int | None = None,
    exclude: Collection[int] = (),
) -> tuple[list[Waiting], list[int]]:
    """Batches to send with ``after < id <= up_to``, ascending, and the ids of damaged ones met on the way.

    At most ``limit`` batches and about ``max_bytes`` of payload (one batch is always given); ``newest`` takes them
    from the end of the range, otherwise from its beginning.
    """
    bound = up_to if up_to is not None else (1 << 62)
    ids = connection.execute(_NEWEST if newest else _OLDEST, (tables.WAITING, after, bound, limit + len(exclude))).fetchall()
    batches: list[Waiting] = []
    damaged: list[int] = []
    size = 0
    for (batch_id,) in ids:
        if batch_id in exclude:
            continue
        batch = _one(connection, batch_id)
        if batch is None:
            damaged.append(batch_id)
            continue
        if batches and (size + len(batch.payload) > max_bytes or len(batches) == limit):
            break
        batches.append(batch)
        size += len(batch.payload)
    batches.sort(key=lambda batch: batch.id)
    return batches, damaged


def _one(connection: sqlite3.Connection, batch_id: int) -> Waiting | None:
    """One sealed batch, or None if its bytes are not what was sealed."""
    try:
        row = connection.execute(
            "SELECT epoch, seq, payload, hash, key_id, signature, readings FROM batch WHERE id = ?", (batch_id,)
        ).fetchone()
        if row is None or hashlib.sha256(row[2]).digest() != row[3]:
            return None
        return Waiting(batch_id, UUID(bytes=row[0]), row[1], row[2], row[3], row[4], row[5], row[6])
    except (sqlite3.DatabaseError, TypeError, ValueError):
        return None


def depth(connection: sqlite3.Connection) -> Depth:
    """How full the spool is; ``batches`` counts ids from the oldest kept to the newest."""
    lowest, highest = connection.execute("SELECT min(id), max(id) FROM batch").fetchone()
    states = dict(connection.execute("SELECT state, count(*) FROM outbox GROUP BY state").fetchall())
    oldest = connection.execute(
        "SELECT sealed_ms FROM batch WHERE id = (SELECT min(batch_id) FROM outbox WHERE state = ?)", (tables.WAITING,)
    ).fetchone()
    last = connection.execute("SELECT sealed_ms FROM batch WHERE id = ?", (highest,)).fetchone()
    pages = connection.execute("PRAGMA page_count").fetchone()[0] * connection.execute("PRAGMA page_size").fetchone()[0]
    return Depth(
        batches=highest - lowest + 1 if highest else 0,
        waiting=states.get(tables.WAITING, 0),
        refused=states.get(tables.REFUSED, 0),
        damaged=states.get(tables.DAMAGED, 0),
        rows=connection.execute("SELECT count(*) FROM second").fetchone()[0],
        oldest_waiting_ms=oldest[0] if oldest else None,
        last_sealed_ms=last[0] if last else None,
        bytes_used=pages,
    )


def outstanding(connection: sqlite3.Connection) -> tuple[int, int, str]:
    """How many batches wait, how many were refused, and why the last of these was."""
    states = dict(connection.execute("SELECT state, count(*) FROM outbox GROUP BY state").fetchall())
    reason = connection.execute("SELECT reason FROM outbox WHERE state = ? ORDER BY batch_id DESC LIMIT 1", (tables.REFUSED,)).fetchone()
    return states.get(tables.WAITING, 0), states.get(tables.REFUSED, 0), reason[0] if reason else ""


def holds_span(connection: sqlite3.Connection, start_ms: int, end_ms: int) -> bool:
    """Whether exactly this span is already sealed."""
    row = connection.execute("SELECT 1 FROM batch WHERE span_end_ms = ? AND span_start_ms = ? LIMIT 1", (end_ms, start_ms)).fetchone()
    return row is not None


_LAST_RECEIPT = """SELECT r.batch_id, b.epoch, b.seq, r.outcome, r.chain, r.position, r.reason, r.plan_known, p.received_ms
FROM receipt r JOIN reply p ON p.id = r.reply_id JOIN batch b ON b.id = r.batch_id
WHERE r.reply_id = (SELECT max(id) FROM reply) ORDER BY r.batch_id DESC LIMIT 1"""
_RECEIPT_OF = """SELECT r.batch_id, b.epoch, b.seq, r.outcome, r.chain, r.position, r.reason, r.plan_known, p.received_ms
FROM receipt r JOIN reply p ON p.id = r.reply_id JOIN batch b ON b.id = r.batch_id
WHERE r.batch_id = ? ORDER BY r.reply_id DESC LIMIT 1"""


def last_receipt(connection: sqlite3.Connection) -> StoredReceipt | None:
    """The newest receipt."""
    return _receipt(connection.execute(_LAST_RECEIPT).fetchone())


def receipt_of(connection: sqlite3.Connection, batch_id: int) -> StoredReceipt | None:
    """The newest receipt of one batch."""
    return _receipt(connection.execute(_RECEIPT_OF, (batch_id,)).fetchone())


def _receipt(row: tuple[Any, ...] | None) -> StoredReceipt | None:
    return StoredReceipt(row[0], UUID(bytes=row[1]), row[2], row[3], row[4], row[5], row[6], bool(row[7]), row[8]) if row else None


def alarms(connection: sqlite3.Connection) -> tuple[AlarmView, ...]:
    """What is raised now, oldest first."""
    return tuple(AlarmView(*row) for row in connection.execute("SELECT code, since_ms, detail FROM alarm ORDER BY since_ms, code"))


def averages(connection: sqlite3.Connection, period: str, start_ms: int, end_ms: int) -> list[Average]:
    """The plant's own averages of windows starting in the half-open span."""
    rows = connection.execute(
        "SELECT body FROM average WHERE period = ? AND start_ms >= ? AND start_ms < ? ORDER BY start_ms, source, component",
        (period, start_ms, end_ms),
    )
    return [decode_average(row[0]) for row in rows]


def readings(connection: sqlite3.Connection, start_ms: int, end_ms: int) -> Iterator[ReadingBlock]:
    """Readings of every batch that touches the half-open span, then of unsealed seconds; damaged rows are passed over."""
    ids = connection.execute(
        "SELECT id FROM batch WHERE span_end_ms > ? AND span_start_ms < ? ORDER BY span_end_ms", (start_ms, end_ms)
    ).fetchall()
    for (batch_id,) in ids:
        batch = _one(connection, batch_id)
        if batch is None:
            continue
        try:
            yield from decode_payload(batch.payload).readings
        except WireError:
            continue
    known = layouts(connection)
    for layout, rows in seconds(connection, start_ms, end_ms, known)[0].items():
        yield from to_blocks(rows, known[layout])
