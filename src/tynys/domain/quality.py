"""Records of quality assurance (EN 14181): what a laboratory reported of an analyser, and what the plant checked itself."""

from __future__ import annotations

from enum import StrEnum

from tynys.domain.base import Instant, Record


class Basis(StrEnum):
    """State of a gas: wet or dry at its own oxygen, or standard (normal conditions, dry, at the reference oxygen)."""

    WET = "wet"
    DRY = "dry"
    STANDARD = "standard"


class Procedure(StrEnum):
    """How a calibration function is found (EN 14181, 6.4.3): by the spread of the results, and where they lie."""

    A = "a"
    B = "b"
    C = "c"


class Parallel(Record, frozen=True, kw_only=True):
    """One parallel measurement: signal ``x``, reference method ``y``, oxygen and moisture of the gas, and why it does not count if so.

    ``material`` marks reference material given to the analyser instead; the ``ams_`` values are those of the plant's own instruments,
    temperature and pressure only where the analyser measures at the gas's own. [unit of the signal, mg/Nm³, vol % dry, vol %, °C, kPa]
    """

    x: float
    y: float
    o2_dry_pct: float | None = None
    h2o_pct: float | None = None
    ams_o2_dry_pct: float | None = None
    ams_h2o_pct: float | None = None
    ams_temperature_c: float | None = None
    ams_pressure_kpa: float | None = None
    time: Instant | None = None
    material: bool = False
    excluded: str | None = None


class Campaign(Record, frozen=True, kw_only=True):
    """Who compared an analyser with a reference method, when and how; what every report of a laboratory carries.

    ``id`` is the report's own number, alike for all components it covers; ``source``, ``component`` and ``chain`` name the chain of the
    plan, ``range`` and ``mode`` the range and plant state it holds for where that is not all; ``accreditation`` is the laboratory's
    (ISO/IEC 17025), ``method`` the reference method (EN 14791), ``functional_test`` the day of the functional test before it, ``fuel`` and
    ``load`` what was burnt and how much; ``performed`` is the end of the measurements, ``issued`` the report's own day; ``elv``,
    ``permitted_uncertainty_pct`` and ``o2_reference_pct`` are the limit, its permitted uncertainty and the reference oxygen it was judged
    by; ``ams_basis`` and ``srm_basis`` the states of both methods: wet, dry or standard. [mg/Nm³, %, vol %]
    """

    id: str
    source: str
    component: str
    chain: str
    laboratory: str
    accreditation: str
    method: str
    functional_test: Instant
    fuel: str
    load: str
    performed: Instant
    issued: Instant
    elv: float
    permitted_uncertainty_pct: float
    o2_reference_pct: float
    pairs: tuple[Parallel, ...]
    point: str | None = None
    range: str | None = None
    mode: str | None = None
    ams_basis: Basis = Basis.WET
    srm_basis: Basis = Basis.WET


class CalibrationReport(Campaign, frozen=True, kw_only=True):
    """Report of a QAL2: the function it found and the tests it passed.

    ``recomputes_from`` is the instant from which the function holds for the past too; without it the function starts with the report.
    ``zero`` is the analyser's reading at zero where procedure b needed it. [mg/Nm³]
    """

    procedure: Procedure
    intercept: float
    slope: float
    r2: float
    s_d: float
    sigma_0: float
    k_v: float
    limit: float
    passed: bool
    valid_range_max: float
    zero: float | None = None
    recomputes_from: Instant | None = None


class SurveillanceReport(Campaign, frozen=True, kw_only=True):
    """Report of an annual surveillance test (AST) of the function of ``calibration``, the QAL2 report it came from. [mg/Nm³]."""

    calibration: str
    d_mean: float
    s_d: float
    limit_variability: float
    limit_validity: float
    passed: bool


class CheckPoint(StrEnum):
    """Where an analyser is checked."""

    ZERO = "zero"
    SPAN = "span"


class DriftCheck(Record, frozen=True, kw_only=True):
    """One zero or span check of an analyser (QAL3): reading and reference in ``unit``; ``adjusted`` if it was adjusted after it.

    ``s_ams`` is the analyser's standard deviation at that point, from its QAL1.
    """

    analyser: str
    component: str
    point: CheckPoint
    time: Instant
    reading: float
    reference: float
    unit: str
    s_ams: float
    adjusted: bool = False
