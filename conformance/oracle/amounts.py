"""Mass, specific emission, decimal rounding and substitution, from definitions."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

from mpmath import mpf, sqrt
from numbers50 import each, num, nums

SECONDS_AN_HOUR = 3600


def _rate(c: mpf, v: mpf) -> mpf:
    """Milligrams an hour over what a gram and an hour are."""
    return mpf(0) if c < 0 or v < 0 else c * v / (1000 * SECONDS_AN_HOUR)


def total_mass(rate_g_s: list, operating_s: list, substituted: list | None = None, method: str = "none") -> dict[str, Any]:
    """Tonnes over all the time in operation, and how that time is shared."""
    time = [mpf(0) if t is None or t < 0 else t for t in nums(operating_s)]
    whole = sum(time)
    amount, filled_amount = mpf(0), mpf(0)
    shares = {"measured": mpf(0), "substituted": mpf(0), "missing": mpf(0)}
    for i, (rate, seconds) in enumerate(zip(nums(rate_g_s), time, strict=True)):
        kind = "missing" if rate is None else "substituted" if substituted and substituted[i] else "measured"
        shares[kind] += seconds
        if rate is not None:
            tonnes = max(rate, mpf(0)) * seconds / 1_000_000
            amount += tonnes
            filled_amount += tonnes if kind == "substituted" else 0
    unknown = whole > 0 and shares["missing"] == whole
    return {
        "amount_t": None if unknown else amount,
        "operating_s": whole,
        **{f"share_{kind}": seconds / whole if whole > 0 else None for kind, seconds in shares.items()},
        "substituted_t": filled_amount,
        "method": method,
    }


def _rounded(value: Any, decimals: int, mode: str) -> float | None:
    """By the neighbours on the grid of the last place: the nearer, else the one the mode names."""
    if value is None or isinstance(value, str):
        return None
    exact, step = Decimal(repr(value)), Decimal(1).scaleb(-decimals)
    below = (exact / step).to_integral_value(ROUND_FLOOR) * step
    above = (exact / step).to_integral_value(ROUND_CEILING) * step
    if exact - below != above - exact:
        return float(below if exact - below < above - exact else above)
    if mode == "half_up":
        return float(above if exact > 0 else below)
    return float(below if int(below / step) % 2 == 0 else above)


def above(values: list, threshold: float, decimals: int | None = None, mode: str = "half_up") -> dict[str, Any]:
    """Compared as decimals, rounded first where the rule says so."""
    compared = [v if decimals is None else _rounded(v, decimals, mode) for v in values]
    return {"value": [v is not None and not isinstance(v, str) and Decimal(repr(v)) > Decimal(repr(threshold)) for v in compared]}


def share_of(limit: float | None, share_pct: float | None) -> dict[str, Any]:
    """A percentage, in decimals."""
    if limit is None or share_pct is None:
        return {"value": None}
    return {"value": float(Decimal(repr(limit)) * Decimal(repr(share_pct)) / 100)}


def _substituted(values: list, filled: dict[int, Any], method: str) -> dict[str, Any]:
    known = [None if isinstance(v, str) else v for v in values]
    return {
        "values": [filled.get(i, num(v)) for i, v in enumerate(known)],
        "filled": [filled.get(i) is not None for i in range(len(values))],
        "method": method,
    }


def _missing(values: list, operating: list) -> list[int]:
    return [i for i, v in enumerate(values) if operating[i] and (v is None or isinstance(v, str))]


def leave_missing(values: list, operating: list) -> dict[str, Any]:
    """Nothing is filled."""
    return _substituted(values, {}, "none")


def fill_last_valid(values: list, operating: list) -> dict[str, Any]:
    """Walk on with the last value measured in operation."""
    last, filled = None, {}
    for i in range(len(values)):
        if i in _missing(values, operating):
            if last is not None:
                filled[i] = last
        elif operating[i]:
            last = num(values[i])
    return _substituted(values, filled, "last_valid")


def fill_mean_plus_two_sigma(values: list, operating: list) -> dict[str, Any]:
    """Mean and twice the sample standard deviation of what was measured in operation."""
    gaps = _missing(values, operating)
    known = [num(v) for i, v in enumerate(values) if operating[i] and i not in gaps]
    if len(known) < 2:
        return _substituted(values, {}, "mean_plus_two_sigma")
    mean = sum(known) / len(known)
    fill = mean + 2 * sqrt(sum((v - mean) ** 2 for v in known) / (len(known) - 1))
    return _substituted(values, dict.fromkeys(gaps, fill), "mean_plus_two_sigma")


def percentile(values: list, percent: float | None, rank: str = "nearest") -> dict[str, Any]:
    """The value no less than so many per cent of the values, or between two ranks."""
    known = sorted(num(v) for v in values if v is not None and not isinstance(v, str))
    share = num(percent)
    if not known or share is None or not 0 <= share <= 100:
        return {"value": None}
    if rank == "linear":
        place = share / 100 * (len(known) - 1)
        low = int(place)
        high = min(low + 1, len(known) - 1)
        return {"value": known[low] + (place - low) * (known[high] - known[low])}
    return {"value": next(v for i, v in enumerate(known) if mpf(i + 1) * 100 >= share * len(known))}


PART_75_SO2 = [[95, 24, None], [95, None, 90], [90, 8, None], [90, None, 95], [80, None, 100]]
"""40 CFR 75.33, Table 1: availability at least, hours at most, percentile."""


def fill_lookback_percentile(
    values: list, operating: list, highest_potential: float, lookback: int = 720, availability_over: int = 8760, rank: str = "nearest"
) -> dict[str, Any]:
    """Gap by gap, in hours of operation only, by the table of 40 CFR 75.33."""
    hours = [i for i in range(len(values)) if operating[i]]
    seen = [None if values[i] is None or isinstance(values[i], str) else num(values[i]) for i in hours]
    filled: dict[int, Any] = {}
    at = 0
    while at < len(hours):
        if seen[at] is not None:
            at += 1
            continue
        end = next((j for j in range(at, len(hours)) if seen[j] is not None), len(hours))
        span = seen[max(0, end - availability_over) : end]
        availability = mpf(100) * sum(v is not None for v in span) / len(span)
        measured = [v for v in seen[:at] if v is not None]
        if not measured or end == len(hours):
            fill = num(highest_potential)
        else:
            around = (measured[-1] + seen[end]) / 2
            fill = around
            if len(measured) >= lookback:
                row = next((r for r in PART_75_SO2 if availability >= r[0] and (r[1] is None or end - at <= r[1])), None)
                if row is None:
                    fill = num(highest_potential)
                elif row[2] is not None:
                    numbers = [float(v) for v in measured[-lookback:]]
                    fill = max(around, percentile(numbers, row[2], rank)["value"])
        filled |= {hours[j]: fill for j in range(at, end)}
        at = end
    return _substituted(values, filled, "lookback_percentile")


def substitute(method: str, values: list, operating: list, highest_potential: float | None = None) -> dict[str, Any]:
    """By name; a name nobody knows is refused."""
    if method == "lookback_percentile":
        return fill_lookback_percentile(values, operating, highest_potential)
    ways = {"none": leave_missing, "last_valid": fill_last_valid, "mean_plus_two_sigma": fill_mean_plus_two_sigma}
    return ways[method](values, operating) if method in ways else {"refused": True}


ORACLES = {
    "mass.mass_rate_g_s": lambda conc_mg_nm3, flow_nm3_h: each(_rate, conc_mg_nm3, flow_nm3_h),
    "mass.concentration_mg_nm3": lambda rate_g_s, flow_nm3_h: each(
        lambda r, v: r * 1000 * SECONDS_AN_HOUR / v if v > 0 else None, rate_g_s, flow_nm3_h
    ),
    "mass.mass_t": lambda rate_g_s, duration_s: each(lambda r, t: r * t / 1_000_000 if t >= 0 else None, rate_g_s, duration_s),
    "mass.total_mass": total_mass,
    "mass.specific_emission_g_kwh": lambda rate_g_s, power_mw: each(
        lambda r, p: r * SECONDS_AN_HOUR / (p * 1000) if p > 0 else None, rate_g_s, power_mw
    ),
    "mass.specific_emission_kg_gj": lambda rate_g_s, heat_mw: each(
        lambda r, q: (r / 1000) / (q / 1000) if q > 0 else None, rate_g_s, heat_mw
    ),
    "mass.amount_per_energy_g_kwh": lambda amount_t, energy_mwh: each(
        lambda m, e: m * 1_000_000 / (e * 1000) if e > 0 else None, amount_t, energy_mwh
    ),
    "rounding.round_decimal": lambda value, decimals, mode="half_up": {"value": _rounded(value, decimals, mode)},
    "rounding.round_decimals": lambda values, decimals, mode="half_up": {"value": [_rounded(v, decimals, mode) for v in values]},
    "rounding.share_of": share_of,
    "rounding.above": above,
    "substitution.leave_missing": leave_missing,
    "substitution.fill_last_valid": fill_last_valid,
    "substitution.fill_mean_plus_two_sigma": fill_mean_plus_two_sigma,
    "substitution.fill_lookback_percentile": fill_lookback_percentile,
    "substitution.percentile": percentile,
    "substitution.substitute": substitute,
}
