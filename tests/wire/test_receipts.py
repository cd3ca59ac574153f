"""The centre's signed reply."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wire_independent import pb

from tynys.domain.errors import MalformedError, SignatureError, WireError
from tynys.wire.chain import ChainVerdict
from tynys.wire.keys import SigningKey
from tynys.wire.receipts import CHAIN_NUMBERS, OUTCOME_NUMBERS, RECEIPT_TAG, Outcome, Receipt, Reply, Wanted, open_reply, seal_reply

KEY = SigningKey.from_seed(bytes(32))
_receipts = st.builds(
    Receipt,
    gateway=st.uuids() | st.just(UUID(int=0)),
    epoch=st.uuids(),
    seq=st.integers(0, 1 << 40),
    batch_hash=st.binary(min_size=32, max_size=32),
    outcome=st.sampled_from(Outcome),
    chain=st.none() | st.sampled_from(ChainVerdict),
    position=st.integers(0, 1 << 40),
    reason=st.text(st.characters(codec="utf-8"), max_size=20),
    plan_known=st.booleans(),
)
_replies = st.builds(
    Reply,
    server_time_ms=st.integers(0, 1 << 45),
    incarnation=st.uuids(),
    receipts=st.lists(_receipts, max_size=5).map(tuple),
    wanted=st.lists(st.builds(Wanted, st.uuids(), st.integers(0, 99), st.integers(0, 99)), max_size=3).map(tuple),
)


@given(_replies)
def test_a_reply_comes_back_and_is_plain_protobuf(reply):
    data = seal_reply(reply, KEY)
    assert open_reply(data, KEY.verify_key) == reply
    signed = pb.SignedReply.FromString(data)
    assert signed.SerializeToString() == data
    theirs = pb.Reply.FromString(signed.reply)
    assert theirs.SerializeToString() == signed.reply
    assert [r.seq for r in theirs.receipts] == [r.seq for r in reply.receipts]


@given(st.data())
def test_a_damaged_reply_is_a_named_error(data):
    whole = bytearray(seal_reply(Reply(1, UUID(int=5), ()), KEY))
    whole[data.draw(st.integers(0, len(whole) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(WireError):
        open_reply(bytes(whole), KEY.verify_key)


def test_a_reply_of_another_centre_is_refused():
    with pytest.raises(SignatureError, match="does not fit"):
        open_reply(seal_reply(Reply(1, UUID(int=5), ()), KEY), SigningKey.generate().verify_key)


def signed(reply) -> bytes:
    message = reply.SerializeToString()
    return pb.SignedReply(reply=message, signature=KEY.sign(RECEIPT_TAG, message)).SerializeToString()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"outcome": 9}, "no outcome or verdict"),
        ({"outcome": 0}, "no outcome or verdict"),
        ({"chain": 9}, "no outcome or verdict"),
        ({"batch_hash": b"x"}, "hash of 32"),
        ({"gateway": b"x"}, "id of 16"),
    ],
)
def test_a_signed_receipt_that_makes_no_sense_is_refused(change, message):
    fields = {"gateway": bytes(16), "epoch": bytes(16), "batch_hash": bytes(32), "outcome": 1}
    reply = pb.Reply(incarnation=bytes(16))
    reply.receipts.add(**fields)
    open_reply(signed(reply), KEY.verify_key)
    reply.ClearField("receipts")
    reply.receipts.add(**(fields | change))
    with pytest.raises(MalformedError, match=message):
        open_reply(signed(reply), KEY.verify_key)


def test_every_outcome_and_verdict_has_a_number():
    assert set(OUTCOME_NUMBERS) == set(Outcome)
    assert set(CHAIN_NUMBERS) == set(ChainVerdict)
