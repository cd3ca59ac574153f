"""The records of a batch other than readings and averages: one small message each."""

from __future__ import annotations

import math
from typing import Final
from uuid import UUID

from tynys.domain.batch import ClockState, ConfigurationRecord, Event, InstrumentParameter, Loss, ZeroSpanCheck
from tynys.domain.errors import MalformedError
from tynys.wire.proto import Field, Kind, parse, put_bytes, put_double, put_text, put_uint, to_text, unzigzag, zigzag

_UUID_BYTES = 16

CONFIGURATION: Final = (Field("document", Kind.BYTES),)
EVENT: Final = (Field("time_ms", Kind.VARINT), Field("kind", Kind.BYTES), Field("detail", Kind.BYTES), Field("channel", Kind.BYTES))
ZERO_SPAN: Final = (
    Field("time_ms", Kind.VARINT),
    Field("channel", Kind.BYTES),
    Field("point", Kind.BYTES),
    Field("reading", Kind.DOUBLE),
    Field("reference", Kind.DOUBLE),
)
PARAMETER: Final = (Field("time_ms", Kind.VARINT), Field("analyser", Kind.BYTES), Field("name", Kind.BYTES), Field("value", Kind.BYTES))
LOSS: Final = (
    Field("channel", Kind.BYTES),
    Field("start_ms", Kind.VARINT),
    Field("end_ms", Kind.VARINT),
    Field("count", Kind.VARINT),
    Field("cause", Kind.BYTES),
)
CLOCK: Final = (
    Field("time_ms", Kind.VARINT),
    Field("offset_ms", Kind.VARINT),
    Field("round_trip_ms", Kind.VARINT),
    Field("source", Kind.BYTES),
)


def to_uuid(data: bytes, where: str) -> UUID:
    """Sixteen bytes as a UUID."""
    if len(data) != _UUID_BYTES:
        raise MalformedError(f"expected an id of 16 bytes, got {len(data)}", where=where)
    return UUID(bytes=data)


def _finite(number: float, where: str) -> float:
    if not math.isfinite(number):
        raise MalformedError(f"expected a finite number, got {number}", where=where)
    return number


def encode_configuration(record: ConfigurationRecord) -> bytes:
    """The configuration's canonical JSON, whole."""
    out = bytearray()
    put_bytes(out, 1, record.document)
    return bytes(out)


def decode_configuration(body: bytes, where: str) -> ConfigurationRecord:
    """Back from `encode_configuration`; the document itself is judged by whoever reads it."""
    return ConfigurationRecord(parse(body, CONFIGURATION, where)[0])


def encode_event(event: Event) -> bytes:
    """Something that happened."""
    out = bytearray()
    put_uint(out, 1, event.time_ms)
    put_text(out, 2, event.kind)
    put_text(out, 3, event.detail)
    put_bytes(out, 4, event.channel.bytes if event.channel else b"")
    return bytes(out)


def decode_event(body: bytes, where: str) -> Event:
    """Back from `encode_event`."""
    time_ms, kind, detail, channel = parse(body, EVENT, where)
    return Event(time_ms, to_text(kind, where), to_text(detail, where), to_uuid(channel, where) if channel else None)


def encode_zero_span(check: ZeroSpanCheck) -> bytes:
    """A zero or span check with its reference value."""
    out = bytearray()
    put_uint(out, 1, check.time_ms)
    put_bytes(out, 2, check.channel.bytes)
    put_text(out, 3, check.point)
    put_double(out, 4, _finite(check.reading, "zero/span check"))
    put_double(out, 5, _finite(check.reference, "zero/span check"))
    return bytes(out)


def decode_zero_span(body: bytes, where: str) -> ZeroSpanCheck:
    """Back from `encode_zero_span`."""
    time_ms, channel, point, reading, reference = parse(body, ZERO_SPAN, where)
    return ZeroSpanCheck(time_ms, to_uuid(channel, where), to_text(point, where), _finite(reading, where), _finite(reference, where))


def encode_parameter(parameter: InstrumentParameter) -> bytes:
    """A parameter read back from an analyser."""
    out = bytearray()
    put_uint(out, 1, parameter.time_ms)
    put_text(out, 2, parameter.analyser)
    put_text(out, 3, parameter.name)
    put_text(out, 4, parameter.value)
    return bytes(out)


def decode_parameter(body: bytes, where: str) -> InstrumentParameter:
    """Back from `encode_parameter`."""
    time_ms, *texts = parse(body, PARAMETER, where)
    return InstrumentParameter(time_ms, *(to_text(text, where) for text in texts))


def encode_loss(loss: Loss) -> bytes:
    """What could not be kept, and why."""
    out = bytearray()
    put_bytes(out, 1, loss.channel.bytes if loss.channel else b"")
    put_uint(out, 2, loss.start_ms)
    put_uint(out, 3, loss.end_ms)
    put_uint(out, 4, loss.count)
    put_text(out, 5, loss.cause)
    return bytes(out)


def decode_loss(body: bytes, where: str) -> Loss:
    """Back from `encode_loss`."""
    channel, start, end, count, cause = parse(body, LOSS, where)
    return Loss(to_uuid(channel, where) if channel else None, start, end, count, to_text(cause, where))


def encode_clock(state: ClockState) -> bytes:
    """The gateway's clock against the centre's."""
    out = bytearray()
    put_uint(out, 1, state.time_ms)
    put_uint(out, 2, zigzag(state.offset_ms))
    put_uint(out, 3, state.round_trip_ms)
    put_text(out, 4, state.source)
    return bytes(out)


def decode_clock(body: bytes, where: str) -> ClockState:
    """Back from `encode_clock`."""
    time_ms, offset, round_trip_ms, source = parse(body, CLOCK, where)
    return ClockState(time_ms, unzigzag(offset), round_trip_ms, to_text(source, where))
