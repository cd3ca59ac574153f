"""The answers to pages and API: live views from memory, series from lake and tail, always off the event loop."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tynys.calc.limits import can_be_judged, limit_for
from tynys.calc.table import AVERAGE_STATUSES
from tynys.calc.timegrid import local_date
from tynys.centre.civil import DAY, LENGTH_MS, SHORT, windows_in
from tynys.centre.decimate import Buckets, decimate
from tynys.centre.explained import explained
from tynys.centre.known import revisions_of
from tynys.centre.live import loading_share
from tynys.centre.range_weeks import range_weeks
from tynys.centre.views import (
    CalendarDay,
    ChartSeries,
    GatewayView,
    NationView,
    RawReadings,
    RecomputationView,
    Standing,
    TransmissionView,
)
from tynys.domain.base import to_ms
from tynys.domain.errors import NotFoundError
from tynys.domain.status import AverageStatus, InstrumentStatus

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tynys.calc.explain import Explanation
    from tynys.centre.gateways import Gateway
    from tynys.centre.parts import Parts
    from tynys.centre.plans import Plan
    from tynys.centre.views import FacilityView, RangeWeeks, RevisionView, SourceView
    from tynys.domain.average import Average

RAW_UP_TO_MS = 2 * LENGTH_MS[DAY]
"""Charts of readings over longer spans are drawn from the windows' summaries. [ms]"""
MOST_RAW_MS = 3_600_000
"""Readings of at most this span are shown as a table. [ms]"""
MOST_RECOMPUTATIONS = 20
"""Recomputations a page shows."""
_ORDER = {standing: place for place, standing in enumerate(Standing)}


