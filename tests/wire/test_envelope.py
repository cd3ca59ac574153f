"""Envelopes and requests."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wire_independent import pb
from wire_support import batch, block, plain

from tynys.domain.batch import ConfigurationRecord
from tynys.domain.errors import MalformedError, SignatureError, TooLargeError, WireError
from tynys.wire.envelope import (
    MAX_BODY,
    Envelope,
    decode_envelope,
    encode_envelope,
    open_envelope,
    pack_request,
    seal,
    unpack_request,
    verify_envelope,
)
from tynys.wire.keys import SigningKey
from tynys.wire.payload import payload_hash

KEY = SigningKey.from_seed(bytes(range(32)))
WHOLE = batch(block("so2", [1.5, None, 2.5]))
ENVELOPE = seal(WHOLE, KEY)


def test_a_sealed_batch_opens_with_its_key_only():
    assert plain(open_envelope(ENVELOPE, KEY.verify_key)) == plain(WHOLE)
    assert ENVELOPE.header().seq == 1
    assert ENVELOPE.hash == payload_hash(ENVELOPE.payload)
    with pytest.raises(SignatureError, match="names key"):
        open_envelope(ENVELOPE, SigningKey.generate().verify_key)
    with pytest.raises(SignatureError, match="does not fit"):
        verify_envelope(Envelope(ENVELOPE.payload + b"\0", ENVELOPE.key_id, ENVELOPE.signature), KEY.verify_key)


def test_a_request_keeps_order_and_bytes_and_is_plain_protobuf():
    second = seal(batch(seq=2, previous_hash=ENVELOPE.hash), KEY)
    body = pack_request([ENVELOPE, second])
    assert unpack_request(body) == (ENVELOPE, second)
    theirs = pb.Request.FromString(body)
    assert [e.payload for e in theirs.envelopes] == [ENVELOPE.payload, second.payload]
    assert theirs.SerializeToString() == body


@given(st.data())
def test_a_damaged_request_is_a_named_error_or_another_request(data):
    body = bytearray(pack_request([ENVELOPE, ENVELOPE]))
    place = data.draw(st.integers(0, len(body) - 1))
    body[place : place + data.draw(st.integers(0, 2))] = data.draw(st.binary(max_size=3))
    try:
        envelopes = unpack_request(bytes(body))
    except WireError:
        return
    assert pack_request(envelopes) == bytes(body)


def test_too_many_too_large_or_no_envelopes_are_refused():
    with pytest.raises(TooLargeError, match="1 to 64"):
        pack_request([ENVELOPE] * 65)
    with pytest.raises(TooLargeError, match="1 to 64"):
        pack_request([])
    with pytest.raises(MalformedError, match="got none"):
        unpack_request(b"")
    with pytest.raises(MalformedError, match="more than 64"):
        unpack_request(pack_request([ENVELOPE]) * 65)
    with pytest.raises(TooLargeError, match="a request of"):
        unpack_request(bytes(MAX_BODY + 1))
    with pytest.raises(MalformedError, match="64 bytes"):
        encode_envelope(Envelope(b"x", "nonsense", bytes(64)))
    for bad in (
        pb.Envelope(payload=b"x"),
        pb.Envelope(payload=b"x", key_id=bytes(8), signature=bytes(63)),
        pb.Envelope(key_id=bytes(8), signature=bytes(64)),
    ):
        with pytest.raises(MalformedError, match="expected a payload"):
            decode_envelope(bad.SerializeToString())


def test_more_envelopes_than_one_request_may_hold_are_refused():
    big = seal(batch(configuration=ConfigurationRecord(bytes(3 << 20))), KEY)
    assert len(pack_request([big, big])) < MAX_BODY
    with pytest.raises(TooLargeError, match="send fewer"):
        pack_request([big, big, big])
