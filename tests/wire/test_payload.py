"""The canonical payload: what goes in comes out, and nothing else is accepted."""

from __future__ import annotations

import struct
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from wire_independent import pb, read, readings
from wire_support import EPOCH, GATEWAY, START, batch, batches, block, plain

from tynys.domain.average import ReportedAverage
from tynys.domain.batch import ClockState, ConfigurationRecord, Event, Loss, UnknownRecord
from tynys.domain.errors import MalformedError, TooLargeError, WireError
from tynys.domain.status import AverageStatus
from tynys.wire.average_series import STATUS_NUMBERS
from tynys.wire.bounds import MAX_REACH_MS, MAX_SPAN_MS, MAX_TIME_MS
from tynys.wire.payload import MAX_RECORDS, decode_payload, encode_payload, peek_header
from tynys.wire.proto import put_bytes, put_uint
from tynys.wire.reading_tables import MAX_CELLS


@given(batches)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_batch_comes_back_bit_for_bit_and_has_one_form(whole):
    payload = encode_payload(whole)
    back = decode_payload(payload)
    assert plain(back) == plain(whole)
    assert encode_payload(back) == payload
    assert peek_header(payload).seq == whole.seq


@given(batches)
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_googles_protobuf_and_a_decoder_from_the_page_read_the_same(whole):
    message, records = read(encode_payload(whole))
    assert (message.gateway, message.epoch, message.seq) == (whole.gateway.bytes, whole.epoch.bytes, whole.seq)
    seen = {}
    for number, record in records:
        if number == 1:
            seen |= readings(record)
    expected = {(c.hex, t): row for (c, t), row in plain(whole)["readings"].items()}
    got = {key: (None if v is None else struct.pack("<d", v).hex(), *rest) for key, (v, *rest) in seen.items()}
    assert got == expected


@given(batches, st.data())
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_damaged_bytes_are_a_named_error_or_another_canonical_batch(whole, data):
    payload = bytearray(encode_payload(whole))
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(payload) - 1))
        match data.draw(st.sampled_from(["flip", "cut", "insert", "drop"])):
            case "flip":
                payload[place] ^= data.draw(st.integers(1, 255))
            case "cut":
                del payload[place + 1 :]
            case "insert":
                payload[place:place] = data.draw(st.binary(min_size=1, max_size=5))
            case _:
                del payload[place : place + 1]
        payload = payload or bytearray(b"\n")
    try:
        back = decode_payload(bytes(payload))
    except WireError:
        return
    assert encode_payload(back) == bytes(payload)


@given(st.binary(max_size=200))
@example(b"")
@example(b"\n\x10" + bytes(16))
def test_random_bytes_are_a_named_error(data):
    with pytest.raises(WireError):
        decode_payload(data)


def test_the_order_in_which_channels_are_given_does_not_matter():
    one, two, three = block("a", [1.5]), block("b", [2.5]), block("c", [3.5, 4], interval=5000)
    assert encode_payload(batch(one, two, three)) == encode_payload(batch(three, two, one))


def test_an_unknown_record_is_kept_as_it_is():
    whole = batch(unknown=(UnknownRecord(4000, b"later"), UnknownRecord(9, b"")))
    assert decode_payload(encode_payload(whole)).unknown == (UnknownRecord(9, b""), UnknownRecord(4000, b"later"))


def test_every_average_status_has_a_number():
    assert set(STATUS_NUMBERS) == set(AverageStatus)


def header(**changes) -> bytearray:
    fields = {1: GATEWAY.bytes, 2: EPOCH.bytes, 3: 1} | changes.pop("fields", {})
    out = bytearray()
    for number, value in sorted(fields.items()):
        if isinstance(value, int):
            put_uint(out, number, value)
        else:
            put_bytes(out, number, value)
    return out


def with_table(**changes) -> bytes:
    """A payload of one table of two channels and three instants, with some fields replaced, made by Google's encoder."""
    table = pb.Readings(start_ms=START, interval_ms=1000, count=3, channels=bytes(16) + b"\1" * 16, forms=b"\x01\x20")
    table.run_status.extend([1])
    table.run_cause.extend([0])
    table.run_length.extend([6])
    table.decimals.extend([15, 1, -2])
    table.singles.extend([0.1, 0.2, 0.3])
    for name, value in changes.items():
        table.ClearField(name)
        if isinstance(value, list):
            getattr(table, name).extend(value)
        else:
            setattr(table, name, value)
    return with_records((1, table.SerializeToString()))


