"""Modbus TCP on the server's side: bytes in, bytes out, no transport.

Function codes 1 to 4 are answered; others get exception 1, addresses outside the device exception 2, impossible counts exception 3.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_HEADER = struct.Struct(">HHHB")
_REQUEST = struct.Struct(">HH")
READ_BITS, READ_REGISTERS = (1, 2), (3, 4)
MOST_BITS, MOST_REGISTERS = 2000, 125
MOST_LENGTH = 254
"""Unit identifier and protocol data unit together. [bytes]"""
REQUEST_LENGTH = 6
ILLEGAL_FUNCTION, ILLEGAL_ADDRESS, ILLEGAL_VALUE = 1, 2, 3


class FrameError(ValueError):
    """Bytes that cannot be Modbus TCP: the connection is of no further use."""


@dataclass(slots=True)
class Memory:
    """What a device holds right now: per function code, the first address and the registers' bytes or the bits as one integer."""

    registers: dict[int, tuple[int, bytes]] = field(default_factory=dict)
    bits: dict[int, tuple[int, int, int]] = field(default_factory=dict)

    def read(self, function: int, first: int, count: int) -> bytes | None:
        """The data bytes of an answer, or None where an address does not exist."""
        if function in READ_REGISTERS:
            if (table := self.registers.get(function)) is None:
                return None
            start, data = table
            low = 2 * (first - start)
            return data[low : low + 2 * count] if low >= 0 and low + 2 * count <= len(data) else None
        if (bit_table := self.bits.get(function)) is None:
            return None
        begin, size, number = bit_table
        offset = first - begin
        if offset < 0 or offset + count > size:
            return None
        return ((number >> offset) & ((1 << count) - 1)).to_bytes((count + 7) // 8, "little")


class Responder:
    """Answers one connection: feeds on bytes, yields answers in order, however the requests are cut or joined.

    Parameters
    ----------
    memory : Memory
        Looked at when a request is complete.
    note : callable
        Told function, first address and count of every read that was answered with data.
    """

    def __init__(self, memory: Memory, note: Callable[[int, int, int], None]) -> None:
        self._memory = memory
        self._note = note
        self._pending = b""

    def feed(self, data: bytes) -> bytes:
        """The answers to every request completed by these bytes.

        Raises
        ------
        FrameError
            If the header is not that of Modbus TCP.
        """
        return b"".join(self._answers(self._pending + data if self._pending else data))

    def _answers(self, data: bytes) -> Iterator[bytes]:
        position, size = 0, len(data)
        while size - position >= _HEADER.size:
            transaction, protocol, length, unit = _HEADER.unpack_from(data, position)
            if protocol != 0 or not 2 <= length <= MOST_LENGTH:  # noqa: PLR2004 - unit identifier and function code
                raise FrameError(f"protocol {protocol}, length {length}: expected protocol 0 and a length of 2 to {MOST_LENGTH}")
            end = position + 6 + length
            if end > size:
                break
            answer = self._answer(data[position + 7 : end])
            yield _HEADER.pack(transaction, 0, len(answer) + 1, unit) + answer
            position = end
        self._pending = data[position:]

    def _answer(self, request: bytes) -> bytes:
        function = request[0]
        if function not in READ_BITS and function not in READ_REGISTERS:
            return bytes((function | 0x80, ILLEGAL_FUNCTION))
        if len(request) != REQUEST_LENGTH - 1:
            return bytes((function | 0x80, ILLEGAL_VALUE))
        first, count = _REQUEST.unpack_from(request, 1)
        if not 1 <= count <= (MOST_BITS if function in READ_BITS else MOST_REGISTERS):
            return bytes((function | 0x80, ILLEGAL_VALUE))
        data = self._memory.read(function, first, count)
        if data is None:
            return bytes((function | 0x80, ILLEGAL_ADDRESS))
        self._note(function, first, count)
        return bytes((function, len(data))) + data
