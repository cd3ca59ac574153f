"""What each window of each channel looked like, made in the same pass as its averages."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from tynys.calc import bulk
from tynys.calc.exact import window_means, window_sums
from tynys.calc.first_level import WHOLE_WINDOW
from tynys.calc.series import between, in_order, usable
from tynys.calc.timegrid import ALMATY, due_instants, window_edges
from tynys.domain.average import Summary
from tynys.domain.status import InstrumentStatus

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from tynys.calc.arrays import Counts, Floats, Times
    from tynys.calc.series import Series, SeriesLike
    from tynys.domain.configuration import FacilityConfiguration
    from tynys.domain.instrument import Acquisition

STATUSES = tuple(InstrumentStatus)
"""``count_by_status[i]`` counts ``STATUSES[i]``."""

_MEASURES = ("minimum", "maximum", "mean", "standard_deviation", "lag1_correlation")


@dataclass(frozen=True, slots=True, eq=False)
class SummaryTable:
    """Summaries of one period as a struct of arrays; measures are NaN where they are not defined; see `Summary`."""

    period: str
    channel: tuple[str, ...]
    start_ms: Times
    end_ms: Times
    count_expected: Counts
    count_by_status: Counts
    minimum: Floats
    maximum: Floats
    mean: Floats
    standard_deviation: Floats
    lag1_correlation: Floats
    longest_run: Counts
    distinct: Counts
    values_hash: tuple[bytes, ...]

    def __len__(self) -> int:
        return len(self.start_ms)

    def columns(self) -> dict[str, object]:
        """One entry per field of `Summary`: arrays, or lists; ready for a column store."""
        return {
            "channel": list(self.channel),
            "start_ms": self.start_ms,
            "end_ms": self.end_ms,
            "count_expected": self.count_expected,
            "count_by_status": self.count_by_status.tolist(),
            **{name: getattr(self, name) for name in _MEASURES},
            "longest_run": self.longest_run,
            "distinct": self.distinct,
            "values_hash": list(self.values_hash),
        }

    def rows(self) -> list[Summary]:
        """The same as frozen records."""

        def measure(name: str) -> list[float | None]:
            return [None if np.isnan(v) else v for v in getattr(self, name).tolist()]

        columns = (
            self.channel,
            self.start_ms.tolist(),
            self.end_ms.tolist(),
            self.count_expected.tolist(),
            [tuple(counts) for counts in self.count_by_status.tolist()],
            *(measure(name) for name in _MEASURES),
            self.longest_run.tolist(),
            self.distinct.tolist(),
            self.values_hash,
        )
        return [Summary(*row) for row in zip(*columns, strict=True)]


def summaries(
    configuration: FacilityConfiguration,
    readings: Mapping[UUID, SeriesLike],
    period: str,
    start_ms: int,
    end_ms: int,
    zone: str = ALMATY,
) -> SummaryTable:
    """Summaries of every channel's windows that start in the half-open span; a window in which nothing is due has none."""
    edges = window_edges(period, start_ms, end_ms, zone)
    pieces: list[SummaryTable] = []
    owed: dict[tuple[Acquisition, ...], Counts] = {}
    for channel in configuration.channels if len(edges) > 1 else ():
        series = readings.get(channel.id)
        if series is None:
            continue
        if channel.acquisition not in owed:
            due = due_instants(channel.acquisition, int(edges[0]), int(edges[-1]))
            owed[channel.acquisition] = np.diff(np.searchsorted(due, edges)).astype(np.int64)
        pieces.append(_channel(str(channel.id), series, edges, owed[channel.acquisition], period))
    return _concatenate(period, pieces)


def _concatenate(period: str, pieces: list[SummaryTable]) -> SummaryTable:
    def joined(name: str, empty: object) -> Any:
        return np.concatenate([getattr(p, name) for p in pieces]) if pieces else np.asarray(empty)

    return SummaryTable(
        period=period,
        channel=tuple(c for p in pieces for c in p.channel),
        count_by_status=joined("count_by_status", np.empty((0, len(STATUSES)), np.int64)),
        values_hash=tuple(h for p in pieces for h in p.values_hash),
        **{name: joined(name, np.empty(0, np.int64)) for name in ("start_ms", "end_ms", "count_expected", "longest_run", "distinct")},
        **{name: joined(name, np.empty(0)) for name in _MEASURES},
    )


