"""Which configurations and plans are known, what was decided about them, and the channels they name."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import msgspec
from sqlalchemy import delete, insert, select, update

from tynys.domain.configuration import FacilityConfiguration
from tynys.domain.errors import NotFoundError
from tynys.domain.facility import Names
from tynys.domain.instrument import Acquisition
from tynys.storage import registry_audit as auditing
from tynys.storage.registry_base import RegistryPart
from tynys.storage.registry_model import channels, configurations, facilities
from tynys.storage.registry_recompute import put_orders
from tynys.storage.registry_rows import ChannelRow, Configuration, FacilityRow

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from sqlalchemy import Connection, Row

    from tynys.storage.registry_rows import RecomputeOrder

APPROVED, REFUSED, WAITING = "approved", "refused", "waiting"


class Plans(RegistryPart):
    """Configurations of the registry."""

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
        connection.execute(delete(facilities).where(facilities.c.id == facility))
        connection.execute(
            insert(facilities).values(
                id=facility,
                region=site.region,
                operator_kk=site.operator.kk,
                operator_ru=site.operator.ru,
                operator_en=site.operator.en,
                name_kk=names.kk,
                name_ru=names.ru,
                name_en=names.en,
                simulated=simulated,
            )
        )
        rows = [
            {
                "id": str(channel.id),
                "facility": facility,
                "name": channel.name,
                "component": channel.component,
                "unit": str(channel.unit),
                "acquisition": msgspec.json.encode(channel.acquisition).decode(),
            }
            for channel in configuration.channels
        ]
        connection.execute(delete(channels).where(channels.c.facility == facility))
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

    def decide(
        self, digest: bytes, approved: bool, by: str, at_ms: int, reason: str = "", *, orders: Sequence[RecomputeOrder] = ()
    ) -> Configuration:
        """Approve or refuse a plan, and ask in the same breath for what it touches to be computed again."""
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
            put_orders(connection, orders, by=by, at_ms=at_ms, reason=reason)
        return self.configuration(digest)

    def facilities(self) -> list[FacilityRow]:
        """Every facility that has sent a configuration."""
        return [
            FacilityRow(
                id=row.id,
                region=row.region,
                operator=Names(kk=row.operator_kk, ru=row.operator_ru, en=row.operator_en),
                names=Names(kk=row.name_kk, ru=row.name_ru, en=row.name_en),
                simulated=row.simulated,
            )
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


def _configuration(row: Row[Any]) -> Configuration:
    return Configuration(
        bytes.fromhex(row.digest), row.facility, bytes(row.document), row.first_seen_ms, row.position, UUID(row.gateway), row.simulated,
        row.state, row.decided_by, row.decided_ms, row.reason,
    )  # fmt: skip


def _channel(row: Row[Any]) -> ChannelRow:
    return ChannelRow(
        UUID(row.id), row.facility, row.name, row.component, row.unit, msgspec.json.decode(row.acquisition, type=tuple[Acquisition, ...])
    )
