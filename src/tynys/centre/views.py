"""What the centre tells a page: frozen view models, numbers and keys, no words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import numpy.typing as npt

    from tynys.calc.explain import Explanation
    from tynys.calc.qa.weekly import Week
    from tynys.domain.average import Average
    from tynys.domain.component import Certainty
    from tynys.domain.configuration import FacilityConfiguration
    from tynys.domain.facility import Names


class Standing(StrEnum):
    """Where a component, source or facility stands now, worst first."""

    EXCEEDING = "exceeding"
    NEAR = "near"
    SILENT = "silent"
    INVALID = "invalid"
    CALIBRATION = "calibration"
    CANNOT_BE_JUDGED = "cannot_be_judged"
    WITHIN = "within"
    NO_LIMIT = "no_limit"
    NOT_OPERATING = "not_operating"
    NOT_CONNECTED = "not_connected"


@dataclass(frozen=True, slots=True)
class ComponentView:
    """One component of one source, now. Concentrations at reference conditions in ``unit``; shares 0..1."""

    component: str
    unit: str
    standing: Standing
    now: float | None
    now_ms: int | None
    now_status: str
    mean_so_far: float | None
    window_start_ms: int
    window_end_ms: int
    elapsed_share: float
    forecast: float | None
    permissible_remaining: float | None
    limit: float | None
    limit_certainty: Certainty | None
    limit_document: str
    since_ms: int | None
    last_closed: Average | None
    valid_today_share: float | None
    exceedance_probability: float | None = None
    """Of the whole window's mean lying above the limit, 0..1; absent without a limit that can be judged."""


@dataclass(frozen=True, slots=True)
class SourceView:
    """One source, now; ``components`` are its regulated pollutants, ``peripherals`` O2, H2O, T, p, flow."""

    source: str
    names: Names
    facility: str
    facility_names: Names
    region: str
    permit_serial: str
    standing: Standing
    simulated: bool
    components: tuple[ComponentView, ...]
    peripherals: tuple[ComponentView, ...]
    last_reading_ms: int | None
    last_batch_ms: int | None
    chain_verdict: str
    plant_state: str
    fuel: str
    units_text: tuple[tuple[str, float, bool], ...]
    verification_valid_to_ms: int | None


@dataclass(frozen=True, slots=True)
class FacilityView:
    """One facility with its sources; ``configuration`` is the one in force (None before the first arrives)."""

    facility: str
    names: Names
    operator: Names
    region: str
    latitude_deg: float
    longitude_deg: float
    simulated: bool
    standing: Standing
    sources: tuple[SourceView, ...]
    configuration: FacilityConfiguration | None


@dataclass(frozen=True, slots=True)
class NationView:
    """The country now."""

    now_ms: int
    simulated: bool
    speed: float
    facilities: tuple[FacilityView, ...]
    loading_share: float | None
    """Share of the history that has arrived while it loads (0..1), None when nothing loads."""


@dataclass(frozen=True, slots=True)
class GapView:
    """A span in which a gateway's readings are missing or are gap rows."""

    gateway: str
    channel: str | None
    start_ms: int
    end_ms: int
    count: int
    cause: str


@dataclass(frozen=True, slots=True)
class GatewayView:
    """A gateway as the centre sees it."""

    gateway: str
    facility: str
    role: str
    simulated: bool
    enrolled_ms: int
    last_batch_ms: int | None
    lag_ms: int | None
    batches: int
    readings: int
    missing_batches: int
    chain_verdict: str
    clock_offset_ms: int | None
    plan_state: str
    key_id: str


@dataclass(frozen=True, slots=True)
class RecomputationView:
    """What a decision asked to be computed again, and how far it is; ``cause`` is ``plan`` or ``rule_pack``, ``share`` 0..1."""

    facility: str
    cause: str
    by: str
    reason: str
    requested_ms: int
    state: str
    share: float
    days: int
    revised: int


@dataclass(frozen=True, slots=True)
class TransmissionView:
    """Gateways, lag, gaps, and the centre's own health."""

    now_ms: int
    gateways: tuple[GatewayView, ...]
    gaps: tuple[GapView, ...]
    journal_position: int
    lake_position: int
    batches_per_second: float
    readings_per_second: float
    recomputations: tuple[RecomputationView, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class ChartSeries:
    """A series decimated by min/max per bucket. Arrays are (n,); NaN where nothing; status is the worst in the bucket."""

    source: str
    component: str
    unit: str
    kind: str
    start_ms: npt.NDArray[np.int64]
    minimum: npt.NDArray[np.float64]
    maximum: npt.NDArray[np.float64]
    mean: npt.NDArray[np.float64]
    status: npt.NDArray[np.uint8]
    limit: float | None
    interval_ms: int


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """One local civil day: share of expected 20-minute averages that are valid, and worst standing."""

    date: str
    valid_share: float | None
    exceeded: bool


@dataclass(frozen=True, slots=True)
class RevisionView:
    """One revision of an average, since when it is known and why it came: ``first``, ``readings``, ``plan`` or ``rule_pack``."""

    value: float | None
    unit: str
    status: str
    known_ms: int
    cause: str
    by: str
    reason: str


@dataclass(frozen=True, slots=True, eq=False)
class RawReadings:
    """Readings of one channel as they came, by time; ``status`` is `InstrumentStatus`, values NaN where absent."""

    channel: str
    name: str
    component: str
    unit: str
    time_ms: npt.NDArray[np.int64]
    value: npt.NDArray[np.float64]
    status: npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class RangeWeeks:
    """The weekly counter of one component since its last QAL2 or AST; ``weeks`` are those with any value outside the calibrated range."""

    source: str
    component: str
    since_ms: int
    counter: int
    weeks: tuple[Week, ...]


class Queries(Protocol):
    """What pages and the API ask the centre. All are read-only; unknown ids raise `NotFoundError`."""

    async def nation(self) -> NationView:
        """Every facility, worst first."""

    async def facility(self, facility: str) -> FacilityView:
        """One facility."""

    async def source(self, source: str) -> SourceView:
        """One source."""

    async def transmission(self) -> TransmissionView:
        """Gateways and gaps."""

    async def range_weeks(self, facility: str) -> Sequence[RangeWeeks]:
        """Weeks outside the valid calibration range, for every calibrated component of a facility."""

    async def averages(self, source: str, component: str, period: str, start_ms: int, end_ms: int) -> Sequence[Average]:
        """Current averages of a span."""

    async def chart(self, source: str, component: str, kind: str, start_ms: int, end_ms: int, buckets: int) -> ChartSeries:
        """A decimated series; ``kind`` is ``averages`` (20 minutes) or ``readings`` (raw main channel)."""

    async def explanation(self, source: str, component: str, period: str, start_ms: int) -> Explanation:
        """How one average was made."""

    async def revisions(self, source: str, component: str, period: str, start_ms: int) -> Sequence[RevisionView]:
        """Every revision of one average, oldest first."""

    async def readings(self, source: str, channel: str, start_ms: int, end_ms: int) -> RawReadings:
        """Raw readings of one channel of a source, by its UUID."""

    async def calendar(self, source: str, year: int) -> Sequence[CalendarDay]:
        """Days of a local civil year."""
