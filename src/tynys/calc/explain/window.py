"""The steps of an average made straight from readings: the chains, several points together, and how it ends."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from tynys.calc.averaging import Windows
from tynys.calc.exact import window_means
from tynys.calc.explain.chain import ChainSteps, read_channel
from tynys.calc.explain.ending import deduction_steps, ending
from tynys.calc.explain.flow import flow_steps
from tynys.calc.explain.model import MADE_FROM_READINGS, Explanation, Member, Quantity, Step, known, note
from tynys.calc.explain.oxygen import measured_steps, reference_steps
from tynys.calc.maker import SourceMaker
from tynys.calc.measured import VALID, first_valid, mixed
from tynys.calc.states import Signals
from tynys.calc.table import AVERAGE_STATUSES

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping
    from uuid import UUID

    from tynys.calc.arrays import Floats
    from tynys.calc.measured import Measured
    from tynys.calc.series import SeriesLike
    from tynys.calc.source import SourceWindows
    from tynys.calc.table import AverageTable
    from tynys.domain.average import Average
    from tynys.domain.configuration import FacilityConfiguration
    from tynys.domain.plan import ComponentPlan, FlowPlan
    from tynys.law.pack import RulePack

FLOW = "flow"


def explain_window(
    average: Average, configuration: FacilityConfiguration, pack: RulePack, readings: Mapping[UUID, SeriesLike]
) -> Explanation | None:
    """The steps from the readings of the window; None where the plan does not know the component."""
    plans = [p for p in configuration.plan.components if (p.source, p.component) == (average.source, average.component)]
    flows = [f for f in configuration.plan.flows if f.source == average.source] if average.component == FLOW else []
    names = {c.name for c in configuration.channels}
    if not any(name in names for plan in plans for chain in plan.chains for name in chain.channels) and not flows:
        return None
    windows = Windows(np.array([average.start_ms], np.int64), np.array([average.end_ms], np.int64))
    maker = SourceMaker(configuration, pack, Signals(configuration, readings), average.source, windows, average.period)
    table = maker.component(plans) if not flows else maker.flow()
    if table is None:
        return None
    (row,) = table.rows()
    maker_steps = _Window(maker, plans, flows, row, configuration, pack)
    return Explanation(average, MADE_FROM_READINGS, tuple(maker_steps.steps()), agrees(average, row))


_COMPARED = (
    "value", "status", "raw", "calibrated", "standardised", "deduction", "o2_reference_pct", "o2_dry_pct", "h2o_pct", "temperature_c",
    "pressure_kpa", "flow_dry_nm3_h", "mass_g_s", "count_valid", "count_expected", "count_operating", "fld_valid", "fld_operating",
)  # fmt: skip


def agrees(stored: Average, made: Average) -> bool:
    """Whether an average made anew is the stored one, to the last bit of every measure."""
    return all(getattr(stored, name) == getattr(made, name) for name in _COMPARED)


class _Window:
    """The steps of one window."""

    def __init__(
        self,
        maker: SourceMaker,
        plans: list[ComponentPlan],
        flows: list[FlowPlan],
        row: Average,
        configuration: FacilityConfiguration,
        pack: RulePack,
    ) -> None:
        self._maker, self._plans, self._flows, self._row = maker, plans, flows, row
        self._configuration, self._pack = configuration, pack

    def steps(self) -> Iterator[Step]:
        """All of them, in order."""
        if self._flows:
            if self._maker.levels is None:
                yield from self._flow(self._maker.whole, 0)
            else:
                yield from self._flow_levels()
            yield from ending(self._row, None, self._pack)
            return
        if self._maker.levels is None:
            together = yield from self._chains(self._maker.made, 0)
            before, dry = known(together.value[0]), known(together.dry[0])
        else:
            before, dry = (yield from self._levels()), None
        given = self._maker.whole.circumstance(0)
        yield from deduction_steps(self._row, before, self._configuration, self._pack, given)
        yield from ending(self._row, self._configuration, self._pack, concentration=dry, given=given)
        yield from self._mass_of_levels()

    def _chains(self, source: SourceWindows, at: int) -> Generator[Step, None, Measured]:
        """The chains of every point at one window; the result of all together is returned."""
        chains = source.chains(self._plans)
        chosen: list[Measured] = []
        several = len(self._plans) > 1
        for plan, made in zip(self._plans, chains, strict=True):
            best = first_valid(made)
            index = int(best.chain[at]) if len(made) > 1 else 0
            point = source.point(plan.point if several else None)
            known_chains = [chain for chain in plan.chains if all(name in source.channels for name in chain.channels)]
            if len(made) > 1:
                yield self._choice(made, index, at, plan)
            subject = (plan.point or "") if several else (known_chains[index].name if len(made) > 1 else "")
            for step in ChainSteps(source, point, plan, known_chains[index], made[index], at).steps():
                yield replace(step, subject=subject)
            chosen.append(best)
        reference, keep = source.reference(self._plans[0]), source.keeps(self._plans[0].component)
        together = mixed(chosen, reference, self._pack, keep=keep)
        if several:
            yield from self._mixed(source, chosen, together, at, float(reference[at]))
        return together

    def _choice(self, made: list[Measured], index: int, at: int, plan: ComponentPlan) -> Step:
        """Which of several chains the value is from, and why."""
        notes = tuple(
            note(f"chain.{'chosen' if k == index else 'other'}", chain=each.chains[0], status=AVERAGE_STATUSES[each.status[at]].value)
            for k, each in enumerate(made)
        )
        return Step("chains", clause="EN 14181", notes=notes, subject=plan.point or "")

    def _mixed(self, source: SourceWindows, points: list[Measured], together: Measured, at: int, reference: float) -> Iterator[Step]:
        """Several points as the gas would be where they meet."""
        flows = [Quantity(f"V{k}", known(p.flow[at]), "Nm3/h", "measured", p.chains[0]) for k, p in enumerate(points, 1)]

        def weighted(symbol: str, unit: str, of: list[Floats], result: Floats) -> Step:
            values = [
                Quantity(f"{symbol}{k}", known(value[at]), unit, "step", p.chains[0])
                for k, (p, value) in enumerate(zip(points, of, strict=True), 1)
            ]
            return Step("points", "flow_weighted", (*values, *flows), Quantity(symbol, known(result[at]), unit), clause="EN 17255-1")

        yield weighted("c_dry", str(together.unit), [p.dry for p in points], together.dry)
        if not np.isnan(reference):
            yield weighted("O2", "%", [p.around.o2_dry_pct for p in points], together.around.o2_dry_pct)
            yield from reference_steps(source, self._plans[0], at)
            yield from measured_steps(source, self._plans[0].component, together, at, reference)

    def _levels(self) -> Generator[Step, None, float | None]:
        """One first level value worked out, then the mean of all; what is deducted from is returned."""
        made = self._maker.made.component(self._maker.period, self._plans, deduct=False)
        at, begun = self._shown(made)
        yield from self._whole_readings()
        yield begun
        for step in self._chains(self._maker.made, at):
            yield replace(step, start_ms=begun.start_ms, end_ms=begun.end_ms)
        good = made.status == VALID
        before = known(window_means(made.value[good], np.array([0]), np.array([int(good.sum())]))[0])
        if good.any():
            symbol = "c_ref" if self._row.o2_reference_pct is not None else "c_dry"
            result, members = Quantity(symbol, before, self._row.unit), _members(made, np.where(good, made.value, np.nan))
            yield Step("mean_of_levels", "mean_of", (), result, begun.clause, begun.certainty, members=members)
        return before

    def _mass_of_levels(self) -> Iterator[Step]:
        if self._maker.levels is not None and self._row.mass_g_s is not None:
            made = self._maker.made.component(self._maker.period, self._plans, deduct=False)
            result = Quantity("E", self._row.mass_g_s, "g/s")
            yield Step("mass_of_levels", "mean_of", (), result, clause="EN 17255-1", members=_members(made, made.mass_g_s))

    def _whole_readings(self) -> Iterator[Step]:
        """The readings of the whole window."""
        source = self._maker.whole
        several = len(self._plans) > 1
        for plan, made in zip(self._plans, source.chains(self._plans), strict=True):
            point = source.point(plan.point if several else None)
            for chain, one in zip((c for c in plan.chains if all(n in source.channels for n in c.channels)), made, strict=True):
                yield replace(ChainSteps(source, point, plan, chain, one, 0).readings(chain.channels), subject=chain.name)

    def _flow_levels(self) -> Iterator[Step]:
        """One first level value of the flow worked out, then the mean of all."""
        made = self._maker.made.flow_table(self._maker.period)
        if made is None:
            return
        at, begun = self._shown(made)
        yield begun
        for step in self._flow(self._maker.made, at):
            yield replace(step, start_ms=begun.start_ms, end_ms=begun.end_ms)
        if self._row.flow_dry_nm3_h is not None:
            result = Quantity("V", self._row.flow_dry_nm3_h, "Nm3/h")
            yield Step("mean_of_levels", "mean_of", (), result, begun.clause, begun.certainty, members=_members(made, made.value))

    def _shown(self, made: AverageTable) -> tuple[int, Step]:
        """The first level value that is worked out: the first valid one, else the first with a reading; and the step that says so."""
        levels, order = self._maker.levels, self._pack.order_of_operations
        assert levels is not None  # noqa: S101 - the caller asks
        good = made.status == VALID
        at = int(np.argmax(good)) if good.any() else int(np.argmax(made.count_valid > 0))
        start, end = int(levels.fld.start_ms[at]), int(levels.fld.end_ms[at])
        clause, certainty = (order.clause, order.certainty) if order is not None else ("", None)
        step = Step("each_level", "", clause=clause, certainty=certainty, notes=(note("shown_for_one"),), start_ms=start, end_ms=end)
        return at, step

    def _flow(self, source: SourceWindows, at: int) -> Iterator[Step]:
        several = len(self._flows) > 1
        for plan in self._flows:
            if plan.channel not in source.channels:
                continue
            point, made = source.point(plan.point if several else None), source.flow_at(plan.point)
            if made is None:
                continue
            reader = partial(read_channel, source, point, at)
            for step in flow_steps(source, point, plan, made, at, reader):
                yield replace(step, subject=plan.point if several else "")
        together = source.flow_at(None)
        if several and together is not None:
            parts = [source.flow_at(plan.point) for plan in self._flows if plan.channel in source.channels]
            inputs = tuple(
                Quantity(f"V{k}", known(p.flow[at]), "Nm3/h", "step", p.chains[0]) for k, p in enumerate(parts, 1) if p is not None
            )
            yield Step("flows_together", "sum", inputs, Quantity("V", known(together.flow[at]), "Nm3/h"), clause="EN ISO 16911-1")


def _members(made: AverageTable, values: Floats) -> tuple[Member, ...]:
    """The first level values that entered a mean, or why one did not."""
    return tuple(
        Member(int(s), int(e), known(v), AVERAGE_STATUSES[c].value, not np.isnan(v))
        for s, e, v, c in zip(made.start_ms, made.end_ms, values, made.status, strict=True)
    )
