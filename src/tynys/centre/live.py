"""The live views: what every source and facility looks like now, made at most twice a second and shared by all who ask."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import structlog

from tynys.calc.running import learnt_ms, running_windows
from tynys.centre.civil import DAY, SHORT, window_of
from tynys.centre.since import ANSWERED, answered_ms, began_ms
from tynys.centre.standing import SILENT_AFTER_MS, of_component, worst
from tynys.centre.views import ComponentView, FacilityView, SourceView
from tynys.domain.base import from_ms, to_ms
from tynys.domain.component import ComponentKind, component
from tynys.domain.facility import DuctKind
from tynys.domain.instrument import AcquisitionMode
from tynys.domain.status import AverageStatus, InstrumentStatus, PlantState

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from uuid import UUID

    from tynys.calc.running import RunningAverage
    from tynys.centre.averages import Averages
    from tynys.centre.plans import Plan
    from tynys.centre.state import State
    from tynys.domain.facility import Source
    from tynys.domain.instrument import Channel
    from tynys.domain.reading import ReadingBlock

_log = structlog.get_logger("tynys.centre")
FRESH_S = 0.5
"""A view this young is shown again instead of being made again. [s]."""
_PERIPHERALS = {ComponentKind.PERIPHERAL, ComponentKind.FLOW}


@dataclass(slots=True, eq=False)
class _Held:
    view: FacilityView | None = None
    made_s: float = -1e9
    busy: asyncio.Lock = field(default_factory=asyncio.Lock)


class Live:
    """Makes facility views from rings, running windows and closed averages."""

    def __init__(self, state: State, averages: Averages, now_ms: Callable[[], int]) -> None:
        self._state, self._averages, self._now_ms = state, averages, now_ms
        self._held: dict[str, _Held] = {}

    async def facility(self, name: str, *, fresh_s: float = FRESH_S) -> FacilityView | None:
        """The facility now, None if no configuration of it is known."""
        if name not in self._held and self._state.plans.shown(name, self._now_ms()) is None:
            return None
        held = self._held.setdefault(name, _Held())
        if time.monotonic() - held.made_s > fresh_s:
            async with held.busy:
                if time.monotonic() - held.made_s > fresh_s:
                    held.view = await self._make(name)
                    held.made_s = time.monotonic()
        return held.view

    async def _make(self, name: str) -> FacilityView | None:
        now_ms = self._now_ms()
        plan = self._state.plans.shown(name, now_ms)
        if plan is None:
            return None
        running = await self._running(plan, now_ms)
        facility = plan.configuration.facility
        sources = tuple(self._source(plan, source, running, now_ms) for source in plan.configuration.sources)
        return FacilityView(
            facility=name,
            names=facility.names,
            operator=facility.operator,
            region=facility.region,
            latitude_deg=facility.latitude_deg,
            longitude_deg=facility.longitude_deg,
            simulated=plan.simulated,
            standing=worst(view.standing for view in sources),
            sources=sources,
            configuration=plan.configuration,
        )

    async def _running(self, plan: Plan, now_ms: int) -> Mapping[tuple[str, str], RunningAverage]:
        """The open windows as of the newest reading: batches are always a few seconds behind the clock."""
        newest = self._state.rings.newest(plan.needed)
        if now_ms - newest < SILENT_AFTER_MS:
            now_ms = min(now_ms, newest)
        start, _ = window_of(SHORT, now_ms)
        if newest < start:
            return {}
        blocks: list[ReadingBlock] = self._state.rings.cut(plan.needed, min(start, now_ms + 1 - learnt_ms(SHORT)), now_ms + 1)
        pack = self._state.plans.packs.at(plan.configuration.plan.rule_pack, start).pack
        series = {block.channel: block for block in blocks}
        try:
            rows = await asyncio.to_thread(running_windows, plan.configuration, pack, series, now_ms)
        except Exception as problem:  # noqa: BLE001 - one facility's numbers must not take the page of the country away
            _log.error("running averages failed", facility=plan.facility, error=repr(problem), exc_info=problem)
            return {}
        return {(row.source, row.component): row for row in rows}

    def _source(self, plan: Plan, source: Source, running: Mapping[tuple[str, str], RunningAverage], now_ms: int) -> SourceView:
        channels = plan.of_source[source.id]
        planned = plan.components[source.id]
        components: list[ComponentView] = []
        peripherals: list[ComponentView] = []
        for each in planned:
            main = plan.by_name.get(each.chains[0].channels[0])
            view = self._component(source, each.component, main, running.get((source.id, each.component)), now_ms)
            (peripherals if component(each.component).kind in _PERIPHERALS else components).append(view)
        shown = {each.component for each in planned}
        peripherals.extend(
            self._component(source, channel.component, channel, None, now_ms)
            for channel in channels
            if channel.component not in shown and component(channel.component).kind in _PERIPHERALS
        )
        states = [row.plant_state for (of, _), row in running.items() if of == source.id]
        latest = [found.time_ms for channel in channels if (found := self._state.rings.latest(channel.id)) is not None]
        gateways = [gateway for gateway in self._state.gateways.of(plan.facility) if gateway.live]
        return SourceView(
            source=source.id,
            names=source.names,
            facility=plan.facility,
            facility_names=plan.configuration.facility.names,
            region=plan.configuration.facility.region,
            permit_serial=source.permit_serial,
            standing=worst(view.standing for view in components),
            simulated=plan.simulated,
            components=tuple(components),
            peripherals=tuple(peripherals),
            last_reading_ms=max(latest, default=None),
            last_batch_ms=max((g.last_batch_ms for g in gateways if g.last_batch_ms is not None), default=None),
            chain_verdict=next((g.chain for g in gateways if g.chain not in {"linked", "first"}), gateways[0].chain if gateways else ""),
            plant_state=(states[0] if states else PlantState.UNKNOWN).value,
            fuel=self._fuel(plan, source),
            units_text=self._units(plan, source, now_ms),
            verification_valid_to_ms=_verified_to(plan, source, now_ms),
        )

    def _component(self, source: Source, name: str, channel: Channel | None, row: RunningAverage | None, now_ms: int) -> ComponentView:
        latest = self._state.rings.latest(channel.id) if channel is not None else None
        last = self._averages.last(source.id, name, SHORT)
        start, end = window_of(SHORT, now_ms)
        limit = row.limit if row is not None else None
        heard = latest.time_ms if latest is not None else None
        if channel is not None and latest is not None and latest.status not in ANSWERED and (row is None or row.current is None):
            heard = answered_ms(self._state.rings, channel.id)  # rows of a lost line are no sign of life
        standing = of_component(
            connected=channel is not None and latest is not None,
            age_ms=now_ms - heard if heard is not None else None,
            interval_ms=_interval(channel, now_ms),
            status=latest.status if latest is not None else 0,
            plant_state=row.plant_state if row is not None else PlantState.UNKNOWN,
            limit=limit,
            last=last,
            mean=row.mean if row is not None else None,
            forecast=row.forecast if row is not None else None,
        )
        began = None
        if channel is not None:
            recent = self._averages.recent(source.id, name, SHORT)
            began = began_ms(standing, self._state.rings, channel.id, recent, limit.value if limit is not None else None)
        status = row.current_status if row is not None and row.current_status is not None else None
        if status is None and latest is not None and latest.status:
            status = InstrumentStatus(latest.status)
        return ComponentView(
            component=name,
            unit=row.unit if row is not None else (channel.unit.value if channel is not None else ""),
            standing=standing,
            now=row.current if row is not None else (latest.value if latest is not None else None),
            now_ms=row.current_ms if row is not None else (latest.time_ms if latest is not None else None),
            now_status=status.name.lower() if status is not None else "",
            mean_so_far=row.mean if row is not None else None,
            window_start_ms=row.start_ms if row is not None else start,
            window_end_ms=row.end_ms if row is not None else end,
            elapsed_share=row.elapsed_share if row is not None else (now_ms - start) / (end - start),
            forecast=row.forecast if row is not None else None,
            permissible_remaining=row.permissible_remaining if row is not None else None,
            exceedance_probability=row.exceedance_probability if row is not None else None,
            limit=limit.value if limit is not None else None,
            limit_certainty=limit.certainty if limit is not None else None,
            limit_document=limit.document if limit is not None else "",
            since_ms=began,
            last_closed=last,
            valid_today_share=self._valid_today(source.id, name, now_ms),
        )

    def _valid_today(self, source: str, name: str, now_ms: int) -> float | None:
        """Share of today's closed short windows in operation whose average is valid."""
        midnight, _ = window_of(DAY, now_ms)
        today = [row for start, row in self._averages.recent(source, name, SHORT).items() if start >= midnight]
        counted = [row for row in today if row.status is not AverageStatus.NOT_OPERATING]
        return sum(row.status is AverageStatus.VALID for row in counted) / len(counted) if counted else None

    def _fuel(self, plan: Plan, source: Source) -> str:
        """The fuel burnt now, by its flow signals; the units' first fuel where there are none."""
        units = {duct.unit for duct in plan.configuration.ducts if duct.source == source.id}
        flows: dict[str, float] = {}
        for channel in plan.configuration.channels:
            if channel.of_unit in units and channel.component in {"coal_flow", "gas_flow"}:
                latest = self._state.rings.latest(channel.id)
                flows[channel.component] = flows.get(channel.component, 0.0) + (latest.value or 0.0 if latest is not None else 0.0)
        if any(flows.values()):
            return "coal" if flows.get("coal_flow") else "natural_gas"
        return next((unit.fuels[0] for unit in plan.configuration.units if unit.id in units and unit.fuels), "")

    def _units(self, plan: Plan, source: Source, now_ms: int) -> tuple[tuple[str, float, bool], ...]:
        """Units on the source: id, load, whether its load signal says it runs. [MW]."""
        moment = from_ms(now_ms)
        ducts = [d for d in plan.configuration.ducts if d.source == source.id and d.kind is DuctKind.NORMAL and d.in_force(moment)]
        loads: dict[str, UUID] = {c.of_unit: c.id for c in plan.configuration.channels if c.of_unit and c.component == "load"}
        result = []
        for duct in ducts:
            latest = self._state.rings.latest(loads[duct.unit]) if duct.unit in loads else None
            load = latest.value or 0.0 if latest is not None else 0.0
            result.append((duct.unit, load, load > 0))
        return tuple(result)


