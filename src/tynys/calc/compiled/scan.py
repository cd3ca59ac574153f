"""One pass over a channel's readings: counts by status, first level data and the exact sums behind each window's mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tynys.calc.compiled.jit import (
    CODES,
    CODES_OUT,
    COUNTS_OUT,
    FLOATS,
    FLOATS_OUT,
    INTEGER,
    MASK,
    TABLE_OUT,
    TIMES,
    TRUTH,
    kernel,
    nothing,
)
from tynys.calc.compiled.sums import weighted_sum

if TYPE_CHECKING:
    from tynys.calc.arrays import Codes, Counts, Floats, Mask, Times

EMPTY, DECIMAL, BINARY, ELSEWHERE = 0, 1, 2, 3
"""What a window turned out to be: nothing, whole numbers to be divided, a sum to be divided, or beyond the kernel."""

VALID = 1
"""`InstrumentStatus.VALID`."""

_SCALE = 1e6
_LARGEST_MANTISSA = 2.0**44
_TO_WHOLE = 6755399441055744.0  # 1.5 * 2^52: adding and taking it off rounds to a whole number, half to even
_LARGEST = 2.0**900
_LARGEST_COUNT = 2**19
_ROOM = 2.0**62
_FOR_EVER = 2**62


@kernel(INTEGER(TIMES, MASK, INTEGER, TRUTH, COUNTS_OUT, COUNTS_OUT))
def operating_runs(times: Times, operates: Mask, hold_ms: int, unknown: bool, starts: Times, ends: Times) -> int:
    """Spans in operation from a signal that holds until the next one, but no longer than ``hold_ms``; how many were filled in."""
    count = 0
    current = unknown
    if current:
        starts[0] = -_FOR_EVER
    for i in range(len(times)):
        if operates[i] != current:
            current = operates[i]
            if current:
                starts[count] = times[i]
            else:
                ends[count] = times[i]
                count += 1
        until = times[i] + hold_ms
        if unknown != current and (i + 1 == len(times) or until < times[i + 1]):
            current = unknown
            if current:
                starts[count] = until
            else:
                ends[count] = until
                count += 1
    if current:
        ends[count] = _FOR_EVER
        count += 1
    return count


@kernel()
def next_level(time_ms: int, start_ms: int, cut_ms: Times, length_ms: Counts) -> int:
    """When the FLD of an instant ends, in a window that starts at ``start_ms``. [ms since 1970 UTC]."""
    piece = 0
    while piece < len(cut_ms) and cut_ms[piece] <= time_ms:
        piece += 1
    length = int(length_ms[piece])
    end = start_ms + ((time_ms - start_ms) // length + 1) * length
    return end if piece == len(cut_ms) else min(end, int(cut_ms[piece]))


@kernel(nothing(*(TIMES,) * 9, *(COUNTS_OUT,) * 4))
def count_due(
    first_ms: Times,
    last_ms: Times,
    step_ms: Counts,
    start_ms: Times,
    end_ms: Times,
    run_start_ms: Times,
    run_end_ms: Times,
    cut_ms: Times,
    length_ms: Counts,
    expected: Counts,
    operating: Counts,
    levels_expected: Counts,
    levels_operating: Counts,
) -> None:
    """Instants due in each window, those of them in operation, and the FLD of both; windows rise and do not overlap."""
    for piece in range(len(first_ms)):
        step = step_ms[piece]
        run = 0
        for w in range(len(start_ms)):
            low = max(first_ms[piece], start_ms[w])
            time = -((-low) // step) * step
            end = min(last_ms[piece], end_ms[w])
            level_end, counted = -_FOR_EVER, False
            while time < end:
                expected[w] += 1
                if time >= level_end:
                    levels_expected[w] += 1
                    level_end, counted = next_level(time, start_ms[w], cut_ms, length_ms), False
                while run < len(run_start_ms) and run_end_ms[run] <= time:
                    run += 1
                if run < len(run_start_ms) and run_start_ms[run] <= time:
                    operating[w] += 1
                    levels_operating[w] += not counted
                    counted = True
                time += step


@kernel()
def past(times: Times, begin: int, like: int, end_ms: int) -> int:
    """Index of the first instant at or after ``end_ms``, from ``begin`` on; found at once if it is ``like`` further."""
    n = len(times)
    guess = begin + like
    if guess <= n and (guess == n or times[guess] >= end_ms) and (like == 0 or times[guess - 1] < end_ms):
        return guess
    low, high = begin, n
    while low < high:
        middle = (low + high) >> 1
        if times[middle] < end_ms:
            low = middle + 1
        else:
            high = middle
    return low


@kernel()
def common_multiple(sizes: Counts, n: int, most: int) -> int:
    """Least common multiple of ``sizes[:n]``; ``most + 1`` where it is larger than that."""
    multiple = 1
    for i in range(n):
        a, b = multiple, int(sizes[i])
        if a % b == 0:
            continue
        while b:
            a, b = b, a % b
        multiple = multiple // a * int(sizes[i])
        if multiple > most:
            return most + 1
    return multiple


@kernel()
def gather(
    times: Times,
    values: Floats,
    status: Codes,
    first: int,
    last: int,
    start_ms: int,
    run_start_ms: Times,
    run_end_ms: Times,
    run: int,
    cut_ms: Times,
    length_ms: Counts,
    by_status: Counts,
    held: Floats,
    sizes: Counts,
) -> tuple[int, int, int]:
    """Count the statuses of one window, put its valid values in operation into ``held`` and the sizes of its FLD into ``sizes``.

    Gives how many values and FLD there are, and the run in operation reached.
    """
    count, level, in_level, good = 0, 0, 0, 0
    level_end = -_FOR_EVER
    for i in range(first, last):
        if status[i] != VALID:
            if status[i] < len(by_status):
                by_status[status[i]] += 1
            continue
        good += 1
        if not abs(values[i]) <= _LARGEST:
            continue
        time = times[i]
        while run < len(run_start_ms) and run_end_ms[run] <= time:
            run += 1
        if run == len(run_start_ms) or run_start_ms[run] > time:
            continue
        if time >= level_end:
            if in_level:
                sizes[level] = in_level
                level += 1
            in_level = 0
            level_end = next_level(time, start_ms, cut_ms, length_ms)
        in_level += 1
        held[count] = values[i]
        count += 1
    by_status[VALID] += good
    if in_level:
        sizes[level] = in_level
        level += 1
    return count, level, run


@kernel()
def whole_numbers(held: Floats, count: int, numbers: Counts) -> tuple[bool, int, int]:
    """Values as millionths: whether they all are, the largest magnitude, and their sum."""
    inexact, largest, total = 0, 0, 0
    for j in range(count):
        mantissa = (held[j] * _SCALE + _TO_WHOLE) - _TO_WHOLE
        decimal = (abs(mantissa) < _LARGEST_MANTISSA) & (mantissa / _SCALE == held[j])
        inexact += not decimal
        number = int(mantissa)
        numbers[j] = number
        largest = max(largest, abs(number))
        total += number
    return inexact == 0 and count <= _LARGEST_COUNT, largest, total


@kernel()
def shared_out(numbers: Counts, sizes: Counts, level: int, common: int) -> int:
    """Sum of whole numbers, each as often as its FLD's share says."""
    j, total = 0, 0
    for k in range(level):
        part = 0
        for _ in range(sizes[k]):
            part += int(numbers[j])
            j += 1
        total += part * (common // int(sizes[k]))
    return total


@kernel()
def share_out(sizes: Counts, level: int, common: int, weights: Counts) -> None:
    """The whole-number weight of each value, by the size of its FLD."""
    j = 0
    for k in range(level):
        for _ in range(sizes[k]):
            weights[j] = common // sizes[k]
            j += 1


@kernel(
    nothing(
        TIMES, FLOATS, CODES, TIMES, TIMES, TIMES, TIMES, TIMES, TIMES, INTEGER,
        TABLE_OUT, COUNTS_OUT, COUNTS_OUT, CODES_OUT, COUNTS_OUT, COUNTS_OUT, FLOATS_OUT,
    )
)  # fmt: skip
def scan(
    times: Times,
    values: Floats,
    status: Codes,
    start_ms: Times,
    end_ms: Times,
    run_start_ms: Times,
    run_end_ms: Times,
    cut_ms: Times,
    length_ms: Counts,
    most_common: int,
    by_status: Counts,
    valid: Counts,
    levels: Counts,
    kind: Codes,
    whole: Counts,
    weight: Counts,
    total: Floats,
) -> None:
    """Fill in, window by window, what `ChannelMeans` and a summary need of one channel.

    Parameters
    ----------
    times, values, status : (n,) int64, float64, uint8
        Readings by rising time. [ms since 1970 UTC, channel's unit, `InstrumentStatus`]
    start_ms, end_ms : (m,) int64
        Windows that rise and do not overlap. [ms since 1970 UTC]
    run_start_ms, run_end_ms : (r,) int64
        Half-open spans in operation, rising. [ms since 1970 UTC]
    cut_ms, length_ms : (k - 1,), (k,) int64
        As in `FirstLevelGrid`. [ms]
    most_common : int
        Largest common denominator of the numbers of readings an FLD has.
    by_status : (m, s) int64
        Receives how many readings have each status.
    valid, levels : (m,) int64
        Receive the valid readings in operation, and the FLD they lie in.
    kind : (m,) uint8
        Receives what the window is; of a `DECIMAL` one the mean is ``whole`` millionths over ``weight``, of a `BINARY` one ``total``
        over ``weight``, and one `ELSEWHERE` is to be made with whole fractions.
    """
    held = np.empty(4096)
    rest = np.empty(4096)
    weights = np.empty(4096, np.int64)
    sizes = np.empty(4096, np.int64)
    parts = np.empty(64)
    run = 0
    last, n = 0, 0
    for w in range(len(start_ms)):
        if w == 0 or start_ms[w] != end_ms[w - 1]:
            last = past(times, last, 0, start_ms[w])
        first = last
        last = past(times, first, n, end_ms[w])
        n = last - first
        if n > len(held):
            held, rest, weights, sizes = np.empty(2 * n), np.empty(2 * n), np.empty(2 * n, np.int64), np.empty(2 * n, np.int64)
        count, level, run = gather(
            times, values, status, first, last, start_ms[w], run_start_ms, run_end_ms, run, cut_ms, length_ms, by_status[w], held, sizes
        )
        valid[w], levels[w] = count, level
        if count == 0:
            kind[w] = EMPTY
            continue
        common = common_multiple(sizes, level, most_common)
        even = sizes[:level].max() == sizes[:level].min()
        if even:
            common = int(sizes[0])
        weight[w] = common * level
        decimal, largest, sum_ = whole_numbers(held, count, weights)
        kind[w] = DECIMAL if decimal else BINARY
        if not even and (common > most_common or (decimal and np.float64(largest) * np.float64(weight[w]) >= _ROOM)):
            kind[w] = ELSEWHERE
        elif decimal:
            whole[w] = sum_ if even else shared_out(weights, sizes, level, common)
        else:
            share_out(sizes, level, common, weights)
            rest[:count] = held[:count]
            total[w], made = weighted_sum(rest, rest.view(np.int64), weights, not even, count, weight[w], parts)
            if not made:
                kind[w] = ELSEWHERE
