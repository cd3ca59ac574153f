"""Averages, their summaries, where they come from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tynys.domain.status import AverageStatus, PlantState


class Origin(StrEnum):
    """Who made an average."""

    COMPUTED = "computed"
    REPORTED = "reported_by_plant"
    IMPORTED = "imported"
    LABORATORY = "laboratory"


@dataclass(frozen=True, slots=True)
class ReportedAverage:
    """An average as the plant itself computed it."""

    source: str
    component: str
    period: str
    start_ms: int
    value: float | None
    status: AverageStatus
    count_valid: int
    count_expected: int


@dataclass(frozen=True, slots=True)
class Average:
    """One average of one component of one source over the half-open window from ``start_ms``.

    ``value`` is the validated value in ``unit`` at reference conditions (absent unless the status allows it);
    ``raw`` to ``pressure_kpa`` are the means it was made from; counts are of instants on the channel's grid;
    ``count_operating`` are those of them in which the source was in operation, against which validity is judged;
    ``known_ms`` is when this revision was made; ``provisional`` until stored spans cover the window;
    ``flow_dry_nm3_h`` is dry flow at 273.15 K, 101.325 kPa and measured O2, ``mass_g_s`` the undeducted emission in that flow;
    ``outside_calibration_range`` tells that the calibrated value left the valid calibration range: still valid, counted weekly;
    ``standardised`` is the calibrated value at reference conditions, before anything is deducted; ``o2_reference_pct`` the reference oxygen
    it was brought to; ``deduction`` what the pack takes off it, absent where the pack deducts nothing; ``fld_valid`` and ``fld_operating``
    are first level data (FLD) with a valid value, and those in operation; ``rule_pack_digest`` names the pack's content.
    """

    source: str
    component: str
    period: str
    start_ms: int
    end_ms: int
    value: float | None
    unit: str
    status: AverageStatus
    plant_state: PlantState
    origin: Origin
    provisional: bool
    count_valid: int
    count_expected: int
    revision: int = 0
    known_ms: int = 0
    chain: str = ""
    configuration: str = ""
    rule_pack: str = ""
    raw: float | None = None
    calibrated: float | None = None
    o2_dry_pct: float | None = None
    h2o_pct: float | None = None
    temperature_c: float | None = None
    pressure_kpa: float | None = None
    count_operating: int = 0
    flow_dry_nm3_h: float | None = None
    mass_g_s: float | None = None
    outside_calibration_range: bool = False
    standardised: float | None = None
    o2_reference_pct: float | None = None
    deduction: float | None = None
    fld_valid: int = 0
    fld_operating: int = 0
    rule_pack_digest: str = ""


@dataclass(frozen=True, slots=True)
class Summary:
    """What one window of one channel looked like, made in the same pass as its average.

    Counts by instrument status, extremes, mean and standard deviation of the valid values, lag-1 correlation,
    longest run of equal values, number of distinct values, SHA-256 over the little-endian float64 valid values.
    """

    channel: str
    start_ms: int
    end_ms: int
    count_expected: int
    count_by_status: tuple[int, ...]
    minimum: float | None
    maximum: float | None
    mean: float | None
    standard_deviation: float | None
    lag1_correlation: float | None
    longest_run: int
    distinct: int
    values_hash: bytes
