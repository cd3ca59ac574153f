"""Measured flow: velocity through a section, velocity of a Pitot tube, the density it needs.

Every formula takes arrays (n,) float64 or numbers, and gives NaN where a number it is given is NaN or infinite or where its result would
be. A velocity or differential pressure below zero is gas that flows back: the flow is negative, and emits nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tynys.calc.arrays import elementwise
from tynys.calc.reference import NORMAL_K

if TYPE_CHECKING:
    from tynys.calc.arrays import Floats

S_PER_H = 3600.0

GAS_CONSTANT_J_MOL_K = 8.314462618
"""Molar gas constant (CODATA 2018). [J mol⁻¹ K⁻¹]"""

MOLAR_MASS_H2O_G_MOL, MOLAR_MASS_O2_G_MOL, MOLAR_MASS_CO2_G_MOL, MOLAR_MASS_N2_G_MOL = 18.0153, 31.9988, 44.0095, 28.0134
"""Molar masses (IUPAC 2005). [g mol⁻¹]"""

_WHOLE_PCT = 100.0
_G_PER_KG = 1000.0


@elementwise
def flow_of_velocity_m3_h(velocity_m_s: Floats, area_m2: Floats | float, profile_factor: Floats | float = 1.0) -> Floats:
    """Volume flow through a section, at the gas's own state; NaN where the area is not above zero. [m s⁻¹, m² → m³ h⁻¹].

    Parameters
    ----------
    velocity_m_s : (n,) float64
        At the measuring point or path. [m s⁻¹]
    area_m2 : float
        Of the section. [m²]
    profile_factor : float
        Mean velocity of the section over the measured one. [1]

    Sources
    -------
    EN ISO 16911-1: volume = velocity · area · profile factor.
    """
    area = np.asarray(area_m2)
    return velocity_m_s * profile_factor * np.where(area > 0, area, np.nan) * S_PER_H


@elementwise
def dry_molar_mass_g_mol(o2_dry_pct: Floats, co2_dry_pct: Floats) -> Floats:
    """Molar mass of dry flue gas whose rest is nitrogen; NaN for shares below zero or above the whole. [vol %, vol % → g mol⁻¹].

    Sources
    -------
    EN ISO 16911-1, ISO 10780: mixture of ideal gases.
    """
    rest = _WHOLE_PCT - o2_dry_pct - co2_dry_pct
    possible = (o2_dry_pct >= 0) & (co2_dry_pct >= 0) & (rest >= 0)
    mass = o2_dry_pct * MOLAR_MASS_O2_G_MOL + co2_dry_pct * MOLAR_MASS_CO2_G_MOL + rest * MOLAR_MASS_N2_G_MOL
    return np.where(possible, mass / _WHOLE_PCT, np.nan)


@elementwise
def wet_molar_mass_g_mol(dry_g_mol: Floats | float, h2o_pct: Floats) -> Floats:
    """Molar mass of a wet gas; NaN for moisture below 0 or above 100 %. [g mol⁻¹, vol % → g mol⁻¹].

    Sources
    -------
    EN ISO 16911-1, ISO 10780: mixture of ideal gases.
    """
    water = np.where((h2o_pct >= 0) & (h2o_pct <= _WHOLE_PCT), h2o_pct, np.nan) / _WHOLE_PCT
    return dry_g_mol * (1.0 - water) + MOLAR_MASS_H2O_G_MOL * water


@elementwise
def density_kg_m3(molar_mass_g_mol: Floats, temperature_c: Floats, pressure_kpa: Floats) -> Floats:
    """Density of an ideal gas at its temperature and absolute pressure; NaN where they cannot be. [g mol⁻¹, °C, kPa → kg m⁻³].

    Sources
    -------
    EN ISO 16911-1, ISO 10780: ρ = p M / (R T).
    """
    possible = (pressure_kpa > 0) & (temperature_c > -NORMAL_K) & (molar_mass_g_mol > 0)
    kelvin = np.where(possible, temperature_c + NORMAL_K, np.nan)
    return pressure_kpa * molar_mass_g_mol / (GAS_CONSTANT_J_MOL_K * kelvin)


@elementwise
def pitot_velocity_m_s(differential_kpa: Floats, gas_density_kg_m3: Floats, pitot_factor: float) -> Floats:
    """Velocity of a Pitot tube's differential pressure; NaN where the density is not above zero.

    Parameters
    ----------
    differential_kpa : (n,) float64
        Impact less static pressure; below zero the gas flows back and the velocity is negative. [kPa]
    gas_density_kg_m3 : (n,) float64
        Of the wet gas at its state. [kg m⁻³]
    pitot_factor : float
        Calibration factor K of the tube (about 0.84 for an S type, 1 for an L type; it is calibrated). [1]

    Notes
    -----
    Of the mean differential pressure of a window it gives the root mean square velocity, above the mean by half the square of the
    velocity's relative spread: 0.5 % where that is 10 %.

    Sources
    -------
    EN ISO 16911-1, ISO 10780: v = K √(2 Δp / ρ).
    """
    dense = np.where(gas_density_kg_m3 > 0, gas_density_kg_m3, np.nan)
    return np.copysign(pitot_factor * np.sqrt(2.0 * _G_PER_KG * np.abs(differential_kpa) / dense), differential_kpa)
