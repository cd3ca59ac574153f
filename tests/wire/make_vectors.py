"""Writes the published vectors of the line: ``python tests/wire/make_vectors.py``."""

from __future__ import annotations

import json
import struct
import sys
from pathlib import Path
from uuid import UUID

sys.path.insert(0, str(Path(__file__).parent))
from wire_independent import pb, read, readings
from wire_support import EPOCH, GATEWAY, START, batch, block

from tynys.domain.average import ReportedAverage
from tynys.domain.batch import ClockState, ConfigurationRecord, Event, InstrumentParameter, Loss, UnknownRecord, ZeroSpanCheck
from tynys.domain.status import AverageStatus
from tynys.wire.chain import ChainVerdict
from tynys.wire.envelope import pack_request, seal
from tynys.wire.keys import SigningKey
from tynys.wire.receipts import Outcome, Receipt, Reply, Wanted, seal_reply

FOLDER = Path(__file__).parents[2] / "src/tynys/wire/vectors"
SEED, CENTRE_SEED = bytes(range(32)), bytes(range(32, 64))
C1, C2 = (UUID(int=n).bytes for n in (1, 2))


def good() -> dict[str, tuple[str, object]]:
    """Name to (what it shows, batch)."""
    third = 1 / 3
    return {
        "empty": ("a batch without records: the first of a gateway", batch()),
        "decimals": ("one channel with two decimals, differences from zero", block("so2", [1600.25, 1600.5, 1599.75, 0.0])),
        "singles": (
            "a channel from a binary32 register: no short decimal, so singles",
            block("nox", [float(struct.unpack("<f", struct.pack("<f", x))[0]) for x in (411.7, 412.3)]),
        ),
        "doubles": ("a value that is neither a short decimal nor a binary32", block("o2", [third, 6.0])),
        "minus-zero": ("minus zero has no decimal form", block("t", [-0.0, 1.0])),
        "gaps": (
            "status and cause runs, a cell without value in the middle",
            block("dust", [1.5, None, None, 2.5], status=[1, 7, 7, 1], cause=[0, 2, 2, 0]),
        ),
        "no-value-at-all": ("a channel that was never answered", block("dust", [None, None])),
        "device-clock": ("offsets of a device's clock", block("so2", [1.0, 2.0], offset=[-250, -249])),
        "three-channels": (
            "rows of one table in the order of the channels' bytes, all three forms",
            [block("a", [1.5, 2.5]), block("b", [third, third]), block("c", [0.10000000149011612, None])],
        ),
        "two-grids": ("two tables, ascending by start, interval and count", [block("a", [1.0, 2.0]), block("b", [3.0], interval=2000)]),
        "averages": (
            "the plant's own averages",
            batch(
                averages=(
                    ReportedAverage("gres-1.stack-1", "so2", "PT20M", START, 1601.25, AverageStatus.VALID, 1200, 1200),
                    ReportedAverage("gres-1.stack-1", "so2", "PT20M", START + 1_200_000, None, AverageStatus.TOO_FEW, 300, 1200),
                    ReportedAverage("gres-1.stack-1", "nox", "PT1H", START, 0.1, AverageStatus.VALID, 3600, 3600),
                )
            ),
        ),
        "everything": (
            "a record of each kind, in a new epoch, and one of an unknown type",
            batch(
                block("so2", [1.25]),
                seq=300,
                previous_hash=bytes(range(32)),
                configuration=ConfigurationRecord(b'{"facility":{"id":"gres-1"}}'),
                events=(Event(START, "start"), Event(START + 1, "mark", "жарық", UUID(bytes=C1))),
                zero_span_checks=(ZeroSpanCheck(START, UUID(bytes=C1), "span", 1998.5, 2000.0),),
                parameters=(InstrumentParameter(START, "marsic-1", "range", "0-3000"),),
                losses=(Loss(None, START, START + 1000, 3, "spool full"),),
                clock=ClockState(START, -12, 30, "centre"),
                unknown=(UnknownRecord(200, b"later"),),
            ),
        ),
    }


def table(**fields) -> bytes:
    body = {"start_ms": START, "interval_ms": 1000, "count": 2, "channels": C1, "forms": b"\1"}
    body |= {"run_status": [1], "run_cause": [0], "run_length": [2], "decimals": [15, 1]}
    return record(1, pb.Readings(**(body | fields)).SerializeToString())


def record(*pairs) -> bytes:
    whole = pb.Batch(gateway=GATEWAY.bytes, epoch=EPOCH.bytes, seq=1)
    for number, body in zip(pairs[::2], pairs[1::2], strict=True):
        whole.records.add(type=number, body=body)
    return whole.SerializeToString()