class CentreQueries:
    """`Queries` of a running centre."""

    def __init__(self, centre: Parts) -> None:
        self._centre = centre

    async def nation(self) -> NationView:
        """Every facility, worst first."""
        centre = self._centre
        views = [view for name in centre.plans.facilities() if (view := await centre.live.facility(name)) is not None]
        return NationView(
            now_ms=centre.now_ms(),
            simulated=centre.simulated,
            speed=centre.clock.speed,
            facilities=tuple(sorted(views, key=lambda view: (_ORDER[view.standing], view.facility))),
            loading_share=loading_share(centre.state),
        )

    async def facility(self, facility: str) -> FacilityView:
        """One facility."""
        view = await self._centre.live.facility(facility)
        if view is None:
            raise NotFoundError(f"no facility {facility!r}", where="facility", hint="GET /api/v1/facilities lists them")
        return view

    async def source(self, source: str) -> SourceView:
        """One source."""
        view = await self._centre.live.facility(self._plan_of(source).facility)
        found = next((each for each in view.sources if each.source == source), None) if view is not None else None
        if found is None:
            raise _no_source(source)
        return found

    async def transmission(self) -> TransmissionView:
        """Gateways and gaps."""
        centre = self._centre
        batches, readings = centre.state.rate()
        return TransmissionView(
            now_ms=centre.now_ms(),
            gateways=tuple(self._gateway(gateway) for gateway in sorted(centre.gateways, key=lambda g: (g.facility, g.role))),
            gaps=tuple(centre.state.gaps.newest()),
            journal_position=centre.journal.last_position,
            lake_position=centre.lake_position,
            batches_per_second=batches,
            readings_per_second=readings,
            recomputations=await asyncio.to_thread(self._recomputations),
        )

    def _recomputations(self) -> tuple[RecomputationView, ...]:
        """The newest recomputations, those not done before the others."""
        found = sorted(self._centre.registry.recomputations(), key=lambda each: (each.state == "done", -each.id))
        return tuple(
            RecomputationView(
                facility=each.order.facility,
                cause=each.order.cause,
                by=each.requested_by,
                reason=each.reason,
                requested_ms=each.requested_ms,
                state=each.state,
                share=each.share,
                days=each.days,
                revised=each.revised,
            )
            for each in found[:MOST_RECOMPUTATIONS]
        )

    async def range_weeks(self, facility: str) -> Sequence[RangeWeeks]:
        """Weeks outside the valid calibration range; read from the stored averages."""
        centre = self._centre
        configuration = (await self.facility(facility)).configuration
        return () if configuration is None else await asyncio.to_thread(range_weeks, centre.averages, configuration, centre.now_ms())

    async def averages(self, source: str, component: str, period: str, start_ms: int, end_ms: int) -> Sequence[Average]:
        """Current averages of a span."""
        self._plan_of(source)
        return await asyncio.to_thread(self._centre.averages.rows, source, [component], period, start_ms, end_ms)

    async def chart(self, source: str, component: str, kind: str, start_ms: int, end_ms: int, buckets: int) -> ChartSeries:
        """A decimated series."""
        plan = self._plan_of(source)
        if kind == "averages":
            return await asyncio.to_thread(self._chart_averages, plan, source, component, start_ms, end_ms, buckets)
        return await asyncio.to_thread(self._chart_readings, plan, source, component, start_ms, end_ms, buckets)

    async def calendar(self, source: str, year: int) -> Sequence[CalendarDay]:
        """Days of a local civil year up to today."""
        return await asyncio.to_thread(self._calendar, self._plan_of(source), source, year)

    async def explanation(self, source: str, component: str, period: str, start_ms: int) -> Explanation:
        """How one average was made."""
        self._plan_of(source)
        return await explained(self._centre, source, component, period, start_ms)

    async def revisions(self, source: str, component: str, period: str, start_ms: int) -> Sequence[RevisionView]:
        """Every revision of one average, oldest first."""
        self._plan_of(source)
        return await asyncio.to_thread(revisions_of, self._centre, source, component, period, start_ms)

    async def readings(self, source: str, channel: str, start_ms: int, end_ms: int) -> RawReadings:
        """Raw readings of one channel of a source."""
        plan = self._plan_of(source)
        found = next((c for c in plan.configuration.channels if str(c.id) == channel), None)
        if found is None:
            raise NotFoundError(f"no channel {channel!r}", where="channel", hint="an explanation links to those it was made from")
        table = await asyncio.to_thread(self._centre.readings.table, [found.id], start_ms, min(end_ms, start_ms + MOST_RAW_MS))
        status = np.asarray(table["status"].combine_chunks()).astype(np.uint8)
        return RawReadings(channel, found.name, found.component, str(found.unit), _times(table["time_ms"]), _floats(table["value"]), status)

    def _plan_of(self, source: str) -> Plan:
        plan = self._centre.plans.of_source(source, self._centre.now_ms())
        if plan is None:
            raise _no_source(source)
        return plan

    def _gateway(self, gateway: Gateway) -> GatewayView:
        known = self._centre.plans.get(gateway.configuration).state if gateway.configuration else "unknown"
        return GatewayView(
            gateway=str(gateway.id),
            facility=gateway.facility,
            role=gateway.role,
            simulated=gateway.simulated,
            enrolled_ms=gateway.enrolled_ms,
            last_batch_ms=gateway.last_batch_ms,
            lag_ms=gateway.lag_ms,
            batches=gateway.batches,
            readings=gateway.readings,
            missing_batches=self._centre.chains.missing(gateway),
            chain_verdict=gateway.chain,
            clock_offset_ms=gateway.clock_offset_ms,
            plan_state=known,
            key_id=gateway.key_id,
        )

    def _chart_averages(self, plan: Plan, source: str, component: str, start_ms: int, end_ms: int, buckets: int) -> ChartSeries:
        table = self._centre.averages.table(
            source, [component], SHORT, start_ms, end_ms, columns=("start_ms", "value", "status", "unit", "origin")
        )
        period = SHORT
        if not table.num_rows and plan.has_slow:
            period = "PT1H"
            table = self._centre.averages.table(source, [component], period, start_ms, end_ms)
        table = table.filter(pc.field("origin") == "computed")
        value = _floats(table["value"])
        reduced = decimate(
            _times(table["start_ms"]),
            value,
            value,
            value,
            _status_codes(table["status"]),
            start_ms=start_ms,
            end_ms=end_ms,
            buckets=buckets,
        )
        limit = limit_for(plan.configuration, source, component, SHORT, end_ms - 1)
        unit = table["unit"][0].as_py() if table.num_rows else (limit.unit.value if limit is not None else "")
        line = limit.value if limit is not None and can_be_judged(limit) else None  # what lies above a line is drawn as exceeding it
        return _series(source, component, unit, "averages", reduced, line, LENGTH_MS[period])

    def _chart_readings(self, plan: Plan, source: str, component: str, start_ms: int, end_ms: int, buckets: int) -> ChartSeries:
        channel = plan.main_channel(source, component)
        if channel is None:
            raise NotFoundError(f"source {source} has no channel for {component!r}", where="component")
        if end_ms - start_ms > RAW_UP_TO_MS:
            table = self._centre.readings.summaries(channel.id, SHORT, start_ms, end_ms)
            times, low, high, mean = _times(table["start_ms"]), *(_floats(table[name]) for name in ("minimum", "maximum", "mean"))
            lost, valid = InstrumentStatus.COMMUNICATION_LOST, InstrumentStatus.VALID
            status, interval = np.where(np.isnan(mean), np.uint8(lost), np.uint8(valid)), LENGTH_MS[SHORT]
        else:
            table = self._centre.readings.table([channel.id], start_ms, end_ms)
            times, mean = _times(table["time_ms"]), _floats(table["value"])
            low = high = mean
            status = np.asarray(table["status"].combine_chunks()).astype(np.uint8)
            interval = channel.acquisition[-1].interval_ms
        reduced = decimate(times, low, high, mean, status, start_ms=start_ms, end_ms=end_ms, buckets=buckets)
        return _series(source, component, channel.unit.value, "readings", reduced, None, interval)

    def _calendar(self, plan: Plan, source: str, year: int) -> list[CalendarDay]:
        now_ms = self._centre.now_ms()
        days = [day for day in _days_of(year) if day[0] <= now_ms]
        if not days:
            return []
        start_ms, end_ms = days[0][0], days[-1][1]
        table = self._centre.averages.table(
            source, None, SHORT, start_ms, end_ms, columns=("component", "start_ms", "value", "status", "origin")
        )
        pollutants = plan.pollutants(source)
        table = table.filter((pc.field("origin") == "computed") & pc.field("component").isin(list(pollutants)))
        place = np.searchsorted(np.asarray([day[0] for day in days]), _times(table["start_ms"]), side="right") - 1
        status = table["status"]
        valid = np.asarray(pc.equal(status, AverageStatus.VALID.value).combine_chunks())
        counted = np.asarray(pc.not_equal(status, AverageStatus.NOT_OPERATING.value).combine_chunks())
        over = valid & (_floats(table["value"]) > self._limits(plan, source, table))
        totals = [np.bincount(place, weights=flags, minlength=len(days)) for flags in (valid, counted, over)]
        return [
            CalendarDay(local_date(day[0]).isoformat(), float(good / due) if due else None, bool(exceeded))
            for day, good, due, exceeded in zip(days, *totals, strict=True)
        ]

    def _limits(self, plan: Plan, source: str, table: pa.Table) -> np.ndarray:
        """The sure limit of each row's component, infinite where there is none that may be judged."""
        encoded = pc.dictionary_encode(table["component"].combine_chunks())
        limits = []
        for name in encoded.dictionary.to_pylist():
            limit = limit_for(plan.configuration, source, name, SHORT, self._centre.now_ms())
            limits.append(np.inf if limit is None or not can_be_judged(limit) else limit.value)
        return np.asarray(limits, np.float64)[np.asarray(encoded.indices)] if limits else np.empty(0)


