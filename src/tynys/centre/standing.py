"""Where a component, source or facility stands: pure rules, worst first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tynys.calc.limits import standing_against
from tynys.centre.views import Standing
from tynys.domain.status import InstrumentStatus, PlantState

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tynys.domain.average import Average
    from tynys.domain.limit import Limit

SILENT_AFTER_MS = 120_000
"""Without a reading for this long (or ten intervals, if that is longer) a channel is silent. [ms]"""
_ORDER = {standing: place for place, standing in enumerate(Standing)}
_BEING_CHECKED = {InstrumentStatus.CALIBRATION, InstrumentStatus.MAINTENANCE}


def of_component(
    *,
    connected: bool,
    age_ms: int | None,
    interval_ms: int,
    status: int,
    plant_state: PlantState,
    limit: Limit | None,
    last: Average | None,
    mean: float | None,
    forecast: float | None,
) -> Standing:
    """Standing of one component from what is known now.

    Parameters
    ----------
    age_ms : int or None
        Age of its newest reading; None if there is none. [ms]
    interval_ms : int
        Its channel's declared interval. [ms]
    status : int
        `InstrumentStatus` of the newest reading, 0 if unknown.
    last : Average or None
        The last closed short-term average.
    mean, forecast : float or None
        Of the open window, in the limit's unit.
    """
    if not connected or age_ms is None:
        return Standing.NOT_CONNECTED
    if age_ms > max(SILENT_AFTER_MS, 10 * interval_ms):
        return Standing.SILENT
    if plant_state is PlantState.NOT_OPERATING:
        return Standing.NOT_OPERATING
    judged = Standing(standing_against(limit, last, mean, forecast))
    if judged is Standing.EXCEEDING or status in {InstrumentStatus.VALID, 0}:
        return judged
    return Standing.CALIBRATION if status in _BEING_CHECKED else Standing.INVALID


def worst(standings: Iterable[Standing]) -> Standing:
    """The worst of several, *not connected* if there are none."""
    return min(standings, key=_ORDER.__getitem__, default=Standing.NOT_CONNECTED)
