"""One plant's physics, put together: an array of instants in, the true gas of its stacks and the signals of its units out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tynys.sim.physics.boiler import Boilers
from tynys.sim.physics.collector import Collectors
from tynys.sim.physics.dispatch import Dispatch
from tynys.sim.physics.fuel import CoalNow, coal_now
from tynys.sim.physics.noise import streams
from tynys.sim.physics.stack import StackGas, Stacks
from tynys.sim.physics.weather import weather

if TYPE_CHECKING:
    from tynys.sim.physics.noise import Array, Instants
    from tynys.sim.plants.spec import PlantSpec

TONNES_PER_HOUR = 3.6
"""Of one kilogram a second. [(t/h)/(kg/s)]"""


@dataclass(frozen=True, slots=True)
class UnitSignals:
    """What the control system knows of each unit; (units, n), named as the published OPC UA nodes."""

    load_mw: Array
    coal_flow_t_h: Array
    gas_flow_nm3_h: Array
    fly_ash_flow_t_h: Array
    slag_flow_t_h: Array
    unburnt_carbon_pct: Array
    flame_on: Array
    mill_on: Array
    fan_on: Array
    abatement_on: Array


@dataclass(frozen=True, slots=True)
class Process:
    """Everything true of a plant at the instants asked."""

    gas: StackGas
    units: UnitSignals
    coal: CoalNow


class PlantModel:
    """The physics of one plant under one seed: a pure function of time."""

    def __init__(self, plant: PlantSpec, seed: int) -> None:
        self._plant = plant
        self._electric = np.array([unit.electric_mw for unit in plant.units])[:, None]
        self._weather = streams(seed, [f"{plant.id}/temperature", f"{plant.id}/pressure"])
        self._seam = streams(seed, [f"{plant.id}/ash", f"{plant.id}/sulphur", f"{plant.id}/sulphur-quick"])
        self._dispatch = Dispatch(plant, seed)
        self._boilers = Boilers(plant, seed)
        self._collectors = Collectors(plant, seed)
        self._stacks = Stacks(plant, seed)

    def __call__(self, t_ms: Instants) -> Process:
        """The plant at the given instants (ms since 1970 UTC)."""
        outside = weather(self._plant.climate, self._weather, t_ms)
        operation = self._dispatch(t_ms, outside)
        coal = coal_now(self._plant.coal, self._seam, t_ms)
        flue = self._boilers(t_ms, operation, coal, outside)
        cleaned = self._collectors(t_ms, flue, operation)
        return Process(
            gas=self._stacks(t_ms, cleaned, outside),
            units=UnitSignals(
                load_mw=operation.load * self._electric,
                coal_flow_t_h=flue.coal_kg_s * TONNES_PER_HOUR,
                gas_flow_nm3_h=flue.gas_nm3_s * 3600,
                fly_ash_flow_t_h=cleaned.hopper_kg_s * TONNES_PER_HOUR,
                slag_flow_t_h=flue.slag * TONNES_PER_HOUR,
                unburnt_carbon_pct=flue.carbon_pct,
                flame_on=operation.fire,
                mill_on=(flue.coal_kg_s > 0).astype(np.float64),
                fan_on=operation.fan,
                abatement_on=cleaned.on,
            ),
            coal=coal,
        )
