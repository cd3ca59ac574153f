"""The monitoring plan of a simulated plant: chains, peripherals, unit states, flow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tynys.domain.plan import (
    CalibrationFunction,
    Comparison,
    ComponentPlan,
    FlowMethod,
    FlowPlan,
    MeasuringChain,
    MeasuringRange,
    MonitoringPlan,
    Peripheral,
    PeripheralSource,
    StateCondition,
    StateRule,
)
from tynys.domain.status import PlantState
from tynys.sim.physics.dispatch import MIN_STABLE_SHARE
from tynys.sim.plants.layout import STACK_POINTS, point_id, signals_of, source_id, span_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tynys.domain.base import Instant
    from tynys.domain.quality import CalibrationReport
    from tynys.sim.plants.spec import PlantSpec, StackSpec, UnitSpec

NO_TO_NO2 = 1.533
"""Molar mass of NO2 over that of NO, as emission practice rounds it (46.0055 / 30.0061)."""
ON, LOADED = 0.5, MIN_STABLE_SHARE
RULE_PACK = "kz"


def monitoring_plan(plant: PlantSpec, begin: Instant, reports: Sequence[CalibrationReport]) -> MonitoringPlan:
    """The plan in force from the beginning of the history, with the calibration functions its reports state."""
    stated = {(report.source, report.component): report for report in reports}
    return MonitoringPlan(
        id=f"{plant.id}-plan-1",
        facility=plant.id,
        rule_pack=RULE_PACK,
        components=tuple(component for stack in plant.stacks for component in _components(plant, stack, begin, stated)),
        states=tuple(rule for unit in plant.units for rule in _states(unit)),
        flows=tuple(
            FlowPlan(
                source=source_id(plant, stack),
                method=FlowMethod.VELOCITY_AREA,
                channel=f"{stack.id}.velocity",
                point=point_id(plant, stack),
                o2=_measured(stack, "o2"),
                h2o=_measured(stack, "h2o"),
                temperature=_measured(stack, "temperature"),
                pressure=_measured(stack, "pressure"),
            )
            for stack in plant.stacks
        ),
        valid_from=begin,
    )


def chain_spans(plant: PlantSpec) -> Iterator[tuple[str, str, float]]:
    """Source, component and span of every chain, as the plan has them."""
    for stack in plant.stacks:
        spans = {point.component: span_of(plant, stack, point) for point in STACK_POINTS}
        for component, names, weights in _chains(plant, stack):
            yield source_id(plant, stack), component, sum(spans[name] * weight for name, weight in zip(names, weights, strict=True))


def _chains(plant: PlantSpec, stack: StackSpec) -> list[tuple[str, tuple[str, ...], tuple[float, ...]]]:
    """Component, channels and weights of every chain of a stack."""
    chains: list[tuple[str, tuple[str, ...], tuple[float, ...]]] = [
        ("so2", ("so2",), (1.0,)),
        ("nox", ("no2", "no"), (1.0, NO_TO_NO2)),
        ("no2", ("no2",), (1.0,)),
        ("no", ("no",), (1.0,)),
        ("co", ("co",), (1.0,)),
    ]
    if any("coal" in unit.fuels for unit in plant.units_of(stack)):
        chains.insert(2, ("dust", ("dust",), (1.0,)))
    return chains


def _components(
    plant: PlantSpec, stack: StackSpec, begin: Instant, stated: Mapping[tuple[str, str], CalibrationReport]
) -> Iterator[ComponentPlan]:
    spans = {point.component: span_of(plant, stack, point) for point in STACK_POINTS}
    for component, names, weights in _chains(plant, stack):
        report = stated[source_id(plant, stack), component]
        span = sum(spans[name] * weight for name, weight in zip(names, weights, strict=True))
        actual = component == "dust"
        yield ComponentPlan(
            source=source_id(plant, stack),
            component=component,
            chains=(
                MeasuringChain(
                    name="main",
                    channels=tuple(f"{stack.id}.{name}" for name in names),
                    weights=weights,
                    ranges=(MeasuringRange(name="only", span=span),),
                    calibrations=(
                        CalibrationFunction(
                            intercept=report.intercept,
                            slope=report.slope,
                            valid_range_max=report.valid_range_max,
                            report=report.id,
                            valid_from=begin,
                        ),
                    ),
                    o2=_measured(stack, "o2"),
                    h2o=_measured(stack, "h2o"),
                    temperature=_measured(stack, "temperature") if actual else None,
                    pressure=_measured(stack, "pressure") if actual else None,
                ),
            ),
        )


def _measured(stack: StackSpec, component: str) -> Peripheral:
    return Peripheral(source=PeripheralSource.CHANNEL, channel=f"{stack.id}.{component}")


def _states(unit: UnitSpec) -> Iterator[StateRule]:
    """Cold, blown through, below the least stable load, collector failing, else in operation."""
    loaded_mw = round(LOADED * unit.electric_mw, 2)

    def rule(state: PlantState, *conditions: tuple[str, Comparison, float]) -> StateRule:
        return StateRule(
            unit=unit.id,
            state=state,
            conditions=tuple(
                StateCondition(channel=f"{unit.id}.{name}", comparison=how, threshold=value) for name, how, value in conditions
            ),
        )

    yield rule(PlantState.NOT_OPERATING, ("flame_on", Comparison.BELOW, ON), ("fan_on", Comparison.BELOW, ON))
    yield rule(PlantState.SHUT_DOWN, ("flame_on", Comparison.BELOW, ON))
    yield rule(PlantState.START_UP, ("load_mw", Comparison.BELOW, loaded_mw))
    if any(signal.name == "abatement_on" for signal in signals_of(unit)):
        yield rule(PlantState.ABATEMENT_FAILURE, ("abatement_on", Comparison.BELOW, ON))
    yield rule(PlantState.OPERATING, ("load_mw", Comparison.AT_LEAST, loaded_mw))