def _interval(channel: Channel | None, now_ms: int) -> int:
    if channel is None:
        return 1000
    moment = from_ms(now_ms)
    return next((each.interval_ms for each in channel.acquisition if each.in_force(moment)), channel.acquisition[-1].interval_ms)


def _verified_to(plan: Plan, source: Source, now_ms: int) -> int | None:
    """When the first verification of the source's analysers runs out."""
    points = {point.id for point in plan.configuration.points if point.source == source.id}
    moment = from_ms(now_ms)
    ends = [
        max((v.valid_to for v in analyser.verifications if v.valid_to is not None), default=None)
        for analyser in plan.configuration.analysers
        if analyser.point in points and analyser.in_force(moment)
    ]
    return min((to_ms(end) for end in ends if end is not None), default=None)


def loading_share(state: State) -> float | None:
    """Share of the declared recorded past that has arrived (0..1), None where none is declared or all is there."""
    due = got = 0
    for name, facility in state.facilities.items():
        plan = state.plans.shown(name, 0)
        spans = {
            (to_ms(each.valid_from), to_ms(each.valid_to))
            for channel in (plan.configuration.channels if plan is not None else ())
            for each in channel.acquisition
            if each.mode is AcquisitionMode.REPLAYED and each.valid_to is not None
        }
        for start, end in spans:
            due += end - start
            missing = min((sum(b - a for a, b in group.spans.gaps(start, end)) for group in facility.coverage.groups), default=end - start)
            got += end - start - missing
    return None if not due or got >= due else got / due
