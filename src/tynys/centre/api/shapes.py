"""What the public API answers: every shape once, for the encoder and for the OpenAPI document alike.

Times are RFC 3339 UTC; spans are half-open by their start; an absent value is ``null`` and its status says why;
``simulated`` is true wherever an answer carries simulated data.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """An answer or a part of one."""


class NamesShape(Shape, frozen=True, kw_only=True):
    """A name in Kazakh, Russian and English."""

    kk: str
    ru: str
    en: str


class ComponentShape(Shape, frozen=True, kw_only=True):
    """One component of one source now, at reference conditions, in ``unit``; shares and probabilities are 0..1.

    ``exceedance_probability`` is that of the open window's average ending above the limit; null without a limit that can be judged.
    """

    component: str
    unit: str
    standing: str
    now: float | None
    now_time: datetime | None
    now_status: str
    mean_so_far: float | None
    window_start: datetime
    window_end: datetime
    elapsed_share: float
    forecast: float | None
    permissible_remaining: float | None
    exceedance_probability: float | None
    limit: float | None
    limit_certainty: str | None
    limit_document: str
    since: datetime | None
    last_average: float | None
    valid_today_share: float | None


class SourceShape(Shape, frozen=True, kw_only=True):
    """One source now."""

    source: str
    names: NamesShape
    facility: str
    region: str
    permit_serial: str
    standing: str
    plant_state: str
    fuel: str
    simulated: bool
    components: list[ComponentShape]
    peripherals: list[ComponentShape]
    last_reading: datetime | None
    last_batch: datetime | None
    chain_verdict: str


class FacilityShape(Shape, frozen=True, kw_only=True):
    """One facility; ``configuration`` is the digest of the configuration in force."""

    facility: str
    names: NamesShape
    operator: NamesShape
    region: str
    latitude_deg: float
    longitude_deg: float
    standing: str
    simulated: bool
    configuration: str | None
    sources: list[str]


class ReadingShape(Shape, frozen=True, kw_only=True):
    """One reading of one channel."""

    channel: str
    name: str
    time: datetime
    value: float | None
    unit: str
    status: str
    cause: str | None


class AverageShape(Shape, frozen=True, kw_only=True):
    """One revision of one average; ``known`` is when it was made, ``superseded`` when a later one replaced it."""

    source: str
    component: str
    period: str
    start: datetime
    end: datetime
    value: float | None
    unit: str
    status: str
    plant_state: str
    origin: str
    provisional: bool
    revision: int
    known: datetime
    superseded: datetime | None
    count_valid: int
    count_expected: int
    chain: str
    configuration: str
    rule_pack: str
    raw: float | None
    calibrated: float | None
    o2_dry_pct: float | None
    h2o_pct: float | None
    temperature_c: float | None
    pressure_kpa: float | None
    flow_dry_nm3_h: float | None
    mass_g_s: float | None
    standardised: float | None
    o2_reference_pct: float | None
    deduction: float | None
    count_operating: int
    fld_valid: int
    fld_operating: int
    outside_calibration_range: bool
    rule_pack_digest: str


class FeedProfileShape(Shape, frozen=True, kw_only=True):
    """How an imported feed was read; ``to_confirm`` are the values of that reading which nobody has confirmed yet."""

    profile: str
    title: str
    to_confirm: dict[str, str | float]


class ImportShape(Shape, frozen=True, kw_only=True):
    """An imported file; ``refused`` counts its lines that were no rows."""

    number: int
    file: str
    sha256: str
    profile: str
    rows: int
    refused: int
    made: datetime
    made_by: str


class SpellingShape(Shape, frozen=True, kw_only=True):
    """How a feed wrote a source, to the last blank."""

    organization: str
    name: str


class FeedSourceShape(Shape, frozen=True, kw_only=True):
    """A source known from an imported feed: its canonical names, and every spelling that came."""

    source: str
    organization: str
    name: str
    region: str
    written: list[SpellingShape]
    profile: str
    simulated: bool


class ChartShape(Shape, frozen=True, kw_only=True):
    """A series decimated to buckets; the smallest and the largest value of each bucket are exact."""

    simulated: bool
    source: str
    component: str
    unit: str
    kind: str
    interval_ms: int
    limit: float | None
    start: list[datetime]
    minimum: list[float | None]
    maximum: list[float | None]
    mean: list[float | None]
    status: list[int]


class ReceiptShape(Shape, frozen=True, kw_only=True):
    """A batch as stored: where in the journal, and what its hash is."""

    position: int
    gateway: str
    epoch: str
    sequence: int
    batch_hash: str
    previous_hash: str
    key_id: str
    received: datetime
    span_start: datetime
    span_end: datetime
    conflict: bool


class GapShape(Shape, frozen=True, kw_only=True):
    """A span in which readings are missing, or are rows that say why there is no value."""

    gateway: str
    channel: str | None
    start: datetime
    end: datetime
    count: int
    cause: str


class GatewayShape(Shape, frozen=True, kw_only=True):
    """A gateway as the centre sees it."""

    gateway: str
    facility: str
    role: str
    simulated: bool
    enrolled: datetime
    last_batch: datetime | None
    lag_ms: int | None
    batches: int
    readings: int
    missing_batches: int
    chain_verdict: str
    clock_offset_ms: int | None
    plan_state: str
    key_id: str


class PlanShape(Shape, frozen=True, kw_only=True):
    """A facility's configuration with its monitoring plan, and whether the ministry approved it."""

    digest: str
    facility: str
    plan: str
    valid_from: datetime
    valid_to: datetime | None
    rule_pack: str
    state: str
    simulated: bool
    first_seen: datetime


