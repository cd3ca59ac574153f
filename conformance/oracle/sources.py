"""Several points, several fuels, flows by their plan, amounts with gaps, and what a test of limits is handed."""

from __future__ import annotations

import itertools
from typing import Any

from amounts import fill_mean_plus_two_sigma, leave_missing, total_mass
from civil import local
from flows import ORACLES as FLOWS
from gas import ZERO_C
from mpmath import mpf
from numbers50 import num, nums

HOUR = 3_600_000


def mixed(points: list, o2_reference_pct: list, rules: dict | None = None) -> dict[str, Any]:
    """What each point carries, over what all of them carry; one in operation without a value leaves the whole without."""
    oxygen = {"air_pct": 21.0} | (rules or {}).get("oxygen", {})
    rows: dict[str, list] = {"dry": [], "value": [], "flow": [], "status": []}
    for i, reference in enumerate(nums(o2_reference_pct)):
        running = [p for p in points if p["status"][i] != "not_operating"]
        bad = [p["status"][i] for p in running if p["status"][i] != "valid"]
        flows = [num(p["flow"][i]) for p in running]
        flow = None if None in flows else sum(flows, mpf(0))
        if not running:
            row = (None, None, mpf(0), "not_operating")
        elif bad:
            row = (None, None, flow, bad[0])
        else:
            dry = sum(num(p["flow"][i]) * num(p["dry"][i]) for p in running) / flow
            o2 = sum(num(p["flow"][i]) * num(p["o2_dry_pct"][i]) for p in running) / flow
            value = dry if reference is None else dry * (num(oxygen["air_pct"]) - reference) / (num(oxygen["air_pct"]) - o2)
            row = (dry, value, flow, "valid")
        for name, value in zip(rows, row, strict=True):
            rows[name].append(value)
    return rows


def reference_oxygen(uses: list, n: int) -> dict[str, Any]:
    """Weighted by heat; the lowest where a heat is not known; the first permitted where nothing burns."""
    made = []
    for i in range(n):
        burnt = [u for u in uses if u["burnt"][i]]
        references = [num(u["o2_reference_pct"]) for u in burnt]
        heats = [num(u["heat_mj_h"][i]) for u in burnt]
        if not burnt:
            made.append(num(uses[0]["o2_reference_pct"]))
        elif len(set(references)) == 1:
            made.append(references[0])
        elif None in heats or sum(heats) == 0:
            made.append(min(references))
        else:
            made.append(sum(r * h for r, h in zip(references, heats, strict=True)) / sum(heats))
    return {"value": made}


def dry_normal_flow(
    plan: dict, unit: str, mean: list, basis: dict | None = None, area_m2: float = 1.0, rules: dict | None = None, **around: Any
) -> dict[str, Any]:
    """From the plan's channel to dry normal gas at the oxygen measured."""
    made = []
    for i, value in enumerate(nums(mean)):
        o2, h2o, t, p = (
            num(around[name][i]) if around.get(name) else None for name in ("o2_dry_pct", "h2o_pct", "temperature_c", "pressure_kpa")
        )
        made.append(None if value is None else _flow(plan, unit, basis, num(area_m2), value, o2, h2o, t, p))
    return {"value": made}


def _flow(plan: dict, unit: str, basis: dict | None, area: mpf, value: mpf, o2: Any, h2o: Any, t: Any, p: Any) -> mpf | None:
    method = plan["method"]
    if method == "heat_input":
        return _one(
            "combustion.flow_of_heat_nm3_h",
            heat_mw=[float(value)],
            dry_gas_nm3_mj=plan["dry_gas_nm3_mj"],
            o2_dry_pct=[float(o2)],
            factor_o2_pct=plan.get("at_o2_pct", 0.0),
        )
    if method == "load":
        curve = plan["load_curve"]
        at_curve = _one(
            "combustion.flow_of_load_nm3_h",
            load=[float(value)],
            curve_load=[c["load"] for c in curve],
            curve_nm3_h=[c["flow_dry_nm3_h"] for c in curve],
        )
        have = plan.get("at_o2_pct")
        return at_curve if have is None or at_curve is None else at_curve * (21 - num(have)) / (21 - o2)
    factor = num(plan.get("profile_factor", 1.0))
    if method == "differential_pressure":
        dry_mass = num(plan["dry_molar_mass_g_mol"])
        wet_mass = dry_mass * (1 - h2o / 100) + mpf("18.0153") * h2o / 100
        density = _one("gas_flow.density_kg_m3", molar_mass_g_mol=[float(wet_mass)], temperature_c=[float(t)], pressure_kpa=[float(p)])
        value = _one(
            "gas_flow.pitot_velocity_m_s",
            differential_kpa=[float(value)],
            gas_density_kg_m3=[float(density)],
            pitot_factor=plan["pitot_factor"],
        )
    if method in {"differential_pressure", "velocity_area"}:
        value = value * area * 3600
    elif unit == "m3/s":
        value = value * 3600
    value = value * factor
    if unit != "Nm3/h" and (basis is None or basis["gas_state"] == "actual"):
        if t is None or p is None:
            return None
        value = value * ZERO_C / (t + ZERO_C) * p / mpf("101.325")
    if basis is None or basis["moisture"] == "wet":
        return None if h2o is None else value * (1 - h2o / 100)
    return value


def _one(name: str, **given: Any) -> mpf | None:
    return FLOWS[name](**given)["value"][0]


