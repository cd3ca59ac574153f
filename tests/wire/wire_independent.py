"""Reads a payload with Google's protobuf and plain Python, following docs/reference/wire.md and nothing else."""

from __future__ import annotations

from itertools import chain, repeat

import tynys_pb2 as pb

NAMES = {1: pb.Readings, 2: pb.Averages, 3: pb.Configuration, 4: pb.Event, 5: pb.ZeroSpan, 6: pb.Parameter, 7: pb.Loss, 8: pb.Clock}


def running(deltas):
    total = 0
    for delta in deltas:
        total += delta
        yield total


def readings(table) -> dict:
    """(channel hex, instant) to (value or None, status, cause, device offset or None)."""
    ids = [table.channels[i : i + 16].hex() for i in range(0, len(table.channels), 16)]
    status = list(chain.from_iterable(repeat(s, n) for s, n in zip(table.run_status, table.run_length, strict=True)))
    cause = list(chain.from_iterable(repeat(c, n) for c, n in zip(table.run_cause, table.run_length, strict=True)))
    assert len(status) == len(cause) == len(ids) * table.count
    decimals, singles, doubles = iter(table.decimals), iter(table.singles), iter(table.doubles)
    offsets = {}
    for i, row in enumerate(table.offset_rows):
        offsets[row] = list(running(table.offsets[i * table.count : (i + 1) * table.count]))
    out = {}
    for row, name in enumerate(ids):
        mantissa = 0
        for i in range(table.count):
            cell = row * table.count + i
            value = None
            if cause[cell] == 0:
                form = table.forms[row]
                if form <= 9:
                    mantissa += next(decimals)
                    value = mantissa / 10**form
                else:
                    value = next(singles) if form == 32 else next(doubles)
            offset = offsets[row][i] if row in offsets else None
            out[name, table.start_ms + i * table.interval_ms] = (value, status[cell], cause[cell], offset)
    for column in (decimals, singles, doubles):
        assert next(column, None) is None
    return out


def read(payload: bytes):
    """The batch as protobuf messages: (header message, [(type, message or bytes)])."""
    whole = pb.Batch.FromString(payload)
    assert whole.SerializeToString(deterministic=True) == payload, "the canonical form is also protobuf's own"
    records = []
    for record in whole.records:
        if record.type in NAMES:
            message = NAMES[record.type].FromString(record.body)
            assert message.SerializeToString(deterministic=True) == record.body
            records.append((record.type, message))
        else:
            records.append((record.type, record.body))
    return whole, records
