"""What the gateway tells its local page and `tynys plant status`: frozen view models, numbers and keys, no words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tynys.calc.explain import Explanation
    from tynys.domain.average import Average
    from tynys.domain.component import Certainty
    from tynys.domain.facility import Names
    from tynys.domain.status import GapCause, InstrumentStatus


class LocalStanding(StrEnum):
    """Where a component stands against its limit as the plant itself sees it; same words as the centre's."""

    EXCEEDING = "exceeding"
    NEAR = "near"
    SILENT = "silent"
    INVALID = "invalid"
    CANNOT_BE_JUDGED = "cannot_be_judged"
    WITHIN = "within"
    NO_LIMIT = "no_limit"
    NOT_OPERATING = "not_operating"


class LineState(StrEnum):
    """How the line to the centre is doing."""

    UP = "up"
    CUT = "cut"
    NOT_SET = "not_set"
    NOT_RUNNING = "not_running"


@dataclass(frozen=True, slots=True)
class LocalChannelView:
    """The last reading of one channel; ``value`` is absent exactly when ``cause`` is not ``NONE``."""

    channel: str
    name: str
    component: str
    unit: str
    device: str
    value: float | None
    status: InstrumentStatus | None
    cause: GapCause | None
    time_ms: int | None
    span: float | None


@dataclass(frozen=True, slots=True)
class LocalComponentView:
    """One component of one source: the running average window, its forecast and the limit it is held against.

    ``mean_so_far`` and ``forecast`` are at reference conditions in ``unit``; ``closed`` are the last closed own
    averages by period (PT20M, PT1H, P1D), the newest of each.
    """

    component: str
    unit: str
    standing: LocalStanding
    period: str
    mean_so_far: float | None
    window_start_ms: int
    window_end_ms: int
    elapsed_share: float
    forecast: float | None
    permissible_remaining: float | None
    limit: float | None
    limit_certainty: Certainty | None
    limit_document: str
    closed: tuple[Average, ...]
    exceedance_probability: float | None = None
    """Of the whole window's mean lying above the limit, 0..1; absent without a limit that can be judged."""


@dataclass(frozen=True, slots=True)
class LocalSourceView:
    """One source with its components (regulated first) and its state as the plan's rules give it."""

    source: str
    names: Names
    plant_state: str
    components: tuple[LocalComponentView, ...]


@dataclass(frozen=True, slots=True)
class ReceiptView:
    """A receipt of the centre: which batch, what became of it, where it lies in the journal."""

    epoch: str
    seq: int
    outcome: str
    chain: str
    position: int
    reason: str
    plan_known: bool
    received_ms: int


@dataclass(frozen=True, slots=True)
class AlarmView:
    """Something a person should look at: a stable code, since when, and its evidence."""

    code: str
    since_ms: int
    detail: str


@dataclass(frozen=True, slots=True)
class LineView:
    """The way to the centre and what waits in the spool. [bytes, ms]."""

    url: str
    state: LineState
    batches_stored: int
    batches_unsent: int
    batches_refused: int
    rows_unsealed: int
    spool_bytes: int
    oldest_unsent_ms: int | None
    last_sealed_ms: int | None
    last_receipt: ReceiptView | None
    clock_offset_ms: int | None


@dataclass(frozen=True, slots=True)
class PlantView:
    """Everything the local page and `tynys plant status` show; ``revision`` grows with every change."""

    revision: int
    now_ms: int
    facility: str
    names: Names
    operator: Names
    gateway: str
    role: str
    simulated: bool
    speed: float
    running: bool
    channels: tuple[LocalChannelView, ...]
    sources: tuple[LocalSourceView, ...]
    line: LineView
    alarms: tuple[AlarmView, ...]


class LocalQueries(Protocol):
    """What the local page asks the gateway; read-only."""

    async def plant(self) -> PlantView:
        """The plant now."""

    def changes(self) -> AsyncIterator[PlantView]:
        """The plant at every change, at most once a second of real time."""

    async def explanation(self, source: str, component: str, period: str, start_ms: int) -> Explanation:
        """How one of the plant's own averages was made; one it does not have is a `NotFoundError`."""
