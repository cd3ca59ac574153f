"""Modbus TCP frames without a socket: requests into bytes, bytes into answers."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

from tynys.domain.status import GapCause
from tynys.field.driver import LineError
from tynys.field.modbus_reads import ExceptionAnswer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tynys.field.modbus_reads import Answer, Read

_HEADER = struct.Struct(">HHHBB")
_BEFORE_LENGTH_COUNTS = 6
_SHORTEST, _LONGEST = 3, 254
"""Of the length field: unit, function and one byte; unit and a whole PDU. MODBUS Messaging on TCP/IP V1.0b, 3.1."""
_REFUSED = 0x80


class Frame(NamedTuple):
    """One answer as it came: transaction, unit, function, and what follows."""

    transaction: int
    unit: int
    function: int
    body: bytes


class FrameReader:
    """Cuts a byte stream into frames; raises `LineError` where the stream cannot be Modbus TCP."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[Frame]:
        """Frames that are whole now; the rest waits for more bytes."""
        data = self._rest + data if self._rest else data
        frames, start = [], 0
        while len(data) - start >= _HEADER.size:
            transaction, protocol, length, unit, function = _HEADER.unpack_from(data, start)
            if protocol != 0 or not _SHORTEST <= length <= _LONGEST:
                head = data[start : start + _HEADER.size].hex(" ")
                raise LineError(GapCause.UNDECODABLE, f"the bytes {head} are not the head of a Modbus TCP answer")
            end = start + _BEFORE_LENGTH_COUNTS + length
            if len(data) < end:
                break
            frames.append(Frame(transaction, unit, function, data[start + _HEADER.size : end]))
            start = end
        self._rest = data[start:]
        return frames


class Exchange:
    """The requests of one poll in one packet, and the collecting of their answers in any order."""

    def __init__(self, reads: Sequence[Read], *, unit: int) -> None:
        self._reads = tuple(reads)
        self._unit = unit
        self._tails = tuple(struct.pack(">HHBBHH", 0, 6, unit, read.function, read.address, read.length) for read in reads)
        self._transactions: dict[int, int] = {}
        self._answers: list[Answer | None] = []

    def packet(self, first_transaction: int) -> bytes:
        """The bytes to send; answers must carry ``first_transaction`` and the numbers after it."""
        numbers = [(first_transaction + index) & 0xFFFF for index in range(len(self._tails))]
        self._transactions = {number: index for index, number in enumerate(numbers)}
        self._answers = [None] * len(self._tails)
        return b"".join(number.to_bytes(2, "big") + tail for number, tail in zip(numbers, self._tails, strict=True))

    def take(self, frame: Frame) -> list[Answer] | None:
        """Note an answer; all of them once the last has come. An answer to another transaction is late, and ignored."""
        index = self._transactions.pop(frame.transaction, None)
        if index is None:
            return None
        self._answers[index] = check_answer(self._reads[index], frame, unit=self._unit)
        return None if self._transactions else [answer for answer in self._answers if answer is not None]


def check_answer(read: Read, frame: Frame, *, unit: int) -> Answer:
    """The data an answer carries, or the exception; `LineError` if it does not answer ``read``."""
    if frame.unit != unit:
        raise LineError(GapCause.UNDECODABLE, f"device {frame.unit} answered a request to device {unit}")
    if frame.function == read.function | _REFUSED:
        return ExceptionAnswer(frame.body[0])
    if frame.function != read.function or len(frame.body) != 1 + read.size or frame.body[0] != read.size:
        raise LineError(
            GapCause.UNDECODABLE,
            f"expected function {read.function} with {read.size} bytes, came function {frame.function} with {len(frame.body) - 1} bytes",
        )
    return frame.body[1:]
