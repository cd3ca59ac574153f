"""The spool's tables as an outsider reads them (docs/reference/spool.md) and the connection that keeps its promises."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tynys.domain.errors import StorageError

if TYPE_CHECKING:
    from pathlib import Path
    from uuid import UUID

SCHEMA_VERSION = 1
SYNCHRONOUS = "FULL"
"""What was kept survives a power cut."""
FILE_NAME = "spool.sqlite"
RESERVE_NAME = "spool.reserve"
LOCK_NAME = "spool.lock"

TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE layout (id INTEGER PRIMARY KEY, body BLOB NOT NULL UNIQUE);
CREATE TABLE second (time_ms INTEGER PRIMARY KEY, layout INTEGER NOT NULL, crc INTEGER NOT NULL, body BLOB NOT NULL);
CREATE TABLE batch (
  id INTEGER PRIMARY KEY, epoch BLOB NOT NULL, seq INTEGER NOT NULL, sealed_ms INTEGER NOT NULL,
  span_start_ms INTEGER NOT NULL, span_end_ms INTEGER NOT NULL, readings INTEGER NOT NULL, gaps INTEGER NOT NULL,
  previous_hash BLOB NOT NULL, hash BLOB NOT NULL, key_id TEXT NOT NULL, signature BLOB NOT NULL, payload BLOB NOT NULL,
  UNIQUE (epoch, seq));
CREATE INDEX batch_sealed ON batch (sealed_ms);
CREATE INDEX batch_span ON batch (span_end_ms);
CREATE TABLE outbox (batch_id INTEGER PRIMARY KEY, state TEXT NOT NULL, reason TEXT NOT NULL DEFAULT '', since_ms INTEGER NOT NULL);
CREATE TABLE reply (
  id INTEGER PRIMARY KEY, received_ms INTEGER NOT NULL, server_time_ms INTEGER NOT NULL, incarnation BLOB NOT NULL, body BLOB NOT NULL);
CREATE TABLE receipt (
  batch_id INTEGER NOT NULL, reply_id INTEGER NOT NULL, outcome TEXT NOT NULL, chain TEXT NOT NULL, position INTEGER NOT NULL,
  reason TEXT NOT NULL, plan_known INTEGER NOT NULL, PRIMARY KEY (batch_id, reply_id)) WITHOUT ROWID;
CREATE INDEX receipt_reply ON receipt (reply_id);
CREATE TABLE note (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, body BLOB NOT NULL);
CREATE TABLE average (
  source TEXT NOT NULL, component TEXT NOT NULL, period TEXT NOT NULL, start_ms INTEGER NOT NULL, body BLOB NOT NULL, batch_id INTEGER,
  PRIMARY KEY (source, component, period, start_ms)) WITHOUT ROWID;
CREATE INDEX average_unsealed ON average (start_ms) WHERE batch_id IS NULL;
CREATE INDEX average_window ON average (period, start_ms);
CREATE TABLE alarm (code TEXT PRIMARY KEY, since_ms INTEGER NOT NULL, detail TEXT NOT NULL) WITHOUT ROWID;
CREATE VIEW delivery AS
  SELECT b.id AS batch_id, b.epoch, b.seq, b.hash, b.span_start_ms, b.span_end_ms, b.readings, b.gaps, b.payload,
         COALESCE(o.state, 'acknowledged') AS state, r.outcome, r.chain, r.position, r.reason, p.incarnation, p.received_ms, p.body AS reply
  FROM batch b LEFT JOIN outbox o ON o.batch_id = b.id
  LEFT JOIN receipt r ON r.batch_id = b.id AND r.reply_id = (SELECT max(reply_id) FROM receipt WHERE batch_id = b.id)
  LEFT JOIN reply p ON p.id = r.reply_id;
"""

WAITING = "waiting"
REFUSED = "refused"
DAMAGED = "damaged"


class SpoolFullError(StorageError):
    """The disk (or the file's bound) takes no more: only the reserve still does."""

    code = "spool.full"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A sealed batch that waits to be sent, its bytes exactly as sealed."""

    id: int
    epoch: UUID
    seq: int
    payload: bytes
    hash: bytes
    key_id: str
    signature: bytes
    readings: int


@dataclass(frozen=True, slots=True)
class Head:
    """The last sealed batch: what the next one links to."""

    id: int
    epoch: UUID
    seq: int
    hash: bytes
    sealed_ms: int
    span_end_ms: int


@dataclass(frozen=True, slots=True)
class StoredReceipt:
    """What the centre said about one batch, as stored with the signed reply it stands in."""

    batch_id: int
    epoch: UUID
    seq: int
    outcome: str
    chain: str
    position: int
    reason: str
    plan_known: bool
    received_ms: int


@dataclass(frozen=True, slots=True)
class Depth:
    """How full the spool is. [bytes, ms]."""

    batches: int
    waiting: int
    refused: int
    damaged: int
    rows: int
    oldest_waiting_ms: int | None
    last_sealed_ms: int | None
    bytes_used: int


@dataclass(frozen=True, slots=True)
class Note:
    """A record that waits for the next batch: ``kind`` names its type in `tynys.domain.batch`, ``body`` is its JSON."""

    id: int
    kind: str
    body: bytes


_FULL_CODES = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR}


def no_room(error: sqlite3.Error) -> bool:
    """Whether SQLite failed because nothing more could be written."""
    return isinstance(error, sqlite3.OperationalError) and (getattr(error, "sqlite_errorcode", 0) & 0xFF) in _FULL_CODES


def connect(path: Path, *, read_only: bool = False) -> sqlite3.Connection:
    """A connection in autocommit mode; a writer syncs at every commit (WAL, FULL)."""
    if read_only:
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None, check_same_thread=False)
        connection.execute("PRAGMA busy_timeout = 5000")
        connection.execute("PRAGMA query_only = 1")
        return connection
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        for pragma in ("busy_timeout = 5000", "journal_mode = WAL", f"synchronous = {SYNCHRONOUS}", "journal_size_limit = 16777216"):
            connection.execute(f"PRAGMA {pragma}")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def create_or_check(connection: sqlite3.Connection, gateway: UUID, path: Path) -> None:
    """Make the tables of a new spool, or refuse one of another version or another gateway."""
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version == 0:
        connection.executescript(f"BEGIN IMMEDIATE; {TABLES} PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;")
        connection.execute("INSERT INTO meta VALUES ('gateway', ?)", (gateway.bytes,))
        return
    if version != SCHEMA_VERSION:
        raise StorageError(f"the spool has version {version}, this program writes {SCHEMA_VERSION}", where=str(path), code="spool.version")
    row = connection.execute("SELECT value FROM meta WHERE key = 'gateway'").fetchone()
    if row is None:
        connection.execute("INSERT INTO meta VALUES ('gateway', ?)", (gateway.bytes,))
    elif bytes(row[0]) != gateway.bytes:
        raise StorageError(
            f"the spool belongs to gateway {row[0].hex()}, plant.toml names {gateway.hex}",
            where=str(path),
            hint="a spool is one gateway's chain: give every gateway its own folder",
            code="spool.other_gateway",
        )
