"""One file of the journal: an SQLite database for one UTC day of receipt, sealed when the next begins."""

from __future__ import annotations

import json
import os
import re
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from uuid import UUID

import zstandard

from tynys.domain.errors import StorageError
from tynys.storage.durable import sync_file, sync_folder
from tynys.storage.journal_records import JournalEntry, Stored

if TYPE_CHECKING:
    from pathlib import Path

FORMAT = 1
"""Version of the segment layout."""
NAME = re.compile(r"(\d{7})-(\d{4}-\d{2}-\d{2})\.sqlite")
"""Name of a segment: its ordinal and the UTC day it was begun."""
NAME_FILE = "journal.json"
"""Names the journal's incarnation, so that it is the same before the first batch as after."""
SMALLEST_PACKED = 256
"""Payloads below this are stored as they are: packing would not pay. [bytes]"""

_LAYOUT = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE batches (
  position INTEGER PRIMARY KEY,
  gateway BLOB NOT NULL, epoch BLOB NOT NULL, seq INTEGER NOT NULL,
  hash BLOB NOT NULL, previous_hash BLOB NOT NULL,
  key_id TEXT NOT NULL, signature BLOB NOT NULL,
  received_ms INTEGER NOT NULL, span_start_ms INTEGER NOT NULL, span_end_ms INTEGER NOT NULL,
  readings_from_ms INTEGER, readings_to_ms INTEGER,
  conflict INTEGER NOT NULL, digest BLOB NOT NULL, codec TEXT NOT NULL, payload BLOB NOT NULL
);
CREATE UNIQUE INDEX batches_number ON batches (gateway, epoch, seq) WHERE conflict = 0;
CREATE INDEX batches_conflict ON batches (gateway, epoch, seq) WHERE conflict = 1;
CREATE INDEX batches_hash ON batches (hash);
CREATE INDEX batches_previous ON batches (previous_hash);
CREATE INDEX batches_readings ON batches (readings_to_ms, readings_from_ms);
CREATE TABLE ranges (gateway BLOB NOT NULL, epoch BLOB NOT NULL, from_seq INTEGER NOT NULL, to_seq INTEGER NOT NULL);
CREATE TABLE heads (
  gateway BLOB NOT NULL, epoch BLOB NOT NULL, seq INTEGER NOT NULL, hash BLOB NOT NULL,
  position INTEGER NOT NULL, received_ms INTEGER NOT NULL
);
CREATE TABLE links (gateway BLOB NOT NULL, previous_hash BLOB NOT NULL, hash BLOB NOT NULL, position INTEGER NOT NULL);
CREATE TABLE breaks (
  position INTEGER PRIMARY KEY, record BLOB NOT NULL, key_id TEXT NOT NULL, signature BLOB NOT NULL
);
"""
COLUMNS = (
    "position, gateway, epoch, seq, hash, previous_hash, key_id, signature, received_ms, span_start_ms, span_end_ms, "
    "readings_from_ms, readings_to_ms, conflict, codec, payload"
)
"""Columns of `stored`, in order."""
COLUMNS_BARE = COLUMNS.replace("codec, payload", "'raw', x''")
"""The same with an empty payload."""
INSERT = f"INSERT INTO batches ({COLUMNS}, digest) VALUES ({', '.join('?' * 17)})"  # noqa: S608 - our own column names


def named_incarnation(folder: Path) -> UUID | None:
    """The incarnation a journal has been given, with or without a batch; None where nobody has opened it for writing."""
    path = folder / NAME_FILE
    return UUID(json.loads(path.read_bytes())["incarnation"]) if path.is_file() else None


@dataclass(frozen=True, slots=True)
class SegmentFile:
    """A segment by its name on disk."""

    ordinal: int
    day: str
    path: Path


@dataclass(frozen=True, slots=True)
class SegmentMeta:
    """What a segment says of itself; ``digest`` and ``last_position`` are None until it is sealed."""

    incarnation: UUID
    first_position: int
    previous_digest: bytes
    digest: bytes | None
    last_position: int | None


def segment_files(folder: Path) -> list[SegmentFile]:
    """Every segment of ``folder``, oldest first; their ordinals must follow each other."""
    found: list[SegmentFile] = []
    with os.scandir(folder) as names:
        for item in names:
            match = NAME.fullmatch(item.name)
            if match:
                found.append(SegmentFile(int(match[1]), match[2], folder / item.name))
    found.sort(key=lambda segment: segment.ordinal)
    for before, after in pairwise(found):
        if after.ordinal != before.ordinal + 1:
            raise StorageError(
                f"expected segment {before.ordinal + 1} after {before.path.name}, but the next is {after.path.name}",
                where=str(folder),
                hint="Put the missing segment back from the archive; the journal is never read with a hole in it.",
                code="journal.segment_missing",
            )
    return found


def create_segment(folder: Path, ordinal: int, day: str, meta: SegmentMeta) -> SegmentFile:
    """Make an empty segment; it appears under its name only when it is whole and on the disk."""
    final = folder / f"{ordinal:07d}-{day}.sqlite"
    draft = folder / f".{final.name}.draft"
    draft.unlink(missing_ok=True)
    with closing(sqlite3.connect(draft, isolation_level=None)) as db:
        db.execute("PRAGMA page_size = 8192")
        db.execute("PRAGMA journal_mode = WAL")
        db.executescript(_LAYOUT)
        db.executemany(
            "INSERT INTO meta VALUES (?, ?)",
            [
                ("format", str(FORMAT)),
                ("ordinal", str(ordinal)),
                ("day", day),
                ("incarnation", str(meta.incarnation)),
                ("first_position", str(meta.first_position)),
                ("previous_digest", meta.previous_digest.hex()),
            ],
        )
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    sync_file(draft)
    draft.rename(final)
    sync_folder(folder)
    return SegmentFile(ordinal, day, final)


def open_writable(segment: SegmentFile) -> sqlite3.Connection:
    """A connection whose every commit is on the disk before it returns."""
    db = sqlite3.connect(segment.path, isolation_level=None, check_same_thread=False, timeout=30)
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA wal_autocheckpoint = 4000")
    db.execute("PRAGMA cache_size = -16000")
    return db


def open_readable(segment: SegmentFile) -> sqlite3.Connection:
    """A connection that can only read; it never holds the writer up."""
    db = sqlite3.connect(f"{segment.path.as_uri()}?mode=ro", uri=True, isolation_level=None, check_same_thread=False, timeout=30)
    db.execute("PRAGMA query_only = ON")
    return db


def read_meta(db: sqlite3.Connection, segment: SegmentFile) -> SegmentMeta:
    """What the segment says of itself."""
    try:
        values: dict[str, str] = dict(db.execute("SELECT key, value FROM meta"))
        if int(values["format"]) != FORMAT:
            raise StorageError(
                f"expected journal format {FORMAT}, got {values['format']}", where=str(segment.path), hint="Use the version that wrote it."
            )
        return SegmentMeta(
            incarnation=UUID(values["incarnation"]),
            first_position=int(values["first_position"]),
            previous_digest=bytes.fromhex(values["previous_digest"]),
            digest=bytes.fromhex(values["digest"]) if "digest" in values else None,
            last_position=int(values["last_position"]) if "last_position" in values else None,
        )
    except (sqlite3.DatabaseError, KeyError, ValueError) as error:
        raise StorageError(
            f"expected a journal segment, but it cannot be read: {error}",
            where=str(segment.path),
            hint="Put the segment back from the archive, then start again.",
            code="journal.segment_damaged",
        ) from error


def pack(payload: bytes, packer: zstandard.ZstdCompressor) -> tuple[str, bytes]:
    """The payload as it is kept: ``zstd`` where that is smaller, else ``raw``."""
    if len(payload) < SMALLEST_PACKED:
        return "raw", payload
    packed = packer.compress(payload)
    return ("zstd", packed) if len(packed) < len(payload) else ("raw", payload)


def stored(row: tuple[Any, ...]) -> Stored:
    """The batch of a row with the columns `COLUMNS`."""
    position, gateway, epoch, seq, digest, previous, key_id, signature, received, start, end, first, last, conflict, codec, payload = row
    content = zstandard.ZstdDecompressor().decompress(payload) if codec == "zstd" else payload
    entry = JournalEntry(
        gateway=UUID(bytes=gateway),
        epoch=UUID(bytes=epoch),
        seq=seq,
        hash=digest,
        previous_hash=previous,
        key_id=key_id,
        signature=signature,
        payload=content,
        received_ms=received,
        span_start_ms=start,
        span_end_ms=end,
        readings_from_ms=first,
        readings_to_ms=last,
    )
    return Stored(position, entry, bool(conflict))
