"""What is asked of a Modbus instrument, and what it may answer."""

from __future__ import annotations

from typing import NamedTuple

MOST_REGISTERS = 125
"""Registers one request may read. MODBUS Application Protocol V1.1b3, 6.3 and 6.4."""

MOST_BITS = 2000
"""Bits one request may read. MODBUS Application Protocol V1.1b3, 6.1 and 6.2."""

EXCEPTIONS = {
    1: "illegal function: the instrument does not know this table",
    2: "illegal data address: it has no such register",
    3: "illegal data value: it refuses the length of the block",
    4: "server device failure",
    5: "acknowledge: it will answer later",
    6: "server device busy",
    8: "memory parity error",
    10: "gateway path unavailable",
    11: "gateway target device failed to respond",
}
"""Exception codes in words. MODBUS Application Protocol V1.1b3, 7."""


class Read(NamedTuple):
    """One read request: a function code and a block of addresses."""

    function: int
    address: int
    length: int

    @property
    def is_bits(self) -> bool:
        """Whether the block holds bits rather than 16-bit words."""
        return self.function <= 2  # noqa: PLR2004  1 and 2 read bits, 3 and 4 registers

    @property
    def size(self) -> int:
        """Bytes of data a whole answer carries."""
        return (self.length + 7) // 8 if self.is_bits else 2 * self.length


class ExceptionAnswer(NamedTuple):
    """The instrument understood and refused."""

    code: int

    def __str__(self) -> str:
        return f"exception {self.code} ({EXCEPTIONS.get(self.code, 'unknown code')})"


Answer = bytes | ExceptionAnswer
