"""A batch as bytes: one canonical payload for one batch, and a decoder that accepts nothing else."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tynys.domain.batch import Batch, UnknownRecord
from tynys.domain.errors import MalformedError, TooLargeError
from tynys.wire.average_series import MAX_AVERAGES, decode_series, encode_series, series_key
from tynys.wire.bounds import MAX_SEQ, check_reach, check_record, check_span, check_times
from tynys.wire.proto import Field, Kind, parse, put_bytes, put_uint
from tynys.wire.reading_tables import MAX_CELLS, check_spans, decode_table, encode_tables
from tynys.wire.records import (
    decode_clock,
    decode_configuration,
    decode_event,
    decode_loss,
    decode_parameter,
    decode_zero_span,
    encode_clock,
    encode_configuration,
    encode_event,
    encode_loss,
    encode_parameter,
    encode_zero_span,
    to_uuid,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from uuid import UUID

    from tynys.domain.average import ReportedAverage
    from tynys.domain.reading import ReadingBlock

MAX_PAYLOAD: Final = 8 << 20
MAX_RECORDS: Final = 4096
HASH_BYTES: Final = 32

READINGS, AVERAGES, CONFIGURATION, EVENT, ZERO_SPAN, PARAMETER, LOSS, CLOCK = range(1, 9)
LAST_KNOWN: Final = CLOCK
MAX_TYPE: Final = 1 << 31

FIELDS: Final = (
    Field("gateway", Kind.BYTES),
    Field("epoch", Kind.BYTES),
    Field("seq", Kind.VARINT),
    Field("previous_hash", Kind.BYTES),
    Field("sealed_ms", Kind.VARINT),
    Field("span_start_ms", Kind.VARINT),
    Field("span_end_ms", Kind.VARINT),
    Field("records", Kind.BYTES, repeated=True),
)
RECORD: Final = (Field("type", Kind.VARINT), Field("body", Kind.BYTES))
_RECORDS_FIELD = 8
_SINGLE: dict[int, Callable[[bytes, str], Any]] = {
    CONFIGURATION: decode_configuration,
    EVENT: decode_event,
    ZERO_SPAN: decode_zero_span,
    PARAMETER: decode_parameter,
    LOSS: decode_loss,
    CLOCK: decode_clock,
}


@dataclass(frozen=True, slots=True)
class Header:
    """What numbers and chains a batch, without its records."""

    gateway: UUID
    epoch: UUID
    seq: int
    previous_hash: bytes
    sealed_ms: int
    span_start_ms: int
    span_end_ms: int


def payload_hash(payload: bytes) -> bytes:
    """SHA-256 over the payload exactly as sealed; the next batch carries it."""
    return hashlib.sha256(payload).digest()


def encode_payload(batch: Batch) -> bytes:
    """The canonical bytes of a batch."""
    _check(batch)
    check_reach(batch.readings, "batch, readings")
    for small in (*batch.events, *batch.zero_span_checks, *batch.parameters, *batch.losses, batch.clock):
        check_record(small, "batch")
    out = bytearray()
    put_bytes(out, 1, batch.gateway.bytes)
    put_bytes(out, 2, batch.epoch.bytes)
    put_uint(out, 3, batch.seq)
    put_bytes(out, 4, batch.previous_hash)
    put_uint(out, 5, batch.sealed_ms)
    put_uint(out, 6, batch.span_start_ms)
    put_uint(out, 7, batch.span_end_ms)
    count = 0
    for number, body in _bodies(batch):
        record = bytearray()
        put_uint(record, 1, number)
        put_bytes(record, 2, body)
        put_bytes(out, _RECORDS_FIELD, bytes(record))
        count += 1
    if len(out) > MAX_PAYLOAD or count > MAX_RECORDS:
        raise TooLargeError(
            f"a batch of {len(out)} bytes and {count} records, at most {MAX_PAYLOAD} and {MAX_RECORDS} are allowed",
            hint="seal a shorter span",
        )
    return bytes(out)


def _bodies(batch: Batch) -> Iterator[tuple[int, bytes]]:
    yield from ((READINGS, body) for body in encode_tables(batch.readings))
    yield from ((AVERAGES, body) for body in encode_series(batch.averages))
    if batch.configuration is not None:
        yield CONFIGURATION, encode_configuration(batch.configuration)
    yield from ((EVENT, encode_event(event)) for event in batch.events)
    yield from ((ZERO_SPAN, encode_zero_span(check)) for check in batch.zero_span_checks)
    yield from ((PARAMETER, encode_parameter(parameter)) for parameter in batch.parameters)
    yield from ((LOSS, encode_loss(loss)) for loss in batch.losses)
    if batch.clock is not None:
        yield CLOCK, encode_clock(batch.clock)
    for record in sorted(batch.unknown, key=lambda record: record.type_number):
        if not LAST_KNOWN < record.type_number < MAX_TYPE:
            raise MalformedError(f"record type {record.type_number} is not free for an unknown record", where="batch")
        yield record.type_number, record.body


def _check(numbered: Header | Batch) -> None:
    """Refuse a numbering, or times, that no batch can have."""
    if not 1 <= numbered.seq <= MAX_SEQ or len(numbered.previous_hash) not in {0, HASH_BYTES}:
        raise MalformedError(
            f"expected a seq from 1 to {MAX_SEQ} and a previous hash of 0 or {HASH_BYTES} bytes, "
            f"got {numbered.seq} and {len(numbered.previous_hash)}",
            where="batch",
        )
    check_times("batch, sealed_ms", numbered.sealed_ms)
    check_span(numbered.span_start_ms, numbered.span_end_ms, "batch, span")


def _header(values: list[Any]) -> Header:
    gateway, epoch, seq, previous, sealed, start, end = values[:7]
    header = Header(to_uuid(gateway, "batch, gateway"), to_uuid(epoch, "batch, epoch"), seq, previous, sealed, start, end)
    _check(header)
    return header


def peek_header(payload: bytes) -> Header:
    """The numbering of a batch; its records are not looked at."""
    return _header(parse(payload, FIELDS, "batch", stop_at=_RECORDS_FIELD))


def decode_payload(payload: bytes) -> Batch:
    """The batch, if the bytes are exactly what `encode_payload` makes of it; else `MalformedError` or `TooLargeError`."""
    if len(payload) > MAX_PAYLOAD:
        raise TooLargeError(f"a payload of {len(payload)} bytes, at most {MAX_PAYLOAD} are allowed", where="batch")
    values = parse(payload, FIELDS, "batch", at_most=MAX_RECORDS)
    header = _header(values)
    found = _Found()
    for index, data in enumerate(values[_RECORDS_FIELD - 1]):
        found.take(data, f"batch, record {index}")
    found.finish()
    return Batch(
        gateway=header.gateway,
        epoch=header.epoch,
        seq=header.seq,
        previous_hash=header.previous_hash,
        sealed_ms=header.sealed_ms,
        span_start_ms=header.span_start_ms,
        span_end_ms=header.span_end_ms,
        readings=tuple(found.readings),
        averages=tuple(found.averages),
        configuration=next(iter(found.single[CONFIGURATION]), None),
        events=tuple(found.single[EVENT]),
        zero_span_checks=tuple(found.single[ZERO_SPAN]),
        parameters=tuple(found.single[PARAMETER]),
        losses=tuple(found.single[LOSS]),
        clock=next(iter(found.single[CLOCK]), None),
        unknown=tuple(found.unknown),
    )


class _Found:
    """Records as they are read, with the rules that hold between them."""

    def __init__(self) -> None:
        self.readings: list[ReadingBlock] = []
        self.averages: list[ReportedAverage] = []
        self.single: dict[int, list[Any]] = {number: [] for number in _SINGLE}
        self.unknown: list[UnknownRecord] = []
        self._last_type = 0
        self._last_table: tuple[int, int, int] | None = None
        self._last_series: tuple[bytes, bytes, bytes] | None = None
        self._cells = 0
        self._tables = 0

    def finish(self) -> None:
        """Rules between tables (one table is in order by itself)."""
        check_reach(self.readings, "batch, readings")
        if self._tables > 1:
            check_spans(self.readings)

    def take(self, data: bytes, where: str) -> None:
        number, body = parse(data, RECORD, where)
        if not max(self._last_type, 1) <= number < MAX_TYPE:
            raise MalformedError(f"record types must ascend from 1, got {number} after {self._last_type}", where=where)
        self._last_type = number
        if number == READINGS:
            self._table(body, f"{where} (readings)")
        elif number == AVERAGES:
            self._series(body, f"{where} (averages)")
        elif number > LAST_KNOWN:
            self.unknown.append(UnknownRecord(number, body))
        else:
            if number in {CONFIGURATION, CLOCK} and self.single[number]:
                raise MalformedError("a batch has at most one configuration and one clock state", where=where)
            record = _SINGLE[number](body, where)
            check_record(record, where)
            self.single[number].append(record)

    def _table(self, body: bytes, where: str) -> None:
        blocks = decode_table(body, where, MAX_CELLS - self._cells)
        first = blocks[0]
        key = (first.start_ms, first.interval_ms, len(first))
        self._cells += len(blocks) * len(first)
        if self._last_table is not None and key <= self._last_table:
            raise MalformedError("tables must ascend by start, interval and count, none twice", where=where)
        self.readings += blocks
        self._tables += 1
        self._last_table = key

    def _series(self, body: bytes, where: str) -> None:
        averages = decode_series(body, where)
        key = series_key(averages)
        if self._last_series is not None and key <= self._last_series:
            raise MalformedError("series must ascend by source, component and period, none twice", where=where)
        self._last_series = key
        self.averages += averages
        if len(self.averages) > MAX_AVERAGES:
            raise TooLargeError(f"a batch of more than {MAX_AVERAGES} averages", where=where)
