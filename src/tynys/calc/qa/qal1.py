"""QAL1: whether an instrument is good enough for a limit, by the budget of its uncertainties and by its certified range."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from tynys.domain.component import Certainty

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tynys.calc.arrays import Floats

EXPANSION = 1.96
"""Coverage factor of a 95 % interval (EN ISO 14956; EN 15267-3)."""
SHARE_OF_PERMITTED = 0.75
"""The expanded uncertainty leaves a quarter of the permitted one to the plant (EN 15267-3)."""


class Distribution(StrEnum):
    """How a contribution is stated: as a standard deviation, or as a half-width whose values are equally likely, or peaked."""

    NORMAL = "normal"
    RECTANGULAR = "rectangular"
    TRIANGULAR = "triangular"


_DIVISORS = {Distribution.NORMAL: 1.0, Distribution.RECTANGULAR: math.sqrt(3.0), Distribution.TRIANGULAR: math.sqrt(6.0)}


@dataclass(frozen=True, slots=True)
class Contribution:
    """One source of uncertainty at the limit: drift, lack of fit, cross-sensitivity, temperature, ...; ``value`` in the limit's unit."""

    name: str
    value: float
    distribution: Distribution = Distribution.NORMAL

    @property
    def standard(self) -> float:
        """As a standard uncertainty, in the limit's unit."""
        return abs(self.value) / _DIVISORS[self.distribution]


@dataclass(frozen=True, slots=True)
class Budget:
    """An uncertainty budget: combined and expanded uncertainty in the limit's unit, as shares of the limit, and the verdict."""

    combined: float
    expanded: float
    expanded_pct: float
    permitted_pct: float
    allowed_pct: float
    passed: bool


@dataclass(frozen=True, slots=True)
class Suitability:
    """Rule of how far a certified range may reach, as a multiple of the daily limit, with how sure the rule is."""

    most_of_limit: float
    clause: str
    certainty: Certainty


COMBUSTION = Suitability(2.5, "EN 15267-3; EN 14181, 5", Certainty.TO_CONFIRM)
"""Large combustion plants. [1]"""
WASTE = Suitability(1.5, "EN 15267-3; EN 14181, 5", Certainty.TO_CONFIRM)
"""Waste incineration. [1]"""


@dataclass(frozen=True, slots=True)
class RangeFit:
    """Whether a certified range suits a limit; ``certainty`` is the rule's: what is to confirm condemns no instrument."""

    range_high: float
    highest: float
    fits: bool
    certainty: Certainty


def budget(
    contributions: Sequence[Contribution], *, elv: float, permitted_uncertainty_pct: float, correlation: Floats | None = None
) -> Budget:
    """Combine the uncertainties of an instrument at the limit and hold them against what is permitted.

    Parameters
    ----------
    contributions : sequence of Contribution
        Each with a finite value. [unit of the limit]
    elv : float
        Daily emission limit value; above zero. [mg Nm⁻³]
    permitted_uncertainty_pct : float
        P, the permitted half-width of the 95 % interval as a share of ``elv``. [%]
    correlation : (n, n) float64 or None
        Coefficients between the contributions; none of them correlated if absent.

    Returns
    -------
    Budget
        Passed up to 0.75 P.

    Sources
    -------
    EN ISO 14956; EN 15267-3; JCGM 100:2008 (GUM), 5.1 and 5.2.
    """
    standard = np.array([each.standard for each in contributions], np.float64)
    matrix = np.eye(len(standard)) if correlation is None else correlation
    combined = math.sqrt(max(math.fsum((np.outer(standard, standard) * matrix).ravel().tolist()), 0.0))
    expanded = EXPANSION * combined
    expanded_pct, allowed_pct = 100.0 * expanded / elv, SHARE_OF_PERMITTED * permitted_uncertainty_pct
    return Budget(combined, expanded, expanded_pct, permitted_uncertainty_pct, allowed_pct, expanded_pct <= allowed_pct)


def range_fit(range_high: float, elv: float, rule: Suitability = COMBUSTION) -> RangeFit:
    """Whether the smallest certified range is small enough for a daily limit.

    Parameters
    ----------
    range_high, elv : float
        Upper end of the certified range, and the daily limit; above zero. [mg Nm⁻³]
    rule : Suitability
        `COMBUSTION`, `WASTE`, or a rule of one's own.

    Sources
    -------
    EN 15267-3; EN 14181, 5.
    """
    highest = rule.most_of_limit * elv
    return RangeFit(range_high, highest, range_high <= highest, rule.certainty)
