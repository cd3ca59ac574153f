"""QAL3 by cumulative sums: drift and precision of an analyser between two services, one chart for zero and one for span."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from tynys.calc.arrays import Counts, Floats, Mask

H_X, K_X = 2.85, 0.501
"""Drift: test value and allowance, in s_AMS (EN 14181, Annex C, as makers of analysers print them)."""
H_S, K_S = 6.90, 1.85
"""Precision: test value and allowance, in s_AMS² (EN 14181, Annex C, as makers of analysers print them)."""
ADJUSTED_SHARE = 0.7
"""Share of the estimated drift an adjustment takes away (EN 14181, Annex C)."""


@dataclass(frozen=True, slots=True, eq=False)
class Cusum:
    """Charts of one point of an analyser, an entry a check.

    ``difference`` is reading minus reference; ``s_plus``, ``s_minus`` the sums of drift up and down with the checks they have grown over,
    ``s_precision`` that of precision; ``drift`` and ``precision`` tell where a sum is beyond its test value ``h_x`` or ``h_s``;
    ``adjust`` is what to subtract from the reading there (below zero after drift down; the larger sum decides), NaN without drift.
    [unit of the reading]
    """

    difference: Floats
    s_plus: Floats
    s_minus: Floats
    s_precision: Floats
    n_plus: Counts
    n_minus: Counts
    n_precision: Counts
    drift: Mask
    precision: Mask
    adjust: Floats
    h_x: float
    h_s: float


def cusum(difference: Floats, *, s_ams: float, adjusted: Mask | None = None) -> Cusum:
    """Sum what a zero or span reads beyond its allowance, check after check.

    Parameters
    ----------
    difference : (n,) float64
        Reading minus reference in the order of time; finite. [unit of the reading]
    s_ams : float
        Standard deviation of the AMS at this point, from its QAL1; above zero. [unit of the reading]
    adjusted : (n,) bool or None
        Where the analyser was adjusted or repaired after the check: all sums of the point begin again with the next one.

    Returns
    -------
    Cusum
        Drift wants an adjustment; decreased precision wants its cause found, and no adjustment helps.

    Sources
    -------
    EN 14181, Annex C.
    """
    n = len(difference)
    h_x, k_x, h_s, k_s = H_X * s_ams, K_X * s_ams, H_S * s_ams**2, K_S * s_ams**2
    sums, grown = np.zeros((3, n)), np.zeros((3, n), np.int64)
    up = down = scatter = before = 0.0
    n_up = n_down = n_scatter = 0
    for index, d in enumerate(difference.tolist()):
        up, n_up = _grow(up + d - k_x, n_up)
        down, n_down = _grow(down - d - k_x, n_down)
        scatter, n_scatter = _grow(scatter + (d - before) ** 2 / 2 - k_s, n_scatter)
        before = d
        sums[:, index], grown[:, index] = (up, down, scatter), (n_up, n_down, n_scatter)
        if adjusted is not None and adjusted[index]:
            up = down = scatter = before = 0.0
            n_up = n_down = n_scatter = 0
    over_up, over_down = sums[0] > h_x, sums[1] > h_x
    adjust = np.full(n, np.nan)
    upwards, downwards = over_up & (sums[0] >= sums[1]), over_down & (sums[1] > sums[0])
    for over, total, checks, sign in ((upwards, sums[0], grown[0], 1.0), (downwards, sums[1], grown[1], -1.0)):
        adjust[over] = sign * ADJUSTED_SHARE * (k_x + total[over] / checks[over])
    return Cusum(
        difference=difference,
        s_plus=sums[0],
        s_minus=sums[1],
        s_precision=sums[2],
        n_plus=grown[0],
        n_minus=grown[1],
        n_precision=grown[2],
        drift=over_up | over_down,
        precision=sums[2] > h_s,
        adjust=adjust,
        h_x=h_x,
        h_s=h_s,
    )


def _grow(total: float, checks: int) -> tuple[float, int]:
    """A sum goes on while it is above zero, else it begins again."""
    return (total, checks + 1) if total > 0 else (0.0, 0)
