"""Modbus TCP frames: cut anywhere, in any order, and never misread."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tynys.domain.status import GapCause
from tynys.field.driver import LineError
from tynys.field.modbus_frame import Exchange, FrameReader
from tynys.field.modbus_reads import ExceptionAnswer, Read

READS = (Read(4, 1000, 2), Read(2, 1000, 27))
WORDS = b"\x44\xe7\x40\x00"
BITS = b"\x10\x00\x00\x00"


def answer(transaction, function, body, unit=1):
    return struct.pack(">HHHBB", transaction, 0, 2 + len(body), unit, function) + body


def both(transaction=7):
    return answer(transaction, 4, b"\x04" + WORDS) + answer(transaction + 1, 2, b"\x04" + BITS)


def collect(exchange, *packets):
    reader = FrameReader()
    found = None
    for packet in packets:
        for frame in reader.feed(packet):
            found = exchange.take(frame) or found
    return found


def sent(first_transaction=7):
    exchange = Exchange(READS, unit=1)
    exchange.packet(first_transaction)
    return exchange


def test_the_requests_of_a_poll_are_one_packet_as_the_protocol_writes_it():
    """MODBUS Messaging on TCP/IP V1.0b, 3.1.3: transaction, protocol 0, length 6, unit, function, address, count."""
    packet = Exchange(READS, unit=1).packet(0xFFFF)
    assert packet.hex(" ") == "ff ff 00 00 00 06 01 04 03 e8 00 02 00 00 00 00 00 06 01 02 03 e8 00 1b"


@given(st.integers(1, 25))
def test_answers_cut_anywhere_are_put_together(cut):
    data = both()
    assert collect(sent(), data[:cut], data[cut:]) == [WORDS, BITS]


def test_answers_byte_by_byte():
    assert collect(sent(), *(bytes([byte]) for byte in both())) == [WORDS, BITS]


def test_answers_may_come_in_any_order():
    assert collect(sent(), answer(8, 2, b"\x04" + BITS), answer(7, 4, b"\x04" + WORDS)) == [WORDS, BITS]


def test_an_answer_to_an_earlier_poll_is_ignored():
    assert collect(sent(), answer(5, 4, b"\x04\0\0\0\0"), both()) == [WORDS, BITS]


def test_an_exception_is_an_answer():
    assert collect(sent(), answer(7, 0x84, b"\x02"), answer(8, 2, b"\x04" + BITS)) == [ExceptionAnswer(2), BITS]


@pytest.mark.parametrize(
    ("packet", "message"),
    [
        (answer(7, 4, b"\x02\0\0"), "expected function 4 with 4 bytes, came function 4 with 2 bytes"),
        (answer(7, 4, b"\x04\0\0\0"), "expected function 4 with 4 bytes"),
        (answer(7, 3, b"\x04" + WORDS), "came function 3"),
        (answer(7, 4, b"\x04" + WORDS, unit=9), "device 9 answered a request to device 1"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "are not the head of a Modbus TCP answer"),
        (struct.pack(">HHHBB", 7, 0, 300, 1, 4), "are not the head"),
        (struct.pack(">HHHBB", 7, 0, 2, 1, 4), "are not the head"),
    ],
)
def test_what_does_not_answer_the_request_is_said_in_words(packet, message):
    with pytest.raises(LineError, match=message) as caught:
        collect(sent(), packet)
    assert caught.value.cause is GapCause.UNDECODABLE


@given(st.lists(st.binary(max_size=40), max_size=6))
def test_any_bytes_give_frames_or_a_named_error(packets):
    reader = FrameReader()
    exchange = sent()
    try:
        for packet in packets:
            for frame in reader.feed(packet):
                exchange.take(frame)
    except LineError as error:
        assert error.cause is GapCause.UNDECODABLE
