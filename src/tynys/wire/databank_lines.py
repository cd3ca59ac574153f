"""Where the records of a data bank file begin and end, and which lines need a closer look; arrays of bytes only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tynys.domain.errors import MalformedError

if TYPE_CHECKING:
    import numpy.typing as npt

SEPARATOR: Final = ord(";")
NEWLINE: Final = ord("\n")
CARRIAGE_RETURN: Final = ord("\r")
CHUNK: Final = 1 << 24
MAX_JOINED: Final = 4
"""A quoted field may run over this many lines; a quote that never closes costs only its own line."""


class BrokenRecordError(MalformedError):
    """A record that cannot be split: what came (a message key and its values), and in which field, counted from 0."""

    def __init__(self, message: str, *, key: str, field: int, **values: str) -> None:
        super().__init__(message)
        self.key = key
        self.field = field
        self.values = values


@dataclass(frozen=True, slots=True)
class Lines:
    """Line ends (offset after the newline) of a text, and whether each line is plain: the right number of separators, quotes in pairs,
    the file's own line end.
    """

    starts: npt.NDArray[np.int64]
    ends: npt.NDArray[np.int64]
    plain: npt.NDArray[np.bool_]


def _counts(positions: npt.NDArray[np.int64], ends: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    counts: npt.NDArray[np.int64] = np.diff(np.searchsorted(positions, ends), prepend=0)
    return counts


def survey(data: bytes, first: int, columns: int, quote: int, newline: str) -> Lines:
    """Look at every physical line from byte ``first`` on, a chunk at a time to bound memory."""
    octets = np.frombuffer(data, np.uint8)
    all_ends, all_plain = [], []
    begin = first
    while begin < len(data):
        stop = min(begin + CHUNK, len(data))
        if stop < len(data):
            stop = data.rfind(b"\n", begin, stop) + 1 or data.find(b"\n", stop) + 1 or len(data)
        part = octets[begin:stop]
        ends = np.flatnonzero(part == NEWLINE) + 1
        if not len(ends) or ends[-1] != len(part):
            ends = np.append(ends, len(part))
        separators = _counts(np.flatnonzero(part == SEPARATOR), ends)
        quotes = _counts(np.flatnonzero(part == quote), ends)
        plain = (separators == columns - 1) & (quotes % 2 == 0)
        if newline == "\r\n":
            plain &= part[np.maximum(ends - 2, 0)] == CARRIAGE_RETURN
        all_plain.append(plain)
        all_ends.append(ends + begin)
        begin = stop
    ends = np.concatenate(all_ends) if all_ends else np.empty(0, np.int64)
    starts = np.concatenate(([first], ends[:-1])) if len(ends) else ends
    return Lines(starts, ends, np.concatenate(all_plain) if all_plain else np.empty(0, np.bool_))


def split_record(text: str, quote: str) -> list[str]:
    """Fields of one record whose quotes may hold separators, line breaks and doubled quotes; raises if a quote is left open."""
    dressed = text[1:-1].split(f"{quote};{quote}")
    if text.startswith(quote) and text.count(quote) == 2 * len(dressed) and text.endswith(quote):
        return dressed  # every field is quoted and none holds a quote: the usual line, many times faster
    fields: list[str] = []
    position = 0
    while True:
        if text.startswith(quote, position):
            value, position = _quoted(text, position + 1, quote, len(fields))
            end = text.find(";", position)
            tail = text[position:] if end < 0 else text[position:end]
            if tail:
                came = tail[:20]
                raise BrokenRecordError(
                    f"text after a closing quote: {came!r}", key="databank.broken.after_quote", field=len(fields), came=came
                )
            fields.append(value)
        else:
            end = text.find(";", position)
            fields.append(text[position:] if end < 0 else text[position:end])
        if end < 0:
            return fields
        position = end + 1


def _quoted(text: str, position: int, quote: str, field: int) -> tuple[str, int]:
    parts = []
    while True:
        end = text.find(quote, position)
        if end < 0:
            raise BrokenRecordError(f"a quote {quote} that is never closed", key="databank.broken.open_quote", field=field)
        parts.append(text[position:end])
        if not text.startswith(quote, end + 1):
            return "".join(parts), end + 1
        parts.append(quote)
        position = end + 2
