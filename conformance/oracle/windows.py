"""Sums, means, first level data and summaries of windows, by whole fractions."""

from __future__ import annotations

import hashlib
import struct
from fractions import Fraction
from itertools import pairwise
from typing import Any

from mpmath import mpf, sqrt

DECIMALS = 6
LARGEST = 2**44
"""In millionths: what is still summed as decimals."""


def _is_decimal(value: float) -> bool:
    written = Fraction(repr(value))
    millionths = written * 10**DECIMALS
    return millionths.denominator == 1 and abs(millionths) < LARGEST


def exact(values: list[float]) -> list[Fraction]:
    """As written where all of them are short decimals, else as the binary numbers they are."""
    decimal = all(map(_is_decimal, values))
    return [Fraction(repr(v)) if decimal else Fraction(v) for v in values]


def _weights(values: list, weights: list | None) -> list[int]:
    return [1] * len(values) if weights is None else weights


def window_sums(values: list, first: list, last: list, weights: list | None = None) -> dict[str, Any]:
    """The float64 nearest to the sum of the binary numbers."""
    often = _weights(values, weights)
    return {
        "value": [
            float(sum((Fraction(float(v)) * w for v, w in zip(values[a:b], often[a:b], strict=True)), Fraction(0)))
            for a, b in zip(first, last, strict=True)
        ]
    }


def window_means(values: list, first: list, last: list, weights: list | None = None) -> dict[str, Any]:
    """Nearest to the true mean of decimals; of other numbers the rounded sum over the weight, rounded again."""
    often = _weights(values, weights)
    means: list[float | None] = []
    for a, b in zip(first, last, strict=True):
        if a == b:
            means.append(None)
            continue
        part, weight = [float(v) for v in values[a:b]], sum(often[a:b])
        total = sum((v * w for v, w in zip(exact(part), often[a:b], strict=True)), Fraction(0))
        means.append(float(total / weight) if all(map(_is_decimal, part)) else float(total) / weight)
    return {"value": means}


def _levels(times: list[int], start: int, grid: dict) -> list[tuple[int, int]]:
    """In which FLD each instant lies: the stretch of one length, and the interval counted from the window's start."""
    made = []
    for t in times:
        stretch = sum(t >= cut for cut in grid["cut_ms"])
        made.append((stretch, (t - start) // grid["length_ms"][stretch]))
    return made


def first_level_counts(times: list, first: list, last: list, start_ms: list, grid: dict) -> dict[str, Any]:
    """Different FLD of each window."""
    return {"value": [len(set(_levels(times[a:b], s, grid))) for a, b, s in zip(first, last, start_ms, strict=True)]}


def mean_of_levels(levels: list[list[float]]) -> Fraction:
    """The mean of the means, as a fraction."""
    numbers = iter(exact([v for level in levels for v in level]))
    return sum((sum((next(numbers) for _ in level), Fraction(0)) / len(level) for level in levels), Fraction(0)) / len(levels)


def first_level_means(values: list, times: list, first: list, last: list, start_ms: list, grid: dict) -> dict[str, Any]:
    """The mean of the means of each FLD, and how many there are."""
    means, counts = [], []
    for a, b, s in zip(first, last, start_ms, strict=True):
        levels: dict[Any, list[float]] = {}
        for value, level in zip(values[a:b], _levels(times[a:b], s, grid), strict=True):
            levels.setdefault(level, []).append(float(value))
        counts.append(len(levels))
        means.append(float(mean_of_levels(list(levels.values()))) if levels else None)
    return {"value": [means, counts]}


def summary(
    interval_ms: int, start_ms: int, period_ms: int, value: list | None = None, status: list | None = None, runs: list | None = None
) -> dict[str, Any]:
    """One window that starts at an instant of the grid: everything a summary says; readings in a row or as runs."""
    if value is None:
        value = [run[0] for run in runs for _ in range(run[1])]
        status = [run[2] if len(run) > 2 else 1 for run in runs for _ in range(run[1])]
    marks = [1] * len(value) if status is None else status
    good = [float(v) for v, s in zip(value, marks, strict=True) if s == 1 and v is not None]
    n = len(good)
    numbers = [mpf(f.numerator) / f.denominator for f in exact(good)]
    mean = sum(numbers) / n if n else None
    around = [v - mean for v in numbers]
    power = sum(d * d for d in around)
    runs, longest = 0, 0
    for i, v in enumerate(good):
        runs = runs + 1 if i and v == good[i - 1] else 1
        longest = max(longest, runs)
    return {
        "count_expected": sum(t % interval_ms == 0 for t in range(start_ms, start_ms + period_ms, 1000)),
        "count_by_status": [marks.count(s) for s in range(1, 8)],
        "minimum": min(good, default=None),
        "maximum": max(good, default=None),
        "mean": mean,
        "standard_deviation": sqrt(power / (n - 1)) if n > 1 else None,
        "lag1_correlation": sum(x * y for x, y in pairwise(around)) / power if power else None,
        "longest_run": longest,
        "distinct": len(set(good)),
        "values_hash": hashlib.sha256(struct.pack(f"<{n}d", *good)).hexdigest(),
    }


def _written(values: list) -> dict[str, Any]:
    return {"value": [str(f) for f in exact([float(v) for v in values])]}


ORACLES = {
    "exact.window_sums": window_sums,
    "exact.window_means": window_means,
    "exact.as_written": _written,
    "first_level.first_level_counts": first_level_counts,
    "first_level.first_level_means": first_level_means,
    "first_level.nearest_mean": lambda levels: {"value": float(mean_of_levels([[float(v) for v in level] for level in levels]))},
    "summary.summaries": summary,
}
