"""The open window as live pages show it: mean so far, its forecast, what the rest may still average, how likely it is to exceed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from tynys.calc.averaging import Windows
from tynys.calc.forecast import forecast_window
from tynys.calc.limits import Circumstance, can_be_judged, limit_for
from tynys.calc.pipeline import windows_between
from tynys.calc.series import between, in_order
from tynys.calc.timegrid import shortest_length_ms, window_at
from tynys.domain.base import from_ms
from tynys.domain.status import AverageStatus, InstrumentStatus, PlantState

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from uuid import UUID

    from tynys.calc.arrays import Floats
    from tynys.calc.forecast import Forecast
    from tynys.calc.series import Series, SeriesLike
    from tynys.domain.average import Average
    from tynys.domain.configuration import FacilityConfiguration
    from tynys.domain.limit import Limit
    from tynys.law.pack import RulePack

STEPS = 20
"""Steps of a window from which its forecast learns: minutes of 20 minutes. Our own choice."""
LEARNT_WINDOWS = 2
"""The forecast learns from the steps of so many window lengths up to now. Our own choice."""

_KNOWN = frozenset(InstrumentStatus)


def learnt_ms(period: str) -> int:
    """How far back from now readings help `running_windows` to foretell: hand them over if they are at hand. [ms]."""
    return LEARNT_WINDOWS * shortest_length_ms(period)


@dataclass(frozen=True, slots=True)
class RunningAverage:
    """One component of one source in its open window; values in ``unit`` at reference conditions, shares 0..1, times in ms.

    ``current`` is the newest first level data (FLD), standardised like the window; ``valid_share`` is of the readings due so far.
    ``exceedance_probability`` is absent without a limit that can be judged.
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
    exceedance_probability: float | None
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
        At least those since the window's start; plant signals and peripherals included. Earlier ones (`learnt_ms`) let the forecast learn
        how the plant behaves.
    now_ms : int
        The present. [ms since 1970 UTC]
    period : str
        ISO 8601; the pack's short-term period where absent.

    Notes
    -----
    The mean so far counts for the readings it was made of, the rest of the window for those still due in it.
    """
    period = period or pack.short_term
    start_ms, end_ms = window_at(period, now_ms, pack.averaging.time_zone.value)
    earlier_ms = min(start_ms, now_ms + 1 - learnt_ms(period))
    known = {channel: between(in_order(series), earlier_ms, now_ms + 1) for channel, series in readings.items()}
    so_far = {channel: between(series, start_ms, now_ms + 1) for channel, series in known.items()}
    intervals = _intervals(configuration, period, now_ms)
    first_level_ms = max(shortest_length_ms(pack.averaging.first_level.period), *intervals)
    seen_ms = max((int(s.time_ms[-1]) for s in so_far.values() if len(s)), default=now_ms)
    spans = [(start_ms, now_ms + 1), (max(start_ms, seen_ms + 1 - first_level_ms), seen_ms + 1), (now_ms + 1, end_ms)]
    spans = spans[: 3 if now_ms + 1 < end_ms else 2]
    windows = Windows(*(np.array(edges, np.int64) for edges in zip(*spans, strict=True)))
    rows: dict[tuple[int, int], dict[tuple[str, str], Average]] = {}
    for row in windows_between(configuration, pack, so_far, period, windows, sources=sources).rows():
        rows.setdefault((row.start_ms, row.end_ms), {})[row.source, row.component] = row
    whole, newest, rest = (rows.get(span, {}) for span in (*spans, (0, 0))[:3])
    length_ms = max(first_level_ms, -(-shortest_length_ms(period) // (STEPS * first_level_ms)) * first_level_ms)
    reached_ms = seen_ms + min(intervals)  # a reading stands for the interval it begins
    steps = _steps(configuration, pack, known, period, reached_ms, length_ms, sources)
    last = _Last(configuration, so_far)
    result = []
    for key, row in whole.items():
        limit = limit_for(configuration, row.source, row.component, row.period, now_ms, Circumstance(row.plant_state))
        current_ms, current_status = last.of(row)
        current = newest.get(key, row).value if current_status is InstrumentStatus.VALID else None
        due = rest[key].count_expected if key in rest else 0
        ahead = forecast_window(
            row.value,
            row.count_valid / max(row.count_valid + due, 1),
            current,
            None if limit is None else limit.value,
            recent=steps.get(key),
            steps_left=-(-(end_ms - reached_ms) // length_ms),
        )
        if limit is None or not can_be_judged(limit):
            ahead = replace(ahead, exceedance_probability=None)
        result.append(_running(row, (start_ms, end_ms, now_ms), (current, current_ms, current_status), limit, ahead))
    return result


def _steps(
    configuration: FacilityConfiguration,
    pack: RulePack,
    readings: Mapping[UUID, Series],
    period: str,
    end_ms: int,
    length_ms: int,
    sources: Collection[str] | None,
) -> dict[tuple[str, str], Floats]:
    """Averages over the equal steps that end now, of every series; NaN where a step has no valid one."""
    count = learnt_ms(period) // length_ms
    edges = end_ms + length_ms * np.arange(-count, 1, dtype=np.int64)
    table = windows_between(configuration, pack, readings, period, Windows.of_edges(edges), sources=sources)
    found: dict[tuple[str, str], Floats] = {}
    for index, key in enumerate(table.series):
        mine = table.series_index == index
        values = found.setdefault((key.source, key.component), np.full(count, np.nan))
        values[(table.start_ms[mine] - edges[0]) // length_ms] = table.value[mine]
    return found


def _intervals(configuration: FacilityConfiguration, period: str, now_ms: int) -> set[int]:
    """The intervals at which measuring points are read now for windows of the period; 1 ms where there are none. [ms]."""
    now, longest = from_ms(now_ms), shortest_length_ms(period)
    read = {a.interval_ms for c in configuration.channels if c.point is not None for a in c.acquisition if a.in_force(now)}
    return {interval for interval in read if interval <= longest} or {1}


class _Last:
    """The newest reading of what a component is made of."""

    def __init__(self, configuration: FacilityConfiguration, readings: Mapping[UUID, Series]) -> None:
        self._ids = {c.name: c.id for c in configuration.channels}
        self._chains = {(p.source, p.component, c.name): c.channels for p in configuration.plan.components for c in p.chains}
        self._main = {(p.source, p.component): p.chains[0].channels for p in reversed(configuration.plan.components) if p.chains}
        self._flows = {(f.source, "flow"): (f.channel,) for f in reversed(configuration.plan.flows)}
        self._readings = readings

    def of(self, row: Average) -> tuple[int | None, InstrumentStatus | None]:
        """Time of the oldest of the newest readings, and the gravest of their statuses; none where one is a status nobody knows."""
        key = (row.source, row.component)
        names: Sequence[str] = self._chains.get((*key, row.chain)) or self._main.get(key) or self._flows.get(key) or ()
        found = [self._readings.get(self._ids[name]) for name in names if name in self._ids]
        series = [s for s in found if s is not None and len(s)]
        if not series or len(series) < len(names):
            return None, None
        said = {int(s.status[-1]) for s in series}
        return min(int(s.time_ms[-1]) for s in series), InstrumentStatus(max(said)) if said <= _KNOWN else None


def _running(
    row: Average,
    times: tuple[int, int, int],
    current: tuple[float | None, int | None, InstrumentStatus | None],
    limit: Limit | None,
    ahead: Forecast,
) -> RunningAverage:
    start_ms, end_ms, now_ms = times
    value, value_ms, value_status = current
    return RunningAverage(
        source=row.source,
        component=row.component,
        unit=row.unit,
        period=row.period,
        start_ms=start_ms,
        end_ms=end_ms,
        elapsed_share=(now_ms + 1 - start_ms) / (end_ms - start_ms),
        mean=row.value,
        status=row.status,
        plant_state=row.plant_state,
        valid_share=min(1.0, row.count_valid / row.count_expected) if row.count_expected else None,
        current=value,
        current_ms=value_ms,
        current_status=value_status,
        forecast=ahead.forecast,
        limit=limit,
        permissible_remaining=ahead.permissible_remaining,
        exceedance_probability=ahead.exceedance_probability,
        count_valid=row.count_valid,
        count_expected=row.count_expected,
        o2_dry_pct=row.o2_dry_pct,
        h2o_pct=row.h2o_pct,
        temperature_c=row.temperature_c,
        pressure_kpa=row.pressure_kpa,
        flow_dry_nm3_h=row.flow_dry_nm3_h,
    )
