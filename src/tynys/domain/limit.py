"""Limits a source, unit, group or facility must keep."""

from __future__ import annotations

from enum import StrEnum

from tynys.domain.base import Dated
from tynys.domain.component import Certainty
from tynys.domain.quantity import Moisture, Unit

EACH_AVERAGE = "each_average"
"""The test of a limit that no average may exceed."""


class LimitKind(StrEnum):
    """What is limited."""

    CONCENTRATION = "concentration"
    MASS_RATE = "mass_rate"
    MASS_PER_PERIOD = "mass_per_period"
    SPECIFIC = "specific_emission"
    REMOVAL = "removal_efficiency"


class ScopeKind(StrEnum):
    """What a limit applies to."""

    UNIT = "unit"
    SOURCE = "source"
    GROUP = "group"
    FACILITY = "facility"


class LegalForce(StrEnum):
    """Whether breaking it is a breach."""

    BINDING = "binding"
    BENCHMARK = "benchmark"


class Limit(Dated, frozen=True, kw_only=True):
    """One limit with everything needed to test it. ``period`` is ISO 8601 (PT20M, PT1H, P1D)."""

    id: str
    scope_kind: ScopeKind
    scope: str
    component: str
    kind: LimitKind
    value: float
    unit: Unit
    period: str
    document: str
    certainty: Certainty
    moisture: Moisture = Moisture.DRY
    o2_reference_pct: float | None = None
    fuel: str | None = None
    regime: str | None = None
    test: str = EACH_AVERAGE
    force: LegalForce = LegalForce.BINDING
