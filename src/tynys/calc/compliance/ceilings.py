"""Averages held against a limit: none above, none below, a share within, a mean within; rounding is explicit.

A value that is NaN or infinite is not valid and is counted as missing; a negative value keeps every limit; a threshold that is NaN,
infinite or not above zero is not set.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from tynys.calc.arrays import exact_total
from tynys.calc.compliance.ruling import Outcome, Reason, Ruling, outcome_of
from tynys.calc.rounding import above, below

if TYPE_CHECKING:
    from tynys.calc.arrays import Floats, Mask
    from tynys.domain.component import Certainty


@dataclass(frozen=True, slots=True)
class Grounds:
    """What a test stands on besides the numbers.

    ``reason`` blocks a verdict (a benchmark, a condition no machine sees); ``decimals`` and ``mode`` round before the comparison, None
    compares unrounded values; ``uncertainty_counted`` tells whether the uncertainty was taken off.
    """

    test: str
    certainty: Certainty
    clause: str = ""
    reason: Reason = Reason.NONE
    decimals: int | None = None
    mode: str = "half_up"
    uncertainty_counted: bool = False


def none_above(values: Floats, threshold: float, grounds: Grounds, *, excluded: Mask | None = None) -> Ruling:
    """No average may lie above the threshold.

    Parameters
    ----------
    values : (n,) float64
        Validated averages. [unit of the threshold]
    threshold : float
        The limit times the test's factor. [unit of the values]
    excluded : (n,) bool
        Averages that are no part of the test (start-up, shut-down, other than normal operation).

    Sources
    -------
    2010/75/EU, Annex V, Part 4, point 1(a) and (b); 13. BImSchV, § 19(2); (EU) 2021/2326, daily BAT-AEL.
    """
    return share_within(values, threshold, 1.0, grounds, excluded=excluded)


def none_below(values: Floats, threshold: float, grounds: Grounds, *, excluded: Mask | None = None) -> Ruling:
    """No average may lie below the threshold (a least removal efficiency); ``worst`` of the ruling is the lowest.

    Parameters
    ----------
    values : (n,) float64
        Removal efficiencies. [unit of the threshold]
    excluded : (n,) bool

    Sources
    -------
    2010/75/EU, Annex V, Part 5; 13. BImSchV, § 19(5).
    """
    return share_within(values, threshold, 1.0, grounds, excluded=excluded, at_least=True)


def share_within(
    values: Floats, threshold: float, share: float, grounds: Grounds, *, excluded: Mask | None = None, at_least: bool = False
) -> Ruling:
    """At least a share of the valid averages may not lie above the threshold (below it, with ``at_least``); compared exactly.

    Parameters
    ----------
    values : (n,) float64
        Validated averages of one span. [unit of the threshold]
    share : float
        From 0 to 1. [1]
    excluded : (n,) bool

    Sources
    -------
    2010/75/EU, Annex V, Part 4, point 1(d): 95 % of the validated hourly averages of the year.
    """
    if not (math.isfinite(threshold) and threshold > 0):
        return Ruling(grounds.test, Outcome.NOT_SET, clause=grounds.clause)
    values = np.asarray(values, np.float64)
    outside = np.zeros(len(values), np.bool_) if excluded is None else np.asarray(excluded, np.bool_)
    known = np.isfinite(values) & ~outside
    over = (below if at_least else above)(values, threshold, decimals=grounds.decimals, mode=grounds.mode) & known
    checked, n_over = int(known.sum()), int(over.sum())
    within = Fraction(checked - n_over) >= Fraction(Decimal(repr(float(share)))) * checked
    outcome, reason = outcome_of(within=within, certainty=grounds.certainty, checked=checked, reason=grounds.reason)
    at = int(np.argmax(np.where(known, -values if at_least else values, -np.inf))) if checked else -1
    return Ruling(
        test=grounds.test,
        outcome=outcome,
        threshold=threshold,
        certainty=grounds.certainty,
        clause=grounds.clause,
        reason=reason,
        checked=checked,
        over=n_over,
        missing=int((~np.isfinite(values) & ~outside).sum()),
        excluded=int(outside.sum()),
        worst=float(values[at]) if checked else math.nan,
        worst_at=at,
        share_within=(checked - n_over) / checked if checked else math.nan,
        uncertainty_counted=grounds.uncertainty_counted,
    )


def mean_within(values: Floats, threshold: float, grounds: Grounds, *, excluded: Mask | None = None) -> Ruling:
    """The mean of the valid averages of a span may not lie above the threshold; ``worst`` of the ruling is that mean.

    Parameters
    ----------
    values : (n,) float64
        Valid hourly averages of a year. [unit of the threshold]
    excluded : (n,) bool

    Notes
    -----
    The sum is exact (`exact_total`), the mean is rounded only if the rule rounds.

    Sources
    -------
    (EU) 2021/2326: yearly average = mean of the valid hourly averages of a year.
    """
    values = np.asarray(values, np.float64)
    outside = np.zeros(len(values), np.bool_) if excluded is None else np.asarray(excluded, np.bool_)
    known = values[np.isfinite(values) & ~outside]
    mean = exact_total(known) / len(known) if len(known) else math.nan
    made = none_above(np.array([mean]), threshold, grounds)
    if made.outcome is Outcome.NOT_SET:
        return made
    missing = int((~np.isfinite(values) & ~outside).sum())
    return Ruling(
        test=made.test,
        outcome=made.outcome,
        threshold=made.threshold,
        certainty=made.certainty,
        clause=made.clause,
        reason=made.reason,
        checked=len(known),
        over=made.over,
        missing=missing,
        excluded=int(outside.sum()),
        worst=mean,
        worst_at=-1,
        share_within=made.share_within,
        uncertainty_counted=made.uncertainty_counted,
    )
