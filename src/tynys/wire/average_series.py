"""The plant's own averages: one column set per source, component and period."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Final

import numpy as np

from tynys.domain.average import ReportedAverage
from tynys.domain.errors import MalformedError, TooLargeError
from tynys.domain.status import AverageStatus
from tynys.wire.bounds import MAX_COUNT, MAX_TIME_MS
from tynys.wire.packed import decode_unsigned, encode_unsigned
from tynys.wire.proto import Field, Kind, parse, put_bytes, put_text, to_text

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_AVERAGES: Final = 1 << 16
STATUS_NUMBERS: Final = {
    AverageStatus.VALID: 1,
    AverageStatus.TOO_FEW: 2,
    AverageStatus.NO_DATA: 3,
    AverageStatus.NOT_OPERATING: 4,
    AverageStatus.PERIPHERAL_MISSING: 5,
    AverageStatus.CANNOT_BE_TRUE: 6,
    AverageStatus.O2_TOO_HIGH: 7,
}
_STATUS = {number: status for status, number in STATUS_NUMBERS.items()}

FIELDS: Final = (
    Field("source", Kind.BYTES),
    Field("component", Kind.BYTES),
    Field("period", Kind.BYTES),
    Field("starts", Kind.BYTES),
    Field("status", Kind.BYTES),
    Field("has_value", Kind.BYTES),
    Field("values", Kind.BYTES),
    Field("count_valid", Kind.BYTES),
    Field("count_expected", Kind.BYTES),
)


def _key(average: ReportedAverage) -> tuple[bytes, bytes, bytes, int]:
    return average.source.encode(), average.component.encode(), average.period.encode(), average.start_ms


def encode_series(averages: Iterable[ReportedAverage]) -> list[bytes]:
    """Series in the order of source, component and period; starts ascending within each."""
    ordered = sorted(averages, key=_key)
    if len(ordered) > MAX_AVERAGES:
        raise TooLargeError(f"a batch of {len(ordered)} averages, at most {MAX_AVERAGES} are allowed")
    return [_encode_one(list(group)) for _, group in groupby(ordered, key=lambda average: _key(average)[:3])]


def _encode_one(rows: list[ReportedAverage]) -> bytes:
    first = rows[0]
    where = f"averages of {first.source} {first.component} {first.period}"
    starts = np.array([row.start_ms for row in rows], np.int64)
    if (starts[1:] == starts[:-1]).any() or int(starts[0]) < 0 or int(starts[-1]) >= MAX_TIME_MS:
        raise MalformedError("an average comes twice, before 1970 or after 2199", where=where)
    if not all(0 <= count <= MAX_COUNT for row in rows for count in (row.count_valid, row.count_expected)):
        raise MalformedError(f"expected counts of 0 to {MAX_COUNT} readings", where=where)
    values = np.array([row.value for row in rows if row.value is not None], "<f8")
    if not np.isfinite(values).all():
        raise MalformedError("a value that is not a finite number", where=where)
    out = bytearray()
    put_text(out, 1, first.source)
    put_text(out, 2, first.component)
    put_text(out, 3, first.period)
    put_bytes(out, 4, encode_unsigned(np.diff(starts, prepend=0)))
    put_bytes(out, 5, bytes(STATUS_NUMBERS[row.status] for row in rows))
    put_bytes(out, 6, bytes(row.value is not None for row in rows))
    put_bytes(out, 7, values.tobytes())
    put_bytes(out, 8, encode_unsigned(np.array([row.count_valid for row in rows], np.int64)))
    put_bytes(out, 9, encode_unsigned(np.array([row.count_expected for row in rows], np.int64)))
    return bytes(out)


def decode_series(body: bytes, where: str) -> list[ReportedAverage]:
    """The averages of one series."""
    source, component, period, starts, status, has_value, values, valid, expected = parse(body, FIELDS, where)
    count = len(status)
    if not 1 <= count <= MAX_AVERAGES or len(has_value) != count or not set(has_value) <= {0, 1} or not set(status) <= _STATUS.keys():
        raise MalformedError(f"expected 1 to {MAX_AVERAGES} known status numbers and a 0 or 1 for each", where=where)
    deltas = decode_unsigned(starts, count, f"{where}, starts")
    if (deltas[1:] == 0).any() or (deltas >= MAX_TIME_MS).any() or int(deltas.sum()) >= MAX_TIME_MS:
        raise MalformedError(f"expected ascending starts before 2200 (below {MAX_TIME_MS} ms)", where=where)
    if len(values) != 8 * sum(has_value):
        raise MalformedError(f"expected {sum(has_value)} values of 8 bytes, got {len(values)} bytes", where=where)
    numbers = np.frombuffer(values, "<f8")
    if not np.isfinite(numbers).all():
        raise MalformedError("a value that is not a finite number", where=where)
    given = iter(numbers.tolist())
    texts = (to_text(source, where), to_text(component, where), to_text(period, where))
    columns = zip(
        np.cumsum(deltas).tolist(),
        status,
        has_value,
        _counts(valid, count, f"{where}, count_valid"),
        _counts(expected, count, f"{where}, count_expected"),
        strict=True,
    )
    return [
        ReportedAverage(*texts, start, next(given) if there else None, _STATUS[number], n_valid, n_expected)
        for start, number, there, n_valid, n_expected in columns
    ]


def _counts(column: bytes, count: int, where: str) -> list[int]:
    numbers = decode_unsigned(column, count, where)
    if int(numbers.max()) > MAX_COUNT:
        raise MalformedError(f"expected counts of 0 to {MAX_COUNT} readings", where=where)
    counts: list[int] = numbers.tolist()
    return counts


def series_key(averages: list[ReportedAverage]) -> tuple[bytes, bytes, bytes]:
    """By what series are ordered in a batch."""
    return _key(averages[0])[:3]
