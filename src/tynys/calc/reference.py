"""Reference conditions: temperature, pressure, moisture, oxygen, and what a volume share weighs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from tynys.calc.arrays import Floats

NORMAL_K = 273.15
"""Normal temperature, 0 °C (ISO 13443 normal reference; EN 17255-1). [K]"""
NORMAL_KPA = 101.325
"""Normal pressure (the same). [kPa]"""
O2_AIR_PCT = 21.0
"""Oxygen of air in the correction formula (2010/75/EU, Annex V). [vol %]"""
MOLAR_VOLUME_NM3_KMOL = 22.414
"""Volume of a kilomole of ideal gas at normal conditions (CODATA, rounded to 5 digits). [Nm³ kmol⁻¹]"""
NO_TO_NO2 = 1.533
"""Molar mass of NO2 over that of NO (46.0055 / 30.0061), as emission practice rounds it."""


def to_normal(conc_actual_mg_m3: Floats, temperature_c: Floats, pressure_kpa: Floats) -> Floats:
    """Concentration of the same gas at 273.15 K and 101.325 kPa.

    Parameters
    ----------
    conc_actual_mg_m3 : (n,) float64
        At actual temperature and pressure. [mg m⁻³]
    temperature_c, pressure_kpa : (n,) float64
        Of the gas; absolute pressure. [°C, kPa]

    Sources
    -------
    EN 17255-1; HJ 212-2017, formula 18.
    """
    return conc_actual_mg_m3 * ((temperature_c + NORMAL_K) / NORMAL_K) * (NORMAL_KPA / pressure_kpa)


def to_dry(wet: Floats, h2o_pct: Floats) -> Floats:
    """A concentration or volume share of wet gas as it would be in the dry gas; NaN where the gas is all water.

    Parameters
    ----------
    wet : (n,) float64
    h2o_pct : (n,) float64
        Water vapour of the wet gas. [vol %]

    Sources
    -------
    EN 17255-1; HJ 212-2017, formula 19.
    """
    dry_share = 1.0 - h2o_pct / 100.0
    return np.where(dry_share > 0, wet / np.where(dry_share > 0, dry_share, 1.0), np.nan)


def to_reference_oxygen(conc_dry_mg_nm3: Floats, o2_dry_pct: Floats, o2_reference_pct: Floats | float, *, o2_highest_pct: float) -> Floats:
    """Concentration as it would be at the reference oxygen; NaN from ``o2_highest_pct`` upwards.

    Parameters
    ----------
    conc_dry_mg_nm3 : (n,) float64
        Dry, at normal conditions. [mg Nm⁻³]
    o2_dry_pct : (n,) float64
        Measured oxygen, dry. [vol %]

    Sources
    -------
    2010/75/EU, Annex V; EN 17255-1; HJ 212-2017, formula 28.
    """
    diluted = o2_dry_pct >= min(o2_highest_pct, O2_AIR_PCT)
    remaining = np.where(diluted, 1.0, O2_AIR_PCT - o2_dry_pct)
    return np.where(diluted, np.nan, conc_dry_mg_nm3 * (O2_AIR_PCT - o2_reference_pct) / remaining)


def ppm_to_mg_nm3(share_ppm: Floats, molar_mass_g_mol: float) -> Floats:
    """Mass concentration of a volume share at normal conditions. [ppm → mg Nm⁻³]."""
    return share_ppm * (molar_mass_g_mol / MOLAR_VOLUME_NM3_KMOL)


def excess_air_to_o2(excess_air: Floats) -> Floats:
    """Oxygen by the excess-air coefficient α = 21 / (21 − O2); NaN where α cannot be true (below 1). [1 → vol %].

    Sources
    -------
    HJ 212-2017, formula 27; Soviet boiler practice.
    """
    possible = excess_air >= 1.0
    return np.where(possible, O2_AIR_PCT * (1.0 - 1.0 / np.where(possible, excess_air, 1.0)), np.nan)


def o2_to_excess_air(o2_dry_pct: Floats) -> Floats:
    """Excess-air coefficient of an oxygen share; NaN from 21 % upwards and below 0. [vol % → 1]."""
    possible = (o2_dry_pct >= 0) & (o2_dry_pct < O2_AIR_PCT)
    return np.where(possible, O2_AIR_PCT / (O2_AIR_PCT - np.where(possible, o2_dry_pct, 0.0)), np.nan)


def flow_to_dry_normal(flow_actual_wet_m3_h: Floats, temperature_c: Floats, pressure_kpa: Floats, h2o_pct: Floats) -> Floats:
    """Dry flow at normal conditions and measured oxygen. [m³ h⁻¹ → Nm³ h⁻¹].

    Sources
    -------
    ISO 16911-1; HJ 212-2017, formula 31.
    """
    normal = flow_actual_wet_m3_h * (NORMAL_K / (temperature_c + NORMAL_K)) * (pressure_kpa / NORMAL_KPA)
    return normal * (1.0 - h2o_pct / 100.0)
