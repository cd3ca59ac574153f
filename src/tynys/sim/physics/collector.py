"""Dust collectors: how much fly ash, and with water how much SO2, they let through."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from tynys.sim.physics.fuel import M_SO2
from tynys.sim.physics.noise import streams, uniform, wander

if TYPE_CHECKING:
    from tynys.sim.physics.boiler import Flue
    from tynys.sim.physics.dispatch import Operation
    from tynys.sim.physics.noise import Array, Instants
    from tynys.sim.plants.spec import PlantSpec

MINUTE_MS = 60_000
FAILURE_BLOCK_MS = 4 * 24 * 60 * MINUTE_MS
FAILURE_CHANCE = 0.35
SOOT_KG_PER_NM3 = 12e-6
"""Trace of particles from burning gas, per cubic metre of gas. [kg/Nm³]"""
GAS_HEAT_KJ_KMOL_K = 30.5
"""Mean heat capacity of flue gas between 70 and 140 °C. [kJ/(kmol K)]"""
EVAPORATION_KJ_KMOL = 43_600.0
"""Heat to evaporate water and warm its vapour to about 70 °C. [kJ/kmol]"""


@dataclass(frozen=True, slots=True)
class Cleaned:
    """Behind the collector; (units, n): the gas, its dust with carbon [kg/s], hopper ash [kg/s], SO2 washed out [kg/s], all parts on."""

    gas: Flue
    dust_kg_s: Array
    hopper_kg_s: Array
    washed_so2_kg_s: Array
    on: Array


class Collectors:
    """The dust collectors of one plant."""

    def __init__(self, plant: PlantSpec, seed: int) -> None:
        names = [f"{plant.id}/{unit.id}" for unit in plant.units]
        devices = [unit.collector for unit in plant.units]
        self._present = any(device is not None for device in devices)
        self._failure = streams(seed, [f"{name}/collector" for name in names])
        self._rapping = streams(seed, [f"{name}/rapping" for name in names])
        self._penetration = np.array([device.penetration if device else 1.0 for device in devices])[:, None]
        self._left = np.array([1 - 1 / device.parts if device else 1.0 for device in devices])[:, None]
        self._is_esp = np.array([device is not None and device.kind == "esp" for device in devices])[:, None]
        self._so2 = np.array([device.so2_removal if device else 0.0 for device in devices])[:, None]
        self._outlet = np.array([device.outlet_c or np.nan if device else np.nan for device in devices])[:, None]

    def __call__(self, t_ms: Instants, gas: Flue, operation: Operation) -> Cleaned:
        """Clean the gas of all units."""
        soot = gas.gas_nm3_s * SOOT_KG_PER_NM3
        if not self._present:
            nothing = np.zeros_like(gas.fly)
            return Cleaned(gas, soot, nothing, nothing, np.ones_like(gas.fly))
        working = 1 - self._failing(t_ms)
        share_on = self._left + (1 - self._left) * working
        total = gas.co2 + gas.n2 + gas.o2 + gas.h2o
        # Deutsch and Anderson: ln(penetration) is proportional to collecting area over gas flow.
        slowness = np.where(self._is_esp, np.clip(gas.full_gas_kmol_s / np.maximum(total, 1e-9), 0.8, 1.25) ** 0.5, 1.0)
        passed = np.exp(np.log(self._penetration) * share_on * slowness)
        passed *= np.exp(0.08 * wander(self._rapping, t_ms, 2 * MINUTE_MS))
        dust = gas.fly * passed
        washed = gas.so2 * self._so2 * share_on
        wet = np.isfinite(self._outlet) & (operation.fire > 0)
        cooled = np.where(wet, np.minimum(np.nan_to_num(self._outlet) + 4.0 * operation.heat, gas.temperature_c), gas.temperature_c)
        water = total * GAS_HEAT_KJ_KMOL_K * (gas.temperature_c - cooled) / EVAPORATION_KJ_KMOL
        clean = replace(gas, so2=gas.so2 - washed, h2o=gas.h2o + water, temperature_c=cooled)
        return Cleaned(clean, dust + soot, gas.fly - dust, washed * M_SO2, (working >= 1).astype(np.float64))

    def _failing(self, t_ms: Instants) -> Array:
        """1 while one part is off: now and then, for half an hour to an hour and a half, coming and going within a minute."""
        index = t_ms // FAILURE_BLOCK_MS
        draw = uniform(self._failure, 3 * index)
        begin = uniform(self._failure, 3 * index + 1) * (FAILURE_BLOCK_MS - 120 * MINUTE_MS)
        length = (30 + 60 * uniform(self._failure, 3 * index + 2)) * MINUTE_MS
        since = (t_ms - index * FAILURE_BLOCK_MS) - begin
        rise = np.clip(since / MINUTE_MS, 0.0, 1.0)
        fall = np.clip((length - since) / MINUTE_MS, 0.0, 1.0)
        return np.where(draw < FAILURE_CHANCE, np.minimum(rise, fall), 0.0)
