"""What each way to obtain a flow needs of its plan, its channel and its fuel."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from tynys.domain.plan import FlowMethod
from tynys.domain.quantity import Unit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tynys.domain.fuel import Fuel
    from tynys.domain.instrument import Channel
    from tynys.domain.plan import FlowPlan

VOLUME_UNITS = (Unit.M3_H, Unit.M3_S, Unit.NM3_H)
FUEL_UNITS = (Unit.T_H, Unit.NM3_H)
UNITS = {
    FlowMethod.VELOCITY_AREA: (Unit.M_S,),
    FlowMethod.MEASURED_VOLUME: VOLUME_UNITS,
    FlowMethod.DIFFERENTIAL_PRESSURE: (Unit.KPA,),
    FlowMethod.FUEL_COMPOSITION: (Unit.T_H,),
    FlowMethod.HEAT_INPUT: (Unit.MW, *FUEL_UNITS),
    FlowMethod.LOAD: (Unit.MW, Unit.T_H),
}
"""Units the channel of each method may have."""

_O2_AIR_PCT = 21.0
"""Oxygen of air in the correction formula (2010/75/EU, Annex V). [vol %]"""
_WHOLE_PCT = 100.0


def flow_needs(flow: FlowPlan, channel: Channel, fuels: Mapping[str, Fuel]) -> Iterator[tuple[str, str, str]]:
    """What a flow plan lacks: the key, what was expected there, what came."""
    if channel.unit not in UNITS[flow.method]:
        yield "", f"a channel in {' or '.join(UNITS[flow.method])} for {flow.method}", f'"{channel.unit}"'
    if not flow.profile_factor > 0:
        yield "profile_factor", "a number above zero", repr(flow.profile_factor)
    if flow.at_o2_pct is not None and not 0 <= flow.at_o2_pct < _O2_AIR_PCT:
        yield "at_o2_pct", f"an oxygen from 0 to under {_O2_AIR_PCT} vol %", repr(flow.at_o2_pct)
    if flow.method is FlowMethod.DIFFERENTIAL_PRESSURE:
        yield from _above_zero(flow, "pitot_factor", "dry_molar_mass_g_mol")
    elif flow.method is FlowMethod.FUEL_COMPOSITION:
        yield from _composition(flow, fuels)
    elif flow.method is FlowMethod.HEAT_INPUT:
        yield from _above_zero(flow, "dry_gas_nm3_mj")
        if flow.at_o2_pct is None:
            yield "at_o2_pct", "the oxygen dry_gas_nm3_mj holds at (0 for an F-factor, 6 for a K-factor of α = 1.4)", "none"
        if channel.unit in FUEL_UNITS:
            yield from _heat(flow, fuels)
    elif flow.method is FlowMethod.LOAD:
        yield from _curve(flow)


def _above_zero(flow: FlowPlan, *keys: str) -> Iterator[tuple[str, str, str]]:
    for key in keys:
        value: float | None = getattr(flow, key)
        if value is None or not value > 0:
            yield key, "a number above zero", "none" if value is None else repr(value)


def _fuel(flow: FlowPlan, fuels: Mapping[str, Fuel]) -> Fuel | None:
    return None if flow.fuel is None else fuels.get(flow.fuel)


def _heat(flow: FlowPlan, fuels: Mapping[str, Fuel]) -> Iterator[tuple[str, str, str]]:
    fuel = _fuel(flow, fuels)
    if fuel is None or fuel.net_calorific_value is None:
        yield "fuel", "a fuel with a net_calorific_value (the channel is a fuel flow)", "none" if flow.fuel is None else f'"{flow.fuel}"'


def _composition(flow: FlowPlan, fuels: Mapping[str, Fuel]) -> Iterator[tuple[str, str, str]]:
    fuel = _fuel(flow, fuels)
    if fuel is None or fuel.composition is None:
        yield "fuel", "a fuel with a composition", "none" if flow.fuel is None else f'"{flow.fuel}"'
        return
    made = fuel.composition
    shares = (made.carbon_pct, made.hydrogen_pct, made.sulphur_pct, made.nitrogen_pct, made.oxygen_pct, made.moisture_pct)
    if min(shares) < 0 or sum(shares) > _WHOLE_PCT:
        yield "fuel, composition", "shares from 0, together up to 100 mass %", ", ".join(map(str, shares))
    if not 0 < made.burnt_share <= 1:
        yield "fuel, burnt_share", "a share above 0 and up to 1", repr(made.burnt_share)


def _curve(flow: FlowPlan) -> Iterator[tuple[str, str, str]]:
    loads = [point.load for point in flow.load_curve]
    if len(loads) < 2 or any(b <= a for a, b in pairwise(loads)):  # noqa: PLR2004  # a line has two ends
        yield "load_curve", "at least two points of rising load", ", ".join(map(str, loads)) or "none"
