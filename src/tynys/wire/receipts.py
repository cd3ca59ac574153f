"""The centre's answer: one signed reply with a receipt for every envelope of the request, in its order."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from tynys.domain.errors import MalformedError
from tynys.wire.chain import ChainVerdict
from tynys.wire.envelope import MAX_ENVELOPES
from tynys.wire.keys import SIGNATURE_BYTES
from tynys.wire.payload import HASH_BYTES
from tynys.wire.proto import Field, Kind, parse, put_bytes, put_text, put_uint, to_text
from tynys.wire.records import to_uuid

if TYPE_CHECKING:
    from uuid import UUID

    from tynys.wire.keys import SigningKey, VerifyKey

RECEIPT_TAG: Final = "tynys.receipt.v1"
MAX_WANTED: Final = 1024


class Outcome(StrEnum):
    """What became of an envelope; the first two mean *durably stored at the far end*."""

    STORED = "stored"
    DUPLICATE = "duplicate"
    REFUSED = "refused"


OUTCOME_NUMBERS: Final = {Outcome.STORED: 1, Outcome.DUPLICATE: 2, Outcome.REFUSED: 3}
CHAIN_NUMBERS: Final = {ChainVerdict.FIRST: 1, ChainVerdict.LINKED: 2, ChainVerdict.GAP_BEFORE: 3, ChainVerdict.FORK: 4}
_OUTCOMES = {number: outcome for outcome, number in OUTCOME_NUMBERS.items()}
_CHAINS = {number: verdict for verdict, number in CHAIN_NUMBERS.items()}


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one envelope; ``position`` is its place in the journal of the reply's incarnation (0 if refused).

    A refused envelope that could not be read has zero ids and number; ``batch_hash`` is always that of the payload as received.
    """

    gateway: UUID
    epoch: UUID
    seq: int
    batch_hash: bytes
    outcome: Outcome
    chain: ChainVerdict | None
    position: int
    reason: str = ""
    plan_known: bool = True


@dataclass(frozen=True, slots=True)
class Wanted:
    """Numbers of an epoch that the centre lacks and asks for, both ends included."""

    epoch: UUID
    from_seq: int
    to_seq: int


@dataclass(frozen=True, slots=True)
class Reply:
    """The whole answer to a request."""

    server_time_ms: int
    incarnation: UUID
    receipts: tuple[Receipt, ...]
    wanted: tuple[Wanted, ...] = ()


SIGNED_REPLY: Final = (Field("reply", Kind.BYTES), Field("signature", Kind.BYTES))
REPLY: Final = (
    Field("server_time_ms", Kind.VARINT),
    Field("incarnation", Kind.BYTES),
    Field("receipts", Kind.BYTES, repeated=True),
    Field("wanted", Kind.BYTES, repeated=True),
)
RECEIPT: Final = (
    Field("gateway", Kind.BYTES),
    Field("epoch", Kind.BYTES),
    Field("seq", Kind.VARINT),
    Field("batch_hash", Kind.BYTES),
    Field("outcome", Kind.VARINT),
    Field("chain", Kind.VARINT),
    Field("position", Kind.VARINT),
    Field("reason", Kind.BYTES),
    Field("plan_unknown", Kind.VARINT),
)
WANTED: Final = (Field("epoch", Kind.BYTES), Field("from_seq", Kind.VARINT), Field("to_seq", Kind.VARINT))


def seal_reply(reply: Reply, key: SigningKey) -> bytes:
    """The signed bytes of a reply."""
    body = bytearray()
    put_uint(body, 1, reply.server_time_ms)
    put_bytes(body, 2, reply.incarnation.bytes)
    for receipt in reply.receipts:
        put_bytes(body, 3, _encode_receipt(receipt))
    for wanted in reply.wanted[:MAX_WANTED]:
        item = bytearray()
        put_bytes(item, 1, wanted.epoch.bytes)
        put_uint(item, 2, wanted.from_seq)
        put_uint(item, 3, wanted.to_seq)
        put_bytes(body, 4, bytes(item))
    message = bytes(body)
    out = bytearray()
    put_bytes(out, 1, message)
    put_bytes(out, 2, key.sign(RECEIPT_TAG, message))
    return bytes(out)


def _encode_receipt(receipt: Receipt) -> bytes:
    out = bytearray()
    put_bytes(out, 1, receipt.gateway.bytes)
    put_bytes(out, 2, receipt.epoch.bytes)
    put_uint(out, 3, receipt.seq)
    put_bytes(out, 4, receipt.batch_hash)
    put_uint(out, 5, OUTCOME_NUMBERS[receipt.outcome])
    put_uint(out, 6, CHAIN_NUMBERS[receipt.chain] if receipt.chain is not None else 0)
    put_uint(out, 7, receipt.position)
    put_text(out, 8, receipt.reason)
    put_uint(out, 9, int(not receipt.plan_known))
    return bytes(out)


def open_reply(data: bytes, centre: VerifyKey) -> Reply:
    """The reply, once the centre's signature fits."""
    message, signature = parse(data, SIGNED_REPLY, "reply")
    if not message or len(signature) != SIGNATURE_BYTES:
        raise MalformedError(
            f"expected a reply and a signature of {SIGNATURE_BYTES} bytes, got {len(message)} and {len(signature)}", where="reply"
        )
    centre.verify(RECEIPT_TAG, message, signature)
    time_ms, incarnation, receipts, wanted = parse(message, REPLY, "reply", at_most=max(MAX_ENVELOPES, MAX_WANTED))
    return Reply(
        time_ms,
        to_uuid(incarnation, "reply, incarnation"),
        tuple(_decode_receipt(item, f"reply, receipt {index}") for index, item in enumerate(receipts)),
        tuple(_decode_wanted(item, f"reply, wanted {index}") for index, item in enumerate(wanted)),
    )


def _decode_receipt(data: bytes, where: str) -> Receipt:
    gateway, epoch, seq, batch_hash, outcome, chain, position, reason, plan_unknown = parse(data, RECEIPT, where)
    if outcome not in _OUTCOMES or (chain and chain not in _CHAINS) or plan_unknown > 1:
        raise MalformedError("a number that names no outcome or verdict", where=where)
    if len(batch_hash) != HASH_BYTES:
        raise MalformedError(f"expected a hash of {HASH_BYTES} bytes, got {len(batch_hash)}", where=where)
    return Receipt(
        to_uuid(gateway, where),
        to_uuid(epoch, where),
        seq,
        batch_hash,
        _OUTCOMES[outcome],
        _CHAINS[chain] if chain else None,
        position,
        to_text(reason, where),
        plan_known=not plan_unknown,
    )


def _decode_wanted(data: bytes, where: str) -> Wanted:
    epoch, first, last = parse(data, WANTED, where)
    return Wanted(to_uuid(epoch, where), first, last)