def _channel(channel: str, series: SeriesLike, edges: Times, due: Counts, period: str) -> SummaryTable:
    inside = between(in_order(series), int(edges[0]), int(edges[-1]))
    kept = np.flatnonzero(due > 0)
    made = _of_many(inside, edges) if bulk.is_large(len(inside), edges[:-1], edges[1:]) else _of_few(inside, edges)
    raw = np.ascontiguousarray(made.values, "<f8").view(np.uint8).data
    at = made.at.tolist()
    return SummaryTable(
        period=period,
        channel=(channel,) * len(kept),
        start_ms=edges[:-1][kept],
        end_ms=edges[1:][kept],
        count_expected=due[kept],
        count_by_status=made.by_status[:, list(STATUSES)][kept],
        minimum=made.minimum[kept] + 0.0,  # no sign of zero: which of both zeros is the lesser nobody says
        maximum=made.maximum[kept] + 0.0,
        mean=made.mean[kept],
        standard_deviation=made.deviation[kept],
        lag1_correlation=made.correlation[kept],
        longest_run=made.longest_run[kept],
        distinct=made.distinct[kept],
        values_hash=tuple(hashlib.sha256(raw[8 * at[i] : 8 * at[i + 1]]).digest() for i in kept.tolist()),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Made:
    """Measures of all windows, and the valid values themselves: window i has ``values[at[i]:at[i + 1]]``."""

    by_status: Counts
    minimum: Floats
    maximum: Floats
    mean: Floats
    deviation: Floats
    correlation: Floats
    longest_run: Counts
    distinct: Counts
    values: Floats
    at: Counts


def _of_few(inside: Series, edges: Times) -> _Made:
    """By NumPy alone."""
    n = len(edges) - 1
    width = bulk.STATUSES
    known = inside.status < width
    window = np.searchsorted(edges, inside.time_ms[known], side="right") - 1
    good = usable(inside)
    values = inside.value[good]
    at = np.searchsorted(inside.time_ms[good], edges)
    first, last = at[:-1], at[1:]
    mean = window_means(values, first, last)
    power, lagged = _sums_about(values, mean, first, last)
    deviation, correlation = _spread(power, lagged, last - first)
    return _Made(
        by_status=np.bincount(window * width + inside.status[known], minlength=n * width).reshape(n, -1).astype(np.int64),
        minimum=_reduced(np.minimum, values, first, last),
        maximum=_reduced(np.maximum, values, first, last),
        mean=mean,
        deviation=deviation,
        correlation=correlation,
        longest_run=_longest_runs(values, first, last),
        distinct=_distinct(values, first, last),
        values=values,
        at=at,
    )


def _of_many(inside: Series, edges: Times) -> _Made:
    """By the compiled kernels, the same bytes."""
    scanned = bulk.scan(inside, edges[:-1], edges[1:], bulk.ALWAYS, WHOLE_WINDOW)
    row = np.searchsorted(inside.time_ms, edges)
    found = bulk.spread(inside, row[:-1], row[1:], scanned.mean)
    at = np.concatenate([[0], np.cumsum(scanned.count_valid)])
    power, lagged = found.power, found.lagged
    for i in found.again.tolist():
        here = slice(at[i], at[i + 1])
        one = _sums_about(found.packed[here], scanned.mean[i : i + 1], np.zeros(1, np.int64), at[i + 1 : i + 2] - at[i])
        power[i], lagged[i] = one[0][0], one[1][0]
    deviation, correlation = _spread(power, lagged, scanned.count_valid)
    return _Made(
        by_status=scanned.by_status,
        minimum=found.minimum,
        maximum=found.maximum,
        mean=scanned.mean,
        deviation=deviation,
        correlation=correlation,
        longest_run=found.longest_run,
        distinct=found.distinct,
        values=found.packed[: at[-1]],
        at=at,
    )


def _reduced(function: np.ufunc, values: Floats, first: Counts, last: Counts) -> Floats:
    """A reduction of each window; NaN for an empty one. The windows follow each other."""
    result = np.full(len(first), np.nan)
    filled = np.flatnonzero(last > first)
    if len(filled):
        result[filled] = function.reduceat(values, first[filled])
    return result


def _sums_about(values: Floats, mean: Floats, first: Counts, last: Counts) -> tuple[Floats, Floats]:
    """Σ(x − m)² and Σ(xᵢ − m)(xᵢ₊₁ − m) of each window: rounded terms, summed without error, rounded once."""
    if not len(values):
        nothing = np.zeros(len(first))
        return nothing, nothing
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        around = values - np.repeat(mean, last - first)
        power = window_sums(np.nan_to_num(around * around, posinf=0.0), first, last)
        products = np.append(around[:-1] * around[1:], 0.0)
        lagged = window_sums(np.nan_to_num(products, posinf=0.0, neginf=0.0), first, np.maximum(last - 1, first))
    return power, lagged


def _spread(power: Floats, lagged: Floats, n: Counts) -> tuple[Floats, Floats]:
    """Sample standard deviation, undefined below two values, and lag-1 correlation of successive valid values, undefined without spread.

    Sources
    -------
    r₁ = Σ(xᵢ − m)(xᵢ₊₁ − m) / Σ(xᵢ − m)² (Box, Jenkins: Time Series Analysis, §2.1.5).
    """
    deviation = np.sqrt(np.where(n > 1, power, np.nan) / np.maximum(n - 1, 1))
    return deviation, np.where((power > 0) & (n > 0), lagged, np.nan) / np.where(power > 0, power, 1.0)


def _longest_runs(values: Floats, first: Counts, last: Counts) -> Counts:
    """Length of the longest run of equal successive values of each window."""
    result = np.zeros(len(first), np.int64)
    filled = np.flatnonzero(last > first)
    if len(filled):
        begins = np.concatenate([[True], values[1:] != values[:-1]])
        begins[first[filled]] = True
        starts = np.flatnonzero(begins)
        lengths = np.diff(np.append(starts, len(values)))
        result[filled] = np.maximum.reduceat(lengths, np.searchsorted(starts, first[filled]))
    return result


def _distinct(values: Floats, first: Counts, last: Counts) -> Counts:
    """Number of different values of each window; windows of one length are sorted together."""
    result = np.zeros(len(first), np.int64)
    n = last - first
    for length in np.unique(n[n > 0]).tolist():
        chosen = np.flatnonzero(n == length)
        ordered = np.sort(values[first[chosen][:, None] + np.arange(length)], axis=1)
        result[chosen] = 1 + np.count_nonzero(ordered[:, 1:] != ordered[:, :-1], axis=1)
    return result
