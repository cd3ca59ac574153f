"""Packed columns of whole numbers (protobuf packed ``uint64`` and ``sint64``), a column at a time on arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tynys.domain.errors import MalformedError

if TYPE_CHECKING:
    import numpy.typing as npt

    Unsigned = npt.NDArray[np.uint64]
    Signed = npt.NDArray[np.int64]

_SEVEN = np.uint64(7)
_LOW = np.uint64(0x7F)
_MORE = 0x80
_LONGEST = 9
_THRESHOLDS = np.array([1 << 7 * k for k in range(1, _LONGEST)], np.uint64)


def encode_unsigned(numbers: npt.NDArray[np.integer]) -> bytes:
    """Minimal varints of numbers from 0 to 2⁶³-1, one after the other."""
    column = numbers.astype(np.uint64, copy=False)
    if not len(column):
        return b""
    largest = int(column.max())
    if largest < _MORE:
        return column.astype(np.uint8).tobytes()
    if largest >> 63:
        raise MalformedError("expected whole numbers from 0 to 2^63-1")
    length = np.searchsorted(_THRESHOLDS, column, side="right") + 1
    end = np.cumsum(length)
    start = end - length
    out = np.empty(int(end[-1]), np.uint8)
    rest, place, left = column, start, length
    while len(rest):
        more = left > 1
        out[place] = (rest & _LOW).astype(np.uint8) | (more.view(np.uint8) << 7)
        rest, place, left = rest[more] >> _SEVEN, place[more] + 1, left[more] - 1
    return out.tobytes()


def count_numbers(data: bytes) -> int:
    """How many numbers a packed column holds (a broken one at its end not counted)."""
    return int(np.count_nonzero(np.frombuffer(data, np.uint8) < _MORE))


def decode_unsigned(data: bytes, count: int, where: str) -> Unsigned:
    """Exactly ``count`` minimal varints; anything else is a `MalformedError`."""
    octets = np.frombuffer(data, np.uint8)
    final = octets < _MORE
    found = int(np.count_nonzero(final))
    if found != count or (len(octets) and not final[-1]):
        raise MalformedError(f"expected {count} packed numbers, found {found}{'' if found != count else ' and a broken one'}", where=where)
    if len(octets) == count:
        return octets.astype(np.uint64)
    end = np.flatnonzero(final)
    start = np.empty_like(end)
    start[0] = 0
    start[1:] = end[:-1] + 1
    length = end - start + 1
    if int(length.max()) > _LONGEST:
        raise MalformedError("a packed number of 2^63 or more", where=where)
    if not octets[end[length > 1]].all():
        raise MalformedError("a packed number that is not in its shortest form", where=where)
    numbers = (octets[start] & 0x7F).astype(np.uint64)
    for k in range(1, int(length.max())):
        longer = length > k
        numbers[longer] |= (octets[start[longer] + k] & 0x7F).astype(np.uint64) << np.uint64(7 * k)
    return numbers


def encode_signed(numbers: Signed) -> bytes:
    """Zigzag varints of numbers below 2⁶² in magnitude."""
    return encode_unsigned(((numbers << 1) ^ (numbers >> 63)).view(np.uint64))


def decode_signed(data: bytes, count: int, where: str) -> Signed:
    """Back from `encode_signed`."""
    packed = decode_unsigned(data, count, where)
    half = (packed >> np.uint64(1)).view(np.int64)
    return half ^ -(packed & np.uint64(1)).view(np.int64)
