"""The monitoring plan: how readings become reported values."""

from __future__ import annotations

from enum import StrEnum

from tynys.domain.base import Dated, Record


class CalibrationFunction(Dated, frozen=True, kw_only=True):
    """Linear calibration y = a + b·x of a chain, by range, fuel and operating mode, with its report (EN 14181).

    ``valid_range_max`` is the upper end of the valid calibration range, ``uncertainty`` the half-width of the 95 % confidence interval
    found with the function, both as a standardised value. Where several functions fit, the last one listed applies.
    """

    intercept: float
    slope: float
    valid_range_max: float
    report: str
    range: str | None = None
    fuel: str | None = None
    mode: str | None = None
    uncertainty: float | None = None


class PeripheralSource(StrEnum):
    """Where a peripheral value comes from."""

    CHANNEL = "channel"
    CONSTANT = "constant"
    CALCULATED = "calculated"


class OnFailure(StrEnum):
    """What applies when a peripheral fails."""

    INVALID = "invalid"
    CONSTANT = "constant"


class Peripheral(Record, frozen=True, kw_only=True):
    """O2, H2O, temperature or pressure for a chain: a channel, a constant, or a calculation with its evidence.

    A calculated value is one worked out beforehand, kept in ``constant`` with the ``evidence`` that shows how. A constant O2 is dry.
    [vol %, vol %, °C, kPa]
    """

    source: PeripheralSource
    channel: str | None = None
    constant: float | None = None
    evidence: str | None = None
    on_failure: OnFailure = OnFailure.INVALID


class MeasuringRange(Record, frozen=True, kw_only=True):
    """One range of a dual-range analyser with the signal that selects it."""

    name: str
    span: float
    selection_channel: str | None = None


class MeasuringChain(Record, frozen=True, kw_only=True):
    """One way to a component's value: channels in, peripherals, calibration.

    ``channels`` are summed with ``weights`` (NOx = 1·NO2 + 1.533·NO); one channel with weight 1 is the usual case.
    """

    name: str
    channels: tuple[str, ...]
    weights: tuple[float, ...] = (1.0,)
    ranges: tuple[MeasuringRange, ...] = ()
    calibrations: tuple[CalibrationFunction, ...] = ()
    o2: Peripheral | None = None
    h2o: Peripheral | None = None
    temperature: Peripheral | None = None
    pressure: Peripheral | None = None


class Switching(StrEnum):
    """When a redundant chain replaces the main one."""

    FIRST_VALID = "first_valid_average"


class ComponentPlan(Record, frozen=True, kw_only=True):
    """Ordered chains (main first) of one component of one source, or of one of its measuring points.

    A source measured at several points has one such plan per point; they are combined by the points' flows.
    ``o2_reference_pct`` is a reference oxygen of the permit that takes the place of the rule pack's. [vol %]
    """

    source: str
    component: str
    chains: tuple[MeasuringChain, ...]
    switching: Switching = Switching.FIRST_VALID
    point: str | None = None
    o2_reference_pct: float | None = None


class Comparison(StrEnum):
    """Comparisons a state rule may use."""

    AT_LEAST = ">="
    BELOW = "<"


class StateCondition(Record, frozen=True, kw_only=True):
    """A plant signal compared with a threshold in the channel's unit."""

    channel: str
    comparison: Comparison
    threshold: float


class StateRule(Record, frozen=True, kw_only=True):
    """Derives a unit's state: the first rule whose conditions all hold decides; else ``unknown``."""

    unit: str
    state: str
    conditions: tuple[StateCondition, ...]


class FlowMethod(StrEnum):
    """How dry normal flow is obtained: measured (the first three) or calculated."""

    VELOCITY_AREA = "velocity_area"
    MEASURED_VOLUME = "measured_volume"
    DIFFERENTIAL_PRESSURE = "differential_pressure"
    FUEL_COMPOSITION = "fuel_composition"
    HEAT_INPUT = "heat_input"
    LOAD = "load"


MEASURED_FLOWS = frozenset({FlowMethod.VELOCITY_AREA, FlowMethod.MEASURED_VOLUME, FlowMethod.DIFFERENTIAL_PRESSURE})
"""Methods whose channel measures the gas itself; the others calculate it from a plant signal, dry and at normal conditions."""


class LoadPoint(Record, frozen=True, kw_only=True):
    """One point of a curve found by parallel measurements: the load in its channel's unit and the dry flow [Nm³ h⁻¹]."""

    load: float
    flow_dry_nm3_h: float


class FlowPlan(Record, frozen=True, kw_only=True):
    """Flow of a source at one point: a channel, and what its method needs beside it.

    ``velocity_area``: the point's area and a ``profile_factor``. ``measured_volume``: nothing more. ``differential_pressure`` of a Pitot
    tube: its ``pitot_factor`` and the gas's ``dry_molar_mass_g_mol``. ``fuel_composition``: the ``fuel`` whose flow the channel is, with
    its composition. ``heat_input``: ``dry_gas_nm3_mj``, the dry gas of a megajoule at ``at_o2_pct``, and the ``fuel`` where the channel is
    a fuel flow. ``load``: a ``load_curve`` of flows at ``at_o2_pct`` (absent: at the oxygen measured).
    Peripherals bring it to dry normal conditions and to the oxygen measured; absent ones are those of the first chain of the source that
    has them.
    """

    source: str
    method: FlowMethod
    channel: str
    point: str
    profile_factor: float = 1.0
    pitot_factor: float | None = None
    dry_molar_mass_g_mol: float | None = None
    fuel: str | None = None
    dry_gas_nm3_mj: float | None = None
    at_o2_pct: float | None = None
    load_curve: tuple[LoadPoint, ...] = ()
    o2: Peripheral | None = None
    h2o: Peripheral | None = None
    temperature: Peripheral | None = None
    pressure: Peripheral | None = None


class MonitoringPlan(Dated, frozen=True, kw_only=True):
    """The plan of a facility over a span, approved at the centre."""

    id: str
    facility: str
    rule_pack: str
    components: tuple[ComponentPlan, ...]
    states: tuple[StateRule, ...] = ()
    flows: tuple[FlowPlan, ...] = ()
