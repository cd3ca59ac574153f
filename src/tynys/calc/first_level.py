"""First level data (FLD): in which interval each reading lies, and the exact mean of an average's FLD."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from tynys.calc.exact import as_written, window_means
from tynys.calc.timegrid import shortest_length_ms
from tynys.domain.base import to_ms

if TYPE_CHECKING:
    from tynys.calc.arrays import Counts, Floats, Mask, Times
    from tynys.domain.instrument import Acquisition
    from tynys.law.pack import RulePack

COMMON = 65_536
"""Largest common denominator of the numbers of readings that is summed in whole numbers; FLD of up to ten readings need 2,520."""

_TEN = 10


@dataclass(frozen=True, slots=True, eq=False)
class FirstLevelGrid:
    """How long a channel's FLD are through time; they count from the start of the window they lie in.

    Parameters
    ----------
    cut_ms : (k - 1,) int64
        Rising instants at which another length begins; an FLD never reaches over one. [ms since 1970 UTC]
    length_ms : (k,) int64
        The pack's first level period, or the interval declared for the channel where that is longer. [ms]
    """

    cut_ms: Times
    length_ms: Counts

    @staticmethod
    def of(acquisition: tuple[Acquisition, ...], pack: RulePack) -> FirstLevelGrid:
        """The grid of channels with these declared intervals; before the first declaration it holds already."""
        least = shortest_length_ms(pack.averaging.first_level.period)
        declared = sorted(acquisition, key=lambda a: a.valid_from)
        lengths = [max(least, a.interval_ms) for a in declared] or [least]
        return FirstLevelGrid(np.array([to_ms(a.valid_from) for a in declared[1:]], np.int64), np.array(lengths, np.int64))

    def changes(self, times: Times, origin_ms: Times) -> Mask:
        """Which instants of one window lie in another FLD than the instant before, given the start of the window. (n,) to (n - 1,)."""
        if len(self.length_ms) == 1:
            number = (times - origin_ms) // self.length_ms[0]
            return np.asarray(number[1:] != number[:-1])
        piece = np.searchsorted(self.cut_ms, times, side="right")
        number = (times - origin_ms) // self.length_ms[piece]
        return np.asarray((number[1:] != number[:-1]) | (piece[1:] != piece[:-1]))


WHOLE_WINDOW = FirstLevelGrid(np.empty(0, np.int64), np.array([2**62], np.int64))
"""One FLD a window: its mean is the mean of the readings."""


def _placed(first: Counts, last: Counts) -> tuple[slice | Counts, Counts]:
    """Where the elements of the windows ``first[i]:last[i]`` stand, window after window, and where each window begins among them."""
    n = last - first
    at = np.cumsum(n) - n
    if len(first) == 0 or bool(np.all(first[1:] == last[:-1])):
        return slice(int(first[0]) if len(first) else 0, int(last[-1]) if len(first) else 0), at
    return np.repeat(first - at, n) + np.arange(int(n.sum()), dtype=np.int64), at


def _begins(times: Times, at: Counts, n: Counts, start_ms: Times, grid: FirstLevelGrid) -> Mask:
    """Which instants, window after window, are the first of their FLD."""
    begins = np.empty(len(times), np.bool_)
    begins[1:] = grid.changes(times, np.repeat(start_ms, n))
    begins[at[n > 0]] = True
    return begins


def first_level_counts(times: Times, first: Counts, last: Counts, start_ms: Times, grid: FirstLevelGrid) -> Counts:
    """How many FLD the instants ``times[first[i]:last[i]]`` of each window lie in."""
    n = last - first
    place, at = _placed(first, last)
    so_far = np.concatenate([[0], np.cumsum(_begins(times[place], at, n, start_ms, grid))])
    return np.asarray(so_far[at + n] - so_far[at], np.int64)


def first_level_means(
    values: Floats, times: Times, first: Counts, last: Counts, start_ms: Times, grid: FirstLevelGrid
) -> tuple[Floats, Counts]:
    """Exact mean of each window's FLD, and how many FLD it has; an FLD is the mean of its readings.

    Parameters
    ----------
    values : (n,) float64
        Valid readings in operation, finite, of magnitude at most `exact.LARGEST`. [channel's unit]
    times : (n,) int64
        Their instants, rising. [ms since 1970 UTC]
    first, last : (m,) int64
        Half-open windows ``values[first[i]:last[i]]``; they may overlap.
    start_ms : (m,) int64
        Start of each window. [ms since 1970 UTC]
    grid : FirstLevelGrid
        How long an FLD is.

    Returns
    -------
    (m,) float64, (m,) int64
        NaN for a window without a reading. [channel's unit, 1]

    Notes
    -----
    Every reading weighs L/n, n the number of readings of its FLD and L the least common multiple of those numbers, so that all
    weights are whole; `exact.window_means` makes of them a mean that no order changes. Where all FLD have the same number of
    readings this is the mean of the readings. Where L passes `COMMON` the mean is the float64 nearest to the true one.

    Sources
    -------
    EN 17255-1: short-term averages from first level data.
    """
    n = last - first
    if len(n) == 1 and n[0] > 0:  # one window, as when it closes: the common case at once
        here = slice(int(first[0]), int(last[0]))
        bounds = np.concatenate([[0], np.flatnonzero(grid.changes(times[here], start_ms)) + 1, n])
        size = bounds[1:] - bounds[:-1]
        if (size == size[0]).all():
            return window_means(values, first, last), np.array([len(size)], np.int64)
    place, at = _placed(first, last)
    values = values[place]
    starts = np.flatnonzero(_begins(times[place], at, n, start_ms, grid))
    so_far = np.searchsorted(starts, np.append(at, len(values)))
    levels = np.diff(so_far)
    size = np.diff(np.append(starts, len(values)))
    filled = np.flatnonzero(levels)
    most, least = np.zeros(len(n), np.int64), np.zeros(len(n), np.int64)
    if len(filled):
        most[filled] = np.maximum.reduceat(size, so_far[filled])
        least[filled] = np.minimum.reduceat(size, so_far[filled])
    uneven = np.flatnonzero(most != least)
    if not len(uneven):
        return window_means(values, at, at + n), levels
    common = _common_denominators(size, so_far, uneven, most)
    scale = np.ones(len(n), np.int64)
    scale[uneven] = np.where(common > COMMON, 1, common)
    of_level = np.repeat(scale, levels)
    shares = np.where(np.repeat(scale == 1, levels), 1, of_level // size)
    means = window_means(values, at, at + n, np.repeat(shares, size))
    for window in uneven[common > COMMON].tolist():
        pieces = np.split(values[at[window] : at[window] + n[window]], np.cumsum(size[so_far[window] : so_far[window + 1]])[:-1])
        means[window] = nearest_mean(pieces)
    return means, levels


def _common_denominators(size: Counts, so_far: Counts, windows: Counts, most: Counts) -> Counts:
    """Least common multiple of the numbers of readings of each window's FLD; ``COMMON + 1`` where it is larger than that."""
    if int(most[windows].max()) <= _TEN:
        filled = np.flatnonzero(np.diff(so_far))
        multiples: Counts = np.lcm.reduceat(size, so_far[filled])
        return multiples[np.searchsorted(filled, windows)]
    return np.array([min(COMMON + 1, math.lcm(*np.unique(size[so_far[w] : so_far[w + 1]]).tolist())) for w in windows.tolist()], np.int64)


def nearest_mean(levels: list[Floats]) -> float:
    """The float64 nearest to the mean of the means of some groups of readings, by whole fractions.

    Decimal readings count as written where all are decimal; else each is the binary fraction it is.
    """
    exact = as_written(np.concatenate(levels))
    total, at = Fraction(0), 0
    for level in levels:
        total += sum(exact[at : at + len(level)], Fraction(0)) / len(level)
        at += len(level)
    return float(total / len(levels))
