"""Batches to test with, how to compare them, and a decoder written only from the reference page."""

from __future__ import annotations

import math
import struct
from uuid import UUID, uuid5

import numpy as np
from hypothesis import strategies as st

from tynys.domain.average import ReportedAverage
from tynys.domain.batch import Batch, ClockState, ConfigurationRecord, Event, InstrumentParameter, Loss, UnknownRecord, ZeroSpanCheck
from tynys.domain.reading import ReadingBlock
from tynys.domain.status import AverageStatus
from tynys.wire.bounds import MAX_COUNT, MAX_REACH_MS, MAX_SEQ, MAX_SPAN_MS, MAX_TIME_MS

START = 1_767_225_600_000
GATEWAY = UUID("01943b70-0000-7000-8000-000000000001")
EPOCH = UUID("01943b70-0000-7000-8000-0000000000e1")


def channel(name: str | int) -> UUID:
    return uuid5(GATEWAY, str(name))


def block(name, values, *, status=None, cause=None, start=START, interval=1000, offset=None) -> ReadingBlock:
    value = np.array([math.nan if v is None else v for v in values], np.float64)
    causes = np.array([1 if v is None else 0 for v in values] if cause is None else cause, np.uint8)
    statuses = np.where(causes > 0, 7, 1).astype(np.uint8) if status is None else np.array(status, np.uint8)
    return ReadingBlock(channel(name), start, interval, value, statuses, causes, None if offset is None else np.array(offset, np.int32))


def batch(*readings: ReadingBlock, **others) -> Batch:
    fields = {"gateway": GATEWAY, "epoch": EPOCH, "seq": 1, "previous_hash": b"", "sealed_ms": START + 5000}
    fields |= {"span_start_ms": START, "span_end_ms": START + 5000, "readings": readings}
    return Batch(**(fields | others))


def plain(whole: Batch) -> dict:
    """A batch as plain values, readings by channel and instant with the bits of each value; equal batches give equal plains."""
    readings = {}
    for item in whole.readings:
        for i, t in enumerate(item.time_ms.tolist()):
            bits = struct.pack("<d", item.value[i]).hex() if item.cause[i] == 0 else None
            offset = None if item.device_offset_ms is None else int(item.device_offset_ms[i])
            assert (item.channel, t) not in readings
            readings[item.channel, t] = (bits, int(item.status[i]), int(item.cause[i]), offset)
    rest = {name: getattr(whole, name) for name in Batch.__slots__ if name not in {"readings", "averages", "unknown"}}
    averages = sorted(whole.averages, key=lambda a: (a.source, a.component, a.period, a.start_ms))
    return rest | {"readings": readings, "averages": averages, "unknown": sorted(whole.unknown, key=lambda record: record.type_number)}


_texts = st.text(st.characters(codec="utf-8"), max_size=12)
_times = st.integers(0, MAX_TIME_MS)
_channels = st.integers(0, 40).map(channel)
_finite = st.floats(allow_nan=False, allow_infinity=False)
_value = st.one_of(
    _finite,
    st.decimals(min_value=-10_000, max_value=10_000, places=2, allow_nan=False).map(float),
    st.floats(width=32, allow_nan=False, allow_infinity=False),
    st.sampled_from([0.0, -0.0, 0.1, 1e-9, 2.0**50, 2.0**50 + 2, 5e-324, 1.7976931348623157e308]),
)


@st.composite
def tables(draw):
    """Blocks of some channels over one grid."""
    start, interval, count = (
        draw(st.integers(0, MAX_TIME_MS - MAX_REACH_MS)),
        draw(st.sampled_from([1, 1000, 60_000, 86_400_000])),
        draw(st.integers(1, 24)),
    )
    kind = draw(
        st.sampled_from([_value, _finite, st.floats(width=32, allow_nan=False, allow_infinity=False), st.integers(-99, 99).map(float)])
    )
    out = []
    for name in draw(st.lists(st.integers(0, 40), min_size=1, max_size=4, unique=True)):
        causes = draw(st.lists(st.sampled_from([0, 0, 0, 1, 6]), min_size=count, max_size=count))
        values = [None if c else draw(kind) for c in causes]
        statuses = draw(st.lists(st.integers(1, 7), min_size=count, max_size=count))
        offset = draw(st.none() | st.lists(st.integers(-(2**31) + 1, 2**31 - 1), min_size=count, max_size=count))
        out.append(block(name, values, status=statuses, cause=causes, start=start, interval=interval, offset=offset))
    return out


_average = st.builds(
    ReportedAverage,
    source=st.sampled_from(["gres-1.stack-1", "gres-1.stack-2"]),
    component=st.sampled_from(["so2", "nox"]),
    period=st.sampled_from(["PT20M", "PT1H"]),
    start_ms=st.integers(0, MAX_TIME_MS - 1),
    value=st.none() | _value,
    status=st.sampled_from(AverageStatus),
    count_valid=st.integers(0, MAX_COUNT),
    count_expected=st.integers(0, MAX_COUNT),
)

_losses = st.builds(
    lambda channel, ends, count, cause: Loss(channel, *sorted(ends), count, cause),
    st.none() | _channels,
    st.tuples(_times, _times),
    st.integers(0, MAX_COUNT),
    _texts,
)

batches = st.builds(
    Batch,
    gateway=st.uuids(),
    epoch=st.uuids(),
    seq=st.integers(1, MAX_SEQ),
    previous_hash=st.just(b"") | st.binary(min_size=32, max_size=32),
    sealed_ms=_times,
    span_start_ms=st.just(5),
    span_end_ms=st.integers(5, MAX_SPAN_MS),
    readings=tables().map(tuple),
    averages=st.lists(_average, max_size=6, unique_by=lambda a: (a.source, a.component, a.period, a.start_ms)).map(tuple),
    configuration=st.none() | st.builds(ConfigurationRecord, document=st.binary(max_size=50)),
    events=st.lists(st.builds(Event, _times, _texts, _texts, st.none() | _channels), max_size=3).map(tuple),
    zero_span_checks=st.lists(st.builds(ZeroSpanCheck, _times, _channels, _texts, _finite, _finite), max_size=2).map(tuple),
    parameters=st.lists(st.builds(InstrumentParameter, _times, _texts, _texts, _texts), max_size=2).map(tuple),
    losses=st.lists(_losses, max_size=2).map(tuple),
    clock=st.none() | st.builds(ClockState, _times, st.integers(-(2**40), 2**40), st.integers(0, 9999), _texts),
    unknown=st.lists(
        st.builds(UnknownRecord, st.integers(9, (1 << 31) - 1), st.binary(max_size=9)), max_size=2, unique_by=lambda r: r.type_number
    ).map(tuple),
)
