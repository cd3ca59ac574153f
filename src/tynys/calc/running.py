"""The open window as live pages show it: mean so far, its forecast, what the rest may still average."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tynys.calc.averaging import Windows
from tynys.calc.forecast import forecast_window
from tynys.calc.limits import limit_for
from tynys.calc.pipeline import windows_between
from tynys.calc.series import between, in_order
from tynys.calc.timegrid import shortest_length_ms, window_at
from tynys.domain.base import from_ms
from tynys.domain.status import AverageStatus, InstrumentStatus, PlantState

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from uuid import UUID

    from tynys.calc.series import Series, SeriesLike
    from tynys.domain.average import Average
    from tynys.domain.configuration import FacilityConfiguration
    from tynys.domain.limit import Limit
    from tynys.law.pack import RulePack


@dataclass(frozen=True, slots=True)
class RunningAverage:
    """One component of one source in its open window; values in ``unit`` at reference conditions, shares 0..1, times in ms.

    ``current`` is the newest first level data (FLD), standardised like the window; ``valid_share`` is of the readings due so far.
    """

    source: str
    component: str
    unit: str
    period: str
    start_ms: int
    end_ms: int
    elapsed_share: float
    mean: float | None
    status: AverageStatus
    plant_state: PlantState
    valid_share: float | None
    current: float | None
    current_ms: int | None
    current_status: InstrumentStatus | None
    forecast: float | None
    limit: Limit | None
    permissible_remaining: float | None
    count_valid: int
    count_expected: int
    o2_dry_pct: float | None
    h2o_pct: float | None
    temperature_c: float | None
    pressure_kpa: float | None
    flow_dry_nm3_h: float | None


def running_windows(
    configuration: FacilityConfiguration,
    pack: RulePack,
    readings: Mapping[UUID, SeriesLike],
    now_ms: int,
    *,
    period: str | None = None,
    sources: Collection[str] | None = None,
) -> list[RunningAverage]:
    """The windows open at ``now_ms``, from the readings up to and including it.

    Parameters
    ----------
    readings : mapping of UUID to series
        At least those since the window's start; plant signals and peripherals included.
    now_ms : int
        The present. [ms since 1970 UTC]
    period : str
        ISO 8601; the pack's short-term period where absent.
    """
    period = period or pack.short_term
    start_ms, end_ms = window_at(period, now_ms, pack.averaging.time_zone.value)
    so_far = {channel: between(in_order(series), start_ms, now_ms + 1) for channel, series in readings.items()}
    first_level_ms = max(shortest_length_ms(pack.averaging.first_level.period), _longest_interval(configuration, now_ms))
    seen_ms = max((int(s.time_ms[-1]) for s in so_far.values() if len(s)), default=now_ms)
    newest_ms = max(start_ms, seen_ms + 1 - first_level_ms)
    windows = Windows(np.array([start_ms, newest_ms], np.int64), np.array([now_ms + 1, seen_ms + 1], np.int64))
    rows = windows_between(configuration, pack, so_far, period, windows, sources=sources).rows()
    newest = {(row.source, row.component): row for row in rows}  # the second of the two windows
    whole = {(row.source, row.component): row for row in reversed(rows)}  # the first
    whole = dict(reversed(whole.items()))
    last = _Last(configuration, so_far)
    share = (now_ms + 1 - start_ms) / (end_ms - start_ms)
    return [_running(configuration, row, newest[key], last, (start_ms, end_ms, now_ms), share) for key, row in whole.items()]


def _longest_interval(configuration: FacilityConfiguration, now_ms: int) -> int:
    """The longest interval at which a measuring point is read now. [ms]."""
    now = from_ms(now_ms)
    return max((a.interval_ms for c in configuration.channels if c.point is not None for a in c.acquisition if a.in_force(now)), default=0)


class _Last:
    """The newest reading of what a component is made of."""

    def __init__(self, configuration: FacilityConfiguration, readings: Mapping[UUID, Series]) -> None:
        self._ids = {c.name: c.id for c in configuration.channels}
        self._chains = {(p.source, p.component, c.name): c.channels for p in configuration.plan.components for c in p.chains}
        self._main = {(p.source, p.component): p.chains[0].channels for p in reversed(configuration.plan.components) if p.chains}
        self._flows = {(f.source, "flow"): (f.channel,) for f in reversed(configuration.plan.flows)}
        self._readings = readings

    def of(self, row: Average) -> tuple[int | None, InstrumentStatus | None]:
        """Time of the oldest of the newest readings, and the gravest of their statuses."""
        key = (row.source, row.component)
        names: Sequence[str] = self._chains.get((*key, row.chain)) or self._main.get(key) or self._flows.get(key) or ()
        found = [self._readings.get(self._ids[name]) for name in names if name in self._ids]
        series = [s for s in found if s is not None and len(s)]
        if not series or len(series) < len(names):
            return None, None
        return min(int(s.time_ms[-1]) for s in series), InstrumentStatus(max(int(s.status[-1]) for s in series))


def _running(
    configuration: FacilityConfiguration, row: Average, newest: Average, last: _Last, times: tuple[int, int, int], share: float
) -> RunningAverage:
    start_ms, end_ms, now_ms = times
    limit = limit_for(configuration, row.source, row.component, row.period, now_ms)
    current_ms, current_status = last.of(row)
    current = newest.value if current_status is InstrumentStatus.VALID else None
    ahead = forecast_window(row.value, share, current, limit.value if limit is not None else None)
    return RunningAverage(
        source=row.source,
        component=row.component,
        unit=row.unit,
        period=row.period,
        start_ms=start_ms,
        end_ms=end_ms,
        elapsed_share=share,
        mean=row.value,
        status=row.status,
        plant_state=row.plant_state,
        valid_share=row.count_valid / row.count_expected if row.count_expected else None,
        current=current,
        current_ms=current_ms,
        current_status=current_status,
        forecast=ahead.forecast,
        limit=limit,
        permissible_remaining=ahead.permissible_remaining,
        count_valid=row.count_valid,
        count_expected=row.count_expected,
        o2_dry_pct=row.o2_dry_pct,
        h2o_pct=row.h2o_pct,
        temperature_c=row.temperature_c,
        pressure_kpa=row.pressure_kpa,
        flow_dry_nm3_h=row.flow_dry_nm3_h,
    )
