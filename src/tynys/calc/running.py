"""The open window as live pages show it: mean so far, its forecast, what the rest may still average."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tynys.calc.forecast import forecast_window
from tynys.calc.limits import limit_for
from tynys.calc.pipeline import windows_between
from tynys.calc.series import between, in_order
from tynys.calc.timegrid import window_at
from tynys.domain.status import AverageStatus, InstrumentStatus, PlantState

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from uuid import UUID

    from tynys.calc.series import SeriesLike
    from tynys.domain.average import Average
    from tynys.domain.configuration import FacilityConfiguration
    from tynys.domain.limit import Limit
    from tynys.law.pack import RulePack


@dataclass(frozen=True, slots=True)
class RunningAverage:
    """One component of one source in its open window; values in ``unit`` at reference conditions, shares 0..1, times in ms."""

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
    """The windows open at ``now_ms``, from the readings before it; the present value is standardised with the window's peripherals."""
    period = period or pack.short_term
    start_ms, end_ms = window_at(period, now_ms, pack.averaging.time_zone.value)
    so_far = {channel: between(in_order(series), start_ms, now_ms + 1) for channel, series in readings.items()}
    table = windows_between(configuration, pack, so_far, period, np.array([start_ms, now_ms + 1], np.int64), sources=sources)
    ids = {c.name: c.id for c in configuration.channels}
    chains = {(p.source, p.component): p.chains[0] for p in configuration.plan.components}
    share = min(1.0, max(0.0, (now_ms - start_ms) / (end_ms - start_ms)))
    found = []
    for row in table.rows():
        limit = limit_for(configuration, row.source, row.component, period, now_ms)
        chain = chains.get((row.source, row.component))
        names = chain.channels if chain is not None else (row.chain,)
        weights = chain.weights if chain is not None and len(chain.weights) == len(names) else (1.0,) * len(names)
        current, current_ms, current_status = _current([so_far.get(ids[name]) for name in names if name in ids], weights, row)
        mean = row.value
        ahead = forecast_window(mean, share, current, limit.value if limit is not None else None)
        found.append(
            RunningAverage(
                row.source,
                row.component,
                row.unit,
                period,
                start_ms,
                end_ms,
                share,
                mean,
                row.status,
                row.plant_state,
                row.count_valid / row.count_expected if row.count_expected else None,
                current,
                current_ms,
                current_status,
                ahead.forecast,
                limit,
                ahead.permissible_remaining,
                row.count_valid,
                row.count_expected,
                row.o2_dry_pct,
                row.h2o_pct,
                row.temperature_c,
                row.pressure_kpa,
                row.flow_dry_nm3_h,
            )
        )
    return found


def _current(
    series: list[SeriesLike | None], weights: tuple[float, ...], row: Average
) -> tuple[float | None, int | None, InstrumentStatus | None]:
    last = [s for s in series if s is not None and len(s.time_ms)]
    if len(last) != len(series) or not last:
        return None, None, None
    time_ms = min(int(s.time_ms[-1]) for s in last)
    status = max((InstrumentStatus(int(s.status[-1])) for s in last), key=lambda s: 0 if s is InstrumentStatus.VALID else 1)
    raw = math.fsum(weight * float(s.value[-1]) for weight, s in zip(weights, last, strict=True))
    if not math.isfinite(raw) or row.value is None or not row.raw:
        return None, time_ms, status
    return row.value * (raw / row.raw), time_ms, status
