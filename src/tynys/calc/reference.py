"""Reference conditions: temperature, pressure, moisture, oxygen, and what a volume share weighs.

Every formula takes arrays (n,) float64 or numbers, and gives NaN where a number it is given is NaN or infinite or where its result
would be. A negative concentration (an analyser's noise about zero) keeps its sign. What cannot be (pressure at or below zero, a
temperature at or below absolute zero, gas that is all water, oxygen at or above that of air) gives NaN.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tynys.calc.arrays import elementwise

if TYPE_CHECKING:
    from tynys.calc.arrays import Floats, Mask

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

_WHOLE_PCT = 100.0


def _volume_ratio(temperature_c: Floats, pressure_kpa: Floats, normal_k: float, normal_kpa: float) -> Floats:
    """Actual volume of a normal cubic metre of the gas; NaN where temperature or pressure cannot be. [m³ Nm⁻³]."""
    possible = (pressure_kpa > 0) & (temperature_c > -NORMAL_K)
    return ((temperature_c + NORMAL_K) / normal_k) * (normal_kpa / np.where(possible, pressure_kpa, np.nan))


def _dry_share(h2o_pct: Floats) -> Floats:
    """Dry part of a wet gas; NaN where it is all water."""
    return np.where(h2o_pct < _WHOLE_PCT, _WHOLE_PCT - h2o_pct, np.nan) / _WHOLE_PCT


@elementwise
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
    return conc_actual_mg_m3 * _volume_ratio(temperature_c, pressure_kpa, normal_k, normal_kpa)


@elementwise
def to_actual(
    conc_normal_mg_nm3: Floats, temperature_c: Floats, pressure_kpa: Floats, *, normal_k: float = NORMAL_K, normal_kpa: float = NORMAL_KPA
) -> Floats:
    """Concentration at the temperature and pressure the gas has: the inverse of `to_normal`. [mg Nm⁻³ → mg m⁻³].

    Sources
    -------
    2010/75/EU, Annex V; EN 17255-1.
    """
    return conc_normal_mg_nm3 / _volume_ratio(temperature_c, pressure_kpa, normal_k, normal_kpa)


@elementwise
def to_dry(wet: Floats, h2o_pct: Floats) -> Floats:
    """A concentration or volume share (oxygen too) of wet gas as it would be in the dry gas; NaN where the gas is all water.

    Parameters
    ----------
    wet : (n,) float64
        Concentration or share in wet gas.
    h2o_pct : (n,) float64
        Water vapour of the wet gas; below zero (noise of a hygrometer) it counts as it is. [vol %]

    Sources
    -------
    EN 17255-1.
    """
    dry_pct = _WHOLE_PCT - h2o_pct
    return wet * _WHOLE_PCT / np.where(dry_pct > 0, dry_pct, np.nan)


@elementwise
def to_wet(dry: Floats, h2o_pct: Floats) -> Floats:
    """A concentration or volume share (oxygen too) of dry gas as it is in the wet gas: the inverse of `to_dry`.

    Parameters
    ----------
    dry : (n,) float64
        Concentration or share in dry gas.
    h2o_pct : (n,) float64
        Water vapour of the wet gas; NaN result where it is all water. [vol %]

    Sources
    -------
    EN 17255-1.
    """
    return dry * _dry_share(h2o_pct)


@elementwise
def to_reference_oxygen(
    conc_dry_mg_nm3: Floats,
    o2_dry_pct: Floats,
    o2_reference_pct: Floats | float,
    *,
    o2_highest_pct: float,
    o2_air_pct: float = O2_AIR_PCT,
    keep_at_or_below: Mask | bool = False,
    capped: bool = False,
) -> Floats:
    """Concentration as it would be at the reference oxygen; NaN from ``o2_highest_pct`` upwards, or corrected as at that oxygen.

    Parameters
    ----------
    conc_dry_mg_nm3 : (n,) float64
        Dry, at normal conditions. [mg Nm⁻³]
    o2_dry_pct : (n,) float64
        Measured oxygen, dry; below zero (noise of the analyser) it counts as it is. [vol %]
    o2_reference_pct : (n,) float64 or float
        Reference oxygen, dry. [vol %]
    o2_highest_pct : float
        From here upwards the correction is not made, or no longer grows. [vol %]
    keep_at_or_below : (n,) bool or bool
        Where true, a concentration measured at or below the reference oxygen stays as it is: the German rule for gas that is cleaned,
        for half-hours and days, not for years and not for mass.
    capped : bool
        Whether oxygen from ``o2_highest_pct`` upwards counts as that oxygen instead of giving NaN; oxygen at or above ``o2_air_pct`` too.

    Sources
    -------
    2010/75/EU, Annex V; EN 17255-1; 13. BImSchV, § 19(1) sentence 2 and (2), Annex 5.
    """
    highest = min(o2_highest_pct, o2_air_pct)
    oxygen = np.minimum(o2_dry_pct, highest) if capped else np.where(o2_dry_pct >= highest, np.nan, o2_dry_pct)
    remaining = o2_air_pct - oxygen
    corrected = conc_dry_mg_nm3 * (o2_air_pct - o2_reference_pct) / np.where(remaining > 0, remaining, np.nan)
    return np.where(np.asarray(keep_at_or_below) & (o2_dry_pct <= o2_reference_pct), conc_dry_mg_nm3, corrected)


@elementwise
def ppm_to_mg_nm3(share_ppm: Floats, molar_mass_g_mol: float) -> Floats:
    """Mass concentration of a volume share of an ideal gas at normal conditions. [ppm → mg Nm⁻³].

    Sources
    -------
    Law of ideal gases; 22.414 Nm³ a kilomole.
    """
    return share_ppm * molar_mass_g_mol / MOLAR_VOLUME_NM3_KMOL


@elementwise
def mg_nm3_to_ppm(conc_mg_nm3: Floats, molar_mass_g_mol: float) -> Floats:
    """Volume share of a mass concentration at normal conditions. [mg Nm⁻³ → ppm].

    Sources
    -------
    Law of ideal gases; 22.414 Nm³ a kilomole.
    """
    return conc_mg_nm3 * MOLAR_VOLUME_NM3_KMOL / molar_mass_g_mol


@elementwise
def nox_as_no2(no_mg_nm3: Floats, no2_mg_nm3: Floats) -> Floats:
    """Nitrogen oxides expressed as NO2, from NO and NO2 in the same state. [mg Nm⁻³].

    Sources
    -------
    EN 14792: NO2 + 1.533 NO, the ratio of molar masses.
    """
    return no2_mg_nm3 + NO_TO_NO2 * no_mg_nm3


@elementwise
def excess_air_to_o2(excess_air: Floats) -> Floats:
    """Oxygen by the excess-air coefficient α = 21 / (21 − O2); NaN where α cannot be (below 1, not finite). [1 → vol %].

    Sources
    -------
    Combustion practice of Kazakhstan: α = 1.4 stands for 6 % O2.
    """
    possible = excess_air >= 1.0
    return O2_AIR_PCT * (1.0 - 1.0 / np.where(possible, excess_air, np.nan))


@elementwise
def o2_to_excess_air(o2_dry_pct: Floats) -> Floats:
    """Excess-air coefficient of an oxygen share; NaN from 21 % upwards and below 0. [vol % → 1].

    Sources
    -------
    Combustion practice of Kazakhstan: α = 21 / (21 − O2).
    """
    possible = (o2_dry_pct >= 0) & (o2_dry_pct < O2_AIR_PCT)
    return O2_AIR_PCT / (O2_AIR_PCT - np.where(possible, o2_dry_pct, np.nan))


@elementwise
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


@elementwise
def flow_to_dry(flow_wet: Floats, h2o_pct: Floats) -> Floats:
    """Flow of the dry part of a wet gas; NaN where the gas is all water.

    Parameters
    ----------
    flow_wet : (n,) float64
        Of the wet gas. [any volume unit a time]
    h2o_pct : (n,) float64
        Water vapour of the wet gas. [vol %]

    Sources
    -------
    EN ISO 16911-1.
    """
    return flow_wet * np.where(h2o_pct < _WHOLE_PCT, _WHOLE_PCT - h2o_pct, np.nan) / _WHOLE_PCT


@elementwise
def flow_to_wet(flow_dry: Floats, h2o_pct: Floats) -> Floats:
    """Flow of the wet gas whose dry part is given: the inverse of `flow_to_dry`.

    Parameters
    ----------
    flow_dry : (n,) float64
        Of the dry part. [any volume unit a time]
    h2o_pct : (n,) float64
        Water vapour of the wet gas; NaN result where it is all water. [vol %]

    Sources
    -------
    EN ISO 16911-1.
    """
    return flow_dry / _dry_share(h2o_pct)


@elementwise
def flow_to_oxygen(
    flow_dry: Floats, o2_dry_pct: Floats | float, o2_wanted_pct: Floats | float, *, o2_air_pct: float = O2_AIR_PCT
) -> Floats:
    """Dry flow the same pollutants would have at another oxygen; NaN where either oxygen is that of air or above.

    Parameters
    ----------
    flow_dry : (n,) float64
        At ``o2_dry_pct``. [any volume unit a time]
    o2_dry_pct, o2_wanted_pct : (n,) float64 or float
        The oxygen it has and is wanted at. [vol %, dry]

    Sources
    -------
    Mass balance of the formula of 2010/75/EU, Annex V: what dilution takes from the concentration it adds to the flow.
    """
    have, want = o2_air_pct - np.asarray(o2_dry_pct), o2_air_pct - np.asarray(o2_wanted_pct)
    return flow_dry * np.where(have > 0, have, np.nan) / np.where(want > 0, want, np.nan)
