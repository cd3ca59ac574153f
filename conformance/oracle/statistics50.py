"""Quantiles, normal probabilities and moments to 50 digits, from the integrals that define them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mpmath import betainc, erfc, findroot, gammainc, mp, mpf, sqrt

if TYPE_CHECKING:
    from collections.abc import Callable


def _root(rising: Callable[[mpf], mpf], low: mpf, high: mpf) -> mpf:
    """Where a rising function is zero: halved until near, then Newton's secant to all digits."""
    while rising(high) < 0:
        high *= 2
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if rising(middle) < 0 else (low, middle)
    return findroot(rising, (low, high), tol=mpf(10) ** (-2 * mp.dps + 20))


def chi_squared_quantile(probability: mpf, df: int) -> mpf:
    """x below which a sum of ``df`` squared normal variables lies with the probability."""
    return _root(lambda x: gammainc(mpf(df) / 2, 0, x / 2, regularized=True) - probability, mpf("1e-6"), mpf(df) + 1)


def t_below(t: mpf, df: mpf) -> mpf:
    """Probability of Student's t below ``t`` (not negative)."""
    return 1 - betainc(mpf(df) / 2, mpf(1) / 2, 0, df / (df + t * t), regularized=True) / 2


def t_quantile(probability: mpf, df: int) -> mpf:
    """Student's t below which the probability lies; probability at least one half."""
    return _root(lambda t: t_below(t, mpf(df)) - probability, mpf("1e-6"), mpf(4))


def normal_quantile(probability: mpf) -> mpf:
    """z below which the probability lies; probability at least one half."""
    return _root(lambda z: 1 - normal_above(z) - probability, mpf(0), mpf(4))


def normal_above(z: mpf) -> mpf:
    """Probability of a standard normal variable above z."""
    return erfc(z / sqrt(mpf(2))) / 2


def mean(values: list[mpf]) -> mpf:
    """Of at least one."""
    return sum(values, mpf(0)) / len(values)


def sd(values: list[mpf]) -> mpf:
    """Sample standard deviation of at least two."""
    m = mean(values)
    return sqrt(sum(((v - m) ** 2 for v in values), mpf(0)) / (len(values) - 1))
