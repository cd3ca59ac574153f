"""Readings + plan + rule pack → averages: one pure function, the same at the plant and at the centre.

Order (EN 17255-1): raw mean of each channel → calibrated → standardised with averaged peripherals → validated; longer
averages from unrounded shorter ones. A channel whose interval is longer than the short-term period makes its longer
averages straight from its readings; no window is shorter than its channel's interval.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from tynys.calc.averaging import ChannelMeans, channel_means
from tynys.calc.longer import longer_windows
from tynys.calc.mass import mass_rate_g_s
from tynys.calc.oxygen import reference_oxygen
from tynys.calc.reference import flow_to_dry_normal
from tynys.calc.series import EMPTY
from tynys.calc.standardise import Conditions, Standardised, conditions, standardise
from tynys.calc.states import Signals, source_states, state_at, window_states
from tynys.calc.table import STATUS_CODE, AverageTable, SeriesKey
from tynys.calc.timegrid import due_instants, period_ms, window_edges
from tynys.domain.plan import FlowMethod
from tynys.domain.status import AverageStatus

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from uuid import UUID

    from tynys.calc.arrays import Codes, Counts, Floats, Mask, Times
    from tynys.calc.series import SeriesLike
    from tynys.domain.configuration import FacilityConfiguration
    from tynys.domain.plan import ComponentPlan, FlowPlan, MeasuringChain
    from tynys.law.pack import RulePack

__all__ = ["average_windows", "channels_needed", "longer_windows"]


def average_windows(
    configuration: FacilityConfiguration,
    pack: RulePack,
    readings: Mapping[UUID, SeriesLike],
    period: str,
    start_ms: int,
    end_ms: int,
    *,
    sources: Collection[str] | None = None,
    provisional: bool = False,
    known_ms: int = 0,
) -> AverageTable:
    """All windows of ``period`` that start in the half-open span, a row for each (source, component, window) the plan asks for.

    Parameters
    ----------
    readings : mapping of UUID to series
        Readings of the whole span in any order, plant signals and peripherals included (`channels_needed`).
    period : str
        ISO 8601: the pack's short-term period or one of its longer ones.
    start_ms, end_ms : int
        [ms since 1970 UTC]

    Sources
    -------
    EN 17255-1, with the parameters of the rule pack.
    """
    zone = pack.averaging.time_zone.value
    direct = _Facility(configuration, pack, readings).windows(period, window_edges(period, start_ms, end_ms, zone), sources)
    tables = [direct]
    rule = pack.long_term(period)
    if period != pack.short_term and rule is not None:
        edges = window_edges(period, start_ms, end_ms, zone)
        if len(edges):
            shorter = average_windows(configuration, pack, readings, rule.mean_of, int(edges[0]), int(edges[-1]), sources=sources)
            own = {(k.source, k.component) for k in direct.series}
            longer = longer_windows(shorter, pack, period, start_ms, end_ms)
            tables.append(_without(longer, own))
    table = AverageTable.concatenate(tables) if len(tables) > 1 else direct
    return replace(table, provisional=provisional, known_ms=known_ms, configuration=configuration.digest().hex(), rule_pack=pack.id)


def windows_between(
    configuration: FacilityConfiguration,
    pack: RulePack,
    readings: Mapping[UUID, SeriesLike],
    period: str,
    edges: Times,
    *,
    sources: Collection[str] | None = None,
) -> AverageTable:
    """Averages over given edges, as windows of the period that are still open are cut at the present."""
    table = _Facility(configuration, pack, readings).windows(period, edges, sources)
    return replace(table, configuration=configuration.digest().hex(), rule_pack=pack.id)


def channels_needed(configuration: FacilityConfiguration, source: str | None = None) -> frozenset[UUID]:
    """Every channel the averages of a source (or of all) depend on."""
    ids = {c.name: c.id for c in configuration.channels}
    names: set[str | None] = {c.channel for rule in configuration.plan.states for c in rule.conditions}
    names |= {duct.damper_channel for duct in configuration.ducts}
    flows = {fuel.flow_component for fuel in configuration.fuels} | {"coal_flow", "gas_flow", "oil_flow"}
    names |= {c.name for c in configuration.channels if c.of_unit is not None and c.component in flows}
    for plan in configuration.plan.components:
        if source is None or plan.source == source:
            for chain in plan.chains:
                names |= {*chain.channels, *(p.channel for p in (chain.o2, chain.h2o, chain.temperature, chain.pressure) if p is not None)}
    for flow in configuration.plan.flows:
        if source is None or flow.source == source:
            names |= {flow.channel, *(p.channel for p in (flow.o2, flow.h2o, flow.temperature, flow.pressure) if p is not None)}
    return frozenset(ids[name] for name in names if name in ids)


def _without(table: AverageTable, own: set[tuple[str, str]]) -> AverageTable:
    keep = np.array([(table.series[i].source, table.series[i].component) not in own for i in table.series_index], np.bool_)
    return table.take(keep)


@dataclass(frozen=True, slots=True, eq=False)
class _Chain:
    """One chain over all windows."""

    name: str
    raw: Floats
    count_valid: Counts
    count_expected: Counts
    count_operating: Counts
    around: Conditions
    made: Standardised
    status: Codes


class _Facility:
    """Everything that windows of one facility share."""

    def __init__(self, configuration: FacilityConfiguration, pack: RulePack, readings: Mapping[UUID, SeriesLike]) -> None:
        self.configuration = configuration
        self.pack = pack
        self.signals = Signals(configuration, readings)
        self.channels = {c.name: c for c in configuration.channels}

    def windows(self, period: str, edges: Times, sources: Collection[str] | None) -> AverageTable:
        tables: list[AverageTable] = []
        if len(edges) > 1:
            plans: dict[str, list[ComponentPlan]] = {}
            for plan in self.configuration.plan.components:
                if sources is None or plan.source in sources:
                    plans.setdefault(plan.source, []).append(plan)
            for source, own in plans.items():
                tables += _Source(self, source, edges).tables(period, own)
        return AverageTable.concatenate(tables) if tables else AverageTable.empty(period)

    def makes_directly(self, chain: MeasuringChain, period: str, edges: Times) -> bool:
        """Whether windows of the period come straight from this chain's readings rather than from shorter averages."""
        length, short = period_ms(period), period_ms(self.pack.short_term) or 0
        intervals = [
            a.interval_ms
            for name in chain.channels
            if name in self.channels
            for a in self.channels[name].acquisition
            if len(due_instants((a,), int(edges[0]), int(edges[-1])))
        ]
        longest = max(intervals, default=0)
        if not intervals or (length is not None and longest > length):
            return False
        if period == self.pack.short_term:
            return True
        rule = self.pack.long_term(period)
        shorter = period_ms(rule.mean_of) if rule is not None else None
        return longest > short and (shorter is None or longest > shorter)


