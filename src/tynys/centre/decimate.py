"""Decimation that hides no extreme: the smallest, largest and mean value and the worst status of every bucket."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Times = npt.NDArray[np.int64]
    Codes = npt.NDArray[np.uint8]


class Buckets(NamedTuple):
    """Decimated columns, all (n,); NaN where a bucket has no value."""

    start_ms: Times
    minimum: Floats
    maximum: Floats
    mean: Floats
    status: Codes


def decimate(
    time_ms: Times, minimum: Floats, maximum: Floats, mean: Floats, status: Codes, *, start_ms: int, end_ms: int, buckets: int
) -> Buckets:
    """Reduce ordered rows to at most ``buckets`` even buckets of ``[start_ms, end_ms)``; empty buckets are left out.

    Parameters
    ----------
    time_ms : (n,) int64
        Rising. [ms since 1970 UTC]
    minimum, maximum, mean : (n,) float64
        Of each row (all the same for single values); NaN where absent.
    status : (n,) uint8
        Higher is worse.
    """
    if len(time_ms) <= buckets:
        return Buckets(time_ms, minimum, maximum, mean, status)
    width = -(-(end_ms - start_ms) // buckets)
    bucket = (time_ms - start_ms) // width
    first = np.flatnonzero(np.concatenate(([True], bucket[1:] != bucket[:-1])))
    present = ~np.isnan(mean)
    counts = np.add.reduceat(present.astype(np.int64), first)
    sums = np.add.reduceat(np.where(present, mean, 0.0), first)
    low = np.minimum.reduceat(np.where(np.isnan(minimum), np.inf, minimum), first)
    high = np.maximum.reduceat(np.where(np.isnan(maximum), -np.inf, maximum), first)
    empty = counts == 0
    low[empty] = high[empty] = np.nan
    return Buckets(
        start_ms + bucket[first] * width,
        low,
        high,
        np.divide(sums, counts, out=np.full(len(first), np.nan), where=~empty),
        np.maximum.reduceat(status, first),
    )
