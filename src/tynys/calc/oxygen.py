"""Reference oxygen of each window: the plan's own, or the pack's by the fuel in use, weighted by heat where fuels are mixed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tynys.domain.fuel import FUELS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tynys.calc.arrays import Floats
    from tynys.domain.configuration import FacilityConfiguration
    from tynys.domain.plan import ComponentPlan
    from tynys.law.pack import RulePack

EQUAL_HEAT = 1.0
"""Weight per unit of flow of a fuel whose heat is not known."""
KG_PER_T = 1000.0


def reference_oxygen(
    configuration: FacilityConfiguration, pack: RulePack, plan: ComponentPlan, mean: Callable[[str], Floats], n: int
) -> Floats:
    """Reference oxygen of a component's windows; NaN where neither plan nor pack says. [vol %, dry].

    Fuels weigh by heat input: flow in t/h (Nm³/h of a gas) times net calorific value. While no fuel flow is known, a source
    whose units share one fuel has that fuel's value, any other the first permitted fuel's.

    Sources
    -------
    2010/75/EU, Article 40 (multi-fuel firing), by analogy.
    """
    if plan.o2_reference_pct is not None:
        return np.full(n, plan.o2_reference_pct)
    catalogue = {**FUELS, **{fuel.id: fuel for fuel in configuration.fuels}}
    linked = {duct.unit for duct in configuration.ducts if duct.source == plan.source}
    total, weighted, fallback = np.zeros(n), np.zeros(n), np.full(n, np.nan)
    for unit in (u for u in configuration.units if u.id in linked):
        known = [(catalogue[f], pack.reference_oxygen(unit.kind, catalogue[f].kind)) for f in unit.fuels if f in catalogue]
        for fuel, reference in known:
            if reference is None:
                continue
            fallback = np.where(np.isnan(fallback), reference.value, fallback)
            if len({r.value for _, r in known if r is not None}) == 1:
                continue
            for channel in configuration.channels:
                if channel.of_unit == unit.id and channel.component == fuel.flow_component:
                    heat = np.nan_to_num(mean(channel.name)) * (fuel.net_calorific_value or EQUAL_HEAT)
                    heat = np.maximum(heat * (KG_PER_T if fuel.kind.value != "gas" else 1.0), 0.0)
                    total = total + heat
                    weighted = weighted + heat * reference.value
    return np.where(total > 0, weighted / np.where(total > 0, total, 1.0), fallback)
