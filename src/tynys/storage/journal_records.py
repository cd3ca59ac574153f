"""What the journal keeps of a batch, and the digest that chains its rows."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from uuid import UUID

DIGEST_TAG = b"tynys.journal.v1"
"""Domain tag of the digest over journal rows."""
EMPTY_DIGEST = bytes(32)
"""Digest before the first row of the first segment."""


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """A batch as it came, with everything needed to verify it again or to hand it on.

    Parameters
    ----------
    gateway, epoch, seq : UUID, UUID, int
        The batch's number; unique in the journal.
    hash, previous_hash : bytes
        SHA-256 of this payload, and of the previous batch's (empty for the very first).
    key_id, signature : str, bytes
        Ed25519 signature over the payload, and the key that made it.
    payload : bytes
        Exactly as sealed, uncompressed.
    received_ms : int
        When the centre took it. [ms since 1970 UTC]
    span_start_ms, span_end_ms : int
        The half-open span the batch completes. [ms since 1970 UTC]
    readings_from_ms, readings_to_ms : int or None
        First and last instant of its readings; None where unknown, which makes every rebuild look inside. [ms since 1970 UTC]
    """

    gateway: UUID
    epoch: UUID
    seq: int
    hash: bytes
    previous_hash: bytes
    key_id: str
    signature: bytes
    payload: bytes
    received_ms: int
    span_start_ms: int
    span_end_ms: int
    readings_from_ms: int | None = None
    readings_to_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Appended:
    """What became of one entry: ``position`` is its own, or that of the first storing if ``duplicate``.

    ``conflict`` says that another payload already holds this number: this one was kept as evidence.
    """

    position: int
    duplicate: bool
    conflict: bool


@dataclass(frozen=True, slots=True)
class Stored:
    """An entry with its place; a ``conflict`` is evidence only and never reaches the lake."""

    position: int
    entry: JournalEntry
    conflict: bool


@dataclass(frozen=True, slots=True)
class Head:
    """The highest batch of one epoch of one gateway."""

    gateway: UUID
    epoch: UUID
    seq: int
    hash: bytes
    position: int
    received_ms: int


@dataclass(frozen=True, slots=True)
class MissingRange:
    """Batches of an epoch that never came, both ends included."""

    epoch: UUID
    from_seq: int
    to_seq: int


@dataclass(frozen=True, slots=True)
class ChainFacts:
    """What the journal knows around one batch; the verdict on it is `wire.chain`'s.

    Parameters
    ----------
    predecessor_hash : bytes or None
        Hash stored at the number before it in its epoch.
    previous_position : int or None
        Where the batch it names as its previous one is stored, in whatever epoch.
    siblings : tuple of int
        Positions of other batches of the gateway that name the same previous one.
    first_of_gateway : bool
        Whether the journal holds no other batch of the gateway.
    """

    predecessor_hash: bytes | None
    previous_position: int | None
    siblings: tuple[int, ...]
    first_of_gateway: bool


def row_digest(previous: bytes, position: int, entry: JournalEntry, *, conflict: bool) -> bytes:
    """Digest of a journal row: SHA-256 over the digest before it and every field as received; the payload by its hash.

    The layout is published in the storage reference; integers are big-endian and signed, 8 bytes; texts and byte strings carry
    their length in 4 bytes.
    """
    key_id = entry.key_id.encode()
    parts = [DIGEST_TAG, previous, position.to_bytes(8, "big", signed=True), entry.gateway.bytes, entry.epoch.bytes]
    parts += [number.to_bytes(8, "big", signed=True) for number in (entry.seq, entry.received_ms, entry.span_start_ms, entry.span_end_ms)]
    for text in (entry.hash, entry.previous_hash, key_id, entry.signature):
        parts += [len(text).to_bytes(4, "big"), text]
    parts.append(b"\x01" if conflict else b"\x00")
    return hashlib.sha256(b"".join(parts)).digest()
