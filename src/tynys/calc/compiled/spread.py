"""A second pass over each window's valid values: extremes, spread, succession, runs, distinct values."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tynys.calc.compiled.jit import CODES, CODES_OUT, COUNTS_OUT, FLOATS, FLOATS_OUT, TIMES, kernel, nothing
from tynys.calc.compiled.scan import VALID
from tynys.calc.compiled.sums import weighted_sum

if TYPE_CHECKING:
    from tynys.calc.arrays import Codes, Counts, Floats

_LARGEST = 2.0**900
_MIXER = np.uint64(0x9E3779B97F4A7C15)
_WORD = np.uint64(64)


@kernel()
def count_distinct(held: Floats, bits: Counts, n: int, table: Counts, marks: Counts, mark: int) -> int:
    """Number of different values of ``held[:n]`` by a hash table of a power of two places, cleared by counting ``mark`` up."""
    shift = _WORD
    places = len(table)
    while places > 1:
        places >>= 1
        shift -= np.uint64(1)
    last = len(table) - 1
    count = 0
    for j in range(n):
        word = bits[j] if held[j] != 0.0 else np.int64(0)  # both zeros are one value
        at = np.int64((np.uint64(word) * _MIXER) >> shift)
        while marks[at] == mark and table[at] != word:
            at = (at + 1) & last
        if marks[at] != mark:
            marks[at] = mark
            table[at] = word
            count += 1
    return count


@kernel(
    nothing(
        FLOATS, CODES, TIMES, TIMES, FLOATS,
        FLOATS_OUT, FLOATS_OUT, FLOATS_OUT, FLOATS_OUT, COUNTS_OUT, COUNTS_OUT, CODES_OUT, FLOATS_OUT,
    )
)  # fmt: skip
def spread(
    values: Floats,
    status: Codes,
    first: Counts,
    last: Counts,
    mean: Floats,
    minimum: Floats,
    maximum: Floats,
    power: Floats,
    lagged: Floats,
    longest_run: Counts,
    distinct: Counts,
    made: Codes,
    packed: Floats,
) -> None:
    """Fill in, window by window, what a summary says of the valid values ``values[first[i]:last[i]]``.

    Parameters
    ----------
    mean : (m,) float64
        Their mean, of every window that has one. [channel's unit]
    minimum, maximum, power, lagged : (m,) float64
        Receive the extremes, Σ(x − m)² and Σ(xᵢ − m)(xᵢ₊₁ − m), each sum of rounded terms rounded once. [channel's unit, its square]
    longest_run, distinct : (m,) int64
        Receive the longest run of equal successive values, and the number of different ones.
    made : (m,) uint8
        Receives 0 where the sums are beyond the kernel, else 1.
    packed : (n,) float64
        Receives all valid values, window after window.
    """
    room = 4096
    held, rest = np.empty(room), np.empty(room)
    none = np.empty(1, np.int64)
    table, marks = np.empty(4 * room, np.int64), np.full(4 * room, -1, np.int64)
    parts, unweighted = np.empty(64), False
    at = 0
    for w in range(len(first)):
        n = last[w] - first[w]
        if n > room:
            while room < n:
                room *= 2
            held, rest = np.empty(room), np.empty(room)
            table, marks = np.empty(4 * room, np.int64), np.full(4 * room, -1, np.int64)
        n = 0
        for i in range(first[w], last[w]):
            if status[i] == VALID and abs(values[i]) <= _LARGEST:
                held[n] = values[i]
                n += 1
        made[w] = 1
        if n == 0:
            continue
        low, high = held[0], held[0]
        run, longest = 1, 1
        packed[at] = held[0]
        for j in range(1, n):
            x = held[j]
            packed[at + j] = x
            low, high = min(low, x), max(high, x)
            run = run + 1 if x == held[j - 1] else 1
            longest = max(longest, run)
        at += n
        minimum[w], maximum[w], longest_run[w] = low, high, longest
        distinct[w] = count_distinct(held, held.view(np.int64), n, table, marks, w)
        m = mean[w]
        for j in range(n):
            square = (held[j] - m) * (held[j] - m)
            rest[j] = 0.0 if square == np.inf else square
        power[w], fine = weighted_sum(rest, rest.view(np.int64), none, unweighted, n, n, parts)
        for j in range(n - 1):
            product = (held[j] - m) * (held[j + 1] - m)
            rest[j] = 0.0 if abs(product) == np.inf else product
        lagged[w], fine_too = weighted_sum(rest, rest.view(np.int64), none, unweighted, n - 1, n, parts)
        made[w] = fine & fine_too
