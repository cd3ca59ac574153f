"""Error-free sums inside compiled kernels: the correctly rounded sum of one window's values, whatever their order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tynys.calc.compiled.jit import kernel

if TYPE_CHECKING:
    from tynys.calc.arrays import Counts, Floats

_LARGEST_EXPONENT = 900
_SIGN = 0x7FFFFFFFFFFFFFFF
_SPARE_BITS = 10
"""Sums of 51-bit parts of up to 2¹⁰ values fit into int64; more values get parts of fewer bits."""

_MOST_PASSES = 24
_HALF_WORD = 32
_LOW_WORD = 0xFFFFFFFF


@kernel()
def collapsed(parts: Floats, last: int) -> float:
    """The sum of ``parts[:last + 1]``, which rise and do not overlap, rounded once, half to even."""
    high, low = float(parts[last]), 0.0
    while last > 0:
        x = high
        last -= 1
        y = float(parts[last])
        high = x + y
        low = y - (high - x)
        if low != 0.0:
            break
    if last > 0 and ((low < 0.0 and parts[last - 1] < 0.0) or (low > 0.0 and parts[last - 1] > 0.0)):
        twice = low * 2.0
        x = high + twice
        if twice == x - high:
            high = x
    return high


@kernel()
def rounded(parts: Floats, count: int) -> float:
    """The sum of ``parts[:count]``, rounded once; ``parts`` is overwritten.

    Sources
    -------
    Shewchuk: Adaptive precision floating-point arithmetic, Discrete Comput. Geom. 18, 1997; the last step as in Python's `math.fsum`.
    """
    held = 0
    for k in range(count):
        x = parts[k]
        kept = 0
        for j in range(held):
            y = parts[j]
            if abs(x) < abs(y):
                x, y = y, x
            high = x + y
            low = y - (high - x)
            if low != 0.0:
                parts[kept] = low
                kept += 1
            x = high
        held = kept
        if x != 0.0:
            parts[held] = x
            held += 1
    if held == 0:
        return 0.0
    return collapsed(parts, held - 1)


@kernel()
def weighted_sum(rest: Floats, bits: Counts, weights: Counts, weigh: bool, n: int, total_weight: int, parts: Floats) -> tuple[float, bool]:
    """Correctly rounded Σ w·x of ``rest[:n]``, and whether it could be made (else its range is out of the kernel's reach).

    ``bits`` is the same memory as ``rest`` seen as int64; both are overwritten. ``weights`` counts only if ``weigh``. ``parts`` is room.

    Sources
    -------
    Rump, Ogita, Oishi: Accurate floating-point summation, SIAM J. Sci. Comput. 31, 2008 (extraction); the parts are summed as int64.
    """
    spread = 0
    while (1 << spread) <= total_weight:
        spread += 1
    count = 0
    powers = np.empty(2)
    power_bits = powers.view(np.int64)
    for _ in range(_MOST_PASSES):
        largest = 0
        for j in range(n):
            largest = max(largest, int(bits[j] & _SIGN))
        if largest == 0:
            return rounded(parts, count), True
        exponent = (largest >> 52) - 1022  # every |x| < 2^exponent
        if exponent > _LARGEST_EXPONENT or exponent < -_LARGEST_EXPONENT:
            return 0.0, False
        top = exponent + 1 + max(0, spread - _SPARE_BITS)
        power_bits[0] = ((top + 1023) << 52) | (1 << 51)  # 1.5 * 2^top: x + sigma stays within one binade
        power_bits[1] = (1023 + 52 - top) << 52
        sigma, per_unit = powers[0], powers[1]
        total = 0
        if weigh:
            for j in range(n):
                taken = (rest[j] + sigma) - sigma
                rest[j] -= taken
                total += int(taken * per_unit) * int(weights[j])
        else:
            for j in range(n):
                taken = (rest[j] + sigma) - sigma
                rest[j] -= taken
                total += int(taken * per_unit)
        power_bits[1] = (1023 - 52 + top) << 52
        unit = powers[1]
        parts[count] = np.float64((total >> _HALF_WORD) << _HALF_WORD) * unit
        parts[count + 1] = np.float64(total & _LOW_WORD) * unit
        count += 2
    return 0.0, False
