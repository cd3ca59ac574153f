"""The published vectors hold for the product and for a decoder that knows only the page."""

from __future__ import annotations

import hashlib
import json

import make_vectors
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from wire_independent import pb

from tynys.domain.errors import WireError
from tynys.wire.envelope import unpack_request
from tynys.wire.keys import VerifyKey
from tynys.wire.payload import decode_payload, encode_payload
from tynys.wire.receipts import Outcome, open_reply

BATCHES, REQUEST, REPLY = (
    json.loads((make_vectors.FOLDER / name).read_text(encoding="utf-8")) for name in ("batches.json", "request.json", "reply.json")
)


def test_the_committed_vectors_are_what_the_product_makes_today():
    assert make_vectors.build() == {"batches.json": BATCHES, "request.json": REQUEST, "reply.json": REPLY}


@pytest.mark.parametrize("vector", BATCHES["valid"], ids=lambda vector: vector["name"])
def test_a_valid_vector_is_read_signed_and_written_the_same(vector):
    payload = bytes.fromhex(vector["payload"])
    assert encode_payload(decode_payload(payload)) == payload
    assert hashlib.sha256(payload).hexdigest() == vector["sha256"]
    public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(BATCHES["public_key"]))
    public.verify(bytes.fromhex(vector["signature"]), b"tynys.batch.v1\0" + payload)
    assert make_vectors.readable(payload) == vector["readings"]


@pytest.mark.parametrize("vector", BATCHES["invalid"], ids=lambda vector: vector["name"])
def test_an_invalid_vector_is_refused_with_a_named_error(vector):
    with pytest.raises(WireError) as caught:
        decode_payload(bytes.fromhex(vector["payload"]))
    assert caught.value.where.startswith("batch")


def test_the_request_and_the_reply_are_read_as_published():
    assert [e.payload.hex() for e in unpack_request(bytes.fromhex(REQUEST["request"]))] == REQUEST["payloads"]
    reply = open_reply(bytes.fromhex(REPLY["signed_reply"]), VerifyKey(bytes.fromhex(REPLY["centre_public_key"])))
    assert [receipt.outcome for receipt in reply.receipts] == [Outcome.STORED, Outcome.REFUSED]
    signed = pb.SignedReply.FromString(bytes.fromhex(REPLY["signed_reply"]))
    public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(REPLY["centre_public_key"]))
    public.verify(signed.signature, b"tynys.receipt.v1\0" + signed.reply)