def emitted(
    period: str, start_ms: int, mass_g_s: list, flow_dry_nm3_h: list, share_operating: list, substitution: list | None = None
) -> dict[str, Any]:
    """Concentration and flow filled each by its line, then multiplied."""
    length = {"PT20M": HOUR // 3, "PT1H": HOUR}[period]
    running = [share > 0 for share in share_operating]
    rates, flows = nums(mass_g_s), nums(flow_dry_nm3_h)
    concs = [None if r is None or v is None or v <= 0 else r * 3_600_000 / v for r, v in zip(rates, flows, strict=True)]
    lines = substitution or []

    def filled(name: str, values: list) -> tuple[list, str]:
        line = next((x for x in lines if not x.get("components") or name in x["components"]), None)
        plain = [None if v is None else float(v) for v in values]
        made = leave_missing(plain, running) if line is None else fill_mean_plus_two_sigma(plain, running)
        return made["values"], made["method"]

    conc, method = filled("so2", concs)
    flow, _ = filled("flow", flows)
    used = [r is None and c is not None and v is not None and run for r, c, v, run in zip(rates, conc, flow, running, strict=True)]
    final = [c * v / 3_600_000 if u else r for r, c, v, u in zip(rates, conc, flow, used, strict=True)]
    seconds = [round(100 * s) / 100 * length / 1000 for s in share_operating]
    total = total_mass([None if r is None else float(r) for r in final], seconds, used, method)
    return {**total, "certainty": "verified" if any(used) else None}


def tier_of(line: dict, window_h: float) -> dict[str, Any]:
    """Hours told in windows."""
    percent = {"percentile_or_neighbours": line.get("percentile"), "highest": 100.0}.get(line["method"])
    return {
        "availability_pct": line.get("availability_from_pct", 0.0),
        "hours": "Infinity" if "gap_to_h" not in line else num(line["gap_to_h"]) / num(window_h),
        "percentile": percent,
        "availability_below_pct": line.get("availability_below_pct", "Infinity"),
        "hours_over": num(line.get("gap_over_h", 0.0)) / num(window_h),
        "lookback": None if "lookback_h" not in line else round(line["lookback_h"] / window_h),
        "highest_potential": line["method"] == "highest_possible",
    }


def averages_of(rows: list, excluded_states: list) -> dict[str, Any]:
    """Valid values; at rest; in a state left out; missing for the instrument's sake."""
    resting = [status == "not_operating" for _, status, _ in rows]
    return {
        "values": [value if status == "valid" else None for value, status, _ in rows],
        "resting": resting,
        "by_state": [state in excluded_states and not rest for (_, _, state), rest in zip(rows, resting, strict=True)],
    }


def programme(start_ms: list, least_pairs: int, least_days: int) -> dict[str, Any]:
    """Pairs, days, four weeks, an hour apart."""
    times = sorted(start_ms)
    lacks = []
    if len(times) < least_pairs:
        lacks.append("too_few_pairs")
    if len({local(t) for t in times}) < least_days:
        lacks.append("too_few_days")
    if times[-1] - times[0] > 28 * 24 * HOUR:
        lacks.append("too_long")
    if any(b - a < HOUR for a, b in itertools.pairwise(times)):
        lacks.append("too_close")
    return {"value": sorted(lacks)}


def enough(rule: dict, held: dict) -> dict[str, Any]:
    """Every test that is named."""
    made = []
    for valid, operating, due, ms, met in zip(
        *(held[name] for name in ("valid", "operating", "due", "valid_ms", "parts_met")), strict=True
    ):
        tests = [valid > 0, met]
        tests.append("share_of_operation" not in rule or valid >= num(rule["share_of_operation"]) * operating)
        tests.append("share_of_period" not in rule or valid >= num(rule["share_of_period"]) * due)
        tests.append("valid_minutes" not in rule or ms >= rule["valid_minutes"] * 60_000)
        made.append(all(tests))
    return {"value": made}


def calibrate(chain: dict, raw: list, chosen: list) -> dict[str, Any]:
    """y = a + b·x of the chosen function."""
    functions = chain["calibrations"]
    return {
        "value": [
            None if x is None else num(x) if i < 0 else num(functions[i]["intercept"]) + num(functions[i]["slope"]) * num(x)
            for x, i in zip(raw, chosen, strict=True)
        ]
    }


def validated(standardised: list, deduction: list) -> dict[str, Any]:
    """Less the deduction, not below zero; a negative value, or one without a deduction, stays."""
    pairs = zip(nums(standardised), nums(deduction), strict=True)
    return {"value": [v if v is None or d is None or v <= 0 else max(v - d, mpf(0)) for v, d in pairs]}


def converted(shorter: str, longer: str, kept_in: list, value: list, standardised: list, deduction: list) -> dict[str, Any]:
    """At reference oxygen where only the shorter average keeps what was measured below it."""
    if longer in kept_in or shorter not in kept_in:
        return {"value": nums(value)}
    return validated(standardised, deduction)


ORACLES = {
    "measured.mixed": mixed,
    "measured.validated": validated,
    "fuels.reference_oxygen": reference_oxygen,
    "flow.dry_normal_flow": dry_normal_flow,
    "emitted.emitted": emitted,
    "emitted.tier_of": tier_of,
    "compliance.bridge.averages_of": averages_of,
    "qa.programme.programme_of": programme,
    "qa.pairs.from_columns": lambda **columns: {
        name: nums(columns.get(name, [None] * len(columns["x"]))) for name in ("x", "y", "o2_dry_pct", "h2o_pct")
    },
    "validity.enough": enough,
    "calibration.calibrate": calibrate,
    "longer.converted": converted,
}
