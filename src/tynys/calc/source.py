"""All windows of one source: its points, what it burns, reference oxygen, deduction, and its flow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tynys.calc.fuels import fuel_use, heat_shares, main_fuel, reference_oxygen
from tynys.calc.limits import Circumstance, limit_for
from tynys.calc.measured import NOT_OPERATING, VALID, Measured, first_valid, mixed, to_table
from tynys.calc.point import PointWindows
from tynys.calc.states import PLANT_STATES, state_at, window_states
from tynys.domain.base import to_ms
from tynys.domain.component import CATALOGUE, ComponentKind
from tynys.domain.quantity import Unit
from tynys.law.deduction import DeductionMethod

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tynys.calc.arrays import Codes, Floats, Mask
    from tynys.calc.averaging import Windows
    from tynys.calc.fuels import FuelUse
    from tynys.calc.states import Signals
    from tynys.calc.table import AverageTable
    from tynys.domain.configuration import FacilityConfiguration
    from tynys.domain.facility import Duct
    from tynys.domain.instrument import Channel
    from tynys.domain.plan import ComponentPlan, FlowPlan
    from tynys.law.averaging import Validity
    from tynys.law.pack import RulePack

_STATE_STEP_MS = 1000


class SourceWindows:
    """Windows of one source, made from readings under the name of a period.

    Parameters
    ----------
    validity : Validity or None
        What a window must hold to be valid; None asks for one valid reading, as an FLD does.
    """

    def __init__(
        self,
        configuration: FacilityConfiguration,
        pack: RulePack,
        signals: Signals,
        channels: dict[str, Channel],
        source: str,
        windows: Windows,
        period: str,
        validity: Validity | None,
    ) -> None:
        self.configuration, self.pack, self.signals, self.channels = configuration, pack, signals, channels
        self.source, self.windows, self.n = source, windows, len(windows)
        self.period, self.validity = period, validity
        self._points: dict[str | None, PointWindows] = {}
        self._flows: dict[str, Measured] = {}
        self._use: tuple[FuelUse, ...] | None = None
        self._fuels: list[str] | None = None
        self._reference: Floats | None = None
        self.whole = self.point(None)
        self.states = self._window_states()

    def point(self, point: str | None) -> PointWindows:
        """Windows of one of the source's points; of the source as a whole where none is named."""
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
            self._fuels = main_fuel(self.fuel_use(), self.n)
        return self._fuels

    def fuel_use(self) -> tuple[FuelUse, ...]:
        """What the units on the source burn in each window."""
        if self._use is None:
            self._use = fuel_use(self.configuration, self.pack, self.source, self.windows.start_ms, self.whole.mean)
        return self._use

    def circumstance(self, at: int) -> Circumstance:
        """What a limit for one fuel or regime depends on in window ``at``."""
        return Circumstance(PLANT_STATES[self.states[at]], heat_shares(self.fuel_use(), at))

    def reference(self, plan: ComponentPlan) -> Floats:
        """Reference oxygen of a component's windows: the plan's own, else the pack's; NaN for what is not corrected. [vol %]."""
        if plan.o2_reference_pct is not None:
            return np.full(self.n, plan.o2_reference_pct)
        known = CATALOGUE.get(plan.component)
        if known is None or known.kind is not ComponentKind.POLLUTANT:
            return np.full(self.n, np.nan)
        if self._reference is None:
            self._reference = reference_oxygen(self.fuel_use(), self.n)
        return self._reference

    def flow_at(self, point: str | None) -> Measured | None:
        """Flow of a point; of all points with a flow together where none is named."""
        plans = [f for f in self.configuration.plan.flows if f.source == self.source and (point is None or f.point == point)]
        for plan in plans:
            if plan.point not in self._flows and plan.channel in self.channels:
                self._flows[plan.point] = self.point(plan.point if len(self._own_flows()) > 1 else None).flow(plan)
        made = [self._flows[plan.point] for plan in plans if plan.point in self._flows]
        return None if not made else made[0] if len(made) == 1 else _together(made)

    def _own_flows(self) -> list[FlowPlan]:
        return [f for f in self.configuration.plan.flows if f.source == self.source]

    def keeps(self, component: str) -> bool:
        """Whether a value measured at or below the reference oxygen stays unconverted in averages of this period.

        Sources
        -------
        13. BImSchV, § 19(1): for gas that is cleaned, in half-hours and days; as the rule pack states it.
        """
        rule = self.pack.oxygen.below_reference
        if rule is None or self.period not in rule.periods:
            return False
        return not rule.abated_only or any(
            device.unit == duct.unit and component in device.removes and duct.source == self.source and self._linked(duct)
            for device in self.configuration.abatement
            for duct in self.configuration.ducts
        )

    def _linked(self, duct: Duct) -> bool:
        start, end = self.windows.span
        return to_ms(duct.valid_from) < end and (duct.valid_to is None or to_ms(duct.valid_to) > start)

    def chains(self, plans: Sequence[ComponentPlan]) -> list[list[Measured]]:
        """Every chain of a component, by the points it is measured at."""
        reference = self.reference(plans[0])
        made = []
        for plan in plans:
            at = plan.point if len(plans) > 1 else None
            flow = self.flow_at(at)
            of_point = flow.flow if flow is not None else np.full(self.n, np.nan)
            chains = [chain for chain in plan.chains if all(name in self.channels for name in chain.channels)]
            made.append([self.point(at).chain(plan, chain, reference, of_point) for chain in chains])
        return made

    def component(self, period: str, plans: Sequence[ComponentPlan], *, deduct: bool = True) -> AverageTable:
        """The rows of one component, measured at one point or at several; what is deducted is taken off, or only stated."""
        points = [first_valid(chains) for chains in self.chains(plans)]
        together = mixed(points, self.reference(plans[0]), self.pack, keep=self.keeps(plans[0].component))
        deduction = self.deduction(plans[0].component, together.uncertainty)
        return to_table((self.source, plans[0].component), period, self.windows, self.states, together, deduction, deduct=deduct)

    def flow_table(self, period: str) -> AverageTable | None:
        """The rows of the source's flow; absent if the plan has none."""
        made = self.flow_at(None)
        nothing = np.full(self.n, np.nan)
        return None if made is None else to_table((self.source, "flow"), period, self.windows, self.states, made, nothing)

    def deduction(self, component: str, uncertainty: Floats) -> Floats:
        """What the pack takes off each window's standardised value; NaN where it takes nothing off, or what it rests on is not known.

        Sources
        -------
        2010/75/EU, Annex V, Part 3, point 9 (a share of the limit); 13. BImSchV, § 19 (the uncertainty found at calibration).
        """
        rule = self.pack.deduction(component)
        if rule is None:
            return np.full(self.n, np.nan)
        if rule.method is DeductionMethod.SITE_UNCERTAINTY:
            return uncertainty
        own = [limit for limit in self.configuration.limits if (limit.scope, limit.component) == (self.source, component)]
        depends = any(limit.fuel is not None or limit.regime is not None for limit in own)
        limits = [
            limit_for(self.configuration, self.source, component, rule.limit_period, int(t), self.circumstance(i) if depends else None)
            for i, t in enumerate(self.windows.start_ms)
        ]
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
        standardised=total,
        around=first.around,
        count_valid=np.sum([f.count_valid for f in flows], axis=0),
        count_expected=np.sum([f.count_expected for f in flows], axis=0),
        count_operating=np.sum([f.count_operating for f in flows], axis=0),
        fld_valid=np.sum([f.fld_valid for f in flows], axis=0),
        fld_operating=np.sum([f.fld_operating for f in flows], axis=0),
        outside_range=np.zeros(len(total), np.bool_),
        flow=total,
        o2_reference_pct=np.full(len(total), np.nan),
        uncertainty=np.full(len(total), np.nan),
    )
