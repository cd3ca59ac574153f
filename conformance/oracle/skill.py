"""How good stated probabilities were, shares and their intervals, correlations of results, efficiencies, amounts against limits."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from mpmath import mpf, sqrt
from numbers50 import each, num, nums
from statistics50 import normal_quantile

SURE = {"verified", "transcribed", "simulated"}


def groups(probability: list, came_true: list, bins: int = 10) -> dict[str, Any]:
    """Equal steps; one belongs to the last."""
    held: dict[int, list[tuple[mpf, int]]] = {}
    for p, true in zip(nums(probability), came_true, strict=True):
        if not 0 <= p <= 1:
            return {"refused": True}
        held.setdefault(min(int(p * bins), bins - 1), []).append((p, int(true)))
    rows = [held[key] for key in sorted(held)]
    return {
        "stated": [sum(p for p, _ in row) / len(row) for row in rows],
        "happened": [mpf(sum(t for _, t in row)) / len(row) for row in rows],
        "count": [len(row) for row in rows],
    }


def brier(probability: list, came_true: list) -> dict[str, Any]:
    """Brier's score and Murphy's parts by tenths."""
    n = len(probability)
    if not n:
        return {"count": 0, "score": None, "reliability": None, "resolution": None, "uncertainty": None}
    rate = mpf(sum(map(int, came_true))) / n
    made = groups(probability, came_true)
    rows = list(zip(made["stated"], made["happened"], made["count"], strict=True))
    return {
        "count": n,
        "score": sum((p - int(t)) ** 2 for p, t in zip(nums(probability), came_true, strict=True)) / n,
        "reliability": sum(k * (s - h) ** 2 for s, h, k in rows) / n,
        "resolution": sum(k * (h - rate) ** 2 for _, h, k in rows) / n,
        "uncertainty": rate * (1 - rate),
    }


def wilson(share: list, count: list) -> dict[str, Any]:
    """Where the share would lie z deviations from the one found: the roots of the quadratic."""
    z2 = normal_quantile(mpf("0.975")) ** 2
    ends: list[list] = [[], []]
    for p, n in zip(nums(share), count, strict=True):
        a, b, c = 1 + z2 / n, -(2 * p + z2 / n), p * p
        root = sqrt(b * b - 4 * a * c)
        ends[0].append(max(mpf(0), (-b - root) / (2 * a)))
        ends[1].append(min(mpf(1), (-b + root) / (2 * a)))
    return {"value": ends}


def shared_correlation(sensitivities: list, others: list, uncertainties: list) -> dict[str, Any]:
    """Covariance over both uncertainties."""
    made = []
    for w in range(len(sensitivities[0])):
        u = [num(row[w] if len(row) > 1 else row[0]) for row in uncertainties]
        one, two = ([num(row[w]) * x for row, x in zip(matrix, u, strict=True)] for matrix in (sensitivities, others))
        sizes = sqrt(sum(a * a for a in one)) * sqrt(sum(b * b for b in two))
        made.append(sum(a * b for a, b in zip(one, two, strict=True)) / sizes if sizes else mpf(0))
    return {"value": made}


def _ruled(amount: mpf | None, limit: float, grounds: dict, *, complete: bool) -> dict[str, Any]:
    """What is over is over, whatever is missing; what is not over keeps the limit only when nothing is missing."""
    if amount is None:
        return {"outcome": "cannot_be_judged"}
    if grounds["certainty"] not in SURE or grounds.get("reason"):
        return {"outcome": "cannot_be_judged"}
    if amount > num(limit):
        return {"outcome": "exceeded"}
    return {"outcome": "kept" if complete else "cannot_be_judged"}


def amount_within(total: dict, limit_t: float, grounds: dict) -> dict[str, Any]:
    """A lower bound may exceed."""
    return _ruled(num(total["amount_t"]), limit_t, grounds, complete=not total["share_missing"])


def ratio_within(total: dict, energy_mwh: float | None, limit_g_kwh: float, grounds: dict) -> dict[str, Any]:
    """Grams over kilowatt-hours."""
    amount, energy = num(total["amount_t"]), num(energy_mwh)
    ratio = None if amount is None or energy is None or energy <= 0 else amount * 1_000_000 / (energy * 1000)
    return _ruled(ratio, limit_g_kwh, grounds, complete=not total["share_missing"])


ORACLES = {
    "skill.groups": groups,
    "skill.brier": brier,
    "skill.wilson_interval": wilson,
    "uncertainty.shared_correlation": shared_correlation,
    "mass.removal_efficiency_pct": lambda raw, clean: each(lambda r, c: (r - c) / r * 100 if r > 0 else None, raw, clean),
    "compliance.amounts.amount_within": amount_within,
    "compliance.amounts.ratio_within": ratio_within,
    "arrays.exact_total": lambda values: {"value": float(sum((Fraction(float(v)) for v in values), Fraction(0)))},
}
