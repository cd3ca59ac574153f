"""Numbers out of Modbus blocks: word orders, integers, floats and bits, unpacked by few calls for a whole poll."""

from __future__ import annotations

import math
import struct
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tynys.field.modbus_reads import Answer, Read
    from tynys.field.register_map import Number, NumberType, StatusBit, WordOrder

_CODES: dict[NumberType, str] = {
    "bit": "H",
    "int16": "h",
    "uint16": "H",
    "int32": "i",
    "uint32": "I",
    "int64": "q",
    "uint64": "Q",
    "float32": "f",
    "float64": "d",
}


class _Layout(NamedTuple):
    """How the bytes of a word order are read: ``swap`` the two bytes of every word first, then unpack with ``endian``.

    A number with its low word first is a little-endian number once the bytes of each word are swapped.
    """

    swap: bool
    endian: str


_LAYOUTS: dict[WordOrder, _Layout] = {
    "ABCD": _Layout(swap=False, endian=">"),
    "CDAB": _Layout(swap=True, endian="<"),
    "BADC": _Layout(swap=True, endian=">"),
    "DCBA": _Layout(swap=False, endian="<"),
}


class _Unpack(NamedTuple):
    """One call that unpacks several numbers of one block, and where each of them belongs."""

    block: int
    swap: bool
    code: struct.Struct
    places: tuple[int, ...]


class _Word(NamedTuple):
    """A word (or a block of bits) with status bits in it; quiet when its masked bits equal ``quiet``."""

    block: int
    start: int
    end: int
    order: str
    mask: int
    quiet: int


def swap_bytes(data: bytes) -> bytes:
    """``data`` with the two bytes of every word exchanged."""
    swapped = bytearray(len(data))
    swapped[0::2] = data[1::2]
    swapped[1::2] = data[0::2]
    return bytes(swapped)


def raw_number(words: bytes, kind: NumberType, word_order: WordOrder) -> float:
    """One number out of its bytes as they came on the line."""
    layout = _LAYOUTS[word_order]
    number: float = struct.unpack(layout.endian + _CODES[kind], swap_bytes(words) if layout.swap else words)[0]
    return number


class BlockReader:
    """Finds ``numbers`` and ``status`` bits in the answers to ``reads``, all places worked out beforehand."""

    def __init__(self, reads: Sequence[Read], numbers: Sequence[Number], status: Sequence[StatusBit], word_order: WordOrder) -> None:
        self._reads = tuple(reads)
        self._count = len(numbers)
        self._bits = tuple(
            (place, self.block_of(number), self._bit_of(number)) for place, number in enumerate(numbers) if number.type == "bit"
        )
        self._unpacks = self._plan(numbers, word_order)
        self._words = self._plan_status(status)

    def block_of(self, item: Number | StatusBit) -> int:
        """Index of the read that covers ``item``."""
        for index, read in enumerate(self._reads):
            if read.function == item.table.function and read.address <= item.address < read.address + read.length:
                return index
        raise LookupError(f"no read covers {item.table} {item.address}")

    def numbers(self, answers: Sequence[Answer]) -> list[float]:
        """The raw numbers in the order given; NaN where the instrument refused the block."""
        found: list[float] = [math.nan] * self._count
        for block, swap, code, places in self._unpacks:
            data = answers[block]
            if isinstance(data, bytes):
                for place, raw in zip(places, code.unpack_from(swap_bytes(data) if swap else data), strict=True):
                    found[place] = raw
        for place, block, bit in self._bits:
            data = answers[block]
            if isinstance(data, bytes):
                found[place] = data[bit >> 3] >> (bit & 7) & 1
        return found

    def all_quiet(self, answers: Sequence[Answer]) -> bool:
        """Whether no status bit holds."""
        for block, start, end, order, mask, quiet in self._words:
            data = answers[block]
            if not isinstance(data, bytes) or int.from_bytes(data[start:end], order) & mask != quiet:  # type: ignore[arg-type]
                return False
        return True

    def holds(self, bit: StatusBit, answers: Sequence[Answer]) -> bool:
        """Whether a status bit holds; one in a refused block does not."""
        data = answers[self.block_of(bit)]
        if not isinstance(data, bytes):
            return False
        position = self._bit_of(bit)
        return data[position >> 3] >> (position & 7) & 1 == bit.active

    def words(self, number: Number, answers: Sequence[Answer]) -> bytes | None:
        """The bytes of a number as they came; for a bit the byte that holds it; None where refused."""
        data = answers[self.block_of(number)]
        if not isinstance(data, bytes):
            return None
        if number.table.is_bits:
            return bytes([data[self._bit_of(number) >> 3] >> (self._bit_of(number) & 7) & 1])
        start = 2 * (number.address - self._reads[self.block_of(number)].address)
        return data[start : start + 2 * number.width]

    def _bit_of(self, item: Number | StatusBit) -> int:
        """Position of a bit in its block's bytes, counted from the low bit of the first byte."""
        offset = item.address - self._reads[self.block_of(item)].address
        if item.bit is None:
            return offset
        return 16 * offset + (8 + item.bit if item.bit < 8 else item.bit - 8)  # noqa: PLR2004  a word's high byte comes first

    def _plan(self, numbers: Sequence[Number], word_order: WordOrder) -> tuple[_Unpack, ...]:
        """Few unpack calls that find every register number: one for each block, layout and layer of overlap."""
        groups: dict[tuple[int, _Layout], list[tuple[int, int, Number]]] = {}
        for place, number in enumerate(numbers):
            if number.type != "bit":
                block = self.block_of(number)
                start = 2 * (number.address - self._reads[block].address)
                groups.setdefault((block, _LAYOUTS[number.word_order or word_order]), []).append((start, place, number))
        unpacks = []
        for (block, layout), members in groups.items():
            rest = sorted(members, key=lambda member: member[:2])
            while rest:
                code, end, places, left = layout.endian, 0, [], []
                for start, place, number in rest:
                    if start < end:
                        left.append((start, place, number))
                        continue
                    code += f"{start - end}x{_CODES[number.type]}"
                    end = start + 2 * number.width
                    places.append(place)
                unpacks.append(_Unpack(block, layout.swap, struct.Struct(code), tuple(places)))
                rest = left
        return tuple(unpacks)

    def _plan_status(self, status: Sequence[StatusBit]) -> tuple[_Word, ...]:
        """One mask and one expected pattern for each word or bit block with status in it."""
        words: dict[tuple[int, int, int, str], tuple[int, int]] = {}
        for bit in status:
            block = self.block_of(bit)
            read = self._reads[block]
            offset = bit.address - read.address
            if bit.bit is None:
                place, position = (block, 0, read.size, "little"), offset
            else:
                place, position = (block, 2 * offset, 2 * offset + 2, "big"), bit.bit
            mask, quiet = words.get(place, (0, 0))
            words[place] = (mask | 1 << position, quiet | ((1 - bit.active) << position))
        return tuple(_Word(*place, mask, quiet) for place, (mask, quiet) in words.items())
