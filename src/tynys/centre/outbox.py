"""What the centre has derived and the lake does not hold yet: averages and summaries on their way, and the checkpoint.

Everything here can be made again from the journal; it exists so that a restart is quick and closed averages are readable at once.
"""

from __future__ import annotations

import sqlite3
import threading
from typing import TYPE_CHECKING

from tynys.centre.average_rows import pack, unpack

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pyarrow as pa

_SCHEMA = """
CREATE TABLE IF NOT EXISTS outbox (
  n INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL CHECK (kind IN ('averages', 'summaries')),
  known_ms INTEGER NOT NULL,
  simulated INTEGER NOT NULL,
  body BLOB NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS checkpoint (only INTEGER PRIMARY KEY CHECK (only = 1), body BLOB NOT NULL) STRICT;
"""


class Outbox:
    """A small SQLite file written by the centre and drained by the lake's process; any thread may call."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=30.0)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.executescript(_SCHEMA)

    def put(self, kind: str, table: pa.Table, *, known_ms: int, simulated: bool) -> int:
        """Keep a table for the lake; its number."""
        body = pack(table)
        with self._lock:
            cursor = self._db.execute(
                "INSERT INTO outbox (kind, known_ms, simulated, body) VALUES (?, ?, ?, ?)", (kind, known_ms, int(simulated), body)
            )
            return int(cursor.lastrowid or 0)

    def waiting(self, after: int = 0, limit: int = 1000) -> list[tuple[int, str, int, bool, pa.Table]]:
        """Tables not taken yet: number, kind, when known, simulated, rows."""
        with self._lock:
            rows = self._db.execute(
                "SELECT n, kind, known_ms, simulated, body FROM outbox WHERE n > ? ORDER BY n LIMIT ?", (after, limit)
            ).fetchall()
        return [(n, kind, known_ms, bool(simulated), unpack(body)) for n, kind, known_ms, simulated, body in rows]

    def count(self) -> int:
        """How many tables wait."""
        with self._lock:
            return int(self._db.execute("SELECT count(*) FROM outbox").fetchone()[0])

    def taken(self, up_to: int) -> None:
        """Forget tables the lake now holds."""
        with self._lock:
            self._db.execute("DELETE FROM outbox WHERE n <= ?", (up_to,))

    def settle(self) -> None:
        """Bring everything put so far onto the disk, so that a cut of power does not undo it."""
        with self._lock:
            self._db.execute("PRAGMA wal_checkpoint(PASSIVE)")

    def save_checkpoint(self, body: bytes) -> None:
        """Replace the checkpoint."""
        with self._lock:
            self._db.execute("INSERT INTO checkpoint VALUES (1, ?) ON CONFLICT (only) DO UPDATE SET body = excluded.body", (body,))

    def checkpoint(self) -> bytes | None:
        """The last checkpoint."""
        with self._lock:
            row = self._db.execute("SELECT body FROM checkpoint").fetchone()
        return None if row is None else row[0]

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    def batches(self, limit: int = 1000) -> Iterator[list[tuple[int, str, int, bool, pa.Table]]]:
        """All that waits, in groups."""
        after = 0
        while group := self.waiting(after, limit):
            yield group
            after = group[-1][0]
