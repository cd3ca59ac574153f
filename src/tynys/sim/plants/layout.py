"""What is measured where: the channels of each stack and unit, and the device that offers each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, UUID, uuid5

from tynys.domain.quantity import Basis, GasState, Moisture, Unit

if TYPE_CHECKING:
    from tynys.sim.plants.spec import PlantSpec, StackSpec, UnitSpec

STACK_INTERVAL_MS = 1_000
SIGNAL_INTERVAL_MS = 10_000
"""Plant signals change slowly; design §3 allows ten seconds. [ms]"""
HISTORY_INTERVAL_MS = 60_000

WET_NORMAL = Basis(moisture=Moisture.WET, gas_state=GasState.NORMAL)
WET_ACTUAL = Basis(moisture=Moisture.WET, gas_state=GasState.ACTUAL)
COMPUTED_SPAN = 0.0
"""Stands for a span that follows from the stack."""


@dataclass(frozen=True, slots=True)
class StackPoint:
    """One quantity of a stack: the device group that measures it, unit, basis, end of the measuring range."""

    component: str
    device: str
    unit: Unit
    basis: Basis | None
    span: float


STACK_POINTS = (
    StackPoint("so2", "gas", Unit.MG_NM3, WET_NORMAL, 4000.0),
    StackPoint("no", "gas", Unit.MG_NM3, WET_NORMAL, 1000.0),
    StackPoint("no2", "gas", Unit.MG_NM3, WET_NORMAL, 150.0),
    StackPoint("co", "gas", Unit.MG_NM3, WET_NORMAL, 500.0),
    StackPoint("co2", "gas", Unit.PERCENT, WET_NORMAL, 20.0),
    StackPoint("o2", "gas", Unit.PERCENT, WET_NORMAL, 25.0),
    StackPoint("h2o", "gas", Unit.PERCENT, WET_NORMAL, 40.0),
    StackPoint("dust", "dust", Unit.MG_M3, WET_ACTUAL, 2000.0),
    StackPoint("velocity", "flow", Unit.M_S, WET_ACTUAL, 40.0),
    StackPoint("flow", "flow", Unit.M3_H, WET_ACTUAL, COMPUTED_SPAN),
    StackPoint("temperature", "flow", Unit.CELSIUS, None, 300.0),
    StackPoint("pressure", "flow", Unit.KPA, None, 120.0),
)
"""The twelve quantities of every stack, in the order of every array of the simulator."""
COMPONENTS = tuple(point.component for point in STACK_POINTS)
GAS_COMPONENTS = tuple(point.component for point in STACK_POINTS if point.device == "gas")
DEVICES = ("gas", "dust", "flow")


@dataclass(frozen=True, slots=True)
class Signal:
    """One plant signal of a unit: the node's name, its component, unit, and the fuels it makes sense for.

    ``in_history`` tells whether the replayed history has it: what states and reference oxygen need.
    """

    name: str
    component: str
    unit: Unit
    fuels: tuple[str, ...] = ("coal", "gas")
    in_history: bool = True


SIGNALS = (
    Signal("load_mw", "load", Unit.MW),
    Signal("coal_flow_t_h", "coal_flow", Unit.T_H, ("coal",)),
    Signal("gas_flow_nm3_h", "gas_flow", Unit.NM3_H, ("gas",)),
    Signal("fly_ash_flow_t_h", "fly_ash_flow", Unit.T_H, ("coal",), in_history=False),
    Signal("slag_flow_t_h", "slag_flow", Unit.T_H, ("coal",), in_history=False),
    Signal("unburnt_carbon_pct", "unburnt_carbon", Unit.PERCENT, ("coal",), in_history=False),
    Signal("flame_on", "flame_on", Unit.BOOL),
    Signal("mill_on", "mill_on", Unit.BOOL, ("coal",), in_history=False),
    Signal("fan_on", "fan_on", Unit.BOOL),
    Signal("abatement_on", "abatement_on", Unit.BOOL, ("coal",)),
)
"""The plant signals, named as the published OPC UA nodes."""


def channel_id(facility: str, name: str) -> UUID:
    """The identity of a simulated channel: the same on every machine."""
    return uuid5(NAMESPACE_URL, f"tynys:{facility}:{name}")


def source_id(plant: PlantSpec, stack: StackSpec) -> str:
    """A stack's id among all sources of the country."""
    return f"{plant.id}.{stack.id}"


def point_id(plant: PlantSpec, stack: StackSpec) -> str:
    """The id of a stack's measuring section."""
    return f"{plant.id}.{stack.id}.section"


def signals_of(unit: UnitSpec) -> tuple[Signal, ...]:
    """The signals a unit has, by its fuels."""
    return tuple(signal for signal in SIGNALS if set(signal.fuels) & set(unit.fuels))


def span_of(plant: PlantSpec, stack: StackSpec, point: StackPoint) -> float:
    """End of the measuring range, in the channel's unit."""
    if point.component == "dust":
        return plant.dust_span_mg_m3
    if point.component == "flow":
        return float(round(40.0 * stack.area_m2 * 3600))
    return point.span
