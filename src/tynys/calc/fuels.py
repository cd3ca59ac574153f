"""Which fuel a source burns in each window, and the reference oxygen that follows from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tynys.domain.base import to_ms
from tynys.domain.fuel import FUELS
from tynys.domain.quantity import Unit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tynys.calc.arrays import Floats, Mask, Times
    from tynys.domain.configuration import FacilityConfiguration
    from tynys.domain.facility import Unit as CombustionUnit
    from tynys.domain.fuel import Fuel
    from tynys.domain.instrument import Channel
    from tynys.law.pack import RulePack

_KG_PER_T = 1000.0
_MJ_PER_MWH = 3600.0


@dataclass(frozen=True, slots=True, eq=False)
class FuelUse:
    """One fuel of one unit in each window.

    Parameters
    ----------
    fuel : str
        Its id.
    o2_reference_pct : float
        Reference oxygen of that fuel in that kind of unit; NaN where the pack has none. [vol %]
    burnt : (n,) bool
        Whether any of it was burnt, as far as is known.
    heat_mj_h : (n,) float64
        Heat input; NaN where its heat is not known. [MJ h⁻¹]
    """

    fuel: str
    o2_reference_pct: float
    burnt: Mask
    heat_mj_h: Floats


def fuel_use(
    configuration: FacilityConfiguration, pack: RulePack, source: str, starts: Times, mean: Callable[[str], Floats]
) -> tuple[FuelUse, ...]:
    """What the units on a source may burn, in the order they are permitted, and how much of it they burn.

    A unit's fuel flow comes from the plant signal the fuel names. A unit with one fuel and no such signal burns it at its rated
    input; one with several and no signal burns an unknown amount of each. Units that all burn the same fuel need no signals.
    """
    known = {**FUELS, **{fuel.id: fuel for fuel in configuration.fuels}}
    uses = [
        (unit, linked, known[name])
        for unit in configuration.units
        if (linked := _linked(configuration, unit, source, starts)).any()
        for name in unit.fuels
        if name in known
    ]
    references = [_reference(pack, unit, fuel) for unit, _, fuel in uses]
    if len(set(references)) <= 1 and len({fuel.id for _, _, fuel in uses}) <= 1:
        return tuple(
            FuelUse(fuel.id, reference, linked, np.ones(len(starts)))
            for (_, linked, fuel), reference in zip(uses[:1], references[:1], strict=True)
        )
    return tuple(
        FuelUse(fuel.id, reference, *_burnt(configuration, unit, fuel, linked, mean))
        for (unit, linked, fuel), reference in zip(uses, references, strict=True)
    )


def _linked(configuration: FacilityConfiguration, unit: CombustionUnit, source: str, starts: Times) -> Mask:
    linked = np.zeros(len(starts), np.bool_)
    for duct in configuration.ducts:
        if duct.unit == unit.id and duct.source == source:
            linked |= (starts >= to_ms(duct.valid_from)) & (True if duct.valid_to is None else starts < to_ms(duct.valid_to))
    return linked


def _reference(pack: RulePack, unit: CombustionUnit, fuel: Fuel) -> float:
    found = pack.reference_oxygen(unit.kind, fuel.kind)
    return np.nan if found is None else found.value


def _burnt(
    configuration: FacilityConfiguration, unit: CombustionUnit, fuel: Fuel, linked: Mask, mean: Callable[[str], Floats]
) -> tuple[Mask, Floats]:
    signals = list(_signals(configuration, unit, fuel))
    if not signals:
        rated = unit.thermal_input_mw * _MJ_PER_MWH if len(unit.fuels) == 1 else np.nan
        return linked, np.where(linked, rated, 0.0)
    flow = np.zeros(len(linked))
    for channel in signals:
        amount = np.nan_to_num(np.maximum(mean(channel.name), 0.0))
        flow = flow + amount * (_KG_PER_T if channel.unit is Unit.T_H else 1.0)
    burnt = linked & (flow > 0)
    heat = np.nan if fuel.net_calorific_value is None else fuel.net_calorific_value
    return burnt, np.where(burnt, flow * heat, 0.0)


def _signals(configuration: FacilityConfiguration, unit: CombustionUnit, fuel: Fuel) -> Iterator[Channel]:
    return (c for c in configuration.channels if c.of_unit == unit.id and c.component == fuel.flow_component)


def reference_oxygen(uses: tuple[FuelUse, ...], n: int) -> Floats:
    """Reference oxygen of each window; NaN where the pack does not say for what is burnt. [vol %, dry].

    One reference among the fuels burnt stands; several are weighted by heat input. Where a heat is not known the lowest stands,
    which gives the highest concentration; where nothing is known to burn, that of the first permitted fuel.

    Sources
    -------
    2010/75/EU, Article 40 (multi-fuel firing), by analogy: the rule pack says so.
    """
    total, weighted = np.zeros(n), np.zeros(n)
    lowest, highest = np.full(n, np.inf), np.full(n, -np.inf)
    for use in uses:
        lowest = np.where(use.burnt, np.fmin(lowest, use.o2_reference_pct), lowest)
        highest = np.where(use.burnt, np.fmax(highest, use.o2_reference_pct), highest)
        total = total + np.where(use.burnt, use.heat_mj_h, 0.0)
        weighted = weighted + np.where(use.burnt, use.heat_mj_h * use.o2_reference_pct, 0.0)
    first = uses[0].o2_reference_pct if uses else np.nan
    known = total > 0  # NaN heat of any fuel burnt makes it false
    mixed = np.where(known, weighted / np.where(known, total, 1.0), lowest)
    return np.where(np.isinf(lowest), first, np.where(lowest == highest, lowest, mixed))


def heat_shares(uses: tuple[FuelUse, ...], at: int) -> dict[str, float] | None:
    """Share of the heat input of each fuel burnt in window ``at``; None where nothing is known to burn, or how much heat. [1]."""
    heat: dict[str, float] = {}
    for use in uses:
        if use.burnt[at]:
            heat[use.fuel] = heat.get(use.fuel, 0.0) + float(use.heat_mj_h[at])
    if len(heat) == 1:
        return dict.fromkeys(heat, 1.0)
    total = sum(heat.values())
    return {fuel: value / total for fuel, value in heat.items()} if total > 0 else None  # NaN heat of any fuel makes it false


def main_fuel(uses: tuple[FuelUse, ...], n: int) -> list[str]:
    """The fuel that gave most heat in each window; the first permitted one where it cannot be told; empty without units."""
    if not uses:
        return [""] * n
    heat: dict[str, Floats] = {}
    for use in uses:
        heat[use.fuel] = heat.get(use.fuel, np.zeros(n)) + np.nan_to_num(use.heat_mj_h)
    names = list(heat)
    return [names[i] for i in np.argmax(np.stack(list(heat.values())), axis=0)]
