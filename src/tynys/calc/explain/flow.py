"""The steps of a source's flow in one window: readings, raw mean, section, normal conditions, dry gas."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tynys.calc.explain.model import ChannelRead, Quantity, Step, known, of_pack
from tynys.calc.flow import with_peripherals
from tynys.calc.gas_flow import S_PER_H, flow_of_velocity_m3_h
from tynys.calc.reference import NORMAL_K, flow_to_normal
from tynys.domain.plan import FlowMethod
from tynys.domain.quantity import GasState, Moisture, Unit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tynys.calc.measured import Measured
    from tynys.calc.point import PointWindows
    from tynys.calc.source import SourceWindows
    from tynys.domain.plan import FlowPlan, Peripheral

_M3_H, _NM3_H = "m3/h", str(Unit.NM3_H)
_NAMES = (("h2o", "H2O", "%"), ("temperature", "T", "°C"), ("pressure", "p", "kPa"), ("o2", "O2", "%"))


def flow_steps(
    source: SourceWindows, point: PointWindows, plan: FlowPlan, made: Measured, at: int, read: Callable[[str], ChannelRead]
) -> Iterator[Step]:
    """The flow of one point at window ``at``, in order."""
    channel = source.channels[plan.channel]
    whole = with_peripherals(plan, source.configuration)
    given, unit = made.around, str(channel.unit)
    mean = point.means(plan.channel).mean
    yield Step("readings", channels=(read(plan.channel),), clause="EN ISO 16911-2")
    raw = Quantity("x", known(mean[at]), unit)
    yield Step("raw", "mean", (Quantity("x", known(mean[at]), unit, "measured", plan.channel),), raw, clause="EN ISO 16911-2")
    values = {"o2": given.o2_dry_pct, "h2o": given.h2o_pct, "temperature": given.temperature_c, "pressure": given.pressure_kpa}
    around = [
        Quantity(symbol, known(values[role][at]), part, "measured", _of(getattr(whole, role)))
        for role, symbol, part in _NAMES
        if getattr(whole, role) is not None
    ]
    names = [p.channel for role, *_ in _NAMES if (p := getattr(whole, role)) is not None and p.channel in source.channels]
    if around:
        yield Step("peripherals", "", tuple(around), channels=tuple(read(name) for name in dict.fromkeys(names) if name is not None))
    result = Quantity("V", known(made.flow[at]), _NM3_H)
    if plan.method not in {FlowMethod.VELOCITY_AREA, FlowMethod.MEASURED_VOLUME} or np.isnan(made.flow[at]):
        yield Step("flow", "", (raw, *around), result, clause="EN ISO 16911-1")
        return
    factor = Quantity("k", plan.profile_factor, "1", "plan", plan.point)
    if plan.method is FlowMethod.VELOCITY_AREA:
        area = next((p.area_m2 for p in source.configuration.points if p.id == plan.point), np.nan)
        flow = flow_of_velocity_m3_h(mean, area, plan.profile_factor)
        inputs: tuple[Quantity, ...] = (raw, factor, Quantity("A", known(area), "m2", "plan", plan.point))
        yield Step("flow_of_velocity", "flow_velocity", inputs, Quantity("V", known(flow[at]), _M3_H), clause="EN ISO 16911-1")
    else:
        per_hour = S_PER_H if channel.unit is Unit.M3_S else 1.0
        flow = mean * plan.profile_factor * per_hour
        inputs = (raw, factor, Quantity("t", per_hour, "s/h", "constant"))
        yield Step("flow_of_volume", "flow_volume", inputs, Quantity("V", known(flow[at]), _M3_H), clause="EN ISO 16911-1")
    basis, normal = channel.basis, source.pack.conditions
    if channel.unit is not Unit.NM3_H and (basis is None or basis.gas_state is GasState.ACTUAL):
        before, kelvin, kpa = flow, normal.temperature_k, normal.pressure_kpa
        flow = flow_to_normal(flow, given.temperature_c, given.pressure_kpa, normal_k=kelvin.value, normal_kpa=kpa.value)
        inputs = (
            Quantity("V", known(before[at]), _M3_H), Quantity("T", known(given.temperature_c[at]), "°C"),
            Quantity("p", known(given.pressure_kpa[at]), "kPa"), of_pack("T_n", kelvin.value, "K", kelvin),
            of_pack("p_n", kpa.value, "kPa", kpa), Quantity("T_0", NORMAL_K, "K", "constant"),
        )  # fmt: skip
        yield Step("flow_normal", "flow_normal", inputs, Quantity("V_n", known(flow[at]), _NM3_H), kelvin.clause, kelvin.certainty)
    if basis is None or basis.moisture is Moisture.WET:
        inputs = (Quantity("V_n", known(flow[at]), _NM3_H), Quantity("H2O", known(given.h2o_pct[at]), "%"))
        dried = Quantity("V", known(made.flow[at]), _NM3_H) if basis is None or basis.o2_reference_pct is None else None
        yield Step("flow_dry", "flow_dry", inputs, dried, normal.moisture.clause, normal.moisture.certainty)
    if basis is not None and basis.o2_reference_pct is not None:
        yield Step("flow", "", (Quantity("O2_inst", basis.o2_reference_pct, "%", "plan"),), result, clause="EN ISO 16911-1")


def _of(plan: Peripheral | None) -> str:
    return "" if plan is None else plan.channel or plan.evidence or ""