def with_records(*records: tuple[int, bytes]) -> bytes:
    whole = pb.Batch(gateway=GATEWAY.bytes, epoch=EPOCH.bytes, seq=1)
    for number, body in records:
        whole.records.add(type=number, body=body)
    return whole.SerializeToString()


def test_the_table_the_refusals_start_from_is_itself_good():
    blocks = decode_payload(with_table()).readings
    assert [b.value.tolist() for b in blocks] == [[1.5, 1.6, 1.4], [np.float32(0.1), np.float32(0.2), np.float32(0.3)]]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"start_ms": 1 << 50}, "expected a start"),
        ({"interval_ms": 0}, "an interval of 1"),
        ({"interval_ms": 86_400_001}, "an interval of 1"),
        ({"count": 0}, "instants"),
        ({"count": 1 << 40}, "instants"),
        ({"count": MAX_CELLS}, "at most"),
        ({"channels": b""}, "channel ids"),
        ({"channels": bytes(31)}, "channel ids"),
        ({"channels": bytes(32)}, "ascending"),
        ({"channels": b"\2" * 16 + b"\1" * 16}, "ascending"),
        ({"run_status": [0]}, "not in the catalogue"),
        ({"run_status": [99]}, "not in the catalogue"),
        ({"run_status": [1 << 20]}, "not in the catalogue"),
        ({"run_cause": [77]}, "not in the catalogue"),
        ({"run_cause": []}, "expected 1 packed numbers"),
        ({"run_length": [5]}, "cover 6"),
        ({"run_length": [7]}, "cover 6"),
        ({"run_status": [1, 1], "run_cause": [0, 0], "run_length": [3, 3]}, "two neighbouring runs"),
        ({"run_status": [1, 2], "run_cause": [0, 0], "run_length": [6, 0]}, "runs of 1"),
        ({"run_status": [], "run_cause": [], "run_length": []}, "runs"),
        ({"run_status": [1] * 7, "run_cause": [0] * 7, "run_length": [1] * 7}, "expected 1 to 6 runs"),
        ({"forms": b"\1"}, "expected 2 forms"),
        ({"forms": b"\x0a\x20"}, "expected forms"),
        ({"forms": b"\x02\x20", "decimals": [150, 10, -20]}, "form the rule prescribes"),
        ({"forms": b"\x20\x20", "decimals": [], "singles": [1.5, 2.5, 0.5, 0.1, 0.2, 0.3]}, "form the rule prescribes"),
        ({"forms": b"\x01\x40", "singles": [], "doubles": [0.5, 0.1, 0.2]}, "form the rule prescribes"),
        ({"decimals": [15, 1]}, "expected 3 packed numbers"),
        ({"decimals": [15, 1, -2, 0]}, "expected 3 packed numbers"),
        ({"decimals": [(1 << 50) + 1, 0, 0]}, "beyond 2\\^50"),
        ({"decimals": [15, (1 << 62), -(1 << 62)]}, "beyond 2\\^50|2\\^63"),
        ({"singles": [0.1, 0.2]}, "bytes of singles"),
        ({"singles": [0.1, 0.2, float("nan")]}, "not a finite number"),
        ({"singles": [0.1, 0.2, float("inf")]}, "not a finite number"),
        ({"doubles": [0.1]}, "bytes of doubles"),
        ({"offset_rows": [0]}, "expected 3 packed numbers"),
        ({"offset_rows": [2], "offsets": [0, 0, 0]}, "row numbers"),
        ({"offset_rows": [1, 0], "offsets": [0] * 6}, "row numbers"),
        ({"offset_rows": [0], "offsets": [1 << 31, 0, 0]}, "2\\^31"),
        ({"offsets": [1]}, "row numbers"),
    ],
)
def test_a_table_that_breaks_a_rule_is_refused_by_that_rule(changes, message):
    with pytest.raises(WireError, match=message):
        decode_payload(with_table(**changes))


