"""Gateways as the running centre knows them: who they are, which keys count, what they have sent."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tynys.domain.errors import NotFoundError
from tynys.wire.keys import VerifyKey

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from tynys.storage.registry import Registry


@dataclass(frozen=True, slots=True)
class Key:
    """A gateway's key; a revoked one no longer opens anything."""

    key_id: str
    verify: VerifyKey
    revoked: bool


@dataclass(slots=True, eq=False)
class Gateway:
    """One gateway and what came from it."""

    id: UUID
    facility: str
    role: str
    simulated: bool
    enrolled_ms: int
    keys: dict[str, Key]
    channels: set[UUID] = field(default_factory=set)
    configuration: str = ""
    batches: int = 0
    readings: int = 0
    last_batch_ms: int | None = None
    lag_ms: int | None = None
    span_end_ms: int | None = None
    clock_offset_ms: int | None = None
    chain: str = ""
    forked: bool = False
    gap_since_s: float | None = None
    unlinked: dict[bytes, UUID] = field(default_factory=dict)

    @property
    def live(self) -> bool:
        """Whether it sends as things happen."""
        return self.role == "live"

    @property
    def key_id(self) -> str:
        """The key in use."""
        return next((key.key_id for key in reversed(self.keys.values()) if not key.revoked), "")


class Gateways:
    """Every enrolled gateway; the registry holds who they are, this holds what is going on."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._gateways: dict[UUID, Gateway] = {}
        self._lock = threading.Lock()
        self.refresh()

    def refresh(self) -> None:
        """Read enrolments and revocations made by another process (any thread); who goes through them meanwhile sees the old."""
        with self._lock:
            self._gateways = self._read()

    def _read(self) -> dict[UUID, Gateway]:
        gateways = dict(self._gateways)
        for row in self._registry.gateways():
            keys = {
                key.key_id: Key(key.key_id, VerifyKey(key.public_key), key.revoked_ms is not None) for key in self._registry.keys(row.id)
            }
            held = gateways.get(row.id)
            if held is None:
                gateways[row.id] = Gateway(row.id, row.facility, row.role, row.simulated, row.enrolled_ms, keys)
            else:
                held.keys = keys
        return gateways

    def find(self, gateway: UUID) -> Gateway | None:
        """A gateway, if it is enrolled."""
        return self._gateways.get(gateway)

    def get(self, gateway: UUID) -> Gateway:
        """A gateway that must be enrolled."""
        found = self._gateways.get(gateway)
        if found is None:
            raise NotFoundError(f"gateway {gateway} is not enrolled", code="gateway.unknown", hint="enrol it with a one-time code")
        return found

    def of(self, facility: str) -> list[Gateway]:
        """The gateways of a facility."""
        return [gateway for gateway in self._gateways.values() if gateway.facility == facility]

    def __iter__(self) -> Iterator[Gateway]:
        return iter(self._gateways.values())

    def __len__(self) -> int:
        return len(self._gateways)
