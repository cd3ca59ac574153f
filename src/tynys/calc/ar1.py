"""The first-order autoregression: fitted robustly to recent steps, its mean over the steps to come in closed form."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from tynys.calc.arrays import Floats

LEAST_PAIRS = 5
"""Fewer pairs of successive steps than this tell nothing of how a signal returns to its mean. Our own choice."""
CLIP = 4.0
"""Steps further than so many robust standard deviations from the median are drawn in before the fit. Our own choice."""
MAD_TO_SD = 1.482602218505602
"""1 / Φ⁻¹(3/4): the standard deviation of a normal variable by its median absolute deviation."""

_NEAR_ONE = 0.05
"""Below this reversion over all steps the closed form loses digits and its series takes over."""
_BERNOULLI = (1.0, 0.5, 1 / 6, 0.0, -1 / 30, 0.0, 1 / 42, 0.0, -1 / 30, 0.0, 5 / 66, 0.0)
_ORDERS = range(2, 12)


@dataclass(frozen=True, slots=True)
class Ar1:
    """x' = mean + phi · (x - mean) + e, with e of standard deviation ``sigma``: 0 ≤ phi ≤ 1; at 1 the mean draws nothing back."""

    mean: float
    phi: float
    sigma: float


def fit_ar1(steps: Floats) -> Ar1 | None:
    """Fit the process to successive steps; None where fewer than `LEAST_PAIRS` neighbours are known.

    Parameters
    ----------
    steps : (n,) float64
        Means over equal spans that follow each other, the newest last; NaN where there is none.

    Notes
    -----
    Values are drawn in to `CLIP` robust standard deviations around their median (as they are where more than half are equal), so that
    one flushing or one lost digit is not taken for the plant. phi = Σ ab / ½Σ(a² + b²) over the pairs known on both sides, not below 0:
    a process that jumps to and fro each step is held for one without memory. Steps that do not differ give phi = 1, sigma = 0.

    Sources
    -------
    Burg's estimator of order one (Box, Jenkins: Time Series Analysis, §7); Huber: Robust Statistics, §1.
    """
    known = np.isfinite(steps)
    pairs = known[1:] & known[:-1]
    count = int(np.count_nonzero(pairs))
    if count < LEAST_PAIRS:
        return None
    _, exponent = math.frexp(float(np.abs(steps[known]).max()))
    steps = np.ldexp(steps, -exponent)  # exact, and no square of a huge value runs over
    centre = float(np.median(steps[known]))
    reach = CLIP * MAD_TO_SD * float(np.median(np.abs(steps[known] - centre)))
    drawn_in = np.clip(steps, centre - reach, centre + reach) if reach > 0 else steps
    mean = math.fsum(drawn_in[known]) / int(np.count_nonzero(known))
    before, after = (drawn_in[:-1] - mean)[pairs], (drawn_in[1:] - mean)[pairs]
    power = 0.5 * (math.fsum(before * before) + math.fsum(after * after))
    if power <= 0.0:
        return Ar1(math.ldexp(mean, exponent), 1.0, 0.0)
    phi = min(max(math.fsum(before * after) / power, 0.0), 1.0)
    error = after - phi * before
    return Ar1(math.ldexp(mean, exponent), phi, math.ldexp(math.sqrt(math.fsum(error * error) / (count - 1)), exponent))


def remaining_mean(process: Ar1, newest: float, steps: int, *, gap: int = 0) -> tuple[float, float]:
    """Expectation and standard deviation of the mean over the next steps, given the newest one.

    Parameters
    ----------
    newest : float
        The last step known. [unit of the process]
    steps : int
        How many are to come, at least 1.
    gap : int
        Steps between the newest known and the first to come, of which nothing is known.

    Notes
    -----
    E = μ + (x - μ) φᵍ φ(1 - φᵏ) / (k(1 - φ)); Var = σ²/(k²(1 - φ)²) Σⱼ(1 - φʲ)², j = 1..k, and for a gap the variance of what was missed,
    σ²(1 - φ²ᵍ)/(1 - φ²), carried on by the same factor as x. The sum is k - 2A + B with A = φ(1 - φᵏ)/(1 - φ) and
    B = φ²(1 - φ²ᵏ)/(1 - φ²); for φ near 1 its series in k·ln φ, at 1 the random walk.

    Sources
    -------
    Sums of geometric series; Box, Jenkins: Time Series Analysis, §5.1.
    """
    if steps < 1 or gap < 0:
        msg = f"expected at least one step to come and no negative gap, got {steps} steps, gap {gap}"
        raise ValueError(msg)
    decay = -math.log(process.phi) if process.phi > 0 else math.inf
    carried = _geometric(decay, steps) / steps
    missed = 0.0 if gap == 0 else 1.0 if math.isinf(decay) else 1.0 + _geometric(2 * decay, gap - 1)
    expected = process.mean + (newest - process.mean) * math.exp(-decay * gap if gap else 0.0) * carried
    variance = _noise(decay, steps) / steps**2 + carried**2 * missed
    return expected, process.sigma * math.sqrt(variance)


def exceedance(expected: float, sd: float, bound: float) -> float:
    """Probability that a normal variable lies above a bound; without spread 1 where it does and 0 where it does not."""
    if sd <= 0.0:
        return 1.0 if expected > bound else 0.0
    return 0.5 * math.erfc((bound - expected) / (sd * math.sqrt(2.0)))


def _geometric(decay: float, steps: int) -> float:
    """Σ e^(-decay·j), j = 1..steps."""
    if steps == 0 or math.isinf(decay):
        return 0.0
    return float(steps) if decay <= 0.0 else math.expm1(-decay * steps) / math.expm1(-decay) * math.exp(-decay)


def _noise(decay: float, steps: int) -> float:
    """Σ ((1 - φʲ)/(1 - φ))², j = 1..steps, φ = e^(-decay)."""
    if math.isinf(decay):
        return float(steps)
    if decay * steps >= _NEAR_ONE:
        return (steps - 2 * _geometric(decay, steps) + _geometric(2 * decay, steps)) / math.expm1(-decay) ** 2
    # (1 - e^-y)² = Σ (-1)^m (2^m - 2)/m! y^m: the powers of j are summed by Faulhaber, and decay² is taken out for phi = 1
    total = [(-1) ** m * (2.0**m - 2.0) / math.factorial(m) * decay ** (m - 2) * _powers(steps, m) for m in _ORDERS]
    narrowed = 1.0 if decay <= 0.0 else (decay / -math.expm1(-decay)) ** 2
    return math.fsum(total) * narrowed


def _powers(steps: int, power: int) -> float:
    """Σ jᵐ, j = 1..steps, by Faulhaber's formula."""
    terms = [math.comb(power + 1, i) * _BERNOULLI[i] * float(steps) ** (power + 1 - i) for i in range(power + 1)]
    return math.fsum(terms) / (power + 1)
