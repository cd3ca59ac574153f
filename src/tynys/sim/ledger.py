"""The ledger: the outside truth of what every server had on offer at every instant, and which client read it.

A SQLite file in WAL mode, written in one transaction per tick before the tick is reported done: a killed process loses at most the reads of
the instant it was in, never an offer. Nothing is decoded here: an image is the bytes of the registers as they were on offer. The layout is
told in ``docs/explanation/simulation.md``, so that anyone can join it with what arrived elsewhere.
"""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tynys.domain.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS device (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, protocol TEXT NOT NULL, map TEXT NOT NULL, address TEXT NOT NULL, layout TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS channel (name TEXT PRIMARY KEY, device INTEGER NOT NULL, point TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS offer (
  t_ms INTEGER NOT NULL, device INTEGER NOT NULL, image BLOB NOT NULL, PRIMARY KEY (t_ms, device)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS peer (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS "read" (
  t_ms INTEGER NOT NULL, device INTEGER NOT NULL, peer INTEGER NOT NULL, function INTEGER NOT NULL, first INTEGER NOT NULL,
  count INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS fault (t_ms INTEGER NOT NULL, event TEXT NOT NULL, text TEXT NOT NULL);
"""
OPCUA_READ, OPCUA_SUBSCRIBE = 100, 101
"""What stands in ``read.function`` for OPC UA."""
HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of an image: which table it is, its first address, where its bytes begin, how many entries.

    ``kind`` is ``u16be`` (registers), ``bit`` (one byte each, 0 or 1) or ``f64le`` (OPC UA values in node order).
    """

    table: str
    first: int
    offset: int
    count: int
    kind: str


@dataclass(frozen=True, slots=True)
class LedgerDevice:
    """A server as the ledger knows it; ``channels`` maps channel name to the point of its map."""

    id: int
    name: str
    protocol: str
    map: str
    address: str
    layout: Sequence[Segment]
    channels: dict[str, str]
    nodes: Sequence[str] = ()


class Ledger:
    """The open ledger of one simulated plant.

    Parameters
    ----------
    path : Path
        Made if absent; a later run of the same plant continues it.
    keep_hours : int
        Offers and reads older than this, by the simulated clock, are dropped so that a plant may run for weeks; 0 keeps all.
    """

    def __init__(self, path: Path, *, keep_hours: int = 0) -> None:
        try:
            self._db = sqlite3.connect(path, isolation_level=None)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=OFF")
            self._db.executescript(SCHEMA)
        except sqlite3.Error as error:
            raise StorageError(
                f"the ledger cannot be opened: {error}",
                where=str(path),
                hint="Give --ledger a path in a folder that exists and can be written.",
            ) from error
        self._keep_ms = keep_hours * HOUR_MS
        self._next_sweep_ms = 0
        self._peers: dict[str, int] = {name: id_ for id_, name in self._db.execute("SELECT id, name FROM peer")}
        self._reads: list[tuple[int, int, int, int, int, int]] = []
        self.now_ms = 0

    def describe(self, meta: dict[str, str], devices: Iterable[LedgerDevice]) -> None:
        """Write down who serves what, and where."""
        db = self._db
        db.execute("BEGIN")
        db.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", meta.items())
        for device in devices:
            layout: dict[str, object] = {"segments": [{k: getattr(s, k) for k in Segment.__dataclass_fields__} for s in device.layout]}
            if device.nodes:
                layout["nodes"] = list(device.nodes)
            db.execute(
                "INSERT OR REPLACE INTO device VALUES (?, ?, ?, ?, ?, ?)",
                (device.id, device.name, device.protocol, device.map, device.address, json.dumps(layout)),
            )
            db.executemany("INSERT OR REPLACE INTO channel VALUES (?, ?, ?)", [(n, device.id, p) for n, p in device.channels.items()])
        db.execute("COMMIT")

    def publish(self, t_ms: int, offers: Iterable[tuple[int, bytes]]) -> None:
        """Commit what is on offer from this instant on (device, image), and the reads since the last one."""
        db = self._db
        db.execute("BEGIN")
        self._keep_reads()
        db.executemany("INSERT OR REPLACE INTO offer VALUES (?, ?, ?)", [(t_ms, device, image) for device, image in offers])
        if self._keep_ms and t_ms >= self._next_sweep_ms:
            self._next_sweep_ms = t_ms + HOUR_MS
            db.execute("DELETE FROM offer WHERE t_ms < ?", (t_ms - self._keep_ms,))
            db.execute('DELETE FROM "read" WHERE t_ms < ?', (t_ms - self._keep_ms,))
        db.execute("COMMIT")
        self.now_ms = t_ms

    def note_read(self, device: int, peer: str, function: int, first: int, count: int) -> None:
        """Remember that a client read entries of what is on offer now."""
        number = self._peers.get(peer)
        if number is None:
            number = self._peers[peer] = len(self._peers) + 1
            self._db.execute("INSERT OR IGNORE INTO peer VALUES (?, ?)", (number, peer))
        self._reads.append((self.now_ms, device, number, function, first, count))

    def note_fault(self, t_ms: int, event: str, text: str) -> None:
        """Write down that a fault was set or lifted."""
        self._db.execute("INSERT INTO fault VALUES (?, ?, ?)", (t_ms, event, text))

    def close(self) -> None:
        """Keep the last reads and close."""
        self._db.execute("BEGIN")
        self._keep_reads()
        self._db.execute("COMMIT")
        self._db.close()

    def _keep_reads(self) -> None:
        if self._reads:
            self._db.executemany('INSERT INTO "read" VALUES (?, ?, ?, ?, ?, ?)', self._reads)
            self._reads.clear()
