"""Sealed batches and the body of a request: signature and hash are over the payload exactly as sealed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tynys.domain.errors import MalformedError, SignatureError, TooLargeError
from tynys.wire.keys import KEY_ID_BYTES, SIGNATURE_BYTES
from tynys.wire.payload import MAX_PAYLOAD, Header, decode_payload, encode_payload, payload_hash, peek_header
from tynys.wire.proto import Field, Kind, parse, put_bytes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tynys.domain.batch import Batch
    from tynys.wire.keys import SigningKey, VerifyKey

MAX_ENVELOPES: Final = 64
MAX_BODY: Final = 8 << 20
BATCH_TAG: Final = "tynys.batch.v1"

REQUEST: Final = (Field("envelopes", Kind.BYTES, repeated=True),)
ENVELOPE: Final = (Field("payload", Kind.BYTES), Field("key_id", Kind.BYTES), Field("signature", Kind.BYTES))


@dataclass(frozen=True, slots=True)
class Envelope:
    """A sealed batch: payload bytes, who signed, and the signature."""

    payload: bytes
    key_id: str
    signature: bytes

    def header(self) -> Header:
        """Numbering and chaining of the batch inside, unverified and without its records."""
        return peek_header(self.payload)

    @property
    def hash(self) -> bytes:
        """SHA-256 of the payload."""
        return payload_hash(self.payload)


def seal(batch: Batch, key: SigningKey) -> Envelope:
    """Encode and sign a batch; its bytes are never encoded again."""
    payload = encode_payload(batch)
    return Envelope(payload, key.key_id, key.sign(BATCH_TAG, payload))


def verify_envelope(envelope: Envelope, verify_key: VerifyKey) -> None:
    """Check who signed and that the signature fits; the payload is not decoded."""
    if envelope.key_id != verify_key.key_id:
        raise SignatureError(
            f"the batch names key {envelope.key_id}, expected {verify_key.key_id}",
            where="envelope",
            hint="the gateway signs with another key than the one it was enrolled with",
        )
    verify_key.verify(BATCH_TAG, envelope.payload, envelope.signature)


def open_envelope(envelope: Envelope, verify_key: VerifyKey) -> Batch:
    """The batch inside, once its signature fits."""
    verify_envelope(envelope, verify_key)
    return decode_payload(envelope.payload)


def encode_envelope(envelope: Envelope) -> bytes:
    """An envelope as a message."""
    try:
        key_id = bytes.fromhex(envelope.key_id)
    except ValueError:
        key_id = b""
    if len(key_id) != KEY_ID_BYTES or len(envelope.signature) != SIGNATURE_BYTES or not envelope.payload:
        raise MalformedError("expected a payload, a key id of 16 hex digits and a signature of 64 bytes", where="envelope")
    out = bytearray()
    put_bytes(out, 1, envelope.payload)
    put_bytes(out, 2, key_id)
    put_bytes(out, 3, envelope.signature)
    return bytes(out)


def decode_envelope(data: bytes, where: str = "envelope") -> Envelope:
    """Back from `encode_envelope`."""
    payload, key_id, signature = parse(data, ENVELOPE, where)
    if not payload or len(key_id) != KEY_ID_BYTES or len(signature) != SIGNATURE_BYTES:
        raise MalformedError(
            f"expected a payload, a key id of {KEY_ID_BYTES} bytes and a signature of {SIGNATURE_BYTES}, "
            f"got {len(payload)}, {len(key_id)} and {len(signature)} bytes",
            where=where,
        )
    if len(payload) > MAX_PAYLOAD:
        raise TooLargeError(f"a payload of {len(payload)} bytes, at most {MAX_PAYLOAD} are allowed", where=where)
    return Envelope(payload, key_id.hex(), signature)


def pack_request(envelopes: Sequence[Envelope]) -> bytes:
    """The uncompressed body of one request."""
    if not 1 <= len(envelopes) <= MAX_ENVELOPES:
        raise TooLargeError(f"expected 1 to {MAX_ENVELOPES} envelopes in a request, got {len(envelopes)}", where="request")
    out = bytearray()
    for envelope in envelopes:
        put_bytes(out, 1, encode_envelope(envelope))
    if len(out) > MAX_BODY:
        raise TooLargeError(
            f"a request of {len(out)} bytes, at most {MAX_BODY} are allowed", where="request", hint="send fewer batches at once"
        )
    return bytes(out)


def unpack_request(body: bytes) -> tuple[Envelope, ...]:
    """The envelopes of a request, in order; payloads stay as they are."""
    if len(body) > MAX_BODY:
        raise TooLargeError(f"a request of {len(body)} bytes, at most {MAX_BODY} are allowed", where="request")
    messages = parse(body, REQUEST, "request", at_most=MAX_ENVELOPES)[0]
    if not messages:
        raise MalformedError(f"expected 1 to {MAX_ENVELOPES} envelopes, got none", where="request")
    return tuple(decode_envelope(data, f"request, envelope {index}") for index, data in enumerate(messages))
