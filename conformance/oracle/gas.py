"""Reference conditions, moisture, oxygen and excess air, from the ideal gas and the mass balance.

A normal cubic metre holds p·V/T of the gas it was; a dry one is what remains without the water; air of 21 % brought in thins every
pollutant alike and moves oxygen towards 21 %.
"""

from __future__ import annotations

from typing import Any

from mpmath import mpf
from numbers50 import each, num, nums

AIR = mpf(21)
ZERO_C = mpf("273.15")
ATMOSPHERE = mpf("101.325")
MOLAR_VOLUME = mpf("22.414")
NO2_OF_NO = mpf("46.0055") / mpf("30.0061")


def _state(temperature_c: mpf, pressure_kpa: mpf) -> mpf | None:
    """Temperature over pressure, what a volume is proportional to; absent where neither can be."""
    kelvin = temperature_c + ZERO_C
    return kelvin / pressure_kpa if pressure_kpa > 0 and kelvin > 0 else None


def to_normal(
    conc_actual_mg_m3: list, temperature_c: list, pressure_kpa: list, normal_k: float = 273.15, normal_kpa: float = 101.325
) -> Any:
    """The same mass in the volume it would have."""

    def one(c: mpf, t: mpf, p: mpf) -> mpf | None:
        actual = _state(t, p)
        return None if actual is None else c * actual / (num(normal_k) / num(normal_kpa))

    return each(one, conc_actual_mg_m3, temperature_c, pressure_kpa)


def to_actual(
    conc_normal_mg_nm3: list, temperature_c: list, pressure_kpa: list, normal_k: float = 273.15, normal_kpa: float = 101.325
) -> Any:
    """Back."""

    def one(c: mpf, t: mpf, p: mpf) -> mpf | None:
        actual = _state(t, p)
        return None if actual is None else c * (num(normal_k) / num(normal_kpa)) / actual

    return each(one, conc_normal_mg_nm3, temperature_c, pressure_kpa)


def flow_to_normal(
    flow_actual_m3_h: list, temperature_c: list, pressure_kpa: list, normal_k: float = 273.15, normal_kpa: float = 101.325
) -> Any:
    """A volume at normal conditions."""

    def one(v: mpf, t: mpf, p: mpf) -> mpf | None:
        actual = _state(t, p)
        return None if actual is None else v * (num(normal_k) / num(normal_kpa)) / actual

    return each(one, flow_actual_m3_h, temperature_c, pressure_kpa)


def _dry(h2o_pct: mpf) -> mpf | None:
    share = 1 - h2o_pct / 100
    return share if share > 0 else None


def _times_dry(x: mpf, h: mpf) -> mpf | None:
    return None if _dry(h) is None else x * _dry(h)


def _over_dry(x: mpf, h: mpf) -> mpf | None:
    return None if _dry(h) is None else x / _dry(h)


def _corrected(c: mpf, o2: mpf, reference: mpf, air: mpf) -> mpf | None:
    """Air thins alike: c is proportional to what is missing to the oxygen of air."""
    return c * (air - reference) / (air - o2) if o2 < air else None


def to_reference_oxygen(
    conc_dry_mg_nm3: list,
    o2_dry_pct: list,
    o2_reference_pct: Any,
    o2_highest_pct: float,
    o2_air_pct: float = 21.0,
    keep_at_or_below: Any = False,
    capped: bool = False,
) -> Any:
    """The correction, its guard near air, and the German rule for cleaned gas."""
    n = len(conc_dry_mg_nm3)
    references = nums(o2_reference_pct) if isinstance(o2_reference_pct, list) else [num(o2_reference_pct)] * n
    keeps = keep_at_or_below if isinstance(keep_at_or_below, list) else [keep_at_or_below] * n
    highest, air = num(o2_highest_pct), num(o2_air_pct)
    made = []
    for c, o2, reference, keep in zip(nums(conc_dry_mg_nm3), nums(o2_dry_pct), references, keeps, strict=True):
        if None in (c, o2, reference):
            made.append(None)
        elif keep and o2 <= reference:
            made.append(c)
        elif o2 >= highest:
            made.append(_corrected(c, highest, reference, air) if capped else None)
        else:
            made.append(_corrected(c, o2, reference, air))
    return {"value": made}


def flow_to_oxygen(flow_dry: list, o2_dry_pct: Any, o2_wanted_pct: Any, o2_air_pct: float = 21.0) -> Any:
    """The flow that carries the same mass at the concentration another oxygen would give."""

    def one(v: mpf, have: mpf, want: mpf) -> mpf | None:
        air = num(o2_air_pct)
        return v * (air - have) / (air - want) if have < air and want < air else None

    return each(one, flow_dry, o2_dry_pct, o2_wanted_pct)


ORACLES = {
    "reference.to_normal": to_normal,
    "reference.to_actual": to_actual,
    "reference.to_dry": lambda wet, h2o_pct: each(_over_dry, wet, h2o_pct),
    "reference.to_wet": lambda dry, h2o_pct: each(_times_dry, dry, h2o_pct),
    "reference.to_reference_oxygen": to_reference_oxygen,
    "reference.ppm_to_mg_nm3": lambda share_ppm, molar_mass_g_mol: each(lambda x, m: x * m / MOLAR_VOLUME, share_ppm, molar_mass_g_mol),
    "reference.mg_nm3_to_ppm": lambda conc_mg_nm3, molar_mass_g_mol: each(lambda x, m: x * MOLAR_VOLUME / m, conc_mg_nm3, molar_mass_g_mol),
    "reference.nox_as_no2": lambda no_mg_nm3, no2_mg_nm3: each(lambda no, no2: no2 + NO2_OF_NO * no, no_mg_nm3, no2_mg_nm3),
    "reference.excess_air_to_o2": lambda excess_air: each(lambda a: AIR - AIR / a if a >= 1 else None, excess_air),
    "reference.o2_to_excess_air": lambda o2_dry_pct: each(lambda o: AIR / (AIR - o) if 0 <= o < AIR else None, o2_dry_pct),
    "reference.flow_to_normal": flow_to_normal,
    "reference.flow_to_dry": lambda flow_wet, h2o_pct: each(_times_dry, flow_wet, h2o_pct),
    "reference.flow_to_wet": lambda flow_dry, h2o_pct: each(_over_dry, flow_dry, h2o_pct),
    "reference.flow_to_oxygen": flow_to_oxygen,
}
