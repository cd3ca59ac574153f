"""Rounding as a rule writes it: decimal, in a named way, and thresholds without binary dust.

A number is rounded as the decimal it is written as (the shortest that reads back the same): 2.675 to two places is 2.68, although the
nearest binary number lies below. A NaN or an infinite number gives NaN.
"""

from __future__ import annotations

import math
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from tynys.calc.arrays import Floats, Mask

MODES = {"half_up": ROUND_HALF_UP, "half_even": ROUND_HALF_EVEN}
"""Ways to round by name: a half away from zero (commercial; 40 CFR Part 75 in practice), a half to the even digit (ISO 80000-1, rule A)."""

_WIDE = Context(prec=400)


def round_decimal(value: float, decimals: int, mode: str = "half_up") -> float:
    """A number rounded to decimals (negative: to tens, hundreds) in a named way; NaN stays NaN.

    Parameters
    ----------
    value : float
        Any number; NaN or infinite gives NaN.
    decimals : int
        Places after the point.
    mode : str
        A key of `MODES`.

    Raises
    ------
    KeyError
        If the mode has no such name.

    Sources
    -------
    VDI 4204-1, clause 5.4 (half up); ISO 80000-1, Annex B.
    """
    way = MODES[mode]
    if not math.isfinite(value):
        return math.nan
    place = Decimal(1).scaleb(-decimals)
    return float(Decimal(repr(float(value))).quantize(place, rounding=way, context=_WIDE))


def round_decimals(values: Floats, decimals: int, mode: str = "half_up") -> Floats:
    """`round_decimal` of every number of an array (n,); NaN stays NaN.

    Sources
    -------
    VDI 4204-1, clause 5.4.
    """
    return np.array([round_decimal(v, decimals, mode) for v in np.asarray(values, np.float64).tolist()], np.float64)


def times(limit: float, factor: float) -> float:
    """A limit times a test's factor, worked in decimals: 1.1 times 200 is 220, not 220.00000000000003.

    NaN where either, or their product, is NaN or infinite.

    Sources
    -------
    2010/75/EU, Annex V, Part 4: 110 %, 150 %, 200 % of the limit values.
    """
    if not (math.isfinite(limit) and math.isfinite(factor)):
        return math.nan
    made = float(Decimal(repr(float(limit))) * Decimal(repr(float(factor))))
    return made if math.isfinite(made) else math.nan


def share_of(limit: float, share_pct: float) -> float:
    """A percentage of a limit, worked in decimals: 110 % of 200 is 220; NaN where either is NaN or infinite.

    Sources
    -------
    2010/75/EU, Annex V, Part 4: 110 %, 150 %, 200 % of the limit values.
    """
    return times(limit, float(Decimal(repr(float(share_pct))) / 100)) if math.isfinite(share_pct) else math.nan


def decimals_of(number: float) -> int:
    """Decimal places a number is written with: 0 of 200.0, 2 of 0.05; 0 of NaN or infinity.

    Sources
    -------
    VDI 4204-1, clause 5.4: a value is reported to the places of its limit.
    """
    if not math.isfinite(number):
        return 0
    exponent = Decimal(repr(float(number))).normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def below(values: Floats, threshold: float, *, decimals: int | None = None, mode: str = "half_up") -> Mask:
    """Which values lie below a threshold, rounded first if decimals are given; a NaN or infinite value never does.

    Sources
    -------
    Without rounding: EN 17255-1 (unrounded values); with: VDI 4204-1, clause 5.4.
    """
    return above(-np.asarray(values, np.float64), -threshold, decimals=decimals, mode=mode)


def above(values: Floats, threshold: float, *, decimals: int | None = None, mode: str = "half_up") -> Mask:
    """Which values lie above a threshold, rounded first if decimals are given; a NaN value never does.

    Parameters
    ----------
    values : (n,) float64
        In the threshold's unit. An infinite value is no value.
    decimals : int or None
        Places the rule rounds to before it compares; None compares the unrounded value.

    Sources
    -------
    Without rounding: EN 17255-1 (unrounded values); with: VDI 4204-1, clause 5.4.
    """
    values = np.asarray(values, np.float64)
    if decimals is not None:
        values = round_decimals(values, decimals, mode)
    over: Mask = np.isfinite(values) & (values > threshold)
    return over
