"""Means of one channel over many windows: which instants were due, in operation, valid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tynys.calc import bulk
from tynys.calc.first_level import FirstLevelGrid, first_level_counts, first_level_means
from tynys.calc.series import between, usable
from tynys.calc.states import in_operation, state_at
from tynys.calc.timegrid import due_instants

if TYPE_CHECKING:
    from tynys.calc.arrays import Counts, Floats, Mask, Times
    from tynys.calc.series import Series
    from tynys.calc.states import StateTrack
    from tynys.domain.instrument import Acquisition
    from tynys.law.pack import RulePack


@dataclass(frozen=True, slots=True, eq=False)
class Windows:
    """Half-open windows ``start_ms[i]..end_ms[i]``; they may overlap, as the open window and its newest instants do."""

    start_ms: Times
    end_ms: Times

    def __len__(self) -> int:
        return len(self.start_ms)

    @staticmethod
    def of_edges(edges: Times) -> Windows:
        """Windows that follow each other."""
        return Windows(edges[:-1], edges[1:])

    @property
    def span(self) -> tuple[int, int]:
        """From the first start to the last end."""
        return int(self.start_ms.min()), int(self.end_ms.max())


@dataclass(frozen=True, slots=True, eq=False)
class Due:
    """What channels of one declared interval owe in each window.

    Parameters
    ----------
    count_expected, count_operating : (m,) int64
        Instants due, and those of them in operation.
    fld_expected, fld_operating : (m,) int64
        First level data (FLD) these lie in.
    grid : FirstLevelGrid
        How long an FLD is.
    instants : (Times, Mask)
        The instants and whether each lies in operation; not made for long spans, which have ``runs`` instead.
    runs : Runs
        When the source is in operation.
    """

    count_expected: Counts
    count_operating: Counts
    fld_expected: Counts
    fld_operating: Counts
    grid: FirstLevelGrid
    instants: tuple[Times, Mask] | None = None
    runs: bulk.Runs | None = None


@dataclass(frozen=True, slots=True, eq=False)
class ChannelMeans:
    """Means and counts of one channel, one entry a window.

    Parameters
    ----------
    mean : (m,) float64
        Mean of the first level data (FLD): each the mean of its valid readings in operation; NaN where there is none. [channel's unit]
    count_valid, count_expected, count_operating : (m,) int64
        Instants with a valid reading in operation, instants due, and due instants in operation.
    fld_valid, fld_operating : (m,) int64
        FLD with a valid reading in operation, and FLD with a due instant in operation.
    """

    mean: Floats
    count_valid: Counts
    count_expected: Counts
    count_operating: Counts
    fld_valid: Counts
    fld_operating: Counts

    def enough(self, share: float | None) -> Mask:
        """Whether a window's valid FLD reach the share of its FLD in operation."""
        mask: Mask = self.fld_valid > 0
        return mask if share is None else mask & (self.fld_valid >= share * self.fld_operating)


def due(acquisition: tuple[Acquisition, ...], windows: Windows, track: StateTrack, pack: RulePack) -> Due:
    """What channels with these declared intervals owe in the windows."""
    grid = FirstLevelGrid.of(acquisition, pack)
    start, end = windows.span
    if bulk.is_large((end - start) // min((a.interval_ms for a in acquisition), default=end), windows.start_ms, windows.end_ms):
        runs = bulk.operating_runs(track, pack)
        return Due(*bulk.count_due(acquisition, windows.start_ms, windows.end_ms, runs, grid), grid, runs=runs)
    instants = due_instants(acquisition, start, end)
    operating = in_operation(state_at(track, instants), pack)
    first, last = np.searchsorted(instants, windows.start_ms), np.searchsorted(instants, windows.end_ms)
    so_far = np.concatenate([[0], np.cumsum(operating)])
    return Due(
        count_expected=np.asarray(last - first, np.int64),
        count_operating=np.asarray(so_far[last] - so_far[first], np.int64),
        fld_expected=first_level_counts(instants, first, last, windows.start_ms, grid),
        fld_operating=first_level_counts(instants[operating], so_far[first], so_far[last], windows.start_ms, grid),
        grid=grid,
        instants=(instants, operating),
    )


def channel_means(series: Series, owed: Due, windows: Windows, track: StateTrack, pack: RulePack) -> ChannelMeans:
    """Means of a channel's first level data over windows; ``series`` must be in order."""
    inside = between(series, *windows.span)
    if bulk.is_large(len(inside), windows.start_ms, windows.end_ms):
        runs = bulk.operating_runs(track, pack) if owed.runs is None else owed.runs
        found = bulk.scan(inside, windows.start_ms, windows.end_ms, runs, owed.grid)
        mean, count_valid, fld_valid = found.mean, found.count_valid, found.fld_valid
    else:
        if owed.instants is not None and np.array_equal(inside.time_ms, owed.instants[0]):
            running = owed.instants[1]
        else:
            running = in_operation(state_at(track, inside.time_ms), pack)
        mean, count_valid, fld_valid = _few_means(inside, owed, windows, running)
    return ChannelMeans(mean, count_valid, owed.count_expected, owed.count_operating, fld_valid, owed.fld_operating)


def _few_means(inside: Series, owed: Due, windows: Windows, running: Mask) -> tuple[Floats, Counts, Counts]:
    """Means, numbers of valid readings and of FLD, without the compiled kernels."""
    keep = usable(inside) & running
    times = inside.time_ms[keep]
    first, last = np.searchsorted(times, windows.start_ms), np.searchsorted(times, windows.end_ms)
    mean, fld_valid = first_level_means(inside.value[keep], times, first, last, windows.start_ms, owed.grid)
    return mean, np.asarray(last - first, np.int64), fld_valid
