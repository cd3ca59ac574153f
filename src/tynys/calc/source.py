"""All windows of one source: each channel's means made once, then chains, points, flow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tynys.calc.averaging import ChannelMeans, Due, channel_means, due
from tynys.calc.calibration import Circumstances
from tynys.calc.flow import dry_normal_flow, with_peripherals
from tynys.calc.fuels import fuel_use, main_fuel, reference_oxygen
from tynys.calc.limits import limit_for
from tynys.calc.measured import NOT_OPERATING, O2_TOO_HIGH, PERIPHERAL_MISSING, VALID, Measured, first_valid, mixed, to_table
from tynys.calc.standardise import around, standardise
from tynys.calc.states import source_states, state_at, window_states
from tynys.calc.table import STATUS_CODE
from tynys.domain.component import CATALOGUE, ComponentKind
from tynys.domain.quantity import Unit
from tynys.domain.status import AverageStatus

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tynys.calc.arrays import Codes, Counts, Floats, Mask
    from tynys.calc.averaging import Windows
    from tynys.calc.fuels import FuelUse
    from tynys.calc.states import Signals, StateTrack
    from tynys.calc.table import AverageTable
    from tynys.domain.configuration import FacilityConfiguration
    from tynys.domain.instrument import Acquisition, Channel
    from tynys.domain.plan import ComponentPlan, FlowPlan, MeasuringChain
    from tynys.law.pack import RulePack

_TOO_FEW, _NO_DATA = STATUS_CODE[AverageStatus.TOO_FEW], STATUS_CODE[AverageStatus.NO_DATA]
_STATE_STEP_MS = 1000


class PointWindows:
    """Windows of one measuring point of a source (or of the source as a whole, where it has one)."""

    def __init__(self, source: SourceWindows, units: tuple[str, ...]) -> None:
        self._s = source
        self.track: StateTrack = source_states(source.configuration, source.pack, source.signals, source.source, units=units)
        self._due: dict[tuple[Acquisition, ...], Due] = {}
        self._means: dict[str, ChannelMeans] = {}

    def means(self, name: str) -> ChannelMeans:
        """Means and counts of a channel."""
        if name not in self._means:
            self._means[name] = self._make(name)
        return self._means[name]

    def _make(self, name: str) -> ChannelMeans:
        s = self._s
        channel = s.channels.get(name)
        if channel is None:
            none = np.zeros(s.n, np.int64)
            return ChannelMeans(np.full(s.n, np.nan), none, none, none, none, none)
        if channel.acquisition not in self._due:
            self._due[channel.acquisition] = due(channel.acquisition, s.windows, self.track, s.pack)
        return channel_means(s.signals.series(name), self._due[channel.acquisition], s.windows, self.track, s.pack)

    def mean(self, name: str) -> Floats:
        """Means of a channel, whatever their number of readings."""
        return self.means(name).mean

    def sure_mean(self, name: str) -> Floats:
        """Means of a peripheral; NaN where too few of its readings are valid."""
        made = self.means(name)
        return np.where(made.enough(self._s.share), made.mean, np.nan)

    def chain(self, plan: ComponentPlan, chain: MeasuringChain, reference: Floats, flow: Floats) -> Measured:
        """One chain, raw to standardised."""
        s = self._s
        parts = [self.means(name) for name in chain.channels]
        raw = _weighted_sum([p.mean for p in parts], chain.weights)
        valid: Counts = np.min([p.count_valid for p in parts], axis=0)
        operating: Counts = np.max([p.count_operating for p in parts], axis=0)
        given = around(chain, s.channels, self.sure_mean, s.n)
        circumstances = Circumstances(s.windows.start_ms, s.states, s.fuels, self.mean)
        channel = s.channels[chain.channels[0]]
        made = standardise(chain, channel, plan.component, raw, given, reference, circumstances, s.pack)
        status = self.status(np.min([p.fld_valid for p in parts], axis=0), np.max([p.fld_operating for p in parts], axis=0))
        status[(status == VALID) & made.missing] = PERIPHERAL_MISSING
        status[(status == VALID) & made.o2_too_high] = O2_TOO_HIGH
        return Measured(
            chains=(chain.name,),
            unit=made.unit,
            chain=np.zeros(s.n, np.int64),
            status=status,
            raw=raw,
            calibrated=made.calibrated,
            dry=made.dry,
            value=made.value,
            around=given,
            count_valid=valid,
            count_expected=np.max([p.count_expected for p in parts], axis=0),
            count_operating=operating,
            fld_valid=np.min([p.fld_valid for p in parts], axis=0),
            fld_operating=np.max([p.fld_operating for p in parts], axis=0),
            outside_range=made.outside_range,
            flow=flow,
            o2_reference_pct=made.o2_reference_pct,
        )

    def status(self, valid: Counts, operating: Counts) -> Codes:
        """What the numbers of valid and operating first level data alone say of each window."""
        status = np.full(self._s.n, VALID, np.uint8)
        if self._s.share is not None:
            status[valid < self._s.share * operating] = _TOO_FEW
        status[valid == 0] = _NO_DATA
        status[operating == 0] = NOT_OPERATING
        return status

    def flow(self, plan: FlowPlan) -> Measured:
        """The flow of the point, dry, normal, at measured oxygen."""
        s = self._s
        made = self.means(plan.channel)
        given = around(with_peripherals(plan, s.configuration), s.channels, self.sure_mean, s.n)
        channel = s.channels[plan.channel]
        area = next((p.area_m2 for p in s.configuration.points if p.id == plan.point), np.nan)
        flow = dry_normal_flow(plan, channel, area, made.mean, given, s.pack)
        status = self.status(made.fld_valid, made.fld_operating)
        status[(status == VALID) & np.isnan(flow)] = PERIPHERAL_MISSING
        flow = np.where(status == VALID, flow, np.nan)
        return Measured(
            chains=(plan.channel,),
            unit=Unit.NM3_H,
            chain=np.zeros(s.n, np.int64),
            status=status,
            raw=made.mean,
            calibrated=made.mean * plan.profile_factor,
            dry=flow,
            value=flow,
            around=given,
            count_valid=made.count_valid,
            count_expected=made.count_expected,
            count_operating=made.count_operating,
            fld_valid=made.fld_valid,
            fld_operating=made.fld_operating,
            outside_range=np.zeros(s.n, np.bool_),
            flow=flow,
            o2_reference_pct=np.full(s.n, np.nan),
        )


def _weighted_sum(means: Sequence[Floats], weights: Sequence[float]) -> Floats:
    if len(means) == 1 and tuple(weights) == (1.0,):
        return means[0]
    total = means[0] * weights[0]
    for mean, weight in zip(means[1:], weights[1:], strict=True):
        total = total + mean * weight
    return total


class SourceWindows:
    """Windows of one source."""

    def __init__(
        self,
        configuration: FacilityConfiguration,
        pack: RulePack,
        signals: Signals,
        channels: dict[str, Channel],
        source: str,
        windows: Windows,
    ) -> None:
        self.configuration, self.pack, self.signals, self.channels = configuration, pack, signals, channels
        self.source, self.windows, self.n = source, windows, len(windows)
        self.share = pack.averaging.short_term.validity.share_of_operation
        self._points: dict[str | None, PointWindows] = {}
        self._flows: dict[str, Measured] = {}
        self._use: tuple[FuelUse, ...] | None = None
        self._fuels: list[str] | None = None
        self.whole = self._point(None)
        self.states = self._window_states()

    def _point(self, point: str | None) -> PointWindows:
        if point not in self._points:
            units = next((p.units for p in self.configuration.points if p.id == point), ())
            self._points[point] = PointWindows(self, units)
        return self._points[point]

    def _window_states(self) -> Codes:
        """The state of each window, by instants on the grid of the plant signals."""
        track = self.whole.track
        start, end = self.windows.span
        steps = [a.interval_ms for c in self.configuration.channels if c.of_unit is not None for a in c.acquisition if len(track.time_ms)]
        step = max(min(steps, default=end - start), _STATE_STEP_MS)
        longest = int((self.windows.end_ms - self.windows.start_ms).min())
        instants = np.arange(start, end, min(step, longest), dtype=np.int64)
        first, last = np.searchsorted(instants, self.windows.start_ms), np.searchsorted(instants, self.windows.end_ms)
        return window_states(state_at(track, instants), first, last, self.pack)

    def fuels(self) -> list[str]:
        """The main fuel of each window."""
        if self._fuels is None:
            self._fuels = main_fuel(self._fuel_use(), self.n)
        return self._fuels

    def _fuel_use(self) -> tuple[FuelUse, ...]:
        if self._use is None:
            self._use = fuel_use(self.configuration, self.pack, self.source, self.windows.start_ms, self.whole.mean)
        return self._use

    def reference(self, plan: ComponentPlan) -> Floats:
        """Reference oxygen of a component's windows: the plan's own, else the pack's; NaN for what is not corrected. [vol %]."""
        if plan.o2_reference_pct is not None:
            return np.full(self.n, plan.o2_reference_pct)
        known = CATALOGUE.get(plan.component)
        if known is None or known.kind is not ComponentKind.POLLUTANT:
            return np.full(self.n, np.nan)
        return reference_oxygen(self._fuel_use(), self.n)

    def flow_at(self, point: str | None) -> Measured | None:
        """Flow of a point; of all points with a flow together where none is named."""
        plans = [f for f in self.configuration.plan.flows if f.source == self.source and (point is None or f.point == point)]
        for plan in plans:
            if plan.point not in self._flows and plan.channel in self.channels:
                self._flows[plan.point] = self._point(plan.point if len(self._own_flows()) > 1 else None).flow(plan)
        made = [self._flows[plan.point] for plan in plans if plan.point in self._flows]
        return None if not made else made[0] if len(made) == 1 else _together(made)

    def _own_flows(self) -> list[FlowPlan]:
        return [f for f in self.configuration.plan.flows if f.source == self.source]

    def component(self, period: str, plans: Sequence[ComponentPlan]) -> AverageTable:
        """The rows of one component, measured at one point or at several."""
        reference = self.reference(plans[0])
        made = []
        for plan in plans:
            at = plan.point if len(plans) > 1 else None
            flow = self.flow_at(at)
            of_point = flow.flow if flow is not None else np.full(self.n, np.nan)
            chains = [chain for chain in plan.chains if all(name in self.channels for name in chain.channels)]
            point = self._point(at)
            made.append(first_valid([point.chain(plan, chain, reference, of_point) for chain in chains]))
        together = mixed(made, reference, self.pack)
        deduction = self._deduction(plans[0].component)
        return to_table((self.source, plans[0].component), period, self.windows, self.states, together, deduction)

    def flow_table(self, period: str) -> AverageTable | None:
        """The rows of the source's flow; absent if the plan has none."""
        made = self.flow_at(None)
        nothing = np.full(self.n, np.nan)
        return None if made is None else to_table((self.source, "flow"), period, self.windows, self.states, made, nothing)

    def _deduction(self, component: str) -> Floats:
        """What the pack takes off each window's standardised value; NaN where it takes nothing off, or off a limit nobody has set.

        Sources
        -------
        2010/75/EU, Annex V, Part 3, point 9.
        """
        rule = self.pack.deduction(component)
        if rule is None:
            return np.full(self.n, np.nan)
        limits = [limit_for(self.configuration, self.source, component, rule.limit_period, int(t)) for t in self.windows.start_ms]
        return np.array([np.nan if limit is None else rule.share_of_limit * limit.value for limit in limits])