def _days_of(year: int) -> list[tuple[int, int]]:
    """Windows of the days of a local civil year."""
    begin = to_ms(datetime(year, 1, 1, tzinfo=UTC))
    around = windows_in(DAY, begin - LENGTH_MS[DAY], begin + 367 * LENGTH_MS[DAY])
    return [window for window in around if local_date(window[0]).year == year]


def _no_source(source: str) -> NotFoundError:
    return NotFoundError(f"no source {source!r}", where="source", hint="GET /api/v1/sources lists them")


def _times(column: pa.ChunkedArray) -> np.ndarray:
    return np.asarray(column.combine_chunks().cast(pa.int64()), np.int64)


def _floats(column: pa.ChunkedArray) -> np.ndarray:
    return np.asarray(column.combine_chunks().cast(pa.float64()).to_numpy(zero_copy_only=False), np.float64)


def _status_codes(column: pa.ChunkedArray) -> np.ndarray:
    encoded = pc.dictionary_encode(column.combine_chunks().cast(pa.string()))
    codes = np.asarray([AVERAGE_STATUSES.index(AverageStatus(name)) for name in encoded.dictionary.to_pylist()], np.uint8)
    return codes[np.asarray(encoded.indices)] if len(codes) else np.empty(0, np.uint8)


def _series(source: str, component: str, unit: str, kind: str, reduced: Buckets, limit: float | None, interval_ms: int) -> ChartSeries:
    return ChartSeries(source, component, unit, kind, *reduced, limit=limit, interval_ms=interval_ms)
