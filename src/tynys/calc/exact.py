"""Exact sums and means of many windows at once: no order, no splitting and no machine changes a bit.

Values may carry whole-number weights. A window whose values are all decimal (of at most six places, below 17 million) is summed in
whole numbers; its mean is the float64 nearest to the true decimal mean. Any other window is summed without error by extraction
(Rump, Ogita, Oishi: Accurate floating-point summation, SIAM J. Sci. Comput. 31, 2008, algorithm AccSum), rounded once, and divided
by the sum of the weights: without weights the same number as ``math.fsum(values) / len(values)``.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from typing import TypeVar

    from tynys.calc.arrays import Counts, Floats, Mask

    Numbers = TypeVar("Numbers", Floats, Counts)

DECIMALS = 6
"""Decimal places tried. A value written with more is summed in binary, just as exactly."""

_SCALE = 10.0**DECIMALS
_LARGEST_MANTISSA = 2.0**44  # 2⁶³ / 2⁴⁴ = 524,288 values fit into one int64 sum
LARGEST = 2.0**900
"""Values of greater magnitude are nobody's reading; they would overflow the extraction."""

_LARGEST_COUNT = 2**19
_EXACT_INTEGER = 2**53
_ROOM = 2.0**62
"""Sums of whole numbers stay below this, so that int64 holds them."""


def window_sums(values: Floats, first: Counts, last: Counts, weights: Counts | None = None) -> Floats:
    """Correctly rounded sums of ``values[first[i]:last[i]]``, each value as often as its weight says.

    Parameters
    ----------
    values : (n,) float64
        Finite, of magnitude at most `LARGEST`.
    first, last : (m,) int64
        Half-open, rising windows that do not overlap.
    weights : (n,) int64
        Positive whole numbers, at most 2³⁵ together in a window; 1 where absent.

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
    often = None if weights is None else _gather(weights, starts, lengths)
    total_weight = lengths if often is None else np.add.reduceat(often, offsets)
    parts: list[Floats] = []
    with np.errstate(under="ignore"):
        while True:
            largest = np.maximum.reduceat(np.abs(rest), offsets)
            if not largest.any():
                break
            # Σw·|v| stays below sigma, so that what is extracted are multiples of one unit and their sum is exact in any order
            _, exponent = np.frexp(largest)
            _, spread = np.frexp(total_weight.astype(np.float64))
            sigma = np.where(largest > 0, np.ldexp(1.0, exponent + spread + 1), 0.0)
            sigmas = np.repeat(sigma, lengths)
            taken = (rest + sigmas) - sigmas
            rest = rest - taken
            parts.append(np.add.reduceat(taken if often is None else taken * often, offsets))
    total[filled] = _round_once(parts)
    return total


def _gather(values: Numbers, starts: Counts, lengths: Counts) -> Numbers:
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


def window_means(values: Floats, first: Counts, last: Counts, weights: Counts | None = None) -> Floats:
    """Exact means of ``values[first[i]:last[i]]``, NaN for an empty window; see the module for what exact means.

    Parameters
    ----------
    values : (n,) float64
        Finite, of magnitude at most `LARGEST`.
    first, last : (m,) int64
        Half-open windows; faster where they rise and do not overlap.
    weights : (n,) int64
        Positive whole numbers, at most 2³⁵ together in a window; 1 where absent.
    """
    n = last - first
    if len(first) > 1 and bool(np.any(first[1:] < last[:-1])):
        return np.concatenate([window_means(values, first[i : i + 1], last[i : i + 1], weights) for i in range(len(first))])
    if len(first) and n.min() > 0 and n.max() <= _LARGEST_COUNT and bool(np.all(first[1:] == last[:-1])):
        mantissa, decimal = _mantissas(values[first[0] : last[-1]])
        if decimal.all():  # the common case at once
            return _decimal_means(mantissa, n, None if weights is None else weights[first[0] : last[-1]])
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
        divisor = n[binary] if weights is None else _totals(weights, first[binary], last[binary])
        means[binary] = window_sums(values, first[binary], last[binary], weights) / divisor
    tenths = np.flatnonzero(decimal)
    if len(tenths):
        starts, lengths = first[tenths], n[tenths]
        mantissa, _ = _mantissas(_gather(values, starts, lengths))
        means[tenths] = _decimal_means(mantissa, lengths, None if weights is None else _gather(weights, starts, lengths))
    return means


def _totals(weights: Counts, first: Counts, last: Counts) -> Counts:
    lengths = last - first
    totals: Counts = np.add.reduceat(_gather(weights, first, lengths), np.cumsum(lengths) - lengths)
    return totals


def as_written(values: Floats) -> list[Fraction]:
    """Values as fractions: as decimals where all of them are, else as the binary fractions they are."""
    if bool(np.all(_are_decimal(values))):
        return [Fraction(mantissa, int(_SCALE)) for mantissa in np.rint(values * _SCALE).astype(np.int64).tolist()]
    return [Fraction(value) for value in values.tolist()]


def _mantissas(values: Floats) -> tuple[Floats, Mask]:
    """Values as whole millionths, and whether each is one."""
    with np.errstate(over="ignore", invalid="ignore"):
        mantissa = np.rint(values * _SCALE)
        decimal: Mask = (np.abs(mantissa) < _LARGEST_MANTISSA) & (mantissa / _SCALE == values)
        return mantissa, decimal


def _are_decimal(values: Floats) -> Mask:
    return _mantissas(values)[1]


def _are_decimal_throughout(values: Floats, first: Counts, last: Counts, candidates: Mask) -> Mask:
    chosen = np.flatnonzero(candidates)
    result = np.zeros(len(first), np.bool_)
    if len(chosen):
        starts, lengths = first[chosen], (last - first)[chosen]
        passed = _are_decimal(_gather(values, starts, lengths))
        result[chosen] = np.logical_and.reduceat(passed, np.cumsum(lengths) - lengths)
    return result


def _decimal_means(mantissa: Floats, lengths: Counts, often: Counts | None) -> Floats:
    """Means of windows that follow each other, of whole millionths, each as often as its weight says."""
    offsets = np.cumsum(lengths) - lengths
    whole = mantissa.astype(np.int64)
    if often is None:
        return quotients(np.add.reduceat(whole, offsets), lengths)
    divisor = np.add.reduceat(often, offsets)
    means = quotients(np.add.reduceat(whole * often, offsets), divisor)
    largest = np.maximum.reduceat(np.abs(mantissa), offsets)
    for i in np.flatnonzero(largest * divisor >= _ROOM).tolist():
        here = slice(offsets[i], offsets[i] + lengths[i])
        total = sum(m * w for m, w in zip(whole[here].tolist(), often[here].tolist(), strict=True))
        means[i] = total / (int(divisor[i]) * int(_SCALE))
    return means


def quotients(total: Counts, divisor: Counts) -> Floats:
    """``total`` millionths over ``divisor``, rounded once."""
    divisor = divisor * int(_SCALE)
    means: Floats = total / divisor
    for i in np.flatnonzero(np.maximum(np.abs(total), divisor) > _EXACT_INTEGER).tolist():
        means[i] = int(total[i]) / int(divisor[i])  # whole numbers of any size: Python divides them with one rounding
    return means