def _together(flows: Sequence[Measured]) -> Measured:
    """The flow of several points: their sum where all in operation are valid."""
    resting: list[Mask] = [f.status == NOT_OPERATING for f in flows]
    total: Floats = np.sum([np.where(rest, 0.0, f.flow) for rest, f in zip(resting, flows, strict=True)], axis=0)
    status = np.full(len(total), VALID, np.uint8)
    for f in reversed(flows):
        bad = (f.status != VALID) & (f.status != NOT_OPERATING)
        status[bad] = f.status[bad]
    status[np.all(resting, axis=0)] = NOT_OPERATING
    first = flows[0]
    return Measured(
        chains=("+".join(f.chains[0] for f in flows),),
        unit=Unit.NM3_H,
        chain=np.zeros(len(total), np.int64),
        status=status,
        raw=np.full(len(total), np.nan),
        calibrated=np.full(len(total), np.nan),
        dry=total,
        value=total,
        around=first.around,
        count_valid=np.sum([f.count_valid for f in flows], axis=0),
        count_expected=np.sum([f.count_expected for f in flows], axis=0),
        count_operating=np.sum([f.count_operating for f in flows], axis=0),
        fld_valid=np.sum([f.fld_valid for f in flows], axis=0),
        fld_operating=np.sum([f.fld_operating for f in flows], axis=0),
        outside_range=np.zeros(len(total), np.bool_),
        flow=total,
        o2_reference_pct=np.full(len(total), np.nan),
    )
