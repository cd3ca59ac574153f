"""The running average's end: bookkeeping of the window, and the first-order autoregression summed step by step, not in closed form."""

from __future__ import annotations

import itertools
from typing import Any

from mpmath import mpf, sqrt
from numbers50 import num, nums
from statistics50 import normal_above


def _median(values: list[mpf]) -> mpf:
    ordered = sorted(values)
    n = len(ordered)
    return (ordered[(n - 1) // 2] + ordered[n // 2]) / 2


def fit(steps: list, least: int = 5, clip: float = 4.0) -> dict[str, Any] | None:
    """Drawn in to 4 robust deviations about the median; Σab / ½Σ(a² + b²) over neighbours."""
    known = [v for v in nums(steps) if v is not None]
    series = nums(steps)
    pairs = [(a, b) for a, b in itertools.pairwise(series) if a is not None and b is not None]
    if len(pairs) < least:
        return None
    middle = _median(known)
    spread = _median([abs(v - middle) for v in known]) * mpf("1.482602218505602")
    if spread > 0:
        low, high = middle - num(clip) * spread, middle + num(clip) * spread
        series = [None if v is None else min(max(v, low), high) for v in series]
    return _fitted(series)


def _fitted(series: list[mpf | None]) -> dict[str, Any]:
    known = [v for v in series if v is not None]
    mean = sum(known, mpf(0)) / len(known)
    around = [None if v is None else v - mean for v in series]
    pairs = [(a, b) for a, b in itertools.pairwise(around) if a is not None and b is not None]
    power = sum(a * a + b * b for a, b in pairs) / 2
    if power == 0:
        return {"mean": mean, "phi": mpf(1), "sigma": mpf(0)}
    phi = max(mpf(0), sum(a * b for a, b in pairs) / power)
    return {"mean": mean, "phi": phi, "sigma": sqrt(sum((b - phi * a) ** 2 for a, b in pairs) / (len(pairs) - 1))}


def remaining_mean(process: dict, newest: float, steps: int, gap: int = 0) -> dict[str, Any]:
    """Of a process given by its numbers."""
    return {"value": list(_remaining(*(num(process[name]) for name in ("mean", "phi", "sigma")), num(newest), steps, gap))}


def _remaining(mean: mpf, phi: mpf, sigma: mpf, newest: mpf, steps: int, gap: int) -> tuple[mpf, mpf]:
    """Every step's expectation, and every shock's weight in the mean, added up one by one."""
    expected = mean + (newest - mean) * sum(phi ** (gap + i) for i in range(1, steps + 1)) / steps
    variance = mpf(0)
    for shock in range(1, gap + steps + 1):
        weight = sum(phi ** (gap + i - shock) for i in range(1, steps + 1) if gap + i >= shock) / steps
        variance += (weight * sigma) ** 2
    return expected, sqrt(variance)


def exceedance(expected: float, sd: float, bound: float) -> dict[str, Any]:
    """Of a normal variable."""
    if sd == 0:
        return {"value": 1.0 if expected > bound else 0.0}
    return {"value": normal_above((num(bound) - num(expected)) / num(sd))}


def forecast_window(
    mean: float | None, share: float, current: float | None, limit: float | None, recent: list | None = None, steps_left: int = 0
) -> dict[str, Any]:
    """What is held for the rest; what the rest may still average; nothing said of the probability without steps."""
    nothing = {"forecast": None, "permissible_remaining": None, "exceedance_probability": None}
    if mean is None:
        return nothing
    so_far, s, bound = num(mean), min(max(num(share), mpf(0)), mpf(1)), num(limit)
    rest = so_far if current is None else num(current)
    held = s * so_far + (1 - s) * rest
    wanted = None if bound is None or s == 1 else (bound - s * so_far) / (1 - s)
    permissible = None if wanted is None else max(mpf(0), wanted)
    probability = None if bound is None or s < 1 else float(so_far > bound)
    process = fit(recent) if recent and steps_left > 0 and s < 1 else None
    if process is not None:
        last = max(i for i, v in enumerate(recent) if v is not None)
        expected, sd = _remaining(process["mean"], process["phi"], process["sigma"], num(recent[last]), steps_left, len(recent) - 1 - last)
        held = s * so_far + (1 - s) * expected
        if wanted is not None:
            probability = normal_above((wanted - expected) / sd) if sd > 0 else float(expected > wanted)
    return {"forecast": held, "permissible_remaining": permissible, "exceedance_probability": probability}


ORACLES = {
    "ar1.fit_ar1": lambda steps: fit(steps) or {"value": None},
    "ar1.remaining_mean": remaining_mean,
    "ar1.exceedance": exceedance,
    "forecast.forecast_window": forecast_window,
}
