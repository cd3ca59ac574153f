"""How good stated probabilities were: the Brier score, its parts, and what is needed to draw how reliable they are."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from tynys.calc.arrays import Counts, Floats, Mask

BINS = 10
"""Probabilities are grouped by tenths, as is usual."""
QUANTILE_95 = 1.959963984540054
"""Φ⁻¹(0.975), of a two-sided interval of 95 %."""


@dataclass(frozen=True, slots=True)
class Skill:
    """A Brier score and its parts: ``score`` = reliability - resolution + uncertainty + within.

    ``reliability`` (0 is best) is how far stated probabilities lie from what happened, ``resolution`` how far they tell cases apart,
    ``uncertainty`` what always stating the frequency would score, ``within`` what grouping by tenths leaves over.
    """

    count: int
    score: float
    reliability: float
    resolution: float
    uncertainty: float

    @property
    def within(self) -> float:
        """What the parts, made of group means, do not account for."""
        return self.score - (self.reliability - self.resolution + self.uncertainty)

    def over(self, reference: Skill) -> float:
        """Brier skill score over a reference on the same cases: 1 is perfect, 0 no better, negative worse; NaN over a perfect one."""
        return math.nan if reference.score == 0 else 1.0 - self.score / reference.score


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """Stated probabilities by tenths; arrays are (k,), of the groups that hold any.

    Parameters
    ----------
    stated, happened : (k,) float64
        Mean of the stated probabilities, and the share of them that came true.
    count : (k,) int64
        How many.
    """

    stated: Floats
    happened: Floats
    count: Counts


def groups(probability: Floats, came_true: Mask, *, bins: int = BINS) -> Groups:
    """Group probabilities by equal steps; one of exactly 1 belongs to the last.

    Parameters
    ----------
    probability : (n,) float64
        Stated, 0..1.
    came_true : (n,) bool
        Whether it happened.

    Raises
    ------
    ValueError
        If a probability is not one.
    """
    if not np.all((probability >= 0) & (probability <= 1)):
        msg = "expected probabilities from 0 to 1"
        raise ValueError(msg)
    group = np.minimum((probability * bins).astype(np.int64), bins - 1)
    count = np.bincount(group, minlength=bins)
    held = count > 0
    stated = np.bincount(group, probability, bins)[held] / count[held]
    happened = np.bincount(group, came_true.astype(np.float64), bins)[held] / count[held]
    return Groups(stated, happened, count[held])


def brier(probability: Floats, came_true: Mask) -> Skill:
    """Brier score of stated probabilities, with its parts; NaN throughout without a case.

    Sources
    -------
    Brier (1950), Monthly Weather Review 78, 1; Murphy (1973), Journal of Applied Meteorology 12, 595.
    """
    n = len(probability)
    if n == 0:
        return Skill(0, *(4 * (math.nan,)))
    made = groups(probability, came_true)
    frequency = float(np.count_nonzero(came_true)) / n
    return Skill(
        count=n,
        score=math.fsum((probability - came_true) ** 2) / n,
        reliability=math.fsum(made.count * (made.stated - made.happened) ** 2) / n,
        resolution=math.fsum(made.count * (made.happened - frequency) ** 2) / n,
        uncertainty=frequency * (1.0 - frequency),
    )


def wilson_interval(share: Floats, count: Counts) -> tuple[Floats, Floats]:
    """Lower and upper end of the 95 % interval of a share found in a number of independent cases. (k,), 0..1.

    Sources
    -------
    Wilson (1927), Journal of the American Statistical Association 22, 209.
    """
    squared = QUANTILE_95**2 / count
    centre = (share + squared / 2) / (1 + squared)
    reach = np.sqrt(share * (1 - share) * squared + squared**2 / 4) / (1 + squared)
    return np.maximum(centre - reach, 0.0), np.minimum(centre + reach, 1.0)
