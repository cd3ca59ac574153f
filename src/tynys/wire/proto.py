"""The strict subset of protobuf's wire format that the line allows: one byte string for one message, and no other.

Fields come in ascending order; a field at its default is left out; varints are
minimal and below 2⁶³; a field that the message does not have is refused. Field numbers stay below 16, so a tag is one byte.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from struct import Struct
from typing import TYPE_CHECKING, Any, Final

from tynys.domain.errors import MalformedError, TooLargeError

if TYPE_CHECKING:
    from collections.abc import Sequence

VARINT_BYTES: Final = 9
MAX_TEXT: Final = 1 << 16
"""The longest text. [bytes of UTF-8]"""
_DOUBLE = Struct("<d")
_SHORT = [bytes([n]) for n in range(128)]


class Kind(IntEnum):
    """Protobuf wire types in use."""

    VARINT = 0
    DOUBLE = 1
    BYTES = 2


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a message; its number is its place in the message's tuple, from 1."""

    name: str
    kind: Kind
    repeated: bool = False


def varint(number: int) -> bytes:
    """The minimal LEB128 form of a whole number from 0 to 2⁶³-1."""
    if 0 <= number < len(_SHORT):
        return _SHORT[number]
    if not 0 <= number < 1 << 63:
        raise MalformedError(f"expected a whole number from 0 to 2^63-1, got {number}")
    out = bytearray()
    while number >= len(_SHORT):
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def zigzag(number: int) -> int:
    """A signed number as protobuf's ``sint64`` carries it."""
    return number << 1 if number >= 0 else (-number << 1) - 1


def unzigzag(number: int) -> int:
    """Back from `zigzag`."""
    return number >> 1 if not number & 1 else -((number + 1) >> 1)


def put_uint(out: bytearray, number: int, value: int) -> None:
    """Append an unsigned field; zero is left out."""
    if value:
        out.append(number << 3)
        out += varint(value)


def put_bytes(out: bytearray, number: int, value: bytes) -> None:
    """Append a field of bytes (text, packed numbers, a message); an empty one is left out."""
    if value:
        out.append(number << 3 | Kind.BYTES)
        out += varint(len(value))
        out += value


def put_text(out: bytearray, number: int, value: str) -> None:
    """Append a text field as UTF-8."""
    try:
        encoded = value.encode()
    except UnicodeEncodeError as error:
        raise MalformedError(f"text {value!r} has no UTF-8 form") from error
    _check_text(encoded, "text")
    put_bytes(out, number, encoded)


def put_double(out: bytearray, number: int, value: float) -> None:
    """Append an IEEE 754 binary64 field; plus zero is left out."""
    packed = _DOUBLE.pack(value)
    if any(packed):
        out.append(number << 3 | Kind.DOUBLE)
        out += packed


def _check_text(encoded: bytes, where: str) -> None:
    if len(encoded) > MAX_TEXT:
        raise TooLargeError(f"a text of {len(encoded)} bytes, at most {MAX_TEXT} are allowed", where=where)


def to_text(data: bytes, where: str) -> str:
    """UTF-8 to text, or a named error."""
    _check_text(data, where)
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise MalformedError(f"expected UTF-8 text, got bytes that are not: {error.reason} at byte {error.start}", where=where) from error


class _Reader:
    """Reads fields off a byte string, one after the other."""

    __slots__ = ("data", "position", "where")

    def __init__(self, data: bytes, where: str) -> None:
        self.data = data
        self.position = 0
        self.where = where

    def varint(self) -> int:
        data, start = self.data, self.position
        value = shift = 0
        for index in range(start, min(start + VARINT_BYTES, len(data))):
            byte = data[index]
            value |= (byte & 0x7F) << shift
            if byte < len(_SHORT):
                if not byte and shift:
                    raise MalformedError(f"the number at byte {start} is not in its shortest form", where=self.where)
                self.position = index + 1
                return value
            shift += 7
        what = "ends inside a number" if len(data) < start + VARINT_BYTES else "holds a number of 2^63 or more"
        raise MalformedError(f"the message {what} at byte {start}", where=self.where)

    def octets(self, length: int, name: str) -> bytes:
        stop = self.position + length
        if stop > len(self.data):
            raise MalformedError(f"field {name} claims {length} bytes, {len(self.data) - self.position} are left", where=self.where)
        part = self.data[self.position : stop]
        self.position = stop
        return part

    def value(self, field: Field) -> tuple[Any, bool]:
        """The value, and whether it is the default."""
        if field.kind is Kind.VARINT:
            number = self.varint()
            return number, not number
        if field.kind is Kind.BYTES:
            part = self.octets(self.varint(), field.name)
            return part, not part
        part = self.octets(_DOUBLE.size, field.name)
        return _DOUBLE.unpack(part)[0], not any(part)


_DEFAULTS: Final = {Kind.VARINT: 0, Kind.BYTES: b"", Kind.DOUBLE: 0.0}


def parse(data: bytes, fields: Sequence[Field], where: str, *, stop_at: int | None = None, at_most: int = 1 << 20) -> list[Any]:
    """Values of a message in the order of its fields: int, float or bytes, the default where absent; a list where repeated.

    Parameters
    ----------
    stop_at : int or None
        Stop before this field number; what follows is not looked at.
    at_most : int
        Bound on the number of items of a repeated field.
    """
    values: list[Any] = [[] if field.repeated else _DEFAULTS[field.kind] for field in fields]
    reader = _Reader(data, where)
    end, last = len(data), 0
    while (start := reader.position) < end:
        tag = data[start]
        number = tag >> 3
        if number == stop_at:
            break
        if not 1 <= number <= len(fields) or tag >= len(_SHORT):
            raise MalformedError(f"a field this message does not have (tag {tag} at byte {start})", where=where)
        field = fields[number - 1]
        if tag & 7 != field.kind:
            raise MalformedError(f"field {field.name} has wire type {tag & 7}, expected {int(field.kind)}", where=where)
        if number < last or (number == last and not field.repeated):
            raise MalformedError(f"field {field.name} comes twice or out of order at byte {start}", where=where)
        last = number
        reader.position = start + 1
        value, default = reader.value(field)
        if not field.repeated:
            if default:
                raise MalformedError(f"field {field.name} is written although it is at its default", where=where)
            values[number - 1] = value
        elif len(values[number - 1]) < at_most:
            values[number - 1].append(value)
        else:
            raise MalformedError(f"more than {at_most} items of {field.name}", where=where)
    return values
