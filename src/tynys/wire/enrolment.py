"""What a gateway signs to be enrolled, and how it compares its clock with the centre's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tynys.domain.errors import MalformedError
from tynys.wire.keys import VerifyKey
from tynys.wire.proto import put_bytes, put_text

if TYPE_CHECKING:
    from uuid import UUID

    from tynys.wire.keys import SigningKey

ENROL_TAG: Final = "tynys.enrol.v1"
ROLES: Final = ("live", "history")


def _message(code: str, gateway: UUID, facility: str, role: str) -> bytes:
    if role not in ROLES:
        raise MalformedError(f"role {role!r}, expected one of {', '.join(ROLES)}", where="enrolment")
    out = bytearray()
    put_text(out, 1, code)
    put_bytes(out, 2, gateway.bytes)
    put_text(out, 3, facility)
    put_text(out, 4, role)
    return bytes(out)


def enrol_signature(key: SigningKey, *, code: str, gateway: UUID, facility: str, role: str) -> bytes:
    """The proof that the sender of an enrolment holds the key it presents."""
    return key.sign(ENROL_TAG, _message(code, gateway, facility, role))


def verify_enrolment(public: bytes, signature: bytes, *, code: str, gateway: UUID, facility: str, role: str) -> VerifyKey:
    """The key to remember for this gateway, once its proof fits."""
    key = VerifyKey(public)
    key.verify(ENROL_TAG, _message(code, gateway, facility, role), signature)
    return key


@dataclass(frozen=True, slots=True)
class ClockOffset:
    """A gateway's clock minus the centre's, and how long the question took, in milliseconds."""

    offset_ms: int
    round_trip_ms: int


def clock_offset(sent_ms: int, server_ms: int, received_ms: int) -> ClockOffset:
    """The offset by one exchange: the centre's answer is taken as made half-way.

    Parameters
    ----------
    sent_ms, received_ms : int
        By the gateway's clock, before and after the question. [ms since 1970 UTC]
    server_ms : int
        By the centre's clock, in its answer. [ms since 1970 UTC]
    """
    return ClockOffset((sent_ms + received_ms) // 2 - server_ms, received_ms - sent_ms)
