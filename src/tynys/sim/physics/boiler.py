"""The furnace: fuel and excess air to flue gas, ash, NOx and CO, by stoichiometry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tynys.sim.physics.fuel import (
    M_C,
    M_CO,
    M_H,
    M_H2O,
    M_N,
    M_NO2,
    M_O,
    M_S,
    MOLAR_VOLUME_NM3_KMOL,
    O2_AIR,
    PIPELINE_GAS,
    CoalNow,
)
from tynys.sim.physics.noise import streams, wander

if TYPE_CHECKING:
    from tynys.sim.physics.dispatch import Operation
    from tynys.sim.physics.noise import Array, Instants
    from tynys.sim.physics.weather import Weather
    from tynys.sim.plants.spec import PlantSpec

MINUTE_MS = 60_000
N2_AIR = 1 - O2_AIR
SLAG_SHARE = 0.05
"""Share of the ash that falls as slag from a dry-bottom furnace (RD 34.02.305-98: 0.95 leaves as fly ash)."""
NO2_SHARE = 0.045
"""Molar share of NO2 in the NOx of a boiler; about 5 % as a rule."""
SOLID_REFERENCE_O2, GAS_REFERENCE_O2 = 0.06, 0.03
LEAKAGE_COAL, LEAKAGE_GAS = 0.22, 0.08
"""Air that leaks in between furnace and stack, as excess-air ratio."""
PURGE_SHARE = 0.20
"""Air the fans blow through a cold boiler, as a share of the air at full load."""
MG_PER_KG = 1e6


@dataclass(frozen=True, slots=True)
class Flue:
    """What leaves each unit's air heater, (units, n) each: gases in kmol/s, ash in kg/s, temperature in °C.

    ``fly`` is fly ash before the collector with its carbon, ``slag`` slag with its carbon, ``carbon_pct`` unburnt carbon in both. [%]
    """

    coal_kg_s: Array
    gas_nm3_s: Array
    co2: Array
    so2: Array
    n2: Array
    o2: Array
    h2o: Array
    co: Array
    no: Array
    no2: Array
    fly: Array
    slag: Array
    carbon_pct: Array
    temperature_c: Array
    full_gas_kmol_s: Array


class Boilers:
    """The furnaces of one plant."""

    def __init__(self, plant: PlantSpec, seed: int) -> None:
        names = [f"{plant.id}/{unit.id}" for unit in plant.units]
        self._input_mw = np.array([unit.thermal_input_mw for unit in plant.units])[:, None]
        self._nox = np.array([unit.nox_full_load_mg_nm3 for unit in plant.units])[:, None]
        self._nox_gas = np.array([unit.nox_full_load_mg_nm3 if unit.fuels == ("gas",) else 210.0 for unit in plant.units])[:, None]
        self._retained = plant.coal.sulphur_retained_pct / 100
        self._air = streams(seed, [f"{name}/air" for name in names])
        self._air_quick = streams(seed, [f"{name}/air-quick" for name in names])
        self._carbon = streams(seed, [f"{name}/carbon" for name in names])
        self._nox_noise = streams(seed, [f"{name}/nox" for name in names])
        self._co_noise = streams(seed, [f"{name}/co" for name in names])
        self._hot = streams(seed, [f"{name}/outlet" for name in names])

    def __call__(self, t_ms: Instants, operation: Operation, coal: CoalNow, weather: Weather) -> Flue:
        """Burn what the operation asks for."""
        heat, gas_share, fire = operation.heat, operation.gas_share, operation.fire
        coal_kg_s = heat * self._input_mw * (1 - gas_share) / coal.heating_value_mj_kg
        gas_nm3_s = heat * self._input_mw * gas_share / PIPELINE_GAS.heating_value_mj_nm3
        o2_pct = self._furnace_o2(t_ms, heat, gas_share)

        carbon_pct = 2.3 + 1.6 * (1 - heat) + 0.7 * np.maximum(0.0, 4.0 - o2_pct) + 0.25 * wander(self._carbon, t_ms, 25 * MINUTE_MS)
        carbon_pct = np.clip(carbon_pct, 0.5, 9.0)
        ash = coal_kg_s * coal.ash
        residue = ash / (1 - carbon_pct / 100)
        carbon_burnt = coal_kg_s * coal.carbon - (residue - ash)

        gas_kmol = gas_nm3_s / MOLAR_VOLUME_NM3_KMOL
        c = carbon_burnt / M_C + gas_kmol * PIPELINE_GAS.carbon
        h = coal_kg_s * coal.hydrogen / M_H + gas_kmol * PIPELINE_GAS.hydrogen
        s = coal_kg_s * coal.sulphur / M_S * (1 - self._retained) + gas_kmol * PIPELINE_GAS.sulphur
        n2_fuel = coal_kg_s * coal.nitrogen / (2 * M_N) + gas_kmol * PIPELINE_GAS.nitrogen
        o2_need = c + h / 4 + s - coal_kg_s * coal.oxygen / (2 * M_O)
        leakage = LEAKAGE_COAL + (LEAKAGE_GAS - LEAKAGE_COAL) * gas_share
        air_o2 = o2_need * (21.0 / (21.0 - o2_pct) + leakage)
        full_air_o2 = self._input_mw * 0.0155  # kmol O2 per MJ at full load with its excess: 0.0116 needed, times 1.33
        air_o2 = np.where(fire > 0, air_o2, operation.fan * PURGE_SHARE * full_air_o2)
        air = air_o2 / O2_AIR

        dry_reference = self._dry_at_reference(c, s, n2_fuel, o2_need, gas_share)
        nox_kmol = self._nox_mg_nm3(t_ms, heat, gas_share, o2_pct) * dry_reference * MOLAR_VOLUME_NM3_KMOL / MG_PER_KG / M_NO2
        co = self._co_mg_nm3(t_ms, heat, o2_pct) * dry_reference * MOLAR_VOLUME_NM3_KMOL / MG_PER_KG / M_CO
        outlet = 106 + 30 * heat + 0.25 * (weather.temperature_c - 5) - 14 * gas_share + 1.5 * wander(self._hot, t_ms, 12 * MINUTE_MS)
        return Flue(
            coal_kg_s=coal_kg_s,
            gas_nm3_s=gas_nm3_s,
            co2=c - co + gas_kmol * PIPELINE_GAS.co2,
            so2=s,
            n2=air * N2_AIR + n2_fuel,
            o2=air_o2 - np.where(fire > 0, o2_need, 0.0),
            h2o=h / 2 + coal_kg_s * coal.moisture / M_H2O + air * weather.humidity,
            co=co,
            no=nox_kmol * (1 - NO2_SHARE),
            no2=nox_kmol * NO2_SHARE,
            fly=residue * (1 - SLAG_SHARE),
            slag=residue * SLAG_SHARE,
            carbon_pct=carbon_pct * fire,
            temperature_c=outlet,
            full_gas_kmol_s=full_air_o2 / O2_AIR * 1.08,
        )

    def _furnace_o2(self, t_ms: Instants, heat: Array, gas_share: Array) -> Array:
        """Oxygen the operators keep at the furnace's end, more at low load (vol %, dry)."""
        kept = 3.9 + 2.6 * (1 - heat) + 6.0 * np.maximum(0.0, 0.35 - heat) / 0.35
        kept = kept - gas_share * (2.2 + 0.8 * (1 - heat))
        kept += 0.22 * wander(self._air, t_ms, 9 * MINUTE_MS)
        kept += 0.12 * wander(self._air_quick, t_ms, MINUTE_MS)
        return np.clip(kept, 0.7, 14.0)

    @staticmethod
    def _dry_at_reference(c: Array, s: Array, n2_fuel: Array, o2_need: Array, gas_share: Array) -> Array:
        """Dry flue gas at the fuel's reference oxygen (kmol/s)."""
        reference = SOLID_REFERENCE_O2 + (GAS_REFERENCE_O2 - SOLID_REFERENCE_O2) * gas_share
        stoichiometric: Array = c + s + n2_fuel + o2_need * (N2_AIR / O2_AIR)
        return stoichiometric * O2_AIR / (O2_AIR - reference)

    def _nox_mg_nm3(self, t_ms: Instants, heat: Array, gas_share: Array, o2_pct: Array) -> Array:
        """NOx as NO2 at the fuel's reference oxygen: hotter and richer in oxygen makes more (mg/Nm³, dry)."""
        full = self._nox + (self._nox_gas - self._nox) * gas_share
        richness = 1 + 0.09 * np.clip(o2_pct - (3.9 - 2.2 * gas_share), -3.0, 4.0)
        level: Array = full * (0.55 + 0.45 * heat) * richness
        return level * (1 + 0.02 * wander(self._nox_noise, t_ms, 4 * MINUTE_MS))

    def _co_mg_nm3(self, t_ms: Instants, heat: Array, o2_pct: Array) -> Array:
        """CO at the fuel's reference oxygen: little, until air is short or the furnace cold (mg/Nm³, dry)."""
        base = 16.0 * np.exp(0.35 * wander(self._co_noise, t_ms, 3 * MINUTE_MS))
        return base + 900.0 * np.exp(-o2_pct / 0.6) + 260.0 * np.maximum(0.0, 0.3 - heat) / 0.3
