"""Enrolment proofs and clock exchange."""

from __future__ import annotations

from uuid import UUID

import pytest
from wire_independent import pb

from tynys.domain.errors import MalformedError, SignatureError
from tynys.wire.enrolment import ClockOffset, clock_offset, enrol_signature, verify_enrolment
from tynys.wire.keys import SigningKey

KEY = SigningKey.from_seed(b"k" * 32)
ASKED = {"code": "ABCD-1234", "gateway": UUID(int=7), "facility": "gres-1", "role": "live"}


def test_the_proof_fits_exactly_what_was_asked():
    proof = enrol_signature(KEY, **ASKED)
    assert verify_enrolment(KEY.public, proof, **ASKED).key_id == KEY.key_id
    for change in ({"code": "ABCD-1235"}, {"gateway": UUID(int=8)}, {"facility": "gres-2"}, {"role": "history"}):
        with pytest.raises(SignatureError):
            verify_enrolment(KEY.public, proof, **(ASKED | change))
    with pytest.raises(SignatureError):
        verify_enrolment(SigningKey.generate().public, proof, **ASKED)


def test_the_signed_message_is_plain_protobuf():
    message = pb.Enrolment(code="ABCD-1234", gateway=UUID(int=7).bytes, facility="gres-1", role="live").SerializeToString()
    KEY.verify_key.verify("tynys.enrol.v1", message, enrol_signature(KEY, **ASKED))


def test_an_unknown_role_is_named():
    with pytest.raises(MalformedError, match="expected one of live, history"):
        enrol_signature(KEY, **(ASKED | {"role": "boss"}))


@pytest.mark.parametrize(
    ("sent", "server", "received", "expected"),
    [(1000, 1050, 1100, (0, 100)), (5000, 1050, 5100, (4000, 100)), (1000, 3_601_050, 1100, (-3_600_000, 100))],
)
def test_the_offset_is_the_gateways_clock_minus_the_centres(sent, server, received, expected):
    assert clock_offset(sent, server, received) == ClockOffset(*expected)
