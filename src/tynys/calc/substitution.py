"""Substitute values for missing ones: only by a method the rule pack names, and always told apart from what was measured.

Every method takes the values of successive windows, NaN (or infinite) where missing, and which windows were in operation. It fills
missing windows in operation only, never changes a measured one, and leaves NaN where it has nothing to go by.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from tynys.calc.arrays import exact_total

if TYPE_CHECKING:
    from tynys.calc.arrays import Counts, Floats, Mask

METHODS = ("none", "last_valid", "mean_plus_two_sigma", "lookback_percentile")
"""The methods a rule pack may name."""

_WHOLE_PCT = 100.0


@dataclass(frozen=True, slots=True, eq=False)
class Substituted:
    """Values with their gaps filled, which of them were filled, and by what method.

    Parameters
    ----------
    values : (n,) float64
        NaN where still missing. [as given]
    filled : (n,) bool
        Substitute values.
    method : str
        One of `METHODS`.
    """

    values: Floats
    filled: Mask
    method: str


@dataclass(frozen=True, slots=True)
class Tier:
    """One row of a look-back table: what fills a gap of up to ``hours`` windows at a monitor availability of at least ``availability_pct``.

    ``percentile`` of the look-back, never below the mean of the values before and after; None: that mean alone; 100: the highest value.
    A row may also hold only below an availability and only for gaps longer than ``hours_over``, look back on its own number of measured
    windows, and name the highest potential value.
    """

    availability_pct: float
    hours: float
    percentile: float | None
    availability_below_pct: float = math.inf
    hours_over: float = 0.0
    lookback: int | None = None
    highest_potential: bool = False

    def fits(self, availability_pct: float, hours: float) -> bool:
        """Whether a gap of this length at this availability is filled by this row."""
        return self.availability_pct <= availability_pct < self.availability_below_pct and self.hours_over < hours <= self.hours


PART_75_SO2 = (
    Tier(95.0, 24, None),
    Tier(95.0, math.inf, 90.0),
    Tier(90.0, 8, None),
    Tier(90.0, math.inf, 95.0),
    Tier(80.0, math.inf, 100.0),
)
"""40 CFR 75.33, Table 1 (SO2); below 80 % the highest potential concentration stands."""

PART_75_LOOKBACK = 720
"""40 CFR 75.33, Table 1: quality-assured hours looked back on. [h]"""

PART_75_AVAILABILITY = 8760
"""40 CFR 75.32: hours in operation the availability is a share of. [h]"""


def _split(values: Floats, operating: Mask) -> tuple[Floats, Mask, Mask]:
    known = np.isfinite(values)
    return np.where(known, values, np.nan), known & operating, ~known & operating


def leave_missing(values: Floats, operating: Mask) -> Substituted:
    """No substitution: what is missing stays missing and its share is shown.

    Sources
    -------
    A rule pack that names no method.
    """
    out, _, _ = _split(values, operating)
    return Substituted(out, np.zeros(len(out), np.bool_), "none")


def fill_last_valid(values: Floats, operating: Mask) -> Substituted:
    """The last measured value in operation before the gap; a gap at the beginning stays.

    Parameters
    ----------
    values : (n,) float64
        In order of time. [any]
    operating : (n,) bool

    Sources
    -------
    A rule pack that names the last valid value.
    """
    out, measured, missing = _split(values, operating)
    last = np.maximum.accumulate(np.where(measured, np.arange(len(out)), -1)) if len(out) else np.empty(0, np.int64)
    filled: Mask = missing & (last >= 0)
    return Substituted(np.where(filled, out[np.maximum(last, 0)] if len(out) else out, out), filled, "last_valid")


def fill_mean_plus_two_sigma(values: Floats, operating: Mask) -> Substituted:
    """Mean of the measured values of the reporting period plus twice their standard deviation (n − 1); fewer than two: nothing is filled.

    Parameters
    ----------
    values : (n,) float64
        Of one reporting period, in any order. [mg Nm⁻³ or another concentration]
    operating : (n,) bool

    Notes
    -----
    The sums are exact (`exact_total`) and do not depend on order; values whose sums leave the range of float64 fill nothing.

    Sources
    -------
    2018/2066/EU, Article 45(3): C*subst = mean + 2 σ.
    """
    out, measured, missing = _split(values, operating)
    known = out[measured]
    if len(known) < 2:  # noqa: PLR2004  # one value has no spread
        return Substituted(out, np.zeros(len(out), np.bool_), "mean_plus_two_sigma")
    with np.errstate(over="ignore", invalid="ignore"):
        mean = exact_total(known) / len(known)
        sigma = math.sqrt(exact_total((known - mean) * (known - mean)) / (len(known) - 1))
        filled: Mask = missing & np.isfinite(mean + 2.0 * sigma)
        return Substituted(np.where(filled, mean + 2.0 * sigma, out), filled, "mean_plus_two_sigma")


def fill_lookback_percentile(
    values: Floats,
    operating: Mask,
    *,
    highest_potential: float,
    tiers: tuple[Tier, ...] = PART_75_SO2,
    lookback: int = PART_75_LOOKBACK,
    availability_over: int = PART_75_AVAILABILITY,
    rank: Literal["nearest", "linear"] = "nearest",
) -> Substituted:
    """Fill each gap by its length and by how available the monitor was, from the values looked back on.

    Parameters
    ----------
    values : (n,) float64
        Hourly values in order of time. [any]
    operating : (n,) bool
        Only hours in operation count: in a gap's length, in the look-back, in the availability.
    highest_potential : float
        What stands where the availability is below every tier, or nothing was measured before or after. [as the values]
    tiers : tuple of Tier
        In order; the first whose availability and length fit applies.
    lookback, availability_over : int
        Measured hours looked back on; hours in operation, up to the gap's end, the availability is a share of (fewer where there are
        fewer). Until ``lookback`` hours have been measured, the mean of the values before and after fills every gap.
    rank : {"nearest", "linear"}
        The percentile's definition: the value of rank ⌈p·n⌉ of the ordered ones, or interpolated between ranks. The rule's own wording
        of the rank has not been read: name it.

    Sources
    -------
    40 CFR 75.31(b), 75.32, 75.33, Table 1.
    """
    out, measured, missing = _split(values, operating)
    running = np.flatnonzero(operating)
    is_missing = missing[running]
    made = out.copy()
    so_far = np.concatenate([[0], np.cumsum(measured[running])])
    for first, last in _runs(is_missing):
        earlier, later = out[running[:first]], out[running[last:]]
        before, after = _nearest(earlier[::-1]), _nearest(later)
        since = max(0, last - availability_over)
        availability = _WHOLE_PCT * float(so_far[last] - so_far[since]) / (last - since)
        seen = earlier[~np.isnan(earlier)]
        around = (before + after) / 2.0
        tier = next((t for t in tiers if t.fits(availability, last - first)), None)
        made[running[first:last]] = _fill(seen, around, tier, highest_potential, lookback, rank)
    return Substituted(made, missing & ~np.isnan(made), "lookback_percentile")


def _runs(flags: Mask) -> list[tuple[int, int]]:
    edges: Counts = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _nearest(values: Floats) -> float:
    known = values[~np.isnan(values)]
    return float(known[0]) if len(known) else math.nan


def _fill(seen: Floats, around: float, tier: Tier | None, highest: float, lookback: int, rank: str) -> float:
    wanted = lookback if tier is None or tier.lookback is None else tier.lookback
    if math.isnan(around):
        return highest
    if len(seen) < wanted:
        return around
    if tier is None or tier.highest_potential:
        return highest
    return around if tier.percentile is None else max(around, percentile(seen[-wanted:], tier.percentile, rank=rank))


def percentile(values: Floats, percent: float, *, rank: str = "nearest") -> float:
    """A percentile of the known values: of the nearest rank ⌈p·n⌉, or interpolated linearly; NaN where none is known.

    Parameters
    ----------
    values : (n,) float64
        NaN and infinite values are left out. [any]
    percent : float
        From 0 to 100; NaN or outside gives NaN.

    Sources
    -------
    40 CFR 75.33 speaks of percentiles of the look-back; both definitions of the rank are in use.
    """
    known = np.sort(values[np.isfinite(values)])
    if not len(known) or not 0 <= percent <= _WHOLE_PCT:
        return math.nan
    if rank == "linear":
        return float(np.percentile(known, percent))
    return float(known[max(1, math.ceil(percent * len(known) / _WHOLE_PCT)) - 1])


def substitute(method: str, values: Floats, operating: Mask, *, highest_potential: float = math.nan) -> Substituted:
    """Fill by the method a rule pack names.

    Raises
    ------
    ValueError
        If the method is not one of `METHODS`.

    Sources
    -------
    Those of the method.
    """
    if method == "lookback_percentile":
        return fill_lookback_percentile(values, operating, highest_potential=highest_potential)
    simple = {"none": leave_missing, "last_valid": fill_last_valid, "mean_plus_two_sigma": fill_mean_plus_two_sigma}
    if method not in simple:
        msg = f"expected one of {', '.join(METHODS)} as the method of substitution, got {method!r}"
        raise ValueError(msg)
    return simple[method](values, operating)
