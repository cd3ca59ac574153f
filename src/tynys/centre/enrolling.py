"""Enrolment: a one-time code makes a gateway's key count."""

from __future__ import annotations

import base64
import binascii
import time
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from tynys.domain.errors import MalformedError
from tynys.wire.enrolment import verify_enrolment

if TYPE_CHECKING:
    from tynys.centre.gateways import Gateways
    from tynys.storage.registry import Registry


class EnrolRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a gateway asks with its one-time code; key and signature in base64."""

    code: str
    gateway: UUID
    facility: str
    role: str
    public_key: str
    signature: str


class EnrolAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What a gateway gets: the key that signs receipts, and whether its data are simulated."""

    centre_public_key: str
    simulated: bool
    server_time_ms: int


def parse(body: bytes) -> EnrolRequest:
    """The request, or an error naming the field."""
    try:
        return msgspec.json.decode(body, type=EnrolRequest)
    except (msgspec.MsgspecError, RecursionError) as problem:
        raise MalformedError(
            str(problem),
            where="enrolment",
            hint="expected code, gateway, facility, role, public_key, signature",
            code="enrolment.malformed",
        ) from problem


def enrol(request: EnrolRequest, registry: Registry, gateways: Gateways) -> bool:
    """Use the code and let the gateway in; whether it is simulated. Proof that the asker holds the key comes first."""
    try:
        public, signature = base64.b64decode(request.public_key, validate=True), base64.b64decode(request.signature, validate=True)
    except binascii.Error as problem:
        raise MalformedError("expected base64", where="enrolment.public_key or signature", code="enrolment.malformed") from problem
    key = verify_enrolment(public, signature, code=request.code, gateway=request.gateway, facility=request.facility, role=request.role)
    now_ms = time.time_ns() // 1_000_000  # a code expires by the real clock, whatever the plants' clock says
    row = registry.enrol(request.code, request.gateway, request.facility, request.role, key.public, key.key_id, now_ms)
    gateways.refresh()
    return row.simulated
