"""Uncertainty by the Guide (JCGM 100:2008): propagation with derivatives taken numerically, coverage from the distributions."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

from gas import ATMOSPHERE, ZERO_C
from mpmath import diff, floor, mpf, sqrt
from numbers50 import num, nums
from statistics50 import normal_quantile, t_quantile

if TYPE_CHECKING:
    from collections.abc import Callable


def _rows(matrix: list) -> list[list[mpf | None]]:
    return [nums(row) for row in matrix]


def _wide(matrix: list[list], n: int) -> list[list]:
    return [row * n if len(row) == 1 else row for row in matrix]


def _is_possible(r: list[list[mpf]]) -> bool:
    """A correlation: symmetric, ones on the diagonal, and no combination of quantities with a variance below zero (Cholesky)."""
    k = len(r)
    if any(r[i][j] != r[j][i] or abs(r[i][j]) > 1 for i, j in product(range(k), repeat=2)) or any(r[i][i] != 1 for i in range(k)):
        return False
    left = [[mpf(0)] * k for _ in range(k)]
    for i in range(k):
        for j in range(i + 1):
            rest = r[i][j] - sum(left[i][m] * left[j][m] for m in range(j))
            if i == j:
                if rest < -mpf("1e-30"):
                    return False
                left[i][j] = sqrt(max(rest, mpf(0)))
            else:
                left[i][j] = rest / left[j][j] if left[j][j] else mpf(0)
    return True


def combined(sensitivities: list, uncertainties: list, correlation: list | None = None) -> dict[str, Any]:
    """Equation (16)."""
    c = _rows(sensitivities)
    k, n = len(c), len(c[0])
    u = _wide(_rows(uncertainties), n)
    r = _rows(correlation) if correlation else [[mpf(i == j) for j in range(k)] for i in range(k)]
    if not _is_possible(r):
        return {"refused": True}
    made = []
    for w in range(n):
        cells = [(c[i][w], u[i][w]) for i in range(k)]
        if any(x is None or y is None or y < 0 for x, y in cells):
            made.append(None)
        else:
            made.append(
                sqrt(
                    max(
                        mpf(0), sum(r[i][j] * cells[i][0] * cells[i][1] * cells[j][0] * cells[j][1] for i, j in product(range(k), repeat=2))
                    )
                )
            )
    return {"value": made}


def effective(sensitivities: list, uncertainties: list, degrees_of_freedom: list) -> dict[str, Any]:
    """Welch and Satterthwaite."""
    c = _rows(sensitivities)
    n = len(c[0])
    u = _wide(_rows(uncertainties), n)
    made = []
    for w in range(n):
        parts = [(c[i][w] * u[i][w]) for i in range(len(c))]
        below = sum((p**4 / num(v) for p, v in zip(parts, degrees_of_freedom, strict=True) if v != "Infinity"), mpf(0))
        made.append(sum(p**2 for p in parts) ** 2 / below if below else "Infinity")
    return {"value": made}


def _factor(df: Any, coverage: mpf) -> mpf | None:
    upper = (1 + coverage) / 2
    if df == "Infinity":
        return normal_quantile(upper)
    return None if df is None or df < 1 else t_quantile(upper, int(floor(num(df))))


def coverage_factor(degrees_of_freedom: list, coverage: float = 0.95) -> dict[str, Any]:
    """G.3.2, G.4.1."""
    return {"value": [_factor(df, num(coverage)) for df in degrees_of_freedom]}


def expanded(standard: list, degrees_of_freedom: list | None = None, coverage: float = 0.95) -> dict[str, Any]:
    """k = 2, or t."""
    factors = [mpf(2)] * len(standard) if degrees_of_freedom is None else [_factor(df, num(coverage)) for df in degrees_of_freedom]
    return {"value": [None if s is None or s < 0 or k is None else k * s for s, k in zip(nums(standard), factors, strict=True)]}


def mean_uncertainty(uncertainties: list, correlation: float = 0.0) -> dict[str, Any]:
    """Every pair of readings shares the same correlation."""
    u, r = nums(uncertainties), num(correlation)
    if not 0 <= r <= 1:
        return {"refused": True}
    n = len(u)
    return {"value": sqrt(sum((r if i != j else 1) * u[i] * u[j] for i in range(n) for j in range(n))) / n if n else None}


def _derivatives(function: Callable[..., mpf], columns: list[list[mpf | None]]) -> dict[str, Any]:
    """Partial derivatives by every input, row by row; by differences at 50 digits, not by algebra."""
    rows = list(zip(*columns, strict=True))
    k = len(columns)
    order = [tuple(int(i == j) for j in range(k)) for i in range(k)]
    made = [[None if None in row else diff(function, row, unit) for row in rows] for unit in order]
    return {"value": made}


def concentration(
    conc_actual_mg_m3: list,
    temperature_c: list,
    pressure_kpa: list,
    h2o_pct: list,
    o2_pct: list,
    o2_reference_pct: float,
    o2_wet: bool = False,
    o2_air_pct: float = 21.0,
) -> dict[str, Any]:
    """Of the whole conversion at once."""
    reference, air = num(o2_reference_pct), num(o2_air_pct)

    def value(c: mpf, t: mpf, p: mpf, h: mpf, o: mpf) -> mpf:
        oxygen = o / (1 - h / 100) if o2_wet else o
        return c * (t + ZERO_C) / ZERO_C * ATMOSPHERE / p / (1 - h / 100) * (air - reference) / (air - oxygen)

    return _derivatives(value, [nums(column) for column in (conc_actual_mg_m3, temperature_c, pressure_kpa, h2o_pct, o2_pct)])


def flow(
    velocity_m_s: list, area_m2: float, profile_factor: float, temperature_c: list, pressure_kpa: list, h2o_pct: list
) -> dict[str, Any]:
    """Dry normal flow of a velocity."""
    n = len(velocity_m_s)

    def value(v: mpf, a: mpf, f: mpf, t: mpf, p: mpf, h: mpf) -> mpf:
        return v * a * f * 3600 * ZERO_C / (t + ZERO_C) * p / ATMOSPHERE * (1 - h / 100)

    columns = [nums(velocity_m_s), [num(area_m2)] * n, [num(profile_factor)] * n, nums(temperature_c), nums(pressure_kpa), nums(h2o_pct)]
    return _derivatives(value, columns)


ORACLES = {
    "uncertainty.combined_uncertainty": combined,
    "uncertainty.effective_degrees_of_freedom": effective,
    "uncertainty.coverage_factor": coverage_factor,
    "uncertainty.expanded_uncertainty": expanded,
    "uncertainty.mean_uncertainty": mean_uncertainty,
    "uncertainty.concentration_sensitivities": concentration,
    "uncertainty.flow_sensitivities": flow,
    "uncertainty.mass_rate_sensitivities": lambda conc_mg_nm3, flow_nm3_h: _derivatives(
        lambda c, v: c * v / 3_600_000, [nums(conc_mg_nm3), nums(flow_nm3_h)]
    ),
    "uncertainty.specific_emission_sensitivities": lambda rate_g_s, power_mw: _derivatives(
        lambda r, p: r * 3600 / (p * 1000), [nums(rate_g_s), nums(power_mw)]
    ),
}