def bad() -> dict[str, tuple[str, bytes]]:
    """Name to (rule broken, bytes)."""
    base = pb.Batch(gateway=GATEWAY.bytes, epoch=EPOCH.bytes, seq=1).SerializeToString()
    return {
        "unknown-field": ("a field the batch does not have", base + b"\x48\x01"),
        "long-varint": ("seq as 0x81 0x00 instead of 0x01", base[:-1] + b"\x81\x00"),
        "default-written": ("sealed_ms written although zero", base + b"\x28\x00"),
        "wrong-order": ("epoch before gateway", base[18:36] + base[:18] + base[36:]),
        "twice": ("seq twice", base + b"\x18\x01"),
        "no-seq": ("seq starts at 1", base[:36]),
        "short-hash": ("previous_hash of 5 bytes", base + b"\x22\x05short"),
        "span-backwards": ("the span ends before it starts", base + b"\x30\x05\x38\x04"),
        "cut": ("the message ends inside a field", base[:20]),
        "records-out-of-order": ("an event before the configuration", record(4, b"", 3, b"")),
        "two-clocks": ("at most one clock state", record(8, b"", 8, b"")),
        "exponent-too-large": ("1.5 and 1.6 written with two decimals", table(forms=b"\2", decimals=[150, 10])),
        "singles-for-decimals": ("1.5 and 2.5 are decimals", table(forms=b"\x20", decimals=[], singles=[1.5, 2.5])),
        "doubles-for-singles": ("binary32 values written as doubles", table(forms=b"\x40", decimals=[], doubles=[0.10000000149011612] * 2)),
        "not-a-number": ("NaN", table(forms=b"\x20", decimals=[], singles=[float("nan"), 0.1])),
        "split-run": ("two runs of the same status", table(run_status=[1, 1], run_cause=[0, 0], run_length=[1, 1])),
        "runs-too-short": ("runs cover one of two cells", table(run_length=[1])),
        "unknown-status": ("status 0", table(run_status=[0])),
        "value-missing": ("one decimal for two cells", table(decimals=[15])),
        "value-too-many": ("three decimals for two cells", table(decimals=[15, 1, 1])),
        "channels-out-of-order": ("ids descend", table(channels=C2 + C1, count=1, forms=b"\1\1", decimals=[15, 16])),
        "too-many-cells": ("2^40 instants", table(count=1 << 40)),
        "seq-too-large": ("seq 2^53", base[:-1] + b"\x80" * 7 + b"\x10"),
        "after-2199": ("an instant a millisecond before 2200, and one after it", table(start_ms=7_258_118_399_999)),
        "a-span-too-long": ("ten years and a millisecond", base + pb.Batch(span_end_ms=316_224_000_001).SerializeToString()),
        "readings-too-far-apart": ("forty instants, one a day", record(1, _days(40))),
        "a-loss-backwards": ("a loss that ends before it starts", record(7, pb.Loss(start_ms=2, end_ms=1).SerializeToString())),
    }


def _days(count: int) -> bytes:
    """A channel without a value over some days, one instant a day."""
    whole = pb.Readings(start_ms=START, interval_ms=86_400_000, count=count, channels=C1, forms=b"\0")
    whole.run_status.extend([7])
    whole.run_cause.extend([1])
    whole.run_length.extend([count])
    return whole.SerializeToString()


def readable(payload: bytes) -> list[dict]:
    """The readings as the independent decoder sees them."""
    return [
        {"channel": name, "time_ms": t, "value": None if v is None else repr(v), "status": s, "cause": c, "device_offset_ms": o}
        for number, body in read(payload)[1]
        if number == 1
        for (name, t), (v, s, c, o) in readings(body).items()
    ]


def build() -> dict[str, object]:
    """File name to content."""
    key, centre = SigningKey.from_seed(SEED), SigningKey.from_seed(CENTRE_SEED)
    valid, envelopes = [], []
    for name, (shows, made) in good().items():
        whole = made if not isinstance(made, list) and hasattr(made, "gateway") else batch(*(made if isinstance(made, list) else [made]))
        envelope = seal(whole, key)
        envelopes.append(envelope)
        valid.append(
            {
                "name": name,
                "shows": shows,
                "payload": envelope.payload.hex(),
                "sha256": envelope.hash.hex(),
                "signature": envelope.signature.hex(),
                "readings": readable(envelope.payload),
            }
        )
    invalid = [{"name": name, "breaks": rule, "payload": data.hex()} for name, (rule, data) in bad().items()]
    receipt = Receipt(GATEWAY, EPOCH, 1, envelopes[0].hash, Outcome.STORED, ChainVerdict.FIRST, 1)
    refused = Receipt(UUID(int=0), UUID(int=0), 0, bytes(32), Outcome.REFUSED, None, 0, "malformed", plan_known=False)
    reply = Reply(START, UUID(int=9), (receipt, refused), (Wanted(EPOCH, 2, 7),))
    return {
        "batches.json": {"key_seed": SEED.hex(), "public_key": key.public.hex(), "key_id": key.key_id, "valid": valid, "invalid": invalid},
        "request.json": {"request": pack_request(envelopes[:2]).hex(), "payloads": [e.payload.hex() for e in envelopes[:2]]},
        "reply.json": {
            "centre_key_seed": CENTRE_SEED.hex(),
            "centre_public_key": centre.public.hex(),
            "signed_reply": seal_reply(reply, centre).hex(),
        },
    }


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for file, content in build().items():
        (FOLDER / file).write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
