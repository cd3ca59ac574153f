"""The stack: the gas of its units mixed, at the section where the instruments sit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tynys.sim.physics.fuel import M_CO, M_NO, M_NO2, M_SO2, MOLAR_VOLUME_NM3_KMOL, O2_AIR
from tynys.sim.physics.noise import streams, wander

if TYPE_CHECKING:
    from tynys.sim.physics.collector import Cleaned
    from tynys.sim.physics.noise import Array, Instants
    from tynys.sim.physics.weather import Weather
    from tynys.sim.plants.spec import PlantSpec

R_KJ_KMOL_K = 8.314462618
"""Molar gas constant, CODATA 2018. [kJ/(kmol K)]"""
MG_PER_KG = 1e6
DRAUGHT_M_S = 0.3
"""Air that rises through a stack whose units stand. [m/s]"""


@dataclass(frozen=True, slots=True)
class StackGas:
    """The true gas at the instruments' section; (stacks, n).

    Pollutants in mg per wet normal cubic metre, O2, CO2, H2O in vol % wet, dust in mg per actual wet cubic metre,
    velocity [m/s], temperature [°C], absolute pressure [kPa].
    """

    so2: Array
    no: Array
    no2: Array
    co: Array
    co2: Array
    o2: Array
    h2o: Array
    dust: Array
    velocity: Array
    temperature: Array
    pressure: Array


class Stacks:
    """The stacks of one plant."""

    def __init__(self, plant: PlantSpec, seed: int) -> None:
        self._member = np.array([[float(unit.stack == stack.id) for unit in plant.units] for stack in plant.stacks])
        self._area = np.array([stack.area_m2 for stack in plant.stacks])[:, None]
        self._draught_kpa = np.array([0.0035 * stack.height_m for stack in plant.stacks])[:, None] * 0.25
        self._gusts = streams(seed, [f"{plant.id}/{stack.id}/gusts" for stack in plant.stacks])

    def __call__(self, t_ms: Instants, cleaned: Cleaned, weather: Weather) -> StackGas:
        """Mix the units' gas, with a little air where it stands."""
        gas, m = cleaned.gas, self._member
        still = DRAUGHT_M_S * self._area * 101.325 / (R_KJ_KMOL_K * 293.15) * 1e-3  # a trace of air keeps every ratio defined
        co2, so2, co, no, no2 = m @ gas.co2, m @ gas.so2, m @ gas.co, m @ gas.no, m @ gas.no2
        n2, o2 = m @ gas.n2 + still * (1 - O2_AIR), m @ gas.o2 + still * O2_AIR
        h2o = m @ gas.h2o + still * weather.humidity
        unit_total = gas.co2 + gas.n2 + gas.o2 + gas.h2o
        total = co2 + so2 + co + no + no2 + n2 + o2 + h2o
        temperature = (m @ (unit_total * gas.temperature_c) + still * weather.temperature_c) / (m @ unit_total + still)
        pressure = weather.pressure_kpa - self._draught_kpa + 0.02 * wander(self._gusts, t_ms, 60_000)
        volume = total * R_KJ_KMOL_K * (temperature + 273.15) / pressure
        normal = total * MOLAR_VOLUME_NM3_KMOL
        return StackGas(
            so2=so2 * M_SO2 * MG_PER_KG / normal,
            no=no * M_NO * MG_PER_KG / normal,
            no2=no2 * M_NO2 * MG_PER_KG / normal,
            co=co * M_CO * MG_PER_KG / normal,
            co2=100 * co2 / total,
            o2=100 * o2 / total,
            h2o=100 * h2o / total,
            dust=(m @ cleaned.dust_kg_s) * MG_PER_KG / volume,
            velocity=np.maximum(volume / self._area, 0.0),
            temperature=temperature,
            pressure=pressure,
        )
