"""Randomness as a pure function of (seed, stream, instant): the same value in any order, live or for the history.

There is no generator with a state. A 64-bit mix of seed, stream and index gives the bits, so any instant can be asked alone, and
ninety days at once, and both agree to the last bit.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Sequence

Array = npt.NDArray[np.float64]
Instants = npt.NDArray[np.int64]
Streams = npt.NDArray[np.uint64]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_LANE = np.uint64(0xFFFF)
_SHIFTS = tuple(np.uint64(bits) for bits in (30, 27, 31, 16, 32, 48, 11))


def streams(seed: int, names: Sequence[str]) -> Streams:
    """One 64-bit stream number per name, as a column to broadcast against a row of instants."""
    numbers = [(zlib.crc32(name.encode()) << 32) ^ zlib.crc32(f"{seed}/{name}".encode()) for name in names]
    return _mixed(np.array(numbers, dtype=np.uint64)[:, None])


def _mixed(bits: Streams) -> Streams:
    """Spread every input bit over all output bits (the finaliser of SplitMix64)."""
    bits = bits ^ (bits >> _SHIFTS[0])
    bits *= _MIX_1
    bits ^= bits >> _SHIFTS[1]
    bits *= _MIX_2
    bits ^= bits >> _SHIFTS[2]
    return bits


def _bits(stream: Streams, index: Instants) -> Streams:
    return _mixed(stream + index.astype(np.uint64) * _GOLDEN)


def uniform(stream: Streams, index: Instants) -> Array:
    """Evenly spread numbers in [0, 1), one per stream and index."""
    return (_bits(stream, index) >> _SHIFTS[6]).astype(np.float64) * 2.0**-53


def gaussian(stream: Streams, index: Instants) -> Array:
    """Bell-shaped numbers of mean 0 and variance 1 (the sum of four uniform lanes; never beyond 3.5)."""
    bits = _bits(stream, index)
    total = (bits & _LANE).astype(np.float64)
    total += (bits >> _SHIFTS[3]) & _LANE
    total += (bits >> _SHIFTS[4]) & _LANE
    total += bits >> _SHIFTS[5]
    total -= 2 * 65535
    total *= 3.0**0.5 / 65535
    return total


def wander(stream: Streams, t_ms: Instants, period_ms: int) -> Array:
    """Smooth noise that takes a new independent value every ``period_ms`` and runs between them without a kink.

    Parameters
    ----------
    stream : (k, 1) uint64
    t_ms : (n,) int64
        Instants. [ms since 1970 UTC]
    period_ms : int
        Distance of the independent values. [ms]

    Returns
    -------
    (k, n) float64
        Mean 0, standard deviation between 0.7 and 1.
    """
    index = t_ms // period_ms
    x = (t_ms - index * period_ms) / period_ms
    share = x * x * x * (x * (6.0 * x - 15.0) + 10.0)
    first = int(index.min())
    knots = gaussian(stream, np.arange(first, int(index.max()) + 2, dtype=np.int64))
    at = index - first
    low = knots[:, at]
    return low + (knots[:, at + 1] - low) * share
