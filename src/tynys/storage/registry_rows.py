"""What the registry gives back: frozen rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from uuid import UUID

    from tynys.domain.facility import Names
    from tynys.domain.instrument import Acquisition


@dataclass(frozen=True, slots=True)
class Gateway:
    """An enrolled gateway; ``simulated`` was fixed by its code and is inherited by every row it sends."""

    id: UUID
    facility: str
    role: str
    simulated: bool
    enrolled_ms: int


@dataclass(frozen=True, slots=True)
class GatewayKey:
    """One of a gateway's keys; a retired key closed properly, a revoked one is no longer trusted."""

    key_id: str
    gateway: UUID
    public_key: bytes
    introduced_ms: int
    retired_ms: int | None
    revoked_ms: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class Configuration:
    """A configuration document as it first arrived, and what was decided about its plan."""

    digest: bytes
    facility: str
    document: bytes
    first_seen_ms: int
    position: int
    gateway: UUID
    simulated: bool
    state: str
    decided_by: str | None
    decided_ms: int | None
    reason: str

    @property
    def approved(self) -> bool:
        """Whether its plan may make averages."""
        return self.state == "approved"


@dataclass(frozen=True, slots=True)
class FacilityRow:
    """A facility as its newest configuration names it."""

    id: str
    region: str
    operator: Names
    names: Names
    simulated: bool


@dataclass(frozen=True, slots=True)
class ChannelRow:
    """A channel as the newest configuration names it."""

    id: UUID
    facility: str
    name: str
    component: str
    unit: str
    acquisition: tuple[Acquisition, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportRow:
    """One import of a file of the national data bank."""

    id: int
    file: str
    sha256: str
    profile: str
    rows: int
    refused: int
    made_ms: int
    made_by: str


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One change: who, when, what; chained by digest so that a change of the past shows."""

    id: int
    at_ms: int
    made_by: str
    action: str
    subject: str
    detail: str
    previous: str
    digest: str
