"""Means of one channel over many windows: which instants were due, in operation, valid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tynys.calc.exact import LARGEST, window_means
from tynys.calc.series import between
from tynys.calc.states import in_operation, state_at
from tynys.calc.timegrid import due_instants
from tynys.domain.status import InstrumentStatus

if TYPE_CHECKING:
    from tynys.calc.arrays import Counts, Floats, Mask, Times
    from tynys.calc.series import Series
    from tynys.calc.states import StateTrack
    from tynys.domain.instrument import Channel
    from tynys.law.pack import RulePack


@dataclass(frozen=True, slots=True, eq=False)
class ChannelMeans:
    """Means and counts of one channel, one entry a window.

    Parameters
    ----------
    mean : (m,) float64
        Mean of the valid readings in operation, NaN where there is none. [channel's unit]
    count_valid, count_expected, count_operating : (m,) int64
        Instants with a valid reading in operation, instants due, and due instants in operation.
    """

    mean: Floats
    count_valid: Counts
    count_expected: Counts
    count_operating: Counts


def usable(series: Series) -> Mask:
    """Which readings may enter an average by what the instrument said of them."""
    mask: Mask = (series.status == InstrumentStatus.VALID) & (np.abs(np.nan_to_num(series.value, nan=np.inf)) <= LARGEST)
    return mask


def channel_means(channel: Channel, series: Series, edges: Times, track: StateTrack, pack: RulePack) -> ChannelMeans:
    """Means of a channel over the windows ``edges[i]..edges[i + 1]``; ``series`` must be in order."""
    due = due_instants(channel.acquisition, int(edges[0]), int(edges[-1]))
    running = in_operation(state_at(track, due), pack)
    bounds = np.searchsorted(due, edges)
    operating = np.concatenate([[0], np.cumsum(running)])[bounds]
    inside = between(series, int(edges[0]), int(edges[-1]))
    keep = usable(inside) & in_operation(state_at(track, inside.time_ms), pack)
    at = np.searchsorted(inside.time_ms[keep], edges)
    return ChannelMeans(
        mean=window_means(inside.value[keep], at[:-1], at[1:]),
        count_valid=np.diff(at).astype(np.int64),
        count_expected=np.diff(bounds).astype(np.int64),
        count_operating=np.diff(operating).astype(np.int64),
    )
