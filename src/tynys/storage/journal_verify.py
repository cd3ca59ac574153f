"""Checking a journal from its files alone: every digest, every payload, every link between segments."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from tynys.storage.journal_read import JournalReader
from tynys.storage.journal_records import EMPTY_DIGEST, row_digest
from tynys.storage.journal_segments import COLUMNS, stored

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tynys.storage.journal_segments import SegmentFile

PAGE = 256
"""How many rows are read at once."""


def verify_journal(folder: Path) -> list[str]:
    """What is wrong with a journal, one sentence each; empty if every row is as it was committed."""
    problems: list[str] = []
    previous, last = EMPTY_DIGEST, 0
    with JournalReader(folder) as reader:
        for segment in reader.segments():
            name = segment.path.name
            meta = reader.meta(segment)
            if meta.previous_digest != previous:
                problems.append(f"{name}: follows {meta.previous_digest.hex()}, but the segment before it ends with {previous.hex()}")
            digest = meta.previous_digest
            for position, kept, expected, right_payload in _rows(reader, segment, digest):
                if position != last + 1:
                    problems.append(f"{name}: position {position} follows {last}")
                if kept != expected:
                    problems.append(f"{name}: position {position} is not as it was committed (its digest differs)")
                if not right_payload:
                    problems.append(f"{name}: position {position} holds a payload that does not have its hash")
                digest, last = kept, position
            if meta.digest is not None and (digest != meta.digest or last != meta.last_position):
                problems.append(f"{name}: was sealed at position {meta.last_position} with another digest than its rows give")
            previous = digest
    return problems


def _rows(reader: JournalReader, segment: SegmentFile, digest: bytes) -> Iterator[tuple[int, bytes, bytes, bool]]:
    """Position, digest as kept, digest as computed, and whether the payload has its hash."""
    after = -1
    sql = f"SELECT {COLUMNS}, digest FROM batches WHERE position > ? ORDER BY position LIMIT {PAGE}"  # noqa: S608
    while rows := reader.select(segment, sql, (after,)):
        for *row, kept in rows:
            item = stored(tuple(row))
            expected = row_digest(digest, item.position, item.entry, conflict=item.conflict)
            yield item.position, kept, expected, hashlib.sha256(item.entry.payload).digest() == item.entry.hash
            digest = kept
        after = rows[-1][0]