class RecomputationShape(Shape, frozen=True, kw_only=True):
    """What a decision asked to be computed again: whose averages, over which spans, by whom and why, and how far it is.

    ``cause`` is ``plan`` or ``rule_pack``, ``subject`` its digest; ``share`` is what is done of it (0..1), ``windows`` counts the short
    windows made again, ``revised`` the averages that got a new revision.
    """

    number: int
    facility: str
    sources: list[str]
    spans: list[SpanShape]
    cause: str
    subject: str
    requested_by: str
    requested: datetime
    reason: str
    state: str
    share: float
    days: int
    days_left: int
    windows: int
    revised: int
    finished: datetime | None


class SpanShape(Shape, frozen=True, kw_only=True):
    """A half-open span; an absent end is open."""

    start: datetime
    end: datetime | None


class RulePackShape(Shape, frozen=True, kw_only=True):
    """One version of a rule pack: from which day, who entered it, when and why, and which one took its place."""

    digest: str
    rule_pack: str
    valid_from: str
    valid_to: str | None
    state: str
    entered_by: str
    entered: datetime
    reason: str
    replaced_by: str | None
    replaced: datetime | None


class FindingShape(Shape, frozen=True, kw_only=True):
    """The result of one check; ``message`` is the key of its words in any language, ``title`` the English ones."""

    check: str
    severity: str
    clause: str
    message: str
    title: str
    subject: str
    start: datetime
    end: datetime
    evidence: dict[str, Any]


class HealthShape(Shape, frozen=True, kw_only=True):
    """Whether the centre works, and how far each part is."""

    status: str
    simulated: bool
    now: datetime
    speed: float
    incarnation: str
    journal_position: int
    lake_position: int
    averages_waiting: int
    windows_waiting: int
    live_windows_waiting: int
    lake_writer_alive: bool
    listeners: int


class ListShape(Shape, frozen=True, kw_only=True):
    """A page of items; ask for ``after=<next>`` to get the following one, ``next`` is null on the last."""

    simulated: bool
    next: str | None = None


class FacilityList(ListShape, frozen=True, kw_only=True):
    """Facilities."""

    items: list[FacilityShape]


class SourceList(ListShape, frozen=True, kw_only=True):
    """Sources."""

    items: list[SourceShape]


class ReadingList(ListShape, frozen=True, kw_only=True):
    """Readings, by time, then channel."""

    items: list[ReadingShape]


class AverageList(ListShape, frozen=True, kw_only=True):
    """Averages, by component and start; ``read_with`` tells how the imported ones among them were read."""

    items: list[AverageShape]
    read_with: list[FeedProfileShape] = []


class ImportList(ListShape, frozen=True, kw_only=True):
    """Imported files, oldest first."""

    items: list[ImportShape]


class FeedSourceList(ListShape, frozen=True, kw_only=True):
    """Sources of imported feeds, by id."""

    items: list[FeedSourceShape]


class ReceiptList(ListShape, frozen=True, kw_only=True):
    """Stored batches, by journal position."""

    items: list[ReceiptShape]


class GapList(ListShape, frozen=True, kw_only=True):
    """Gaps, newest first."""

    items: list[GapShape]


class GatewayList(ListShape, frozen=True, kw_only=True):
    """Gateways."""

    items: list[GatewayShape]


class PlanList(ListShape, frozen=True, kw_only=True):
    """Configurations with their plans."""

    items: list[PlanShape]


class RecomputationList(ListShape, frozen=True, kw_only=True):
    """Recomputations, newest first."""

    items: list[RecomputationShape]


class RulePackList(ListShape, frozen=True, kw_only=True):
    """Versions of rule packs, by pack and by the day they begin."""

    items: list[RulePackShape]


class FindingList(ListShape, frozen=True, kw_only=True):
    """Findings, newest first."""

    items: list[FindingShape]


class ProblemShape(Shape, frozen=True, kw_only=True):
    """RFC 9457 problem: ``code`` is stable, ``detail`` is for people."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    instance: str = ""


ALL: tuple[type[Shape], ...] = (
    FacilityList,
    SourceList,
    SourceShape,
    FacilityShape,
    ReadingList,
    AverageList,
    ChartShape,
    ReceiptList,
    GapList,
    GatewayList,
    PlanList,
    PlanShape,
    RecomputationList,
    RulePackList,
    FindingList,
    ImportList,
    FeedSourceList,
    FeedProfileShape,
    HealthShape,
    ProblemShape,
)
