"""The registry: who may send, which plans are in force, what was decided by whom; on SQLite or PostgreSQL."""

from __future__ import annotations

import hashlib
import json
import secrets
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec
from sqlalchemy import create_engine, event, insert, select, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from tynys.domain.configuration import FacilityConfiguration
from tynys.domain.errors import ConfigurationError, NotFoundError, RefusedError, StorageError
from tynys.domain.facility import Names
from tynys.domain.finding import Finding, Severity
from tynys.storage import registry_audit as auditing
from tynys.storage.registry_migrate import migrate
from tynys.storage.registry_model import (
    audit,
    channels,
    configurations,
    enrolment_codes,
    facilities,
    feed_profiles,
    findings,
    gateway_keys,
    gateways,
    imports,
)
from tynys.storage.registry_rows import AuditRow, ChannelRow, Configuration, FacilityRow, Gateway, GatewayKey, ImportRow

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from sqlalchemy import Connection, Engine, Row, Table

CODE_BYTES = 15
APPROVED, REFUSED, WAITING = "approved", "refused", "waiting"


class Registry:
    """Every call is one transaction; every change writes its audit row in it. Thread-safe."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @classmethod
    def open(cls, url: str) -> Registry:
        """Connect (``sqlite:///…`` or ``postgresql+psycopg://…``) and bring the tables to the newest version."""
        if url.startswith("sqlite:///"):
            Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
        try:
            engine = create_engine(url, pool_pre_ping=True)
        except (SQLAlchemyError, ModuleNotFoundError) as error:
            raise ConfigurationError(
                f"expected sqlite:///… or postgresql+psycopg://…, and its driver: {error}",
                where=url,
                hint="Set [registry] url in centre.toml.",
            ) from error
        if engine.dialect.name == "sqlite":
            event.listen(engine, "connect", _prepare_sqlite)
            event.listen(engine, "begin", _begin_immediate)
        try:
            migrate(engine)
        except SQLAlchemyError as error:
            engine.dispose()
            raise StorageError(
                f"the registry cannot be opened: {error}", where=engine.url.render_as_string(), code="registry.unreachable"
            ) from error
        return cls(engine)

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()

    # -- enrolment --------------------------------------------------------------------------------------------------

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
        """Use up a code and take a gateway in; a `RefusedError` says which condition failed."""
        with self._engine.begin() as connection:
            found = connection.execute(select(enrolment_codes).where(enrolment_codes.c.digest == _digest(code))).first()
            if found is None:
                raise _refused("code_unknown", "this enrolment code is not known")
            if found.used_ms is not None:
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

    # -- configurations ---------------------------------------------------------------------------------------------

    def put_configuration(
        self, digest: bytes, facility: str, document: bytes, first_seen_ms: int, position: int, gateway: UUID, *, simulated: bool = False
    ) -> Configuration:
        """Keep a configuration document; the same digest again changes nothing. Names and channels follow the newest."""
        configuration = msgspec.json.decode(document, type=FacilityConfiguration)
        with self._engine.begin() as connection:
            known = connection.execute(select(configurations).where(configurations.c.digest == digest.hex())).first()
            if known is not None:
                return _configuration(known)
            connection.execute(
                insert(configurations).values(
                    digest=digest.hex(), facility=facility, document=document, first_seen_ms=first_seen_ms, position=position,
                    gateway=str(gateway), simulated=simulated, state=WAITING, reason="",
                )
            )  # fmt: skip
            self._index(connection, facility, configuration, simulated=simulated)
            auditing.append(
                connection, "configuration.received", facility, "gateway", first_seen_ms, {"digest": digest.hex(), "gateway": str(gateway)}
            )
        return self.configuration(digest)

    def _index(self, connection: Connection, facility: str, configuration: FacilityConfiguration, *, simulated: bool) -> None:
        names, site = configuration.facility.names, configuration.facility
        connection.execute(facilities.delete().where(facilities.c.id == facility))
        connection.execute(
            insert(facilities).values(
                id=facility,
                region=site.region,
                operator=site.operator,
                name_kk=names.kk,
                name_ru=names.ru,
                name_en=names.en,
                simulated=simulated,
            )
        )
        rows = [
            {"id": str(c.id), "facility": facility, "name": c.name, "component": c.component, "unit": str(c.unit)}
            for c in configuration.channels
        ]
        connection.execute(channels.delete().where(channels.c.facility == facility))
        if rows:
            connection.execute(insert(channels), rows)

    def configuration(self, digest: bytes) -> Configuration:
        """One configuration by its digest."""
        row = self._one(configurations, configurations.c.digest == digest.hex())
        if row is None:
            raise NotFoundError(f"no configuration has the digest {digest.hex()}", code="configuration.unknown")
        return _configuration(row)

    def configurations(self, facility: str | None = None) -> list[Configuration]:
        """All configurations, or a facility's, oldest first."""
        query = select(configurations).order_by(configurations.c.first_seen_ms, configurations.c.position)
        return [_configuration(row) for row in self._all(query if facility is None else query.where(configurations.c.facility == facility))]

    def latest_configuration(self, facility: str, *, approved_only: bool = False) -> Configuration | None:
        """The newest configuration of a facility, if there is one."""
        found = [row for row in self.configurations(facility) if row.approved or not approved_only]
        return found[-1] if found else None

    def decide(self, digest: bytes, approved: bool, by: str, at_ms: int, reason: str = "") -> Configuration:
        """Approve or refuse a plan."""
        state = APPROVED if approved else REFUSED
        with self._engine.begin() as connection:
            done = connection.execute(
                update(configurations)
                .where(configurations.c.digest == digest.hex())
                .values(state=state, decided_by=by, decided_ms=at_ms, reason=reason)
            )
            if done.rowcount == 0:
                raise NotFoundError(f"no configuration has the digest {digest.hex()}", code="configuration.unknown")
            auditing.append(connection, f"configuration.{state}", digest.hex(), by, at_ms, {"reason": reason})
        return self.configuration(digest)

    def facilities(self) -> list[FacilityRow]:
        """Every facility that has sent a configuration."""
        return [
            FacilityRow(row.id, row.region, row.operator, Names(kk=row.name_kk, ru=row.name_ru, en=row.name_en), row.simulated)
            for row in self._all(select(facilities).order_by(facilities.c.id))
        ]

    def channel(self, channel: UUID) -> ChannelRow:
        """One channel."""
        row = self._one(channels, channels.c.id == str(channel))
        if row is None:
            raise NotFoundError(f"no facility has a channel {channel}", code="channel.unknown")
        return _channel(row)

    def channels(self, facility: str) -> list[ChannelRow]:
        """A facility's channels by name."""
        return [_channel(row) for row in self._all(select(channels).where(channels.c.facility == facility).order_by(channels.c.name))]

    def all_channels(self) -> list[ChannelRow]:
        """Every channel."""
        return [_channel(row) for row in self._all(select(channels).order_by(channels.c.facility, channels.c.name))]

    # -- the national data bank -------------------------------------------------------------------------------------

    def put_feed_profile(self, name: str, document: Mapping[str, object], *, by: str, at_ms: int) -> None:
        """Keep how a feed's columns are to be read."""
        with self._engine.begin() as connection:
            connection.execute(feed_profiles.delete().where(feed_profiles.c.name == name))
            connection.execute(insert(feed_profiles).values(name=name, document=json.dumps(document, ensure_ascii=False), changed_ms=at_ms))
            auditing.append(connection, "feed_profile.changed", name, by, at_ms, dict(document))

    def feed_profile(self, name: str) -> dict[str, Any]:
        """How a feed's columns are to be read."""
        row = self._one(feed_profiles, feed_profiles.c.name == name)
        if row is None:
            raise NotFoundError(f"no feed profile is called {name!r}", code="feed_profile.unknown")
        document: dict[str, Any] = json.loads(row.document)
        return document

    def record_import(self, file: str, sha256: str, profile: str, *, rows: int, refused: int, made_ms: int, by: str) -> int:
        """Note that a file was imported; returns its number."""
        with self._engine.begin() as connection:
            key = connection.execute(
                insert(imports).values(file=file, sha256=sha256, profile=profile, rows=rows, refused=refused, made_ms=made_ms, made_by=by)
            ).inserted_primary_key
            auditing.append(connection, "feed.imported", file, by, made_ms, {"sha256": sha256, "rows": rows, "refused": refused})
        return int(key[0]) if key else 0

    def imports(self) -> list[ImportRow]:
        """Every import, oldest first."""
        return [
            ImportRow(row.id, row.file, row.sha256, row.profile, row.rows, row.refused, row.made_ms, row.made_by)
            for row in self._all(select(imports).order_by(imports.c.id))
        ]

    # -- findings and audit -----------------------------------------------------------------------------------------

    def record_findings(self, found: Sequence[Finding], found_ms: int) -> int:
        """Keep findings; the same check, subject and span is kept once. Returns how many were new."""
        new = 0
        with self._engine.begin() as connection:
            for item in found:
                key = (
                    findings.c.check_id == item.check,
                    findings.c.subject == item.subject,
                    findings.c.start_ms == item.start_ms,
                    findings.c.end_ms == item.end_ms,
                )
                if connection.execute(select(findings.c.id).where(*key)).first() is None:
                    new += 1
                    connection.execute(
                        insert(findings).values(
                            check_id=item.check, severity=item.severity.value, clause=item.clause, message=item.message,
                            subject=item.subject, start_ms=item.start_ms, end_ms=item.end_ms, found_ms=found_ms,
                            evidence=json.dumps(dict(item.evidence), ensure_ascii=False),
                        )
                    )  # fmt: skip
        return new

    def findings(self, subject: str | None = None, since_ms: int | None = None, limit: int = 1000) -> list[Finding]:
        """Findings, newest first."""
        query = select(findings).order_by(findings.c.id.desc()).limit(limit)
        if subject is not None:
            query = query.where(findings.c.subject == subject)
        if since_ms is not None:
            query = query.where(findings.c.found_ms >= since_ms)
        return [
            Finding(
                row.check_id,
                Severity(row.severity),
                row.clause,
                row.message,
                row.subject,
                row.start_ms,
                row.end_ms,
                json.loads(row.evidence),
            )
            for row in self._all(query)
        ]

    def audit(self, action: str, subject: str, by: str, at_ms: int, detail: Mapping[str, object]) -> AuditRow:
        """Note something that changed elsewhere."""
        with self._engine.begin() as connection:
            return auditing.append(connection, action, subject, by, at_ms, detail)

    def audit_log(self, after: int = 0, limit: int = 100) -> list[AuditRow]:
        """Changes in order."""
        return [AuditRow(*tuple(row)) for row in self._all(select(audit).where(audit.c.id > after).order_by(audit.c.id).limit(limit))]

    def verify_audit(self) -> int | None:
        """Number of the first audit row that was changed or removed afterwards, or None."""
        return auditing.first_broken([AuditRow(*tuple(row)) for row in self._all(select(audit).order_by(audit.c.id))])

    def _all(self, query: Any) -> Sequence[Row[Any]]:
        with self._engine.connect() as connection:
            return connection.execute(query).all()

    def _one(self, table: Table, condition: Any) -> Row[Any] | None:
        with self._engine.connect() as connection:
            return connection.execute(select(table).where(condition)).first()


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA busy_timeout = 10000")


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _digest(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()


def _refused(code: str, message: str) -> RefusedError:
    return RefusedError(
        message, where="enrolment", hint="Ask the centre for a new code: tynys centre enrol-code.", code=f"enrolment.{code}"
    )


def _gateway(row: Row[Any]) -> Gateway:
    return Gateway(UUID(row.id), row.facility, row.role, row.simulated, row.enrolled_ms)


def _configuration(row: Row[Any]) -> Configuration:
    return Configuration(
        bytes.fromhex(row.digest), row.facility, bytes(row.document), row.first_seen_ms, row.position, UUID(row.gateway), row.simulated,
        row.state, row.decided_by, row.decided_ms, row.reason,
    )  # fmt: skip


def _channel(row: Row[Any]) -> ChannelRow:
    return ChannelRow(UUID(row.id), row.facility, row.name, row.component, row.unit)
