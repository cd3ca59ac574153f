"""Quantiles the tests of EN 14181 rest on."""

from __future__ import annotations

import math

Z_95 = 1.96
"""Half-width of a 95 % interval in standard deviations: turns a permitted uncertainty into σ0 (EN 14181, 6.7)."""


def k_v(n_pairs: int) -> float:
    """Test value of the variability test: the median of the sample standard deviation of ``n_pairs`` values of σ = 1.

    k_v = √(χ²(0.50; N − 1) / (N − 1)).

    Parameters
    ----------
    n_pairs : int
        At least 2.

    Sources
    -------
    EN 14181, 6.7 and its table of k_v (Annex I).
    """
    from scipy.special import chdtri  # noqa: PLC0415 - 0.2 s that only this needs

    return math.sqrt(float(chdtri(n_pairs - 1, 0.5)) / (n_pairs - 1))


def t_one_sided(n_pairs: int, probability: float = 0.95) -> float:
    """Student's t below which ``probability`` lies, for N − 1 degrees of freedom.

    Parameters
    ----------
    n_pairs : int
        At least 2.
    probability : float
        Between 0 and 1.

    Sources
    -------
    EN 14181, 8.5 and its table of t (Annex I).
    """
    from scipy.special import stdtrit  # noqa: PLC0415 - see `k_v`

    return float(stdtrit(n_pairs - 1, probability))


def sigma_0(elv: float, permitted_uncertainty_pct: float) -> float:
    """The permitted uncertainty of an emission limit value as a standard deviation, σ0 = P·E / 1.96, in the unit of the limit.

    Parameters
    ----------
    elv : float
        Daily emission limit value E, at standard conditions.
    permitted_uncertainty_pct : float
        P: half-width of the 95 % confidence interval as a share of ``elv``. [%]

    Sources
    -------
    EN 14181, 6.7; 2010/75/EU, Annex V, Part 3, point 9.
    """
    return permitted_uncertainty_pct / 100.0 * elv / Z_95
