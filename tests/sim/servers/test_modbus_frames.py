"""Modbus TCP, bytes in and bytes out."""

from __future__ import annotations

import contextlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tynys.sim.servers.modbus_frames import FrameError, Memory, Responder


def request(function, first, count, transaction=1, unit=1):
    return struct.pack(">HHHBBHH", transaction, 0, 6, unit, function, first, count)


@pytest.fixture
def noted():
    return []


@pytest.fixture
def responder(noted):
    memory = Memory(registers={4: (1000, bytes(range(20))), 3: (0, b"\x12\x34")}, bits={2: (1000, 10, 0b1000000101), 1: (0, 1, 1)})
    return Responder(memory, lambda *what: noted.append(what))


def test_registers_are_answered_with_their_bytes(responder, noted):
    assert responder.feed(request(4, 1001, 2, transaction=7, unit=9)) == bytes.fromhex("0007 0000 0007 09 04 04 02030405")
    assert noted == [(4, 1001, 2)]


def test_bits_are_packed_from_the_least_significant(responder):
    assert responder.feed(request(2, 1000, 10))[-3:] == bytes([2, 0b00000101, 0b10])
    assert responder.feed(request(2, 1002, 3))[-2:] == bytes([1, 0b001])
    assert responder.feed(request(1, 0, 1))[-2:] == bytes([1, 1])


@pytest.mark.parametrize(
    ("function", "first", "count", "code"),
    [
        (4, 999, 1, 2),
        (4, 1009, 2, 2),
        (3, 1, 1, 2),
        (2, 1009, 2, 2),
        (4, 1000, 0, 3),
        (4, 1000, 126, 3),
        (2, 1000, 2001, 3),
        (6, 0, 1, 1),
        (16, 0, 1, 1),
    ],
)
def test_what_cannot_be_read_gets_its_exception(responder, noted, function, first, count, code):
    assert responder.feed(request(function, first, count))[-2:] == bytes([function | 0x80, code])
    assert noted == []


def test_requests_joined_in_one_segment_are_answered_in_order(responder):
    both = responder.feed(request(4, 1000, 1, transaction=1) + request(2, 1000, 1, transaction=2))
    assert struct.unpack_from(">H", both)[0] == 1
    assert struct.unpack_from(">H", both, 11)[0] == 2


@given(st.lists(st.integers(1, 30), max_size=6))
def test_requests_cut_anywhere_are_answered_all_the_same(cuts):
    responder = Responder(Memory(registers={4: (0, bytes(40))}), lambda *_: None)
    stream = b"".join(request(4, k, 2, transaction=k) for k in range(5))
    answers, at = b"", 0
    for cut in [*cuts, len(stream)]:
        answers += responder.feed(stream[at : at + cut])
        at += cut
    assert [struct.unpack_from(">H", answers, 13 * k)[0] for k in range(5)] == list(range(5))


@given(st.binary(max_size=300))
def test_any_bytes_give_answers_or_a_frame_error(data):
    responder = Responder(Memory(registers={3: (0, bytes(8))}, bits={1: (0, 3, 5)}), lambda *_: None)
    with contextlib.suppress(FrameError):
        responder.feed(data)


def test_another_protocol_is_refused(responder):
    with pytest.raises(FrameError, match="protocol 1"):
        responder.feed(struct.pack(">HHHBBHH", 1, 1, 6, 1, 4, 0, 1))
