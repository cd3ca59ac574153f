"""Names for the arrays every kernel takes and gives, and the one rule for what is not a number."""

from __future__ import annotations

import math
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Callable

Floats = npt.NDArray[np.float64]
"""(n,) float64; NaN where there is no value."""

Times = npt.NDArray[np.int64]
"""(n,) int64, milliseconds since 1970 UTC."""

Counts = npt.NDArray[np.int64]
"""(n,) int64, how many."""

Codes = npt.NDArray[np.uint8]
"""(n,) uint8, index into a published tuple or value of a published enumeration."""

Mask = npt.NDArray[np.bool_]
"""(n,) bool."""

P = ParamSpec("P")


def elementwise(kernel: Callable[P, Floats]) -> Callable[P, Floats]:
    """Give a formula the rule every formula follows: NaN where any number it is given, or its result, is NaN or infinite; no warning.

    Parameters
    ----------
    kernel : function
        Of arrays and numbers that broadcast, to an array; each element depends on its own inputs alone.
    """

    @wraps(kernel)
    def whole(*args: P.args, **kwargs: P.kwargs) -> Floats:
        with np.errstate(all="ignore"):
            made = np.asarray(kernel(*args, **kwargs), np.float64)
        known = np.isfinite(made)
        for given in (*args, *kwargs.values()):
            if isinstance(given, (int, float, np.ndarray)):
                known = known & np.isfinite(given)
        return np.where(known, made, np.nan)

    return whole


def exact_total(values: Floats) -> float:
    """Sum of (n,) finite values, rounded once, whatever their order; NaN where the sum leaves the range of float64.

    Sources
    -------
    Shewchuk: Adaptive precision floating-point arithmetic, 1997 (`math.fsum`).
    """
    try:
        return math.fsum(np.asarray(values, np.float64).tolist())
    except OverflowError:
        return math.nan
