"""Mean and standard deviation of a few values, summed without rounding error: their order does not change a bit."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tynys.calc.arrays import Floats


def total(values: Floats) -> float:
    """Sum of (n,) finite values, rounded once."""
    return math.fsum(values.tolist())


def mean(values: Floats) -> float:
    """Mean of (n,) finite values, at least one."""
    return total(values) / len(values)


def standard_deviation(values: Floats) -> float:
    """Sample standard deviation of (n,) finite values, at least two; n − 1 in the denominator."""
    return math.sqrt(total((values - mean(values)) ** 2) / (len(values) - 1))
