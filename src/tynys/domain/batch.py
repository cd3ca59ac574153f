"""A batch and the typed records it carries, all signed alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from uuid import UUID

    from tynys.domain.average import ReportedAverage
    from tynys.domain.reading import ReadingBlock


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened at the gateway or plant: start, stop, configuration change, mark."""

    time_ms: int
    kind: str
    detail: str = ""
    channel: UUID | None = None


@dataclass(frozen=True, slots=True)
class ZeroSpanCheck:
    """Result of a zero or span check, in the channel's unit, with the reference value."""

    time_ms: int
    channel: UUID
    point: str
    reading: float
    reference: float


@dataclass(frozen=True, slots=True)
class InstrumentParameter:
    """A parameter read back from an analyser."""

    time_ms: int
    analyser: str
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Loss:
    """What could not be kept, and why."""

    channel: UUID | None
    start_ms: int
    end_ms: int
    count: int
    cause: str


@dataclass(frozen=True, slots=True)
class ClockState:
    """The gateway's clock against the centre's, in milliseconds."""

    time_ms: int
    offset_ms: int
    round_trip_ms: int
    source: str


@dataclass(frozen=True, slots=True)
class ConfigurationRecord:
    """The canonical JSON of a `FacilityConfiguration`."""

    document: bytes


@dataclass(frozen=True, slots=True)
class UnknownRecord:
    """A record of a type this version does not know: stored and shown, never rejected."""

    type_number: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Batch:
    """What a gateway seals: numbered, chained, and complete over its span.

    ``span_start_ms``..``span_end_ms`` (half-open) is the span this batch completes for the gateway's channels;
    equal ends mean it completes none. ``previous_hash`` is the SHA-256 of the previous batch's payload, empty for
    the very first.
    """

    gateway: UUID
    epoch: UUID
    seq: int
    previous_hash: bytes
    sealed_ms: int
    span_start_ms: int
    span_end_ms: int
    readings: tuple[ReadingBlock, ...] = ()
    averages: tuple[ReportedAverage, ...] = ()
    configuration: ConfigurationRecord | None = None
    events: tuple[Event, ...] = ()
    zero_span_checks: tuple[ZeroSpanCheck, ...] = ()
    parameters: tuple[InstrumentParameter, ...] = ()
    losses: tuple[Loss, ...] = ()
    clock: ClockState | None = None
    unknown: tuple[UnknownRecord, ...] = ()
