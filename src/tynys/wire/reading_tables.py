"""Readings as tables: channels that share their instants are one table of packed columns.

A table is ``channels × count`` cells, row by row: one channel after the other, each in time order. Status and cause are
runs over the cells; values are those of the cells that have one, in the same order, in three columns by `forms`.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Final
from uuid import UUID

import numpy as np

from tynys.domain.errors import MalformedError, TooLargeError
from tynys.domain.reading import ReadingBlock
from tynys.domain.status import GapCause, InstrumentStatus
from tynys.wire.bounds import MAX_TIME_MS
from tynys.wire.forms import BINARY32, BINARY64, MAX_EXPONENT, MAX_MANTISSA, POWERS, choose_forms, to_mantissas
from tynys.wire.packed import count_numbers, decode_signed, decode_unsigned, encode_signed, encode_unsigned
from tynys.wire.proto import Field, Kind, parse, put_bytes, put_uint

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy.typing as npt

MAX_CELLS: Final = 1 << 19
MAX_INTERVAL_MS: Final = 86_400_000

FIELDS: Final = (
    Field("start_ms", Kind.VARINT),
    Field("interval_ms", Kind.VARINT),
    Field("count", Kind.VARINT),
    Field("channels", Kind.BYTES),
    Field("run_status", Kind.BYTES),
    Field("run_cause", Kind.BYTES),
    Field("run_length", Kind.BYTES),
    Field("forms", Kind.BYTES),
    Field("decimals", Kind.BYTES),
    Field("singles", Kind.BYTES),
    Field("doubles", Kind.BYTES),
    Field("offset_rows", Kind.BYTES),
    Field("offsets", Kind.BYTES),
)
_UUID_BYTES = 16
_OFFSET_LIMIT = 1 << 31


def _known(codes: Iterable[int]) -> npt.NDArray[np.bool_]:
    table = np.zeros(256, np.bool_)
    table[list(codes)] = True
    return table


_KNOWN_STATUS = _known(InstrumentStatus)
_KNOWN_CAUSE = _known(GapCause)
_uuid = lru_cache(maxsize=1 << 16)(lambda data: UUID(bytes=data))


def encode_tables(blocks: Sequence[ReadingBlock]) -> list[bytes]:
    """The tables of a batch, in the order of (start, interval, count); channels by their bytes within each."""
    groups: dict[tuple[int, int, int], list[ReadingBlock]] = {}
    cells = 0
    for block in blocks:
        cells += len(block)
        groups.setdefault((block.start_ms, block.interval_ms, len(block)), []).append(block)
    if cells > MAX_CELLS:
        raise TooLargeError(f"a batch of {cells} readings, at most {MAX_CELLS} are allowed", hint="seal a shorter span")
    if len(groups) > 1:
        check_spans(blocks)
    return [_encode_table(key, sorted(groups[key], key=lambda block: block.channel.bytes)) for key in sorted(groups)]


def check_spans(blocks: Iterable[ReadingBlock]) -> None:
    """Refuse two blocks of one channel whose spans overlap: a reading is unique by channel and time."""
    spans: dict[UUID, list[tuple[int, int]]] = {}
    for block in blocks:
        spans.setdefault(block.channel, []).append((block.start_ms, block.start_ms + block.interval_ms * len(block)))
    for channel, of_channel in spans.items():
        of_channel.sort()
        for (_, end), (start, _) in pairwise(of_channel):
            if start < end:
                raise MalformedError(f"channel {channel} has two blocks that overlap at {start} ms", where="readings")


def _check_grid(start_ms: int, interval_ms: int, count: int, where: str) -> None:
    if not 0 <= start_ms < MAX_TIME_MS or not 1 <= interval_ms <= MAX_INTERVAL_MS or not 1 <= count <= MAX_CELLS:
        raise MalformedError(
            f"expected a start of 0 to {MAX_TIME_MS - 1} ms (before 2200), an interval of 1 to {MAX_INTERVAL_MS} ms "
            f"and 1 to {MAX_CELLS} instants, got {start_ms}, {interval_ms} and {count}",
            where=where,
        )


def _encode_table(key: tuple[int, int, int], blocks: list[ReadingBlock]) -> bytes:
    start_ms, interval_ms, count = key
    _check_grid(start_ms, interval_ms, count, "readings")
    channels = [block.channel.bytes for block in blocks]
    if len(set(channels)) != len(channels):
        raise MalformedError("a channel comes twice with the same instants", where="readings")
    values = np.array([block.value for block in blocks], np.float64)
    status = np.array([block.status for block in blocks], np.uint8)
    cause = np.array([block.cause for block in blocks], np.uint8)
    if not _KNOWN_STATUS[status].all() or not _KNOWN_CAUSE[cause].all():
        raise MalformedError("a status or cause number that is not in the catalogue", where="readings")
    present = cause == 0
    values[~present] = 0.0
    if not np.isfinite(values).all():
        row = int(np.flatnonzero(~np.isfinite(values).all(axis=1))[0])
        raise MalformedError(
            "a present value is not a finite number",
            where=f"channel {blocks[row].channel}",
            hint="an absent value has a cause other than 0",
        )
    forms = choose_forms(values)
    out = bytearray()
    put_uint(out, 1, start_ms)
    put_uint(out, 2, interval_ms)
    put_uint(out, 3, count)
    put_bytes(out, 4, b"".join(channels))
    _put_runs(out, status, cause)
    put_bytes(out, 8, forms.tobytes())
    _put_values(out, values, present, forms)
    _put_offsets(out, blocks)
    return bytes(out)


def _put_runs(out: bytearray, status: npt.NDArray[np.uint8], cause: npt.NDArray[np.uint8]) -> None:
    code = (status.ravel().astype(np.uint16) << 8) | cause.ravel()
    start = np.concatenate(([0], np.flatnonzero(code[1:] != code[:-1]) + 1))
    put_bytes(out, 5, encode_unsigned(code[start] >> 8))
    put_bytes(out, 6, encode_unsigned(code[start] & 0xFF))
    put_bytes(out, 7, encode_unsigned(np.diff(start, append=len(code))))


def _put_values(out: bytearray, values: npt.NDArray[np.float64], present: npt.NDArray[np.bool_], forms: npt.NDArray[np.uint8]) -> None:
    decimal = forms <= MAX_EXPONENT
    if decimal.any():
        there = present[decimal]
        mantissa = to_mantissas(values[decimal], forms[decimal])[there]
        previous = np.empty_like(mantissa)
        previous[1:] = mantissa[:-1]
        previous[_row_starts(there)] = 0
        put_bytes(out, 9, encode_signed(mantissa - previous))
    for number, form, kind in ((10, BINARY32, "<f4"), (11, BINARY64, "<f8")):
        rows = forms == form
        if rows.any():
            put_bytes(out, number, values[rows][present[rows]].astype(kind).tobytes())


def _row_starts(present: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """Where each row that has a value begins in the column of present values."""
    counts = present.sum(axis=1, dtype=np.int64)
    starts: npt.NDArray[np.int64] = np.cumsum(counts) - counts
    begins: npt.NDArray[np.int64] = starts[counts > 0]
    return begins


def _put_offsets(out: bytearray, blocks: list[ReadingBlock]) -> None:
    rows = [row for row, block in enumerate(blocks) if block.device_offset_ms is not None]
    if not rows:
        return
    offsets = np.array([blocks[row].device_offset_ms for row in rows], np.int64)
    if (np.abs(offsets) >= _OFFSET_LIMIT).any():
        raise MalformedError("a device clock is further off than 2^31 ms", where="readings")
    put_bytes(out, 12, encode_unsigned(np.array(rows)))
    put_bytes(out, 13, encode_signed(np.diff(offsets, axis=1, prepend=0).ravel()))


def decode_table(body: bytes, where: str, most: int = MAX_CELLS) -> list[ReadingBlock]:
    """The blocks of one table; every byte must be as `encode_tables` would have written it."""
    start_ms, interval_ms, count, channels, run_status, run_cause, run_length, form_bytes, decimals, singles, doubles, rows, offsets = (
        parse(body, FIELDS, where)
    )
    _check_grid(start_ms, interval_ms, count, where)
    ids = [channels[i : i + _UUID_BYTES] for i in range(0, len(channels), _UUID_BYTES)]
    if not ids or len(channels) % _UUID_BYTES or any(a >= b for a, b in pairwise(ids)):
        raise MalformedError("expected channel ids of 16 bytes each, ascending, none twice", where=where)
    shape = (len(ids), count)
    if len(ids) * count > most:
        raise TooLargeError(
            f"a table of {len(ids) * count} readings after {MAX_CELLS - most}, at most {MAX_CELLS} are allowed", where=where
        )
    status, cause = (column.reshape(shape) for column in _runs(run_status, run_cause, run_length, len(ids) * count, where))
    forms = np.frombuffer(form_bytes, np.uint8)
    if len(forms) != len(ids):
        raise MalformedError(f"expected {len(ids)} forms, got {len(forms)}", where=where)
    values = _values(cause == 0, forms, (decimals, singles, doubles), where)
    device = _offsets(rows, offsets, shape, where)
    return [
        ReadingBlock(_uuid(ids[row]), start_ms, interval_ms, values[row], status[row], cause[row], device.get(row))
        for row in range(len(ids))
    ]


def _runs(
    run_status: bytes, run_cause: bytes, run_length: bytes, cells: int, where: str
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    runs = count_numbers(run_status)
    if not 1 <= runs <= cells:
        raise MalformedError(f"expected 1 to {cells} runs, got {runs}", where=where)
    status = decode_unsigned(run_status, runs, f"{where}, run_status")
    cause = decode_unsigned(run_cause, runs, f"{where}, run_cause")
    length = decode_unsigned(run_length, runs, f"{where}, run_length")
    if int(status.max()) > 255 or int(cause.max()) > 255 or not _KNOWN_STATUS[status].all() or not _KNOWN_CAUSE[cause].all():  # noqa: PLR2004 - one byte
        raise MalformedError("a status or cause number that is not in the catalogue", where=where)
    if int(length.max()) > cells or not length.all() or int(length.sum()) != cells:
        raise MalformedError(f"expected runs of 1 and more that cover {cells} readings", where=where)
    if ((status[1:] == status[:-1]) & (cause[1:] == cause[:-1])).any():
        raise MalformedError("two neighbouring runs of the same status and cause", where=where)
    times = length.astype(np.int64)
    return np.repeat(status.astype(np.uint8), times), np.repeat(cause.astype(np.uint8), times)


def _values(
    present: npt.NDArray[np.bool_], forms: npt.NDArray[np.uint8], columns: tuple[bytes, bytes, bytes], where: str
) -> npt.NDArray[np.float64]:
    decimals, singles, doubles = columns
    values = np.zeros(present.shape)
    decimal = forms <= MAX_EXPONENT
    if not (decimal | (forms == BINARY32) | (forms == BINARY64)).all():
        raise MalformedError(f"expected forms 0 to {MAX_EXPONENT}, {BINARY32} or {BINARY64}", where=where)
    values[decimal] = _decimals(present[decimal], forms[decimal], decimals, where)
    for form, kind, name, column in ((BINARY32, "<f4", "singles", singles), (BINARY64, "<f8", "doubles", doubles)):
        rows = forms == form
        there = present[rows]
        expected = int(np.count_nonzero(there)) * int(kind[-1])
        if len(column) != expected:
            raise MalformedError(f"expected {expected} bytes of {name}, got {len(column)}", where=where)
        if expected:
            part = np.zeros(there.shape)
            part[there] = np.frombuffer(column, kind)
            values[rows] = part
    if not np.isfinite(values).all():
        raise MalformedError("a value that is not a finite number", where=where)
    if not np.array_equal(choose_forms(values), forms):
        raise MalformedError("values are not in the form the rule prescribes", where=where)
    values[~present] = np.nan
    return values


def _decimals(there: npt.NDArray[np.bool_], forms: npt.NDArray[np.uint8], column: bytes, where: str) -> npt.NDArray[np.float64]:
    """Values of the rows in decimal form; zero where absent."""
    counts = there.sum(axis=1, dtype=np.int64)
    delta = decode_signed(column, int(counts.sum()), f"{where}, decimals")
    part = np.zeros(there.shape)
    if not len(delta):
        return part
    total = np.cumsum(delta)
    starts = np.cumsum(counts) - counts
    before = np.concatenate(([0], total))[starts]
    mantissa = total - np.repeat(before, counts)
    if int(np.abs(mantissa).max()) > MAX_MANTISSA or int(np.abs(delta).max()) > 2 * MAX_MANTISSA:
        raise MalformedError("a decimal mantissa beyond 2^50", where=where)
    part[there] = mantissa
    quotient: npt.NDArray[np.float64] = part / POWERS[forms][:, None]
    return quotient


def _offsets(rows: bytes, offsets: bytes, shape: tuple[int, int], where: str) -> dict[int, npt.NDArray[np.int32]]:
    if not rows and not offsets:
        return {}
    listed = decode_unsigned(rows, count_numbers(rows), f"{where}, offset_rows")
    if not len(listed) or int(listed.max()) >= shape[0] or (listed[1:] <= listed[:-1]).any():
        raise MalformedError("expected row numbers of the table, ascending, none twice", where=f"{where}, offset_rows")
    delta = decode_signed(offsets, len(listed) * shape[1], f"{where}, offsets").reshape(len(listed), shape[1])
    offset = np.cumsum(delta, axis=1)
    if (np.abs(offset) >= _OFFSET_LIMIT).any() or (np.abs(delta) >= 2 * _OFFSET_LIMIT).any():
        raise MalformedError("a device clock further off than 2^31 ms", where=f"{where}, offsets")
    return {int(row): offset[i].astype(np.int32) for i, row in enumerate(listed)}
