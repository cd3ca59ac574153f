"""Reference conditions: temperature, pressure, moisture, oxygen, and what a volume share weighs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from tynys.calc.arrays import Floats

NORMAL_K = 273.15
"""Normal temperature, 0 °C (2010/75/EU, Annex V; the rule pack may set another). [K]"""

NORMAL_KPA = 101.325
"""Normal pressure (EN 17255-1; the directive writes 101.3). [kPa]"""

O2_AIR_PCT = 21.0
"""Oxygen of air in the correction formula (2010/75/EU, Annex V: 21, not 20.95). [vol %]"""

MOLAR_VOLUME_NM3_KMOL = 22.414
"""Volume of a kilomole of ideal gas at normal conditions (CODATA 2018: 22.41397). [Nm³ kmol⁻¹]"""

NO_TO_NO2 = 46.0055 / 30.0061
"""Mass of NO2 that the NO in a gas becomes: the ratio of molar masses, 1.533 (EN 14792)."""


def to_normal(
    conc_actual_mg_m3: Floats, temperature_c: Floats, pressure_kpa: Floats, *, normal_k: float = NORMAL_K, normal_kpa: float = NORMAL_KPA
) -> Floats:
    """Concentration of the same gas at normal temperature and pressure; NaN where temperature or pressure cannot be.

    Parameters
    ----------
    conc_actual_mg_m3 : (n,) float64
        At actual temperature and pressure. [mg m⁻³]
    temperature_c, pressure_kpa : (n,) float64
        Of the gas; absolute pressure. [°C, kPa]

    Sources
    -------
    2010/75/EU, Annex V; EN 17255-1.
    """
    possible = (pressure_kpa > 0) & (temperature_c > -NORMAL_K)
    per_normal = normal_kpa / np.where(possible, pressure_kpa, np.nan)
    return conc_actual_mg_m3 * ((temperature_c + NORMAL_K) / normal_k) * per_normal


def to_dry(wet: Floats, h2o_pct: Floats) -> Floats:
    """A concentration or volume share of wet gas as it would be in the dry gas; NaN where the gas is all water.

    Parameters
    ----------
    wet : (n,) float64
        Concentration or share in wet gas.
    h2o_pct : (n,) float64
        Water vapour of the wet gas. [vol %]

    Sources
    -------
    EN 17255-1.
    """
    dry_pct = 100.0 - h2o_pct
    return wet * 100.0 / np.where(dry_pct > 0, dry_pct, np.nan)


def to_reference_oxygen(
    conc_dry_mg_nm3: Floats, o2_dry_pct: Floats, o2_reference_pct: Floats | float, *, o2_highest_pct: float, o2_air_pct: float = O2_AIR_PCT
) -> Floats:
    """Concentration as it would be at the reference oxygen; NaN from ``o2_highest_pct`` upwards.

    Parameters
    ----------
    conc_dry_mg_nm3 : (n,) float64
        Dry, at normal conditions. [mg Nm⁻³]
    o2_dry_pct : (n,) float64
        Measured oxygen, dry. [vol %]
    o2_reference_pct : (n,) float64 or float
        Reference oxygen, dry. [vol %]

    Sources
    -------
    2010/75/EU, Annex V; EN 17255-1.
    """
    diluted = (o2_dry_pct >= o2_highest_pct) | (o2_dry_pct >= o2_air_pct)
    remaining = np.where(diluted, np.nan, o2_air_pct - o2_dry_pct)
    return conc_dry_mg_nm3 * (o2_air_pct - o2_reference_pct) / remaining


def ppm_to_mg_nm3(share_ppm: Floats, molar_mass_g_mol: float) -> Floats:
    """Mass concentration of a volume share of an ideal gas at normal conditions. [ppm → mg Nm⁻³]."""
    return share_ppm * molar_mass_g_mol / MOLAR_VOLUME_NM3_KMOL


def mg_nm3_to_ppm(conc_mg_nm3: Floats, molar_mass_g_mol: float) -> Floats:
    """Volume share of a mass concentration at normal conditions. [mg Nm⁻³ → ppm]."""
    return conc_mg_nm3 * MOLAR_VOLUME_NM3_KMOL / molar_mass_g_mol


def nox_as_no2(no_mg_nm3: Floats, no2_mg_nm3: Floats) -> Floats:
    """Nitrogen oxides expressed as NO2, from NO and NO2 in the same state. [mg Nm⁻³]."""
    return no2_mg_nm3 + NO_TO_NO2 * no_mg_nm3


def excess_air_to_o2(excess_air: Floats) -> Floats:
    """Oxygen by the excess-air coefficient α = 21 / (21 − O2); NaN where α cannot be (below 1, not finite). [1 → vol %].

    Sources
    -------
    Combustion practice of Kazakhstan: α = 1.4 stands for 6 % O2.
    """
    possible = (excess_air >= 1.0) & np.isfinite(excess_air)
    return O2_AIR_PCT * (1.0 - 1.0 / np.where(possible, excess_air, np.nan))


def o2_to_excess_air(o2_dry_pct: Floats) -> Floats:
    """Excess-air coefficient of an oxygen share; NaN from 21 % upwards and below 0. [vol % → 1]."""
    possible = (o2_dry_pct >= 0) & (o2_dry_pct < O2_AIR_PCT)
    return O2_AIR_PCT / (O2_AIR_PCT - np.where(possible, o2_dry_pct, np.nan))


def flow_to_normal(
    flow_actual_m3_h: Floats, temperature_c: Floats, pressure_kpa: Floats, *, normal_k: float = NORMAL_K, normal_kpa: float = NORMAL_KPA
) -> Floats:
    """Volume flow of the same gas at normal temperature and pressure. [m³ h⁻¹ → Nm³ h⁻¹].

    Sources
    -------
    EN ISO 16911-1.
    """
    possible = (pressure_kpa > 0) & (temperature_c > -NORMAL_K)
    return flow_actual_m3_h * (normal_k / np.where(possible, temperature_c + NORMAL_K, np.nan)) * (pressure_kpa / normal_kpa)


def flow_to_dry(flow_wet: Floats, h2o_pct: Floats) -> Floats:
    """Flow of the dry part of a wet gas; NaN where the gas is all water.

    Sources
    -------
    EN ISO 16911-1.
    """
    return flow_wet * np.where(h2o_pct < 100.0, 100.0 - h2o_pct, np.nan) / 100.0  # noqa: PLR2004  # per cent
