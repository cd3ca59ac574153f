"""Analysers and the channels of a measuring point."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from tynys.domain.base import Dated, Record
from tynys.domain.quantity import Basis, Unit


class CertifiedRange(Record, frozen=True, kw_only=True):
    """A certified range of an analyser and its permitted error."""

    component: str
    low: float
    high: float
    unit: Unit
    permitted_error_pct: float | None = None


class Verification(Dated, frozen=True, kw_only=True):
    """A metrological verification; ``valid_to`` is its expiry."""

    body: str
    certificate: str


class Analyser(Dated, frozen=True, kw_only=True):
    """An instrument installed at a point over a span.

    ``principle`` is how it measures: a key the pages have words for (``in_situ_scattered_light``), or words of one's own.
    ``maintenance_interval_days`` is that of its QAL1 certificate, within which zero and span are checked (QAL3). [d]
    """

    id: str
    point: str
    maker: str
    model: str
    serial: str
    principle: str = ""
    type_approval: str | None = None
    state_register: str | None = None
    ranges: tuple[CertifiedRange, ...] = ()
    verifications: tuple[Verification, ...] = ()
    seals: tuple[str, ...] = ()
    maintenance_interval_days: int | None = None


class AcquisitionMode(StrEnum):
    """How readings of a channel come into being."""

    MEASURED = "measured"
    REPLAYED = "replayed"
    IMPORTED = "imported"


class Acquisition(Dated, frozen=True, kw_only=True):
    """The declared interval of a channel over a span, in milliseconds."""

    interval_ms: int
    mode: AcquisitionMode = AcquisitionMode.MEASURED


class Channel(Record, frozen=True, kw_only=True):
    """A measured quantity at a point (or a unit's plant signal); its UUID survives an exchange of instruments.

    ``name`` is unique in the facility and is what configuration files use; ``basis`` is required for gas
    concentrations and flows; ``span`` is the measuring range's end in ``unit``.
    """

    id: UUID
    name: str
    component: str
    unit: Unit
    acquisition: tuple[Acquisition, ...]
    point: str | None = None
    of_unit: str | None = None
    analyser: str | None = None
    basis: Basis | None = None
    span: float | None = None
