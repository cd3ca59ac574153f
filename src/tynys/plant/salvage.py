"""Opens a spool file; of a damaged one what can still be read is taken over into a new one, and it is set aside, never deleted."""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
from typing import TYPE_CHECKING, Any

from tynys.domain.errors import StorageError
from tynys.plant import spool_tables as tables
from tynys.plant.seconds import TICK_MS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from uuid import UUID

Row = tuple[Any, ...]

SMALL_TABLES = ("meta", "layout", "second", "outbox", "note", "alarm")
"""Tables every run needs whole, checked at every opening; damage in the large ones shows row by row."""

TABLES = (
    ("meta", "key", 0),
    ("layout", "id", 1),
    ("second", "time_ms", TICK_MS),
    ("batch", "id", 1),
    ("reply", "id", 1),
    ("note", "id", 1),
    ("receipt", "batch_id", 1),
    ("average", "start_ms", 0),
)
"""Table, the key it is walked by, and the step from key to key where that is known."""
MOST_STEPS = 100_000
_WAIT_AGAIN = """INSERT OR IGNORE INTO outbox SELECT id, ?, 'salvaged', sealed_ms FROM batch
WHERE id NOT IN (SELECT batch_id FROM receipt WHERE outcome != 'refused')"""


def open_or_salvage(path: Path, gateway: UUID) -> tuple[sqlite3.Connection, str]:
    """The connection, and what was done about a damaged file (empty when it was sound)."""
    try:
        connection = _open(path, gateway)
        if is_sound(connection):
            return connection, ""
        connection.close()
    except sqlite3.OperationalError as error:
        raise StorageError(f"the spool cannot be opened: {error}", where=str(path), code="spool.unusable") from error
    except sqlite3.DatabaseError:
        pass
    aside = set_aside(path)
    connection = _open(path, gateway)
    batches = take_over(aside, connection)
    return connection, f"the file was set aside as {aside.name}; {batches} batches were taken over"


def _open(path: Path, gateway: UUID) -> sqlite3.Connection:
    connection = tables.connect(path)
    try:
        tables.create_or_check(connection, gateway, path)
    except BaseException:
        connection.close()
        raise
    return connection


def is_sound(connection: sqlite3.Connection) -> bool:
    """Whether the small tables are structurally whole."""
    return all(connection.execute(f"PRAGMA quick_check('{table}')").fetchone()[0] == "ok" for table in SMALL_TABLES)


def set_aside(path: Path) -> Path:
    """Rename a spool file with its write-ahead log; the new name."""
    number = 1
    while (aside := path.with_name(f"{path.stem}.damaged-{number}{path.suffix}")).exists():
        number += 1
    for suffix in ("", "-wal", "-shm"):
        if (old := path.with_name(path.name + suffix)).exists():
            old.rename(aside.with_name(aside.name + suffix))
    return aside


def take_over(damaged: Path, fresh: sqlite3.Connection) -> int:
    """Copy every readable row; sealed batches whose bytes are whole and that have no receipt wait again. How many batches came over.

    Batches keep their ids, so that the chain goes on where it was.
    """
    with contextlib.closing(sqlite3.connect(damaged, isolation_level=None)) as old:
        try:
            old.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        except sqlite3.DatabaseError:
            return 0
        fresh.execute("BEGIN IMMEDIATE")
        for table, key, step in TABLES:
            for row in _rows(old, table, key, step):
                if table != "batch" or _is_whole(row):
                    _insert(fresh, table, row)
        fresh.execute(_WAIT_AGAIN, (tables.WAITING,))
        fresh.execute("COMMIT")
    return int(fresh.execute("SELECT count(*) FROM batch").fetchone()[0])


def _is_whole(row: Row) -> bool:
    """Whether a batch's payload is what its hash says."""
    payload, digest = row[12], row[9]
    return isinstance(payload, bytes) and hashlib.sha256(payload).digest() == digest


def _rows(old: sqlite3.Connection, table: str, key: str, step: int) -> Iterator[Row]:
    """Every readable row: from the beginning up to the first damage, from the end back to the last, then one by one between."""
    lower: int | None = None
    try:
        for row in old.execute(f"SELECT {key}, * FROM {table} ORDER BY {key}"):  # noqa: S608 - our own names
            lower = row[0]
            yield row[1:]
    except sqlite3.DatabaseError:
        pass
    else:
        return
    upper: int | None = None
    with contextlib.suppress(sqlite3.DatabaseError):
        for row in old.execute(f"SELECT {key}, * FROM {table} ORDER BY {key} DESC"):  # noqa: S608 - our own names
            if row[0] == lower:
                return
            upper = row[0]
            yield row[1:]
    if step and upper is not None:
        first = lower + step if lower is not None else max(0, upper - step * MOST_STEPS)
        for number in range(first, min(upper, first + step * MOST_STEPS), step):
            with contextlib.suppress(sqlite3.DatabaseError):
                yield from (row[1:] for row in old.execute(f"SELECT {key}, * FROM {table} WHERE {key} = ?", (number,)))  # noqa: S608


def _insert(fresh: sqlite3.Connection, table: str, row: Row) -> None:
    with contextlib.suppress(sqlite3.Error):
        fresh.execute(f"INSERT OR REPLACE INTO {table} VALUES ({','.join('?' * len(row))})", row)  # noqa: S608 - our own names
