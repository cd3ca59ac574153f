"""The steps that bring a value to reference oxygen: which reference, by what formula, or why not."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from tynys.calc.explain.model import Quantity, Step, known, note, of_pack
from tynys.calc.standardise import highest_oxygen
from tynys.domain.quantity import Unit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tynys.calc.arrays import Floats
    from tynys.calc.measured import Measured
    from tynys.calc.source import SourceWindows
    from tynys.domain.component import Certainty
    from tynys.domain.plan import ComponentPlan
    from tynys.law.oxygen import ReferenceOxygen

_UNIT = str(Unit.MG_NM3)


def oxygen_steps(
    source: SourceWindows, plan: ComponentPlan, made: Measured, at: int, before: Floats, corrected_to: float | None
) -> Iterator[Step]:
    """The reference oxygen of window ``at`` and what it makes of a value.

    Parameters
    ----------
    before : (n,) float64
        Dry, at normal conditions, and at measured oxygen unless the instrument corrected it already. [mg Nm⁻³]
    corrected_to : float or None
        The oxygen the instrument corrected it to. [vol %]
    """
    reference = float(source.reference(plan)[at])
    if np.isnan(reference) and corrected_to is None:
        moisture = source.pack.conditions.moisture
        yield Step("reference", "", (), None, moisture.clause, moisture.certainty, (note("reference_none"),))
        return
    if not np.isnan(reference):
        yield from reference_steps(source, plan, at)
    if corrected_to is None:
        yield from measured_steps(source, plan.component, made, at, reference)
        return
    air = of_pack("O2_air", source.pack.oxygen.air_pct.value, "%", source.pack.oxygen.air_pct)
    held = Quantity("O2_inst", corrected_to, "%", "plan")
    value = Quantity("c_inst", known(before[at]), _UNIT)
    standardised = Quantity("c_ref", known(made.standardised[at]), _UNIT)
    if np.isnan(reference) or reference == corrected_to:
        yield Step("corrected_in_instrument", "", (value, held), standardised, clause="EN 17255-1")
    else:
        target = Quantity("O2_ref", reference, "%")
        yield Step("oxygen_moved", "oxygen_moved", (value, air, target, held), standardised, clause="EN 17255-1")
    if not np.isnan(made.dry[at]):
        oxygen = Quantity("O2", known(made.around.o2_dry_pct[at]), "%")
        dry = Quantity("c_dry", known(made.dry[at]), _UNIT)
        yield Step("at_measured", "at_measured", (value, air, oxygen, held), dry, clause="EN 17255-1")
    yield from _kept(source, plan.component, made, at, reference)


def reference_steps(source: SourceWindows, plan: ComponentPlan, at: int) -> Iterator[Step]:
    """Where the reference oxygen comes from: the permit, or the pack for what is burnt, weighted by heat where several fuels burn."""
    result = Quantity("O2_ref", known(source.reference(plan)[at]), "%")
    if plan.o2_reference_pct is not None:
        given = Quantity("O2_ref", plan.o2_reference_pct, "%", "plan", source.configuration.plan.id)
        yield Step("reference", "", (given,), result, notes=(note("reference_of_plan"),))
        return
    burnt = [use for use in source.fuel_use() if use.burnt[at]]
    uses = burnt or list(source.fuel_use())[:1]
    rules = {rule.value: rule for rule in source.pack.oxygen.reference}
    references = [
        Quantity(f"O2_{k}", known(use.o2_reference_pct), "%", "pack", use.fuel, *_rule(rules.get(use.o2_reference_pct)))
        for k, use in enumerate(uses, 1)
    ]
    if len({use.o2_reference_pct for use in uses}) <= 1:
        first = replace(references[0], symbol="O2_ref")
        notes = () if burnt else (note("reference_of_first_fuel"),)
        yield Step("reference", "", (first,), result, first.clause, first.certainty, notes)
        return
    mixed = source.pack.oxygen.mixed_fuels
    heats = [Quantity(f"Q_{k}", known(use.heat_mj_h[at]), "MJ/h", "measured", use.fuel) for k, use in enumerate(uses, 1)]
    weighted = sum(use.heat_mj_h[at] for use in uses) > 0  # a heat that is not known makes it false
    formula, notes = ("heat_weighted", ()) if weighted else ("", (note("reference_lowest"),))
    yield Step("reference", formula, (*references, *heats), result, mixed.clause, mixed.certainty, notes)


def _rule(rule: ReferenceOxygen | None) -> tuple[str, Certainty | None]:
    return ("", None) if rule is None else (rule.clause, rule.certainty)


def measured_steps(source: SourceWindows, component: str, made: Measured, at: int, reference: float) -> Iterator[Step]:
    """A value at measured oxygen brought to the reference, kept, or left where oxygen is too high to correct it."""
    oxygen = source.pack.oxygen
    air = of_pack("O2_air", oxygen.air_pct.value, "%", oxygen.air_pct)
    measured = Quantity("O2", known(made.around.o2_dry_pct[at]), "%")
    dry = Quantity("c_dry", known(made.dry[at]), _UNIT)
    if measured.value is not None and measured.value >= highest_oxygen(source.pack):
        rule = oxygen.highest_pct or oxygen.air_pct
        yield Step("oxygen_too_high", "", (dry, measured, of_pack("O2_max", rule.value, "%", rule)), None, rule.clause, rule.certainty)
        return
    standardised = Quantity("c_ref", known(made.standardised[at]), _UNIT)
    inputs = (dry, air, Quantity("O2_ref", reference, "%"), measured)
    yield Step("oxygen", "oxygen", inputs, standardised, oxygen.air_pct.clause, oxygen.air_pct.certainty)
    yield from _kept(source, component, made, at, reference)


def _kept(source: SourceWindows, component: str, made: Measured, at: int, reference: float) -> Iterator[Step]:
    """The value where the pack keeps what was measured at or below the reference."""
    rule = source.pack.oxygen.below_reference
    if rule is None or not source.keeps(component) or not made.around.o2_dry_pct[at] <= reference:
        return
    dry, oxygen = Quantity("c_dry", known(made.dry[at]), _UNIT), Quantity("O2", known(made.around.o2_dry_pct[at]), "%")
    kept = Quantity("c_ref", known(made.value[at]), _UNIT)
    yield Step("kept", "kept", (dry, oxygen, Quantity("O2_ref", reference, "%")), kept, rule.clause, rule.certainty)
