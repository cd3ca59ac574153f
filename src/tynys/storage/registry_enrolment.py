"""Who may send: one-time codes, gateways and their keys."""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from tynys.domain.errors import NotFoundError, RefusedError
from tynys.storage import registry_audit as auditing
from tynys.storage.registry_base import RegistryPart
from tynys.storage.registry_model import enrolment_codes, gateway_keys, gateways
from tynys.storage.registry_rows import Gateway, GatewayKey

if TYPE_CHECKING:
    from typing import Any

    from sqlalchemy import Connection, Row

CODE_BYTES = 15
"""Length of an enrolment code before it is written as text. [bytes]"""


class Enrolment(RegistryPart):
    """Gateways of the registry."""

    def create_code(self, facility: str, role: str, *, simulated: bool, expires_ms: int, made_ms: int, by: str) -> str:
        """A one-time code; only its digest is kept, so it is shown once."""
        code = secrets.token_urlsafe(CODE_BYTES)
        with self._engine.begin() as connection:
            connection.execute(
                insert(enrolment_codes).values(
                    digest=_digest(code),
                    facility=facility,
                    role=role,
                    simulated=simulated,
                    made_ms=made_ms,
                    expires_ms=expires_ms,
                    made_by=by,
                )
            )
            auditing.append(connection, "code.created", facility, by, made_ms, {"role": role, "simulated": simulated})
        return code

    def enrol(self, code: str, gateway: UUID, facility: str, role: str, public_key: bytes, key_id: str, now_ms: int) -> Gateway:
        """Use up a code and take a gateway in; a `RefusedError` says which condition failed.

        The same gateway with the same key and code is answered again: it may never have got the first answer.
        """
        with self._engine.begin() as connection:
            one = select(enrolment_codes).where(enrolment_codes.c.digest == _digest(code)).with_for_update()
            found = connection.execute(one).first()
            if found is None:
                raise _refused("code_unknown", "this enrolment code is not known")
            if found.used_ms is not None:
                if (again := _enrolled(connection, gateway, facility, role, public_key)) is not None and found.used_by == str(gateway):
                    return again
                raise _refused("code_used", "this enrolment code has been used")
            if found.expires_ms <= now_ms:
                raise _refused("code_expired", "this enrolment code has expired")
            if (found.facility, found.role) != (facility, role):
                raise _refused("code_mismatch", f"this code is for {found.facility} ({found.role}), not for {facility} ({role})")
            try:
                connection.execute(
                    insert(gateways).values(id=str(gateway), facility=facility, role=role, simulated=found.simulated, enrolled_ms=now_ms)
                )
                connection.execute(
                    insert(gateway_keys).values(key_id=key_id, gateway=str(gateway), public_key=public_key, introduced_ms=now_ms, reason="")
                )
            except IntegrityError as error:
                raise _refused("gateway_known", f"gateway {gateway} or its key is enrolled already") from error
            connection.execute(
                update(enrolment_codes).where(enrolment_codes.c.digest == found.digest).values(used_ms=now_ms, used_by=str(gateway))
            )
            auditing.append(
                connection, "gateway.enrolled", str(gateway), "gateway", now_ms, {"facility": facility, "role": role, "key": key_id}
            )
            return Gateway(gateway, facility, role, found.simulated, now_ms)

    def gateway(self, gateway: UUID) -> Gateway:
        """One gateway."""
        row = self._one(gateways, gateways.c.id == str(gateway))
        if row is None:
            raise NotFoundError(f"gateway {gateway} is not enrolled", code="gateway.unknown", hint="Enrol it with a one-time code.")
        return _gateway(row)

    def gateways(self, facility: str | None = None) -> list[Gateway]:
        """All gateways, or a facility's."""
        query = select(gateways).order_by(gateways.c.facility, gateways.c.role, gateways.c.id)
        return [_gateway(row) for row in self._all(query if facility is None else query.where(gateways.c.facility == facility))]

    def keys(self, gateway: UUID) -> list[GatewayKey]:
        """A gateway's keys, oldest first."""
        query = select(gateway_keys).where(gateway_keys.c.gateway == str(gateway)).order_by(gateway_keys.c.introduced_ms)
        return [
            GatewayKey(row.key_id, UUID(row.gateway), row.public_key, row.introduced_ms, row.retired_ms, row.revoked_ms, row.reason)
            for row in self._all(query)
        ]

    def introduce_key(self, gateway: UUID, public_key: bytes, key_id: str, now_ms: int) -> None:
        """Take a new key that the gateway's old one introduced."""
        self.gateway(gateway)
        with self._engine.begin() as connection:
            connection.execute(
                insert(gateway_keys).values(key_id=key_id, gateway=str(gateway), public_key=public_key, introduced_ms=now_ms, reason="")
            )
            auditing.append(connection, "key.introduced", str(gateway), "gateway", now_ms, {"key": key_id})

    def revoke_key(self, key_id: str, now_ms: int, by: str, reason: str) -> None:
        """Trust a key no longer."""
        self._close_key(key_id, "revoked_ms", "key.revoked", now_ms, by, reason)

    def retire_key(self, key_id: str, now_ms: int, by: str, reason: str = "") -> None:
        """Close a key that was replaced properly."""
        self._close_key(key_id, "retired_ms", "key.retired", now_ms, by, reason)

    def _close_key(self, key_id: str, column: str, action: str, now_ms: int, by: str, reason: str) -> None:
        with self._engine.begin() as connection:
            done = connection.execute(
                update(gateway_keys).where(gateway_keys.c.key_id == key_id).values({column: now_ms, "reason": reason})
            )
            if done.rowcount == 0:
                raise NotFoundError(f"no gateway has a key {key_id}", code="key.unknown")
            auditing.append(connection, action, key_id, by, now_ms, {"reason": reason})


def _enrolled(connection: Connection, gateway: UUID, facility: str, role: str, public_key: bytes) -> Gateway | None:
    """The gateway as it is enrolled, if this very key is one of its own and still trusted."""
    row = connection.execute(select(gateways).where(gateways.c.id == str(gateway))).first()
    trusted = gateway_keys.c.revoked_ms.is_(None) & gateway_keys.c.retired_ms.is_(None)
    mine = select(gateway_keys.c.key_id).where(
        (gateway_keys.c.gateway == str(gateway)) & (gateway_keys.c.public_key == public_key) & trusted
    )
    if row is None or (row.facility, row.role) != (facility, role) or connection.execute(mine).first() is None:
        return None
    return _gateway(row)


def _digest(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()


def _refused(code: str, message: str) -> RefusedError:
    return RefusedError(
        message, where="enrolment", hint="Ask the centre for a new code: tynys centre enrol-code.", code=f"enrolment.{code}"
    )


def _gateway(row: Row[Any]) -> Gateway:
    return Gateway(UUID(row.id), row.facility, row.role, row.simulated, row.enrolled_ms)