def test_framing_that_breaks_a_rule_is_refused_by_that_rule():
    good = bytes(header())
    decode_payload(good)
    cases = {
        good + b"\x48\x01": "does not have",
        good + b"\x98\x06\x01": "does not have",
        good[:36] + b"\x18\x81\x00": "shortest form",
        good[:36] + b"\x18\x00": "at its default",
        good[:36] + b"\x18" + b"\xff" * 9 + b"\x01": "2\\^63",
        good[:36] + b"\x18\x80": "ends inside a number",
        good[:36] + b"\x1a\x01\x01": "wire type 2",
        good + good[36:]: "twice or out of order",
        good[18:36] + good[:18] + good[36:]: "16|order",
        good + b"\x42\x7f": "claims 127 bytes",
        good[:36]: "seq from 1",
        bytes(header(fields={1: b"short"})): "16 bytes",
        bytes(header(fields={4: b"short"})): "0 or 32 bytes",
        bytes(header(fields={6: 5, 7: 4})): "ends before it starts",
        bytes(header(fields={3: 1 << 53})): "seq from 1 to",
        bytes(header(fields={5: MAX_TIME_MS + 1})): "from 1970 to 2199",
        bytes(header(fields={7: MAX_TIME_MS + 1})): "from 1970 to 2199",
        with_records((4, b"\x08" + b"\xff" * 8 + b"\x7f")): "from 1970 to 2199",
        with_records((7, b"\x10\x02\x18\x01")): "does not end before it starts",
        with_records((7, b"\x20" + b"\xff" * 8 + b"\x7f")): "of 0 to",
        with_records((8, b"\x10" + b"\xff" * 8 + b"\x7f")): "from 1970 to 2199",
        with_records((4, b""), (3, b"")): "must ascend",
        with_records((0, b"")): "must ascend",
        with_records((8, b""), (8, b"")): "at most one",
        with_records((4, b"\x12\x01\xff")): "UTF-8",
        with_records((4, b"\x22\x01\x00")): "16 bytes",
        with_records((5, b"")): "16 bytes",
        with_records((5, b"\x12\x10" + bytes(16) + b"\x21" + struct.pack("<d", float("nan")))): "finite",
        with_records((5, b"\x12\x10" + bytes(16) + b"\x21\x00")): "claims 8 bytes",
    }
    for payload, message in cases.items():
        with pytest.raises(MalformedError, match=message):
            decode_payload(payload)


def averages(**changes) -> bytes:
    series = pb.Averages(source="s", component="so2", period="PT20M", status=b"\1\3", has_value=b"\1\0")
    series.starts.extend([START, 1_200_000])
    series.values.extend([1.5])
    series.count_valid.extend([1200, 0])
    series.count_expected.extend([1200, 1200])
    for name, value in changes.items():
        series.ClearField(name)
        if isinstance(value, list):
            getattr(series, name).extend(value)
        else:
            setattr(series, name, value)
    return series.SerializeToString()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"status": b"\1"}, "status numbers"),
        ({"status": b"\1\x63"}, "status numbers"),
        ({"status": b""}, "status numbers"),
        ({"has_value": b"\1\2"}, "0 or 1"),
        ({"starts": [START, 0]}, "ascending"),
        ({"starts": [START, 1 << 51]}, "before 2200"),
        ({"starts": [START, MAX_TIME_MS - START]}, "before 2200"),
        ({"count_valid": [1 << 31, 0]}, "counts of 0"),
        ({"count_expected": [1200, 1 << 62]}, "counts of 0"),
        ({"starts": [START]}, "expected 2 packed numbers"),
        ({"values": [1.5, 2.5]}, "expected 1 values"),
        ({"values": [float("nan")]}, "finite"),
        ({"count_valid": [1]}, "expected 2 packed numbers"),
    ],
)
def test_averages_that_break_a_rule_are_refused_by_that_rule(changes, message):
    decode_payload(with_records((2, averages())))
    with pytest.raises(MalformedError, match=message):
        decode_payload(with_records((2, averages(**changes))))


def test_series_and_tables_must_ascend_and_blocks_must_not_overlap():
    def table(start, count):
        whole = pb.Readings(start_ms=start, interval_ms=1000, count=count, channels=bytes(16), forms=b"\0")
        whole.run_status.extend([7])
        whole.run_cause.extend([1])
        whole.run_length.extend([count])
        return 1, whole.SerializeToString()

    decode_payload(with_records(table(START, 2), table(START + 2000, 1)))
    for records, message in [
        ((table(START + 2000, 1), table(START, 2)), "tables must ascend"),
        ((table(START, 2), table(START, 2)), "tables must ascend"),
        ((table(START, 2), table(START + 1000, 1)), "overlap"),
        (((2, averages()), (2, averages())), "series must ascend"),
    ]:
        with pytest.raises(MalformedError, match=message):
            decode_payload(with_records(*records))


