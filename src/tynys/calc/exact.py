"""Exact sums and means of many windows at once: no order, no splitting and no machine changes a bit.

A window whose values are all decimal (of at most six places, below 17 million) is summed in whole numbers; its mean is the
float64 nearest to the true decimal mean. Any other window is summed without error by extraction (Rump, Ogita, Oishi: Accurate
floating-point summation, SIAM J. Sci. Comput. 31, 2008, algorithm AccSum), rounded once, and divided: the same number as
``math.fsum(values) / len(values)``.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from tynys.calc.arrays import Counts, Floats, Mask

DECIMALS = 6
"""Decimal places tried. A value written with more is summed in binary, just as exactly."""

_SCALE = 10.0**DECIMALS
_LARGEST_MANTISSA = 2.0**44  # 2⁶³ / 2⁴⁴ = 524,288 values fit into one int64 sum
LARGEST = 2.0**900
"""Values of greater magnitude are nobody's reading; they would overflow the extraction."""

_LARGEST_COUNT = 2**19
_EXACT_INTEGER = 2**53


def window_sums(values: Floats, first: Counts, last: Counts) -> Floats:
    """Correctly rounded sums of ``values[first[i]:last[i]]``.

    Parameters
    ----------
    values : (n,) float64
        Finite, of magnitude at most `LARGEST`.
    first, last : (m,) int64
        Half-open, rising windows that do not overlap.

    Returns
    -------
    (m,) float64
        0 for an empty window.
    """
    n = last - first
    total = np.zeros(len(first))
    filled = np.flatnonzero(n > 0)
    if len(filled) == 0:
        return total
    starts, lengths = first[filled], n[filled]
    rest = _gather(values, starts, lengths)
    offsets = np.cumsum(lengths) - lengths
    parts: list[Floats] = []
    with np.errstate(under="ignore"):
        while True:
            largest = np.maximum.reduceat(np.abs(rest), offsets)
            if not largest.any():
                break
            # n·|v| stays below sigma, so that what is extracted are multiples of one unit and their sum is exact in any order
            _, exponent = np.frexp(largest)
            _, spread = np.frexp(lengths.astype(np.float64))
            sigma = np.where(largest > 0, np.ldexp(1.0, exponent + spread + 1), 0.0)
            sigmas = np.repeat(sigma, lengths)
            taken = (rest + sigmas) - sigmas
            rest = rest - taken
            parts.append(np.add.reduceat(taken, offsets))
    total[filled] = _round_once(parts)
    return total


def _gather(values: Floats, starts: Counts, lengths: Counts) -> Floats:
    ends = starts + lengths
    if bool(np.all(starts[1:] == ends[:-1])):
        return values[starts[0] : ends[-1]]
    keep = np.zeros(len(values) + 1, np.int8)
    np.add.at(keep, starts, 1)
    np.add.at(keep, ends, -1)
    return values[np.cumsum(keep[:-1], dtype=np.int8).astype(np.bool_)]


def _round_once(parts: list[Floats]) -> Floats:
    """The sum of a few exact parts, rounded once: IEEE rounds two correctly, `math.fsum` the rare windows that need more."""
    if not parts:
        return np.zeros(1)
    if len(parts) == 1:
        return parts[0]
    total: Floats = parts[0] + parts[1]
    if len(parts) > 2:  # noqa: PLR2004  # the two that IEEE addition rounds correctly
        stacked = np.stack(parts)
        for i in np.flatnonzero(np.any(stacked[2:] != 0, axis=0)):
            total[i] = math.fsum(stacked[:, i])
    return total


def window_means(values: Floats, first: Counts, last: Counts) -> Floats:
    """Exact means of ``values[first[i]:last[i]]``, NaN for an empty window; see the module for what exact means.

    Parameters
    ----------
    values : (n,) float64
        Finite, of magnitude at most `LARGEST`.
    first, last : (m,) int64
        Half-open windows; faster where they rise and do not overlap.
    """
    n = last - first
    if len(first) > 1 and bool(np.any(first[1:] < last[:-1])):
        return np.concatenate([window_means(values, first[i : i + 1], last[i : i + 1]) for i in range(len(first))])
    means = np.full(len(first), np.nan)
    filled = n > 0
    if not filled.any():
        return means
    decimal = np.zeros(len(first), np.bool_)
    probe = np.flatnonzero(filled & (n <= _LARGEST_COUNT))
    decimal[probe[_are_decimal(values[first[probe]])]] = True
    decimal &= _are_decimal_throughout(values, first, last, decimal)
    binary = np.flatnonzero(filled & ~decimal)
    if len(binary):
        means[binary] = window_sums(values, first[binary], last[binary]) / n[binary]
    tenths = np.flatnonzero(decimal)
    if len(tenths):
        means[tenths] = _decimal_means(values, first[tenths], last[tenths])
    return means


def _are_decimal(values: Floats) -> Mask:
    with np.errstate(over="ignore", invalid="ignore"):
        mantissa = np.rint(values * _SCALE)
        decimal: Mask = (np.abs(mantissa) < _LARGEST_MANTISSA) & (mantissa / _SCALE == values)
        return decimal


def _are_decimal_throughout(values: Floats, first: Counts, last: Counts, candidates: Mask) -> Mask:
    chosen = np.flatnonzero(candidates)
    result = np.zeros(len(first), np.bool_)
    if len(chosen):
        starts, lengths = first[chosen], (last - first)[chosen]
        passed = _are_decimal(_gather(values, starts, lengths))
        result[chosen] = np.logical_and.reduceat(passed, np.cumsum(lengths) - lengths)
    return result


def _decimal_means(values: Floats, first: Counts, last: Counts) -> Floats:
    lengths = last - first
    mantissa = np.rint(_gather(values, first, lengths) * _SCALE).astype(np.int64)
    total = np.add.reduceat(mantissa, np.cumsum(lengths) - lengths)
    divisor = lengths * int(_SCALE)
    means: Floats = total / divisor
    for i in np.flatnonzero(np.abs(total) > _EXACT_INTEGER):
        means[i] = int(total[i]) / int(divisor[i])  # whole numbers of any size: Python divides them with one rounding
    return means
