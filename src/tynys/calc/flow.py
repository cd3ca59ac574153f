"""Flow of a measuring point, dry, at normal conditions and measured oxygen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np

from tynys.calc.combustion import dry_gas_of_fuel_nm3_kg, flow_of_fuel_nm3_h, flow_of_heat_nm3_h, flow_of_load_nm3_h
from tynys.calc.gas_flow import S_PER_H, density_kg_m3, flow_of_velocity_m3_h, pitot_velocity_m_s, wet_molar_mass_g_mol
from tynys.calc.reference import flow_to_dry, flow_to_normal, flow_to_oxygen
from tynys.domain.fuel import FUELS
from tynys.domain.plan import MEASURED_FLOWS, FlowMethod
from tynys.domain.quantity import GasState, Moisture, Unit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tynys.calc.arrays import Floats
    from tynys.calc.standardise import Around
    from tynys.domain.configuration import FacilityConfiguration
    from tynys.domain.fuel import Fuel
    from tynys.domain.instrument import Channel
    from tynys.domain.plan import FlowPlan, Peripheral
    from tynys.law.pack import RulePack

_KG_PER_T = 1000.0


def with_peripherals(plan: FlowPlan, configuration: FacilityConfiguration) -> FlowPlan:
    """The flow plan with absent peripherals taken from the first chain of its point, else of its source, that has them."""
    plans = [p for p in configuration.plan.components if p.source == plan.source]
    plans.sort(key=lambda p: p.point != plan.point)

    def first(role: str) -> Peripheral | None:
        own: Peripheral | None = getattr(plan, role)
        found = (getattr(chain, role) for p in plans for chain in p.chains)
        return own if own is not None else next((f for f in found if f is not None), None)

    return msgspec.structs.replace(plan, **{role: first(role) for role in ("o2", "h2o", "temperature", "pressure")})


def dry_normal_flow(
    plan: FlowPlan, channel: Channel, area_m2: float, mean: Floats, given: Around, pack: RulePack, fuels: Iterable[Fuel] = ()
) -> Floats:
    """Dry flow at normal conditions and measured oxygen of each window. [Nm³ h⁻¹].

    Parameters
    ----------
    mean : (n,) float64
        Window means of the plan's channel in its unit: a velocity, a volume flow, a differential pressure, a fuel flow, heat or load.
    area_m2 : float
        Section of the point. [m²]
    given : Around
        Means of the peripherals; a method needs those of its formula, and gives NaN without them.
    fuels : iterable of Fuel
        The facility's own, beside those known without being declared.

    Sources
    -------
    EN ISO 16911-1: measured, volume = velocity · area · profile factor; calculated, from fuel, heat or load and oxygen.
    """
    if plan.method in MEASURED_FLOWS:
        return _measured(plan, channel, area_m2, mean, given, pack)
    return _calculated(plan, channel, mean, given.o2_dry_pct, pack, fuels)


def _measured(plan: FlowPlan, channel: Channel, area_m2: float, mean: Floats, given: Around, pack: RulePack) -> Floats:
    basis = channel.basis
    if plan.method is FlowMethod.VELOCITY_AREA:
        flow = flow_of_velocity_m3_h(mean, area_m2, plan.profile_factor)
    elif plan.method is FlowMethod.DIFFERENTIAL_PRESSURE:
        nan = np.nan
        molar_mass = wet_molar_mass_g_mol(plan.dry_molar_mass_g_mol or nan, given.h2o_pct)
        dense = density_kg_m3(molar_mass, given.temperature_c, given.pressure_kpa)
        flow = flow_of_velocity_m3_h(pitot_velocity_m_s(mean, dense, plan.pitot_factor or nan), area_m2, plan.profile_factor)
    else:
        flow = mean * plan.profile_factor * (S_PER_H if channel.unit is Unit.M3_S else 1.0)
    actual = channel.unit is not Unit.NM3_H and (basis is None or basis.gas_state is GasState.ACTUAL)
    if actual:
        normal = pack.conditions
        flow = flow_to_normal(
            flow, given.temperature_c, given.pressure_kpa, normal_k=normal.temperature_k.value, normal_kpa=normal.pressure_kpa.value
        )
    if basis is None or basis.moisture is Moisture.WET:
        flow = flow_to_dry(flow, given.h2o_pct)
    if basis is not None and basis.o2_reference_pct is not None:
        flow = flow_to_oxygen(flow, basis.o2_reference_pct, given.o2_dry_pct, o2_air_pct=pack.oxygen.air_pct.value)
    return flow


def _calculated(plan: FlowPlan, channel: Channel, mean: Floats, o2_dry_pct: Floats, pack: RulePack, fuels: Iterable[Fuel]) -> Floats:
    air = pack.oxygen.air_pct.value
    fuel = {**FUELS, **{own.id: own for own in fuels}}.get(plan.fuel or "")
    if plan.method is FlowMethod.LOAD:
        flow = flow_of_load_nm3_h(mean, [p.load for p in plan.load_curve], [p.flow_dry_nm3_h for p in plan.load_curve])
        return flow if plan.at_o2_pct is None else flow_to_oxygen(flow, plan.at_o2_pct, o2_dry_pct, o2_air_pct=air)
    amount = mean * (_KG_PER_T if channel.unit is Unit.T_H else 1.0)
    if plan.method is FlowMethod.FUEL_COMPOSITION:
        made = None if fuel is None else fuel.composition
        if made is None:
            return np.full(len(mean), np.nan)
        shares = (made.carbon_pct, made.hydrogen_pct, made.sulphur_pct, made.nitrogen_pct, made.oxygen_pct)
        gas = dry_gas_of_fuel_nm3_kg(*shares, o2_air_pct=air)
        return flow_of_fuel_nm3_h(amount, gas, o2_dry_pct, burnt_share=made.burnt_share, o2_air_pct=air)
    per_unit = 1.0 if channel.unit is Unit.MW else np.nan if fuel is None or fuel.net_calorific_value is None else fuel.net_calorific_value
    heat_mw = amount * per_unit / (1.0 if channel.unit is Unit.MW else S_PER_H)
    return flow_of_heat_nm3_h(heat_mw, plan.dry_gas_nm3_mj or np.nan, o2_dry_pct, factor_o2_pct=plan.at_o2_pct or 0.0, o2_air_pct=air)
