"""The reserve: a pre-allocated file that takes *loss* records when the disk is full.

Slots of 512 bytes (one sector: a slot is written whole or not at all), overwritten in place, so no new block is needed.
A slot is little-endian: 4 bytes ``TLS1``, uint32 CRC-32 of the rest, uint64 number, int64 start, int64 end [ms],
uint64 count of readings, uint16 length and UTF-8 text of the cause, zero-padded. An all-zero slot is free.
"""

from __future__ import annotations

import os
import struct
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from tynys.domain.batch import Loss
from tynys.wire.bounds import MAX_COUNT

if TYPE_CHECKING:
    from pathlib import Path

SLOT_BYTES = 512
SLOTS = 128
_MAGIC = b"TLS1"
_HEAD = struct.Struct("<4sI")
_BODY = struct.Struct("<QqqQH")
_CAUSE_BYTES = SLOT_BYTES - _HEAD.size - _BODY.size


@dataclass(frozen=True, slots=True)
class ReservedLoss:
    """A loss as it stands in its slot; ``number`` only grows and names it in the spool's ``meta`` once taken over."""

    number: int
    loss: Loss


def _pack(number: int, loss: Loss) -> bytes:
    cause = loss.cause.encode()[:_CAUSE_BYTES].decode(errors="ignore").encode()
    body = (_BODY.pack(number, loss.start_ms, loss.end_ms, loss.count, len(cause)) + cause).ljust(SLOT_BYTES - _HEAD.size, b"\0")
    return _HEAD.pack(_MAGIC, zlib.crc32(body)) + body


def _unpack(slot: bytes) -> ReservedLoss | None:
    magic, crc = _HEAD.unpack_from(slot)
    body = slot[_HEAD.size :]
    if magic != _MAGIC or zlib.crc32(body) != crc:
        return None
    number, start_ms, end_ms, count, length = _BODY.unpack_from(body)
    cause = body[_BODY.size : _BODY.size + length].decode(errors="replace")
    return ReservedLoss(number, Loss(None, start_ms, end_ms, count, cause))


def _joined(held: Loss, loss: Loss, cause: str) -> Loss:
    """Two losses as one; its count stops at the most a loss record may speak of."""
    count = min(held.count + loss.count, MAX_COUNT)
    return Loss(None, min(held.start_ms, loss.start_ms), max(held.end_ms, loss.end_ms), count, cause)


class Reserve:
    """The open reserve file of one spool."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        slots = [_unpack(os.pread(descriptor, SLOT_BYTES, index * SLOT_BYTES)) for index in range(SLOTS)]
        self._slots: list[ReservedLoss | None] = slots
        self._current: int | None = None

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open the reserve, allocating its blocks (written, not merely promised) when it is new or short."""
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        size = os.fstat(descriptor).st_size
        if size < SLOTS * SLOT_BYTES:
            os.pwrite(descriptor, bytes(SLOTS * SLOT_BYTES - size), size)
            os.fsync(descriptor)
        return cls(descriptor)

    def add(self, start_ms: int, end_ms: int, count: int, cause: str, *, taken: int = 0) -> None:
        """Record that ``count`` readings of the span are lost; one slot grows while the loss goes on.

        ``taken`` is the highest number already taken over by the spool: such slots are free again.
        """
        index = self._current
        if index is None or (entry := self._slots[index]) is None or entry.number <= taken or entry.loss.cause != cause:
            index, number, loss = self._fresh(Loss(None, start_ms, end_ms, count, cause), taken)
        else:
            loss = _joined(entry.loss, Loss(None, start_ms, end_ms, count, cause), cause)
            number = entry.number
        os.pwrite(self._descriptor, _pack(number, loss), index * SLOT_BYTES)
        os.fdatasync(self._descriptor)
        self._slots[index] = ReservedLoss(number, loss)
        self._current = index

    def _fresh(self, loss: Loss, taken: int) -> tuple[int, int, Loss]:
        """A free slot and a new number for a loss; when all are used the newest one widens to hold it."""
        numbers = [entry.number for entry in self._slots if entry is not None]
        number = max([taken, *numbers]) + 1
        for index, entry in enumerate(self._slots):
            if entry is None or entry.number <= taken:
                return index, number, loss
        index, newest = max(((i, entry) for i, entry in enumerate(self._slots) if entry is not None), key=lambda pair: pair[1].number)
        held = newest.loss
        cause = f"{held.cause}; {loss.cause}" if loss.cause not in held.cause else held.cause
        return index, newest.number, _joined(held, loss, cause)

    def pending(self, taken: int) -> list[ReservedLoss]:
        """Losses the spool has not taken over yet, oldest first."""
        return sorted((entry for entry in self._slots if entry is not None and entry.number > taken), key=lambda entry: entry.number)

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)