class _Source:
    """Windows of one source; each channel's means are made once."""

    def __init__(self, facility: _Facility, source: str, edges: Times) -> None:
        self._f = facility
        self._source = source
        self._edges = edges
        self._track = source_states(facility.configuration, facility.pack, facility.signals, source)
        self._means: dict[str, ChannelMeans] = {}

    @property
    def _n(self) -> int:
        return len(self._edges) - 1

    def tables(self, period: str, plans: list[ComponentPlan]) -> list[AverageTable]:
        """One table a component, and one of the flow."""
        chosen = [plan for plan in plans if self._f.makes_directly(plan.chains[0], period, self._edges)]
        if not chosen:
            return []
        states = self._window_states()
        flow_plan = next((f for f in self._f.configuration.plan.flows if f.source == self._source), None)
        first = chosen[0].chains[0]
        flow, flow_status = self._flow(flow_plan, first) if flow_plan is not None else (np.full(self._n, np.nan), None)
        tables = [self._component(period, plan, states, flow) for plan in chosen]
        if flow_plan is not None and flow_status is not None:
            tables.append(self._flow_table(period, flow_plan, first, states, flow, flow_status))
        return [table.take(np.flatnonzero(table.count_expected > 0)) for table in tables]

    def means(self, name: str) -> ChannelMeans:
        if name not in self._means:
            channel = self._f.channels.get(name)
            if channel is None:
                none = np.zeros(self._n, np.int64)
                self._means[name] = ChannelMeans(np.full(self._n, np.nan), none, none, none)
            else:
                series = self._f.signals.series(name)
                self._means[name] = channel_means(channel, series if len(series) else EMPTY, self._edges, self._track, self._f.pack)
        return self._means[name]

    def _mean(self, name: str) -> Floats:
        return self.means(name).mean

    def _window_states(self) -> Codes:
        instants = self._track.time_ms
        step = max(self._track.hold_ms, 1000)
        grid = np.arange(self._edges[0], self._edges[-1], step, dtype=np.int64)
        if not len(instants):
            grid = self._edges[:-1]
        at = np.searchsorted(grid, self._edges)
        return window_states(state_at(self._track, grid), at[:-1], at[1:], self._f.pack)

    def _component(self, period: str, plan: ComponentPlan, states: Codes, flow: Floats) -> AverageTable:
        reference = reference_oxygen(self._f.configuration, self._f.pack, plan, self._mean, self._n)
        chains = [self._chain(chain, reference) for chain in plan.chains]
        pick = np.zeros(self._n, np.int64)
        done = chains[0].status == STATUS_CODE[AverageStatus.VALID]
        for i, chain in enumerate(chains[1:], start=1):
            better = ~done & (chain.status == STATUS_CODE[AverageStatus.VALID])
            pick[better] = i
            done |= better

        def chosen(get: str, inner: str = "") -> Any:
            parts = [getattr(getattr(c, inner) if inner else c, get) for c in chains]
            return parts[0] if len(parts) == 1 else np.choose(pick, parts)

        status = chosen("status")
        value = np.where(status == STATUS_CODE[AverageStatus.VALID], chosen("value", "made"), np.nan)
        mass = mass_rate_g_s(chosen("dry_mg_nm3", "made"), flow)
        return self._table(
            period,
            SeriesKey(self._source, plan.component, str(chains[0].made.unit)),
            tuple(c.name for c in chains),
            pick,
            value,
            status,
            states,
            (chosen("count_valid"), chosen("count_expected"), chosen("count_operating")),
            raw=chosen("raw"),
            calibrated=chosen("calibrated", "made"),
            o2=chosen("o2_dry_pct", "around"),
            h2o=chosen("h2o_pct", "around"),
            temperature=chosen("temperature_c", "around"),
            pressure=chosen("pressure_kpa", "around"),
            flow=flow,
            mass=mass,
            outside=chosen("outside_range", "made").astype(np.bool_),
        )

    def _chain(self, chain: MeasuringChain, reference: Floats) -> _Chain:
        parts = [self.means(name) for name in chain.channels]
        weights = chain.weights if len(chain.weights) == len(parts) else (1.0,) * len(parts)
        raw = parts[0].mean * weights[0] if weights[0] != 1.0 else parts[0].mean
        for part, weight in zip(parts[1:], weights[1:], strict=True):
            raw = raw + weight * part.mean
        valid = np.min([p.count_valid for p in parts], axis=0)
        expected, operating = parts[0].count_expected, parts[0].count_operating
        around = conditions(chain, self._f.channels, self._mean, self._n)
        channel = self._f.channels[chain.channels[0]]
        made = standardise(chain, channel, raw, self._edges[:-1], around, reference, self._f.pack)
        status = self._status(valid, operating, raw)
        sure = status == STATUS_CODE[AverageStatus.VALID]
        status[sure & made.missing] = STATUS_CODE[AverageStatus.PERIPHERAL_MISSING]
        status[sure & made.o2_too_high] = STATUS_CODE[AverageStatus.O2_TOO_HIGH]
        return _Chain(chain.name, raw, valid, expected, operating, around, made, status)

    def _status(self, valid: Counts, operating: Counts, raw: Floats) -> Codes:
        status = np.full(self._n, STATUS_CODE[AverageStatus.VALID], np.uint8)
        share = self._f.pack.averaging.short_term.validity.share_of_operation
        if share is not None:
            status[valid < share * operating] = STATUS_CODE[AverageStatus.TOO_FEW]
        status[(valid == 0) | np.isnan(raw)] = STATUS_CODE[AverageStatus.NO_DATA]
        status[operating == 0] = STATUS_CODE[AverageStatus.NOT_OPERATING]
        return status

    def _flow(self, plan: FlowPlan, chain: MeasuringChain) -> tuple[Floats, Mask]:
        own = msgspec.structs.replace(
            chain,
            o2=plan.o2 or chain.o2,
            h2o=plan.h2o or self._first("h2o") or chain.h2o,
            temperature=plan.temperature or self._first("temperature") or chain.temperature,
            pressure=plan.pressure or self._first("pressure") or chain.pressure,
        )
        around = conditions(own, self._f.channels, self._mean, self._n)
        measured = self._mean(plan.channel) * plan.profile_factor
        if plan.method is FlowMethod.VELOCITY_AREA:
            area = next(p.area_m2 for p in self._f.configuration.points if p.id == plan.point)
            measured = measured * area * 3600.0
        flow = flow_to_dry_normal(measured, around.temperature_c, around.pressure_kpa, around.h2o_pct)
        return flow, np.isnan(flow) & ~np.isnan(measured)

    def _first(self, what: str) -> object:
        plans = [p for p in self._f.configuration.plan.components if p.source == self._source]
        return next((found for p in plans for c in p.chains if (found := getattr(c, what)) is not None), None)

    def _flow_table(self, period: str, plan: FlowPlan, chain: MeasuringChain, states: Codes, flow: Floats, missing: Mask) -> AverageTable:
        part = self.means(plan.channel)
        status = self._status(part.count_valid, part.count_operating, part.mean)
        sure = status == STATUS_CODE[AverageStatus.VALID]
        status[sure & missing] = STATUS_CODE[AverageStatus.PERIPHERAL_MISSING]
        around = conditions(chain, self._f.channels, self._mean, self._n)
        value = np.where(status == STATUS_CODE[AverageStatus.VALID], flow, np.nan)
        nothing = np.full(self._n, np.nan)
        return self._table(
            period,
            SeriesKey(self._source, "flow", "Nm3/h"),
            (plan.channel,),
            np.zeros(self._n, np.int64),
            value,
            status,
            states,
            (part.count_valid, part.count_expected, part.count_operating),
            raw=part.mean,
            calibrated=part.mean,
            o2=around.o2_dry_pct,
            h2o=around.h2o_pct,
            temperature=around.temperature_c,
            pressure=around.pressure_kpa,
            flow=flow,
            mass=nothing,
            outside=np.zeros(self._n, np.bool_),
        )

    def _table(
        self,
        period: str,
        key: SeriesKey,
        chains: tuple[str, ...],
        pick: Counts,
        value: Floats,
        status: Codes,
        states: Codes,
        counts: tuple[Counts, Counts, Counts],
        *,
        raw: Floats,
        calibrated: Floats,
        o2: Floats,
        h2o: Floats,
        temperature: Floats,
        pressure: Floats,
        flow: Floats,
        mass: Floats,
        outside: Mask,
    ) -> AverageTable:
        valid, expected, operating = counts
        return AverageTable(
            period=period,
            series=(key,),
            chains=chains,
            series_index=np.zeros(self._n, np.int64),
            start_ms=self._edges[:-1],
            end_ms=self._edges[1:],
            value=value,
            status=status.astype(np.uint8),
            plant_state=states,
            count_valid=valid,
            count_expected=expected,
            count_operating=operating,
            raw=raw,
            calibrated=calibrated,
            o2_dry_pct=o2,
            h2o_pct=h2o,
            temperature_c=temperature,
            pressure_kpa=pressure,
            flow_dry_nm3_h=flow,
            mass_g_s=mass,
            chain_index=pick,
            outside_calibration_range=outside,
        )
