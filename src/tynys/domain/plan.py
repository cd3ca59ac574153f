"""The monitoring plan: how readings become reported values."""

from __future__ import annotations

from enum import StrEnum

from tynys.domain.base import Dated, Record


class CalibrationFunction(Dated, frozen=True, kw_only=True):
    """Linear calibration y = a + b·x of a chain, by range, fuel and operating mode, with its report (EN 14181).

    ``valid_range_max`` is the upper end of the valid calibration range, as a standardised value. Where several functions fit, the last one
    listed applies.
    """

    intercept: float
    slope: float
    valid_range_max: float
    report: str
    range: str | None = None
    fuel: str | None = None
    mode: str | None = None


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
    """How dry normal flow is obtained."""

    VELOCITY_AREA = "velocity_area"
    MEASURED_VOLUME = "measured_volume"


class FlowPlan(Record, frozen=True, kw_only=True):
    """Flow of a source at one point: velocity (or volume) channel, area from the point, profile factor.

    Peripherals bring it to dry normal conditions; absent ones are those of the first chain of the source that has them.
    """

    source: str
    method: FlowMethod
    channel: str
    point: str
    profile_factor: float = 1.0
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
