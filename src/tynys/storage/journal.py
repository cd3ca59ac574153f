"""The journal: every batch ever received, appended in groups, each group on the disk before anyone is told."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self
from uuid import UUID, uuid4

import zstandard

from tynys.domain.errors import StorageError
from tynys.storage.durable import WriterLock, write_atomically
from tynys.storage.journal_index import JournalIndex
from tynys.storage.journal_read import JournalReader
from tynys.storage.journal_records import EMPTY_DIGEST, Appended, ChainFacts, Head, JournalEntry, MissingRange, Stored, row_digest
from tynys.storage.journal_segments import (
    INSERT,
    NAME_FILE,
    SegmentFile,
    SegmentMeta,
    create_segment,
    named_incarnation,
    open_writable,
    pack,
    read_meta,
)

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

__all__ = ["Appended", "ChainFacts", "Head", "Journal", "JournalEntry", "MissingRange", "Stored"]

FIRST_SEQ = 1
"""Number of the first batch of an epoch."""
_LINKS = "SELECT gateway, previous_hash, hash, position FROM batches WHERE seq = ? AND conflict = 0"
_Number = tuple[UUID, UUID, int]


@dataclass(slots=True)
class _Group:
    """What a group of entries will change once it is committed."""

    position: int
    digest: bytes
    rows: list[tuple[object, ...]] = field(default_factory=list)
    results: list[Appended] = field(default_factory=list)
    fresh: dict[_Number, Head] = field(default_factory=dict)
    evidence: dict[tuple[UUID, UUID, int, bytes], int] = field(default_factory=dict)
    links: list[tuple[UUID, bytes, bytes, int]] = field(default_factory=list)


class Journal:
    """The one writer of a journal folder.

    Use `open`. Every method may be called from any thread; appends are serialised. A position is never used twice and a
    committed batch never changes.
    """

    def __init__(self, folder: Path, *, first_seq: int = FIRST_SEQ) -> None:
        self._lock = threading.RLock()
        self._owner = WriterLock(folder, "journal")
        self._folder = folder
        self._first_seq = first_seq
        self._packer = zstandard.ZstdCompressor(level=3)
        self._reader = JournalReader(folder)
        self._index = JournalIndex()
        self._evidence: dict[tuple[UUID, UUID, int, bytes], int] = {}
        self._segment: SegmentFile | None = None
        self._db: sqlite3.Connection | None = None
        self._incarnation = uuid4()
        self._digest = EMPTY_DIGEST
        self._last = 0
        try:
            self._load()
        except BaseException:
            self.close()
            raise

    @classmethod
    def open(cls, folder: Path, *, first_seq: int = FIRST_SEQ) -> Journal:
        """Take the folder for writing; safe after any crash, since a group is one SQLite transaction."""
        return cls(folder, first_seq=first_seq)

    def close(self) -> None:
        """Let go of the folder."""
        with self._lock:
            if self._db is not None:
                self._db.close()
                self._db = None
            self._reader.close()
            self._owner.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def incarnation(self) -> UUID:
        """Names this life of the journal; changes only after a restore."""
        return self._incarnation

    @property
    def last_position(self) -> int:
        """Position of the newest batch, 0 before the first."""
        return self._last

    def append(self, entries: Sequence[JournalEntry]) -> list[Appended]:
        """Store a group in one transaction; when this returns, the group is on the disk.

        A batch that is already stored is reported with the position of its first storing. A batch whose number another
        payload holds is kept beside it as evidence.
        """
        with self._lock:
            if not entries:
                return []
            db = self._segment_for(max(entry.received_ms for entry in entries))
            group = self._judge(entries)
            if group.rows:
                self._commit(db, group)
            return group.results

    def _judge(self, entries: Sequence[JournalEntry]) -> _Group:
        """Decide for each entry of a group whether it is new, a duplicate or evidence; nothing is written yet."""
        group = _Group(self._last, self._digest)
        for entry in entries:
            number = (entry.gateway, entry.epoch, entry.seq)
            staged = group.fresh.get(number)
            held = (staged.hash, staged.position) if staged else self._held(*number)
            conflict = held is not None and held[0] != entry.hash
            if held is not None and not conflict:
                group.results.append(Appended(held[1], duplicate=True, conflict=False))
                continue
            known = (self._evidence.get((*number, entry.hash)) or group.evidence.get((*number, entry.hash))) if conflict else None
            if known is not None:
                group.results.append(Appended(known, duplicate=True, conflict=True))
                continue
            group.position += 1
            group.digest = row_digest(group.digest, group.position, entry, conflict=conflict)
            group.rows.append(self._row(group.position, entry, group.digest, conflict=conflict))
            group.results.append(Appended(group.position, duplicate=False, conflict=conflict))
            if conflict:
                group.evidence[*number, entry.hash] = group.position
                continue
            group.fresh[number] = Head(entry.gateway, entry.epoch, entry.seq, entry.hash, group.position, entry.received_ms)
            if entry.seq == self._first_seq:
                group.links.append((entry.gateway, entry.previous_hash, entry.hash, group.position))
        return group

    def _commit(self, db: sqlite3.Connection, group: _Group) -> None:
        """Write a group in one transaction, then, only then, know it."""
        assert self._segment is not None  # noqa: S101 - a connection is open only on a segment
        db.execute("BEGIN IMMEDIATE")
        try:
            db.executemany(INSERT, group.rows)
            db.execute("COMMIT")
        except BaseException:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise
        for head in group.fresh.values():
            self._index.add(head, self._segment.ordinal)
        for link in group.links:
            self._index.add_link(*link)
        self._evidence.update(group.evidence)
        self._last, self._digest = group.position, group.digest

    def contains(self, gateway: UUID, epoch: UUID, seq: int) -> bytes | None:
        """Hash of the batch stored at this number, None if none is."""
        with self._lock:
            held = self._held(gateway, epoch, seq)
            return held[0] if held else None

    def chain_facts(self, gateway: UUID, epoch: UUID, seq: int, previous_hash: bytes, digest: bytes) -> ChainFacts:
        """What is stored around the batch with this number and hash, for the verdict on its chain."""
        with self._lock:
            first = not self._index.holds_other(gateway, epoch, seq)
            if first:
                return ChainFacts(None, None, (), first_of_gateway=True)
            before = self._held(gateway, epoch, seq - 1) if seq > self._first_seq else None
            if before is not None and before[0] == previous_hash:
                siblings = [place for other, place in self._index.links(gateway, previous_hash) if other != digest]
                return ChainFacts(before[0], before[1], tuple(siblings), first_of_gateway=False)
            return ChainFacts(
                before[0] if before else None,
                self._position_of(gateway, previous_hash) if previous_hash else None,
                self._siblings(gateway, previous_hash, digest),
                first_of_gateway=False,
            )

    def followed(self, gateway: UUID, digest: bytes) -> bool:
        """Whether a stored batch of the gateway names the one with this hash as its previous one."""
        with self._lock:
            return bool(self._siblings(gateway, digest, b""))

    def heads(self, gateway: UUID | None = None) -> list[Head]:
        """The highest batch of every epoch, oldest storing first."""
        with self._lock:
            return self._index.heads(gateway)

    def missing(self, gateway: UUID) -> list[MissingRange]:
        """Numbers below each epoch's head that never came."""
        with self._lock:
            return self._index.missing(gateway, self._first_seq)

    def read(self, after: int, limit: int = 1000, *, payloads: bool = True) -> Iterator[Stored]:
        """The next batches after a position, in order; their payloads empty where they are not wanted."""
        return self._reader.read(after, limit, payloads=payloads)

    def batch(self, position: int) -> Stored:
        """The batch at a position."""
        return self._reader.batch(position)

    def begin_incarnation(self, reason: str, made_ms: int, sign: Callable[[bytes], tuple[str, bytes]]) -> UUID:
        """Begin a new life after a restore, with a signed record of the break.

        Parameters
        ----------
        reason : str
            Why, in words a person will read.
        made_ms : int
            When. [ms since 1970 UTC]
        sign : function
            Takes the record's bytes, gives the key id and the signature.
        """
        with self._lock:
            incarnation = uuid4()
            record = json.dumps(
                {
                    "type": "tynys.journal.break.v1",
                    "previous_incarnation": str(self._incarnation),
                    "incarnation": str(incarnation),
                    "last_position": self._last,
                    "last_digest": self._digest.hex(),
                    "made_ms": made_ms,
                    "reason": reason,
                },
                sort_keys=True,
                separators=(",", ":"),
                ensure_ascii=False,
            ).encode()
            key_id, signature = sign(record)
            self._seal()
            self._incarnation = incarnation
            db = self._begin(_day(made_ms))
            db.execute("INSERT INTO breaks VALUES (?, ?, ?, ?)", (self._last, record, key_id, signature))
            self._name()
            return incarnation

    def _load(self) -> None:
        files = self._reader.segments()
        previous = EMPTY_DIGEST
        for segment in files:
            meta = self._reader.meta(segment)
            if meta.previous_digest != previous:
                raise StorageError(
                    f"expected the segment to follow digest {previous.hex()[:16]}…, it follows {meta.previous_digest.hex()[:16]}…",
                    where=str(segment.path),
                    hint="The segment before it was exchanged or altered: put the original back from the archive.",
                    code="journal.chain_broken",
                )
            self._incarnation = meta.incarnation
            self._load_segment(segment, meta)
            previous = self._digest
        if files and self._reader.meta(files[-1]).digest is None:
            self._segment = files[-1]
            self._db = open_writable(files[-1])
        elif files:
            self._segment = files[-1]
        self._name()

    def _load_segment(self, segment: SegmentFile, meta: SegmentMeta) -> None:
        select = self._reader.select
        for gateway, epoch, seq, digest, position in select(
            segment, "SELECT gateway, epoch, seq, hash, position FROM batches WHERE conflict = 1"
        ):
            self._evidence[UUID(bytes=gateway), UUID(bytes=epoch), seq, digest] = position
        if meta.digest is not None and meta.last_position is not None:
            for gateway, epoch, first, last in select(segment, "SELECT gateway, epoch, from_seq, to_seq FROM ranges"):
                self._index.add_range(UUID(bytes=gateway), UUID(bytes=epoch), first, last, segment.ordinal)
            for gateway, epoch, *rest in select(segment, "SELECT gateway, epoch, seq, hash, position, received_ms FROM heads"):
                self._index.add_head(Head(UUID(bytes=gateway), UUID(bytes=epoch), *rest))
            for gateway, *link in select(segment, "SELECT gateway, previous_hash, hash, position FROM links"):
                self._index.add_link(UUID(bytes=gateway), *link)
            self._digest, self._last = meta.digest, meta.last_position
            return
        for gateway, epoch, *rest in select(
            segment, "SELECT gateway, epoch, seq, hash, position, received_ms FROM batches WHERE conflict = 0 ORDER BY position"
        ):
            self._index.add(Head(UUID(bytes=gateway), UUID(bytes=epoch), *rest), segment.ordinal)
        for gateway, *link in select(segment, _LINKS, (self._first_seq,)):
            self._index.add_link(UUID(bytes=gateway), *link)
        newest = select(segment, "SELECT position, digest FROM batches ORDER BY position DESC LIMIT 1")
        self._last, self._digest = newest[0] if newest else (meta.first_position - 1, meta.previous_digest)

    def _name(self) -> None:
        """Keep the incarnation beside the segments, so that it is the same before the first batch as after."""
        path = self._folder / NAME_FILE
        if self._segment is None and (named := named_incarnation(self._folder)) is not None:
            self._incarnation = named
            return
        content = json.dumps({"format": 1, "incarnation": str(self._incarnation)}).encode()
        if not path.exists() or path.read_bytes() != content:
            write_atomically(path, content)

    def _segment_for(self, received_ms: int) -> sqlite3.Connection:
        day = _day(received_ms)
        if self._db is not None and self._segment is not None and day <= self._segment.day:
            return self._db
        if self._db is not None:
            self._seal()
        return self._begin(max(day, self._segment.day) if self._segment else day)

    def _begin(self, day: str) -> sqlite3.Connection:
        ordinal = self._segment.ordinal + 1 if self._segment else 1
        meta = SegmentMeta(self._incarnation, self._last + 1, self._digest, None, None)
        self._segment = create_segment(self._folder, ordinal, day, meta)
        self._db = open_writable(self._segment)
        read_meta(self._db, self._segment)
        return self._db

    def _seal(self) -> None:
        """Close the segment: its ranges, heads and digest are written into it, and its digest opens the next."""
        if self._db is None or self._segment is None:
            return
        ranges, heads = self._index.segment(self._segment.ordinal)
        self._db.execute("BEGIN IMMEDIATE")
        self._db.executemany("INSERT INTO ranges VALUES (?, ?, ?, ?)", [(g.bytes, e.bytes, first, last) for g, e, first, last in ranges])
        self._db.executemany(
            "INSERT INTO heads VALUES (?, ?, ?, ?, ?, ?)",
            [(head.gateway.bytes, head.epoch.bytes, head.seq, head.hash, head.position, head.received_ms) for head in heads],
        )
        self._db.execute(f"INSERT INTO links {_LINKS}", (self._first_seq,))
        self._db.executemany("INSERT INTO meta VALUES (?, ?)", [("digest", self._digest.hex()), ("last_position", str(self._last))])
        self._db.execute("COMMIT")
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._db.close()
        self._db = None

    def _row(self, position: int, entry: JournalEntry, digest: bytes, *, conflict: bool) -> tuple[object, ...]:
        codec, payload = pack(entry.payload, self._packer)
        return (
            position,
            entry.gateway.bytes,
            entry.epoch.bytes,
            entry.seq,
            entry.hash,
            entry.previous_hash,
            entry.key_id,
            entry.signature,
            entry.received_ms,
            entry.span_start_ms,
            entry.span_end_ms,
            entry.readings_from_ms,
            entry.readings_to_ms,
            int(conflict),
            codec,
            payload,
            digest,
        )

    def _held(self, gateway: UUID, epoch: UUID, seq: int) -> tuple[bytes, int] | None:
        recent = self._index.recent(gateway, epoch, seq)
        if recent is not None:
            return recent.hash, recent.position
        ordinal = self._index.ordinal_of(gateway, epoch, seq)
        if ordinal is None:
            return None
        sql = "SELECT hash, position FROM batches WHERE gateway = ? AND epoch = ? AND seq = ? AND conflict = 0"
        return self._select_at(ordinal, sql, (gateway.bytes, epoch.bytes, seq))[0]

    def _position_of(self, gateway: UUID, digest: bytes) -> int | None:
        head = self._index.head_by_hash(gateway, digest)
        if head is not None:
            return head.position
        sql = "SELECT position FROM batches WHERE hash = ? AND gateway = ? AND conflict = 0"
        for rows in self._everywhere(sql, (digest, gateway.bytes)):
            if rows:
                return int(rows[0][0])
        return None

    def _siblings(self, gateway: UUID, previous_hash: bytes, digest: bytes) -> tuple[int, ...]:
        sql = "SELECT position FROM batches WHERE previous_hash = ? AND gateway = ? AND hash <> ? ORDER BY position"
        return tuple(row[0] for rows in self._everywhere(sql, (previous_hash, gateway.bytes, digest)) for row in rows)

    def _everywhere(self, sql: str, values: tuple[object, ...]) -> Iterator[list[tuple[int, ...]]]:
        """The same question to every segment, newest first."""
        newest = self._segment.ordinal if self._segment else 0
        for ordinal in range(newest, 0, -1):
            yield self._select_at(ordinal, sql, values)

    def _select_at(self, ordinal: int, sql: str, values: tuple[object, ...]) -> list[tuple[Any, ...]]:
        if self._segment is not None and ordinal == self._segment.ordinal and self._db is not None:
            return self._db.execute(sql, values).fetchall()
        return self._reader.select(next(file for file in self._reader.segments() if file.ordinal == ordinal), sql, values)


def _day(time_ms: int) -> str:
    return datetime.fromtimestamp(time_ms / 1000, tz=UTC).date().isoformat()
