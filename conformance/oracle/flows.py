"""Flow: measured by velocity or Pitot tube, calculated from the fuel's chemistry, its heat or the load."""

from __future__ import annotations

import itertools
from typing import Any

from gas import MOLAR_VOLUME, ZERO_C
from mpmath import mpf, sqrt
from numbers50 import each, num, nums

GAS_CONSTANT = mpf("8.314462618")
"""CODATA 2018. [J/(mol K)]"""
M = {"C": "12.0107", "H": "1.00794", "S": "32.065", "N": "14.0067", "O": "15.9994"}
ATOM = {element: mpf(mass) for element, mass in M.items()}
"""Atomic masses as in the tables of 2005 (IUPAC). [g/mol]"""
WATER, OXYGEN, CARBON_DIOXIDE, NITROGEN = mpf("18.0153"), mpf("31.9988"), mpf("44.0095"), mpf("28.0134")


def _moles(percent: mpf, mass: mpf) -> mpf:
    """In a kilogram. [kmol]."""
    return percent / 100 / mass


def _demand(c: mpf, h: mpf, s: mpf, o: mpf) -> mpf:
    """C + O2, 2 H + ½ O2, S + O2, less the fuel's own."""
    return _moles(c, ATOM["C"]) + _moles(h, ATOM["H"]) / 4 + _moles(s, ATOM["S"]) - _moles(o, ATOM["O"]) / 2


def _dry_gas(c: mpf, h: mpf, s: mpf, n: mpf, o: mpf, air: mpf) -> mpf | None:
    """CO2, SO2, the fuel's nitrogen, and the nitrogen that came with the oxygen."""
    if min(c, h, s, n, o) < 0 or c + h + s + n + o > 100:
        return None
    demand = max(_demand(c, h, s, o), mpf(0))
    kilomoles = _moles(c, ATOM["C"]) + _moles(s, ATOM["S"]) + _moles(n, 2 * ATOM["N"]) + demand * (100 - air) / air
    return kilomoles * MOLAR_VOLUME


def dry_gas(carbon_pct: Any, hydrogen_pct: Any, sulphur_pct: Any, nitrogen_pct: Any, oxygen_pct: Any, o2_air_pct: float = 21.0) -> Any:
    """Row by row."""
    return each(lambda *row: _dry_gas(*row, num(o2_air_pct)), carbon_pct, hydrogen_pct, sulphur_pct, nitrogen_pct, oxygen_pct)


def _diluted(volume: mpf, o2: mpf, at: mpf, air: mpf) -> mpf | None:
    """What a volume at one oxygen is at another: air is added."""
    return volume * (air - at) / (air - o2) if o2 < air else None


def flow_of_fuel(fuel_kg_h: list, dry_gas_nm3_kg: Any, o2_dry_pct: list, burnt_share: float = 1.0, o2_air_pct: float = 21.0) -> Any:
    """Gas of what burns, thinned to the oxygen measured."""
    air = num(o2_air_pct)
    return each(lambda f, g, o: _diluted(f * num(burnt_share) * g, o, mpf(0), air), fuel_kg_h, dry_gas_nm3_kg, o2_dry_pct)


def flow_of_heat(heat_mw: list, dry_gas_nm3_mj: Any, o2_dry_pct: list, factor_o2_pct: float = 0.0, o2_air_pct: float = 21.0) -> Any:
    """A megawatt is 3600 megajoules an hour."""
    air = num(o2_air_pct)
    return each(lambda q, g, o: _diluted(q * 3600 * g, o, num(factor_o2_pct), air), heat_mw, dry_gas_nm3_mj, o2_dry_pct)


def flow_of_load(load: list, curve_load: list, curve_nm3_h: list) -> Any:
    """Straight between the points."""
    points = list(zip(nums(curve_load), nums(curve_nm3_h), strict=False))
    if len(points) < 2 or len(curve_load) != len(curve_nm3_h) or any(b[0] <= a[0] for a, b in itertools.pairwise(points)):
        return {"refused": True}

    def one(x: mpf) -> mpf | None:
        for (x0, y0), (x1, y1) in itertools.pairwise(points):
            if x0 <= x <= x1:
                return y0 + (y1 - y0) * (x - x0) / (x1 - x0)
        return None

    return each(one, load)


def _f_factor(dscf_mmbtu: mpf) -> mpf:
    """Cubic feet at 68 °F and 1 atm as normal cubic metres; a million Btu (IT) as megajoules."""
    foot = mpf("0.3048")
    return dscf_mmbtu * foot**3 * ZERO_C / mpf("293.15") / mpf("1055.05585262")


def _dry_mass(o2: mpf, co2: mpf) -> mpf | None:
    if o2 < 0 or co2 < 0 or o2 + co2 > 100:
        return None
    return (o2 * OXYGEN + co2 * CARBON_DIOXIDE + (100 - o2 - co2) * NITROGEN) / 100


def _density(mass: mpf, t: mpf, p: mpf) -> mpf | None:
    """In p M / (R T), pascals and kilograms."""
    return (p * 1000) * (mass / 1000) / (GAS_CONSTANT * (t + ZERO_C)) if p > 0 and t + ZERO_C > 0 and mass > 0 else None


def _pitot(dp_kpa: mpf, rho: mpf, k: mpf) -> mpf | None:
    if rho <= 0:
        return None
    v = k * sqrt(2 * abs(dp_kpa) * 1000 / rho)
    return v if dp_kpa >= 0 else -v


ORACLES = {
    "combustion.oxygen_demand_nm3_kg": lambda carbon_pct, hydrogen_pct, sulphur_pct, oxygen_pct: each(
        lambda *row: max(_demand(*row), mpf(0)) * MOLAR_VOLUME, carbon_pct, hydrogen_pct, sulphur_pct, oxygen_pct
    ),
    "combustion.dry_gas_of_fuel_nm3_kg": dry_gas,
    "combustion.water_of_fuel_nm3_kg": lambda hydrogen_pct, moisture_pct: each(
        lambda h, w: (_moles(h, ATOM["H"]) / 2 + _moles(w, WATER)) * MOLAR_VOLUME, hydrogen_pct, moisture_pct
    ),
    "combustion.flow_of_fuel_nm3_h": flow_of_fuel,
    "combustion.flow_of_heat_nm3_h": flow_of_heat,
    "combustion.flow_of_load_nm3_h": flow_of_load,
    "combustion.f_factor_nm3_mj": lambda fd_dscf_mmbtu: each(_f_factor, fd_dscf_mmbtu),
    "gas_flow.flow_of_velocity_m3_h": lambda velocity_m_s, area_m2, profile_factor=1.0: each(
        lambda v, a, f: v * a * f * 3600 if a > 0 else None, velocity_m_s, area_m2, profile_factor
    ),
    "gas_flow.dry_molar_mass_g_mol": lambda o2_dry_pct, co2_dry_pct: each(_dry_mass, o2_dry_pct, co2_dry_pct),
    "gas_flow.wet_molar_mass_g_mol": lambda dry_g_mol, h2o_pct: each(
        lambda d, h: d * (100 - h) / 100 + WATER * h / 100 if 0 <= h <= 100 else None, dry_g_mol, h2o_pct
    ),
    "gas_flow.density_kg_m3": lambda molar_mass_g_mol, temperature_c, pressure_kpa: each(
        _density, molar_mass_g_mol, temperature_c, pressure_kpa
    ),
    "gas_flow.pitot_velocity_m_s": lambda differential_kpa, gas_density_kg_m3, pitot_factor: each(
        _pitot, differential_kpa, gas_density_kg_m3, pitot_factor
    ),
}
