"""QAL3: cumulative sums, Shewhart's rules and the EWMA, check after check."""

from __future__ import annotations

from typing import Any

from mpmath import mpf, sqrt
from numbers50 import num, nums


def cusum(difference: list, s_ams: float, adjusted: list | None = None) -> dict[str, Any]:
    """EN 14181, Annex C, with the constants of its users' manuals: hx 2.85 s, kx 0.501 s, hs 6.90 s², ks 1.85 s²."""
    s = num(s_ams)
    h_x, k_x, h_s, k_s = mpf("2.85") * s, mpf("0.501") * s, mpf("6.90") * s**2, mpf("1.85") * s**2
    up = down = precision = before = mpf(0)
    n_up = n_down = n_precision = 0
    names = ("s_plus", "s_minus", "s_precision", "n_plus", "n_minus", "n_precision", "drift", "precision", "adjust")
    rows: dict[str, list] = {name: [] for name in names}
    for i, d in enumerate(nums(difference)):
        precision = max(mpf(0), precision + (d - before) ** 2 / 2 - k_s)
        up, down = max(mpf(0), up + d - k_x), max(mpf(0), down - d - k_x)
        n_precision = n_precision + 1 if precision > 0 else 0
        n_up, n_down = (n_up + 1 if up > 0 else 0), (n_down + 1 if down > 0 else 0)
        adjust = None
        if up > h_x and up >= down:  # where both are beyond, the analyser is where the larger sum says
            adjust = mpf("0.7") * (k_x + up / n_up)
        elif down > h_x:
            adjust = -mpf("0.7") * (k_x + down / n_down)
        values = (up, down, precision, n_up, n_down, n_precision, adjust is not None, precision > h_s, adjust)
        for name, value in zip(names, values, strict=True):
            rows[name].append(value)
        before = d
        if adjusted and adjusted[i]:
            up = down = precision = before = mpf(0)
            n_up = n_down = n_precision = 0
    return {**rows, "h_x": h_x, "h_s": h_s}


def ewma(difference: list, s_ams: float, weight: float = 0.25, width: float = 3.0, adjusted: list | None = None) -> dict[str, Any]:
    """Roberts's average with its widening limits."""
    s, w, wide = num(s_ams), num(weight), num(width)
    z, t = mpf(0), 0
    rows: dict[str, list] = {"z": [], "limit": [], "alarm": []}
    for i, d in enumerate(nums(difference)):
        z, t = w * d + (1 - w) * z, t + 1
        limit = wide * s * sqrt(w / (2 - w) * (1 - (1 - w) ** (2 * t)))
        for name, value in (("z", z), ("limit", limit), ("alarm", abs(z) > limit)):
            rows[name].append(value)
        if adjusted and adjusted[i]:
            z, t = mpf(0), 0
    return rows


def shewhart(difference: list, s_ams: float, adjusted: list | None = None) -> dict[str, Any]:
    """One beyond 3 s; two of three beyond 2 s, four of five beyond 1 s, eight in a row, each on one side."""
    s, since = num(s_ams), 0
    rules, warning, alarm = [], [], []
    series = nums(difference)
    for i, d in enumerate(series):
        seen = series[since : i + 1]
        broken = []
        if abs(d) > 3 * s:
            broken.append("beyond_action")
        for name, span, least, bound in (("two_of_three", 3, 2, 2 * s), ("four_of_five", 5, 4, s), ("eight_on_one_side", 8, 8, mpf(0))):
            last = seen[-span:]
            sides = [sign for sign in (1, -1) if sum(sign * v > bound for v in last) >= least and sign * d > bound]
            if sides:
                broken.append(name)
        rules.append(broken)
        warning.append(abs(d) > 2 * s)
        alarm.append(bool(broken))
        if adjusted and adjusted[i]:
            since = i + 1
    return {"rules": rules, "warning": warning, "alarm": alarm}


ORACLES = {"qa.drift.cusum": cusum, "qa.control.ewma": ewma, "qa.control.shewhart": shewhart}
