"""Fuels: their analysis as fired, how the seam varies, and what a kilogram of them burns to.

Sources
-------
Ekibastuz coal as received: Soviet handbook values W 7.0, A 38.1, S 0.7-0.8, C 43.4, H 2.9, N 0.8, O 7.0 %, 16.75 MJ/kg.
Stoichiometry: one kmol of O2 per kmol of C and of S, a quarter per kmol of H; molar masses of IUPAC.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tynys.sim.physics.noise import wander

if TYPE_CHECKING:
    from tynys.sim.physics.noise import Array, Instants, Streams

M_C, M_H, M_S, M_N, M_O = 12.011, 1.008, 32.06, 14.007, 15.999
"""Atomic masses. [kg/kmol]"""
M_H2O, M_NO, M_NO2, M_SO2, M_CO = 18.015, 30.006, 46.006, 64.06, 28.010
"""Molar masses. [kg/kmol]"""
MOLAR_VOLUME_NM3_KMOL = 22.414
"""Of an ideal gas at 273.15 K and 101.325 kPa. [Nm³/kmol]"""
O2_AIR = 0.2095
"""Share of oxygen in dry air."""
HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class CoalAnalysis:
    """Coal as received (mass %; MJ/kg; sulphur_retained_pct: share of the sulphur that stays in ash and slag)."""

    moisture_pct: float
    ash_pct: float
    sulphur_pct: float
    carbon_pct: float
    hydrogen_pct: float
    nitrogen_pct: float
    oxygen_pct: float
    heating_value_mj_kg: float
    sulphur_retained_pct: float = 2.0


@dataclass(frozen=True, slots=True)
class GasAnalysis:
    """Natural gas as a mean hydrocarbon CxHy with CO2 and N2 (kmol per kmol of gas; MJ/Nm³)."""

    carbon: float
    hydrogen: float
    co2: float
    nitrogen: float
    sulphur: float
    heating_value_mj_nm3: float


EKIBASTUZ = CoalAnalysis(7.0, 38.1, 0.7, 43.4, 2.9, 0.8, 7.1, 16.75)
"""Handbook coal of the basin; oxygen by difference."""
PIPELINE_GAS = GasAnalysis(carbon=1.03, hydrogen=4.03, co2=0.003, nitrogen=0.012, sulphur=1.4e-5, heating_value_mj_nm3=34.9)
"""Typical Central Asian pipeline gas: about 95 % methane, 3 % ethane, 20 mg of sulphur (odorant and rest) in a cubic metre."""


@dataclass(frozen=True, slots=True)
class CoalNow:
    """What is on the belt at each instant. [mass share; MJ/kg], each (1, n)."""

    moisture: Array
    ash: Array
    sulphur: Array
    carbon: Array
    hydrogen: Array
    nitrogen: Array
    oxygen: Array
    heating_value_mj_kg: Array


def coal_now(coal: CoalAnalysis, seam: Streams, t_ms: Instants) -> CoalNow:
    """The coal as it varies with the seam: ash by about 3 % and sulphur by about 6 % of themselves over hours.

    Parameters
    ----------
    coal : CoalAnalysis
        Its mean.
    seam : (3, 1) uint64
        Streams of ash, slow sulphur, fast sulphur.
    t_ms : (n,) int64
        Instants. [ms since 1970 UTC]
    """
    ash = coal.ash_pct / 100 * (1 + 0.03 * wander(seam[0:1], t_ms, 7 * HOUR_MS))
    sulphur = coal.sulphur_pct / 100 * (1 + 0.055 * wander(seam[1:2], t_ms, 5 * HOUR_MS) + 0.025 * wander(seam[2:3], t_ms, HOUR_MS // 2))
    moisture = coal.moisture_pct / 100
    rest = (1 - moisture - ash - sulphur) / ((coal.carbon_pct + coal.hydrogen_pct + coal.nitrogen_pct + coal.oxygen_pct) / 100)
    return CoalNow(
        moisture=np.full_like(ash, moisture),
        ash=ash,
        sulphur=sulphur,
        carbon=rest * (coal.carbon_pct / 100),
        hydrogen=rest * (coal.hydrogen_pct / 100),
        nitrogen=rest * (coal.nitrogen_pct / 100),
        oxygen=rest * (coal.oxygen_pct / 100),
        heating_value_mj_kg=rest * coal.heating_value_mj_kg,
    )
