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
class RulePackRow:
    """One version of a rule pack as it was entered; ``replaced_by`` is the version that took its place, and since when it is not used."""

    digest: str
    id: str
    valid_from: str
    valid_to: str | None
    document: str
    state: str
    entered_by: str
    entered_ms: int
    reason: str
    replaced_by: str | None = None
    replaced_ms: int | None = None


@dataclass(frozen=True, slots=True)
class RecomputeOrder:
    """What a decision touches of a facility: whose averages, over which half-open spans (an absent end is open). [ms since 1970 UTC].

    ``channels`` tells that the channels themselves differ, so that what is summed up of them is made again too; ``cause`` is ``plan`` or
    ``rule_pack``, ``subject`` its digest.
    """

    facility: str
    sources: tuple[str, ...]
    spans: tuple[tuple[int, int | None], ...]
    channels: bool
    cause: str
    subject: str


@dataclass(frozen=True, slots=True)
class Recomputation:
    """An order with who asked for it, when and why, and how far it is.

    ``days_left`` are the local days still to do (absent before the centre has taken it up), ``windows`` the short windows made again so
    far, ``revised`` the averages of which a new revision came out.
    """

    id: int
    order: RecomputeOrder
    requested_by: str
    requested_ms: int
    reason: str
    days_left: tuple[int, ...] | None
    days: int
    windows: int
    revised: int
    finished_ms: int | None

    @property
    def state(self) -> str:
        """``waiting``, ``running`` or ``done``."""
        return "done" if self.finished_ms is not None else "waiting" if self.days_left is None else "running"

    @property
    def share(self) -> float:
        """How much of it is done. [0..1]."""
        if self.finished_ms is not None:
            return 1.0
        return 0.0 if not self.days or self.days_left is None else 1.0 - len(self.days_left) / self.days


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