def test_the_encoder_refuses_what_has_no_canonical_form():
    for blocks, message in [
        ((block("a", [float("nan")], cause=[0]),), "not a finite number"),
        ((block("a", [float("inf")]),), "not a finite number"),
        ((block("a", [1.0], status=[0]),), "catalogue"),
        ((block("a", [1.0], cause=[200]),), "catalogue"),
        ((block("a", [1.0]), block("a", [2.0])), "twice"),
        ((block("a", [1.0, 2.0]), block("a", [2.0], start=START + 1000)), "overlap"),
        ((block("a", []),), "instants"),
        ((block("a", [1.0], start=-1),), "start"),
        ((block("a", [1.0], offset=[-(2**31)]),), "2\\^31"),
    ]:
        with pytest.raises(MalformedError, match=message):
            encode_payload(batch(*blocks))
    average = ReportedAverage("s", "so2", "PT20M", START, 1.0, AverageStatus.VALID, 1, 1)
    for others, message in [
        ({"seq": 0}, "seq from 1"),
        ({"previous_hash": b"x"}, "previous hash"),
        ({"sealed_ms": -1}, "from 1970"),
        ({"seq": 1 << 53}, "seq from 1 to"),
        ({"span_start_ms": START + 1, "span_end_ms": START}, "ends before it starts"),
        ({"averages": (replace(average, start_ms=MAX_TIME_MS),)}, "after 2199"),
        ({"averages": (replace(average, count_valid=1 << 31),)}, "counts of 0"),
        ({"losses": (Loss(None, START, START - 1, 0, ""),)}, "does not end before it starts"),
        ({"losses": (Loss(None, START, START, 1 << 31, ""),)}, "of 0 to"),
        ({"events": (Event(MAX_TIME_MS + 1, "x"),)}, "from 1970 to 2199"),
        ({"averages": (average, average)}, "twice"),
        ({"events": (Event(START, "\ud800"),)}, "UTF-8"),
        ({"unknown": (UnknownRecord(8, b""),)}, "not free"),
        ({"clock": ClockState(START, 1 << 62, 0, "x")}, "from 1970 to 2199"),
    ]:
        with pytest.raises(MalformedError, match=message):
            encode_payload(batch(**others))


def test_the_bounds_of_a_batch_hold_on_both_sides():
    rows = MAX_CELLS // 2 + 1
    gap = {"status": np.full(rows, 7), "cause": np.ones(rows)}
    with pytest.raises(TooLargeError, match="readings"):
        encode_payload(batch(block("a", np.full(rows, np.nan), **gap), block("b", np.full(rows, np.nan), **gap)))
    with pytest.raises(TooLargeError, match="bytes and"):
        encode_payload(batch(configuration=ConfigurationRecord(bytes(9 << 20))))
    with pytest.raises(TooLargeError, match="records"):
        encode_payload(batch(events=(Event(START, "x"),) * (MAX_RECORDS + 1)))
    with pytest.raises(MalformedError, match="more than"):
        decode_payload(with_records(*[(4, b"")] * (MAX_RECORDS + 1)))
    for whole, message in [
        (batch(span_start_ms=0, span_end_ms=MAX_SPAN_MS + 1), "a span of"),
        (batch(block("a", [1.0, 2.0], interval=86_400_000), block("b", [1.0], start=START + MAX_REACH_MS)), "readings over"),
        (batch(events=(Event(START, "x" * 65_537),)), "a text of 65537 bytes"),
    ]:
        with pytest.raises(TooLargeError, match=message):
            encode_payload(whole)
    with pytest.raises(TooLargeError, match="a span of"):
        decode_payload(bytes(header(fields={7: MAX_SPAN_MS + 1})))
    with pytest.raises(TooLargeError, match="a text of 65537 bytes"):
        decode_payload(with_records((4, pb.Event(kind="x" * 65_537).SerializeToString())))
    with pytest.raises(TooLargeError, match="readings over"):
        decode_payload(with_table(interval_ms=86_400_000, count=40, run_length=[80], forms=b"\0\0", singles=[], decimals=[0] * 80))
    with pytest.raises(MalformedError, match="from 1970 to 2199"):
        decode_payload(with_table(start_ms=MAX_TIME_MS - 2000))
    with pytest.raises(TooLargeError, match="payload of"):
        decode_payload(bytes((8 << 20) + 1))
