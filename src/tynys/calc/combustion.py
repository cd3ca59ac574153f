"""Calculated flow: flue gas from the fuel's composition, from the heat put in, from the load.

Every formula takes arrays (n,) float64 or numbers, and gives NaN where a number it is given is NaN or infinite or where its result would
be. All gas is dry, at 273.15 K and 101.325 kPa, of complete combustion. Fuel, heat or load below zero gives a negative flow, which emits
nothing; oxygen at or above that of air gives NaN.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tynys.calc.arrays import elementwise
from tynys.calc.reference import MOLAR_VOLUME_NM3_KMOL, NORMAL_K, O2_AIR_PCT, flow_to_oxygen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tynys.calc.arrays import Floats

MOLAR_MASS_C, MOLAR_MASS_H, MOLAR_MASS_S, MOLAR_MASS_N, MOLAR_MASS_O = 12.0107, 1.00794, 32.065, 14.0067, 15.9994
"""Atomic weights (IUPAC 2005). [kg kmol⁻¹]"""

MOLAR_MASS_WATER = 18.0153
"""Molar mass of water (IUPAC 2005). [kg kmol⁻¹]"""

M3_PER_SCF = 0.028316846592
"""Cubic metres in a cubic foot (NIST SP 811; exact). [m³ ft⁻³]"""

STANDARD_US_K = 293.15
"""Standard temperature of 40 CFR Part 60 and 75, 68 °F. [K]"""

MJ_PER_MMBTU = 1055.05585262
"""Megajoules in a million British thermal units (NIST SP 811, International Table). [MJ mmBtu⁻¹]"""

_WHOLE_PCT = 100.0
_S_PER_H = 3600.0


@elementwise
def oxygen_demand_nm3_kg(
    carbon_pct: Floats | float, hydrogen_pct: Floats | float, sulphur_pct: Floats | float, oxygen_pct: Floats | float
) -> Floats:
    """Oxygen that burns a kilogram of fuel completely; never below zero. [mass % as fired → Nm³ kg⁻¹].

    Sources
    -------
    Stoichiometry: C + O2 → CO2, 2 H2 + O2 → 2 H2O, S + O2 → SO2, less the fuel's own oxygen (EN 12952-15).
    """
    parts = (
        np.asarray(carbon_pct) / MOLAR_MASS_C
        + hydrogen_pct / (4 * MOLAR_MASS_H)
        + sulphur_pct / MOLAR_MASS_S
        - oxygen_pct / (2 * MOLAR_MASS_O)
    )
    return np.maximum(parts, 0.0) * MOLAR_VOLUME_NM3_KMOL / _WHOLE_PCT


@elementwise
def dry_gas_of_fuel_nm3_kg(
    carbon_pct: Floats | float,
    hydrogen_pct: Floats | float,
    sulphur_pct: Floats | float,
    nitrogen_pct: Floats | float,
    oxygen_pct: Floats | float,
    *,
    o2_air_pct: float = O2_AIR_PCT,
) -> Floats:
    """Dry flue gas of a kilogram of fuel burnt without excess air (at 0 % O2). [Nm³ kg⁻¹].

    Parameters
    ----------
    carbon_pct, hydrogen_pct, sulphur_pct, nitrogen_pct, oxygen_pct : (n,) float64 or float
        Ultimate analysis of the fuel as fired, without the hydrogen and oxygen of its water; NaN result for shares below zero or
        together above the whole. [mass %]
    o2_air_pct : float
        Oxygen of dry air; the rest comes through as nitrogen. [vol %]

    Sources
    -------
    Stoichiometry: CO2 + SO2 + nitrogen of the fuel + nitrogen of the air (EN 12952-15; EN ISO 16911-1, calculation).
    """
    shares = [np.asarray(s, np.float64) for s in (carbon_pct, hydrogen_pct, sulphur_pct, nitrogen_pct, oxygen_pct)]
    possible = np.all([s >= 0 for s in np.broadcast_arrays(*shares)], axis=0) & (sum(shares) <= _WHOLE_PCT * (1 + 1e-9))
    demand = oxygen_demand_nm3_kg(carbon_pct, hydrogen_pct, sulphur_pct, oxygen_pct)
    products = carbon_pct / MOLAR_MASS_C + sulphur_pct / MOLAR_MASS_S + nitrogen_pct / (2 * MOLAR_MASS_N)
    gas = products * MOLAR_VOLUME_NM3_KMOL / _WHOLE_PCT + demand * (_WHOLE_PCT - o2_air_pct) / o2_air_pct
    return np.where(possible, gas, np.nan)


@elementwise
def water_of_fuel_nm3_kg(hydrogen_pct: Floats | float, moisture_pct: Floats | float) -> Floats:
    """Water vapour of a kilogram of fuel: of its hydrogen and of its moisture, without that of the air. [mass % as fired → Nm³ kg⁻¹].

    Sources
    -------
    Stoichiometry (EN 12952-15).
    """
    return (np.asarray(hydrogen_pct) / (2 * MOLAR_MASS_H) + moisture_pct / MOLAR_MASS_WATER) * MOLAR_VOLUME_NM3_KMOL / _WHOLE_PCT


@elementwise
def flow_of_fuel_nm3_h(
    fuel_kg_h: Floats, dry_gas_nm3_kg: Floats | float, o2_dry_pct: Floats, *, burnt_share: float = 1.0, o2_air_pct: float = O2_AIR_PCT
) -> Floats:
    """Dry flue gas flow of a fuel flow, at measured oxygen. [Nm³ h⁻¹].

    Parameters
    ----------
    fuel_kg_h : (n,) float64
        Fuel as fired. [kg h⁻¹]
    dry_gas_nm3_kg : float
        Of a kilogram at 0 % O2 (`dry_gas_of_fuel_nm3_kg`). [Nm³ kg⁻¹]
    o2_dry_pct : (n,) float64
        Measured oxygen where the flow is wanted. [vol %]
    burnt_share : float
        Part of the fuel that burns; the rest leaves with the ash. [1]

    Sources
    -------
    EN ISO 16911-1: flow by calculation from fuel and oxygen.
    """
    return flow_to_oxygen(fuel_kg_h * dry_gas_nm3_kg * burnt_share, 0.0, o2_dry_pct, o2_air_pct=o2_air_pct)


@elementwise
def flow_of_heat_nm3_h(
    heat_mw: Floats, dry_gas_nm3_mj: Floats | float, o2_dry_pct: Floats, *, factor_o2_pct: float = 0.0, o2_air_pct: float = O2_AIR_PCT
) -> Floats:
    """Dry flue gas flow of a heat input, at measured oxygen: the F-factor method, or the K-factor method of α = 1.4. [Nm³ h⁻¹].

    Parameters
    ----------
    heat_mw : (n,) float64
        Heat put in, on the calorific value (net or gross) the factor speaks of. [MW]
    dry_gas_nm3_mj : float
        Dry gas of a megajoule at ``factor_o2_pct``. [Nm³ MJ⁻¹]
    o2_dry_pct : (n,) float64
        Measured oxygen. [vol %]
    factor_o2_pct : float
        Oxygen the factor holds at: 0 for an F-factor, 6 for a K-factor at α = 1.4. [vol %]

    Sources
    -------
    40 CFR Part 60, Appendix A-7, Method 19 (F-factor); EN ISO 16911-1 (fuel factor).
    """
    return flow_to_oxygen(heat_mw * _S_PER_H * dry_gas_nm3_mj, factor_o2_pct, o2_dry_pct, o2_air_pct=o2_air_pct)


@elementwise
def f_factor_nm3_mj(fd_dscf_mmbtu: Floats | float) -> Floats:
    """An American F-factor in our units: dry standard cubic feet (68 °F) a million Btu, gross, at 0 % O2. [dscf mmBtu⁻¹ → Nm³ MJ⁻¹].

    Sources
    -------
    40 CFR Part 75, Appendix F, Table 1; units by NIST SP 811.
    """
    return np.asarray(fd_dscf_mmbtu) * (M3_PER_SCF * NORMAL_K / STANDARD_US_K / MJ_PER_MMBTU)


def flow_of_load_nm3_h(load: Floats, curve_load: Sequence[float], curve_nm3_h: Sequence[float]) -> Floats:
    """Dry flow of a load by a curve found by measurement: straight between its points, NaN outside them. [Nm³ h⁻¹].

    Parameters
    ----------
    load : (n,) float64
        NaN or infinite gives NaN. [as the curve]
    curve_load, curve_nm3_h : sequences of float
        At least two points, loads rising.

    Raises
    ------
    ValueError
        If the points are fewer than two, not as many flows as loads, or do not rise.

    Sources
    -------
    EN ISO 16911-2 (a relation of flow and load found by parallel measurements).
    """
    at, flow = np.asarray(curve_load, np.float64), np.asarray(curve_nm3_h, np.float64)
    if len(at) < 2 or len(at) != len(flow) or not (np.diff(at) > 0).all():  # noqa: PLR2004  # a line has two ends
        msg = f"expected at least two points of rising load, each with a flow, got loads {list(curve_load)} and flows {list(curve_nm3_h)}"
        raise ValueError(msg)
    load = np.asarray(load, np.float64)
    inside = (load >= at[0]) & (load <= at[-1])
    return np.where(inside, np.interp(np.where(inside, load, at[0]), at, flow), np.nan)
