"""The way from long series to the compiled kernels: when it is taken, what it hands over, how what comes back is finished.

Compiling costs seconds once on a machine and loading a third of a second in every process, so short series (a closing window, a live
page) never come this way; NumPy makes the same bytes of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tynys.calc.exact import quotients
from tynys.calc.first_level import COMMON, first_level_means
from tynys.calc.series import between, usable
from tynys.calc.states import UNKNOWN, in_operation
from tynys.domain.base import to_ms
from tynys.domain.status import InstrumentStatus

if TYPE_CHECKING:
    from typing import TypeVar

    from tynys.calc.arrays import Codes, Counts, Floats, Mask, Times
    from tynys.calc.first_level import FirstLevelGrid
    from tynys.calc.series import Series
    from tynys.calc.states import StateTrack
    from tynys.domain.instrument import Acquisition
    from tynys.law.pack import RulePack

    Kind = TypeVar("Kind", Times, Floats, Codes)

LARGE = 50_000
"""Readings of one channel from which on the compiled kernels pay, loading included."""

STATUSES = max(InstrumentStatus) + 1
"""Columns of a table of counts by status; column i counts status i."""


@dataclass(frozen=True, slots=True, eq=False)
class Runs:
    """Half-open spans in operation, rising. [ms since 1970 UTC]."""

    start_ms: Times
    end_ms: Times


ALWAYS = Runs(np.array([-(2**62)], np.int64), np.array([2**62], np.int64))
"""In operation at any time."""


@dataclass(frozen=True, slots=True, eq=False)
class Scanned:
    """What one pass gave, one entry a window: (m, s) counts by status, means, numbers of readings and of FLD; the readings' bounds."""

    by_status: Counts
    mean: Floats
    count_valid: Counts
    fld_valid: Counts


def is_large(count: int, start_ms: Times, end_ms: Times) -> bool:
    """Whether so many readings of these windows are worth the compiled kernels, which want windows that rise and do not overlap."""
    return count >= LARGE and bool(np.all(start_ms[1:] >= end_ms[:-1])) and bool(np.all(end_ms >= start_ms))


def operating_runs(track: StateTrack, pack: RulePack) -> Runs:
    """When a source is in operation, by its track of states: the same as `in_operation` of `state_at` at every instant."""
    from tynys.calc.compiled.scan import operating_runs as fill  # noqa: PLC0415 - loads the compiler's run time

    unknown = bool(in_operation(np.array([UNKNOWN], np.uint8), pack)[0])
    starts, ends = np.empty(2 * len(track.time_ms) + 2, np.int64), np.empty(2 * len(track.time_ms) + 2, np.int64)
    count = fill(_plain(track.time_ms), in_operation(track.code, pack), track.hold_ms, unknown, starts, ends)
    return Runs(starts[:count].copy(), ends[:count].copy())


def count_due(
    acquisition: tuple[Acquisition, ...], start_ms: Times, end_ms: Times, runs: Runs, grid: FirstLevelGrid
) -> tuple[Counts, Counts, Counts, Counts]:
    """Instants due in each window, those of them in operation, and the FLD each of both lie in."""
    from tynys.calc.compiled.scan import count_due as fill  # noqa: PLC0415 - loads the compiler's run time

    declared = sorted(acquisition, key=lambda a: a.valid_from)
    first = np.array([to_ms(a.valid_from) for a in declared], np.int64)
    last = np.array([2**62 if a.valid_to is None else to_ms(a.valid_to) for a in declared], np.int64)
    step = np.array([a.interval_ms for a in declared], np.int64)
    expected, operating, fld_expected, fld_operating = (np.zeros(len(start_ms), np.int64) for _ in range(4))
    fill(
        first, last, step, _plain(start_ms), _plain(end_ms), runs.start_ms, runs.end_ms, grid.cut_ms, grid.length_ms,
        expected, operating, fld_expected, fld_operating,
    )  # fmt: skip
    return expected, operating, fld_expected, fld_operating


def scan(series: Series, start_ms: Times, end_ms: Times, runs: Runs, grid: FirstLevelGrid) -> Scanned:
    """One pass over a channel's readings, which must be in order; windows rise and do not overlap."""
    from tynys.calc.compiled import scan as kernels  # noqa: PLC0415 - loads the compiler's run time

    m = len(start_ms)
    by_status, kind, total = np.zeros((m, STATUSES), np.int64), np.zeros(m, np.uint8), np.zeros(m)
    valid, levels, whole, weight = (np.zeros(m, np.int64) for _ in range(4))
    kernels.scan(
        _plain(series.time_ms), _plain(series.value), _plain(series.status), _plain(start_ms), _plain(end_ms),
        runs.start_ms, runs.end_ms, grid.cut_ms, grid.length_ms, COMMON, by_status, valid, levels, kind, whole, weight, total,
    )  # fmt: skip
    mean = np.full(m, np.nan)
    decimal, binary = kind == kernels.DECIMAL, kind == kernels.BINARY
    mean[decimal] = quotients(whole[decimal], weight[decimal])
    mean[binary] = total[binary] / weight[binary]
    for window in np.flatnonzero(kind == kernels.ELSEWHERE).tolist():
        times, values = _of_window(series, int(start_ms[window]), int(end_ms[window]), runs)
        first, last = np.zeros(1, np.int64), np.array([len(times)], np.int64)
        one, count = first_level_means(values, times, first, last, start_ms[window : window + 1], grid)
        mean[window], levels[window] = one[0], count[0]
    return Scanned(by_status, mean, valid, levels)


def _of_window(series: Series, start_ms: int, end_ms: int, runs: Runs) -> tuple[Times, Floats]:
    """Instants and values of a window's valid readings in operation."""
    inside = between(series, start_ms, end_ms)
    run = np.searchsorted(runs.end_ms, inside.time_ms, side="right")
    running = run < len(runs.end_ms)
    running[running] = runs.start_ms[run[running]] <= inside.time_ms[running]
    keep: Mask = usable(inside) & running
    return inside.time_ms[keep], inside.value[keep]


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """What a second pass over each window's valid values gave; ``again`` are windows whose sums are to be made without the kernels."""

    minimum: Floats
    maximum: Floats
    power: Floats
    lagged: Floats
    longest_run: Counts
    distinct: Counts
    packed: Floats
    again: Counts


def spread(series: Series, first: Counts, last: Counts, mean: Floats) -> Spread:
    """Extremes, sums about the mean, runs and distinct values of each window's valid readings ``first[i]:last[i]``."""
    from tynys.calc.compiled.spread import spread as fill  # noqa: PLC0415 - loads the compiler's run time

    m = len(first)
    minimum, maximum = np.full(m, np.nan), np.full(m, np.nan)
    power, lagged, packed = np.zeros(m), np.zeros(m), np.empty(len(series))
    longest, distinct, made = np.zeros(m, np.int64), np.zeros(m, np.int64), np.zeros(m, np.uint8)
    fill(
        _plain(series.value), _plain(series.status), first, last, mean,
        minimum, maximum, power, lagged, longest, distinct, made, packed,
    )  # fmt: skip
    return Spread(minimum, maximum, power, lagged, longest, distinct, packed, np.flatnonzero(made == 0))


def _plain(array: Kind) -> Kind:
    """The same numbers side by side in memory, as kernels want them."""
    plain: Kind = np.ascontiguousarray(array)
    return plain
