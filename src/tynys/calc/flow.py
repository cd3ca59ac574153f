"""Flow of a measuring point, dry, at normal conditions and measured oxygen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tynys.calc.reference import flow_to_dry, flow_to_normal
from tynys.domain.plan import FlowMethod
from tynys.domain.quantity import GasState, Moisture, Unit

if TYPE_CHECKING:
    from tynys.calc.arrays import Floats
    from tynys.calc.standardise import Around
    from tynys.domain.configuration import FacilityConfiguration
    from tynys.domain.instrument import Channel
    from tynys.domain.plan import FlowPlan, Peripheral
    from tynys.law.pack import RulePack

S_PER_H = 3600.0


def with_peripherals(plan: FlowPlan, configuration: FacilityConfiguration) -> FlowPlan:
    """The flow plan with absent peripherals taken from the first chain of its point, else of its source, that has them."""
    plans = [p for p in configuration.plan.components if p.source == plan.source]
    plans.sort(key=lambda p: p.point != plan.point)

    def first(role: str) -> Peripheral | None:
        own: Peripheral | None = getattr(plan, role)
        found = (getattr(chain, role) for p in plans for chain in p.chains)
        return own if own is not None else next((f for f in found if f is not None), None)

    return type(plan)(
        source=plan.source,
        method=plan.method,
        channel=plan.channel,
        point=plan.point,
        profile_factor=plan.profile_factor,
        o2=first("o2"),
        h2o=first("h2o"),
        temperature=first("temperature"),
        pressure=first("pressure"),
    )


def dry_normal_flow(plan: FlowPlan, channel: Channel, area_m2: float, mean: Floats, given: Around, pack: RulePack) -> Floats:
    """Dry flow at normal conditions and measured oxygen of each window. [Nm³ h⁻¹].

    Parameters
    ----------
    mean : (n,) float64
        Window means of the plan's channel in its unit: a velocity, or a volume flow.
    area_m2 : float
        Section of the point. [m²]

    Sources
    -------
    EN ISO 16911-1: volume = velocity · area · profile factor.
    """
    basis = channel.basis
    flow = mean * plan.profile_factor
    if plan.method is FlowMethod.VELOCITY_AREA:
        flow = flow * area_m2 * S_PER_H
    elif channel.unit is Unit.M3_S:
        flow = flow * S_PER_H
    actual = channel.unit is not Unit.NM3_H and (basis is None or basis.gas_state is GasState.ACTUAL)
    if actual:
        normal = pack.conditions
        flow = flow_to_normal(
            flow, given.temperature_c, given.pressure_kpa, normal_k=normal.temperature_k.value, normal_kpa=normal.pressure_kpa.value
        )
    if basis is None or basis.moisture is Moisture.WET:
        flow = flow_to_dry(flow, given.h2o_pct)
    if basis is not None and basis.o2_reference_pct is not None:
        air = pack.oxygen.air_pct.value
        flow = flow * (air - basis.o2_reference_pct) / np.where(given.o2_dry_pct < air, air - given.o2_dry_pct, np.nan)
    return flow
