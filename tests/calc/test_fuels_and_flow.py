"""Reference oxygen of mixed firing and the flow of every kind of channel, by hand."""

import msgspec
import numpy as np
import pytest

from tynys.calc.flow import dry_normal_flow, with_peripherals
from tynys.calc.fuels import FuelUse, fuel_use, main_fuel, reference_oxygen
from tynys.calc.standardise import Around
from tynys.domain.plan import FlowMethod
from tynys.domain.quantity import Basis, GasState, Moisture, Unit

T0_MS = 1_741_590_000_000
STARTS = np.array([T0_MS], np.int64)


def use(reference, heat, burnt=True, fuel="coal"):
    return FuelUse(fuel, reference, np.array([burnt]), np.array([heat]))


@pytest.mark.parametrize(
    ("uses", "expected"),
    [
        ((use(6.0, 100.0), use(3.0, 300.0)), 3.75),
        ((use(6.0, 100.0), use(3.0, 300.0, burnt=False)), 6.0),
        ((use(6.0, np.nan), use(3.0, 300.0)), 3.0),
        ((use(6.0, 0.0, burnt=False), use(3.0, 0.0, burnt=False)), 6.0),
        ((use(6.0, np.nan), use(6.0, np.nan)), 6.0),
        ((use(np.nan, 1.0),), np.nan),
        ((), np.nan),
    ],
)
def test_references_are_weighted_by_heat(uses, expected):
    assert reference_oxygen(uses, 1)[0] == pytest.approx(expected, nan_ok=True)


def test_the_main_fuel_gives_most_heat():
    assert main_fuel((use(6.0, 100.0), use(3.0, 300.0, fuel="gas")), 1) == ["gas"]
    assert main_fuel((), 2) == ["", ""]


def test_a_gas_boiler_beside_a_coal_boiler_is_weighted_at_rated_input_where_nothing_tells_more(example, pack):
    plant = example("four-units-on-one-stack")
    gas = msgspec.structs.replace(plant.units[1], fuels=("natural_gas",), thermal_input_mw=700.0)
    mixed = msgspec.structs.replace(plant, units=(plant.units[0], gas), channels=(), ducts=plant.ducts[:2])
    uses = fuel_use(mixed, pack, "four-units.stack-1", STARTS, lambda _: np.array([np.nan]))
    assert [u.fuel for u in uses] == ["ekibastuz_coal", "natural_gas"]
    assert reference_oxygen(uses, 1)[0] == pytest.approx((1400 * 6 + 700 * 3) / 2100)


def test_units_of_one_fuel_ask_no_signal(example, pack):
    def never(_):
        raise AssertionError

    uses = fuel_use(example("four-units-on-one-stack"), pack, "four-units.stack-1", STARTS, never)
    assert reference_oxygen(uses, 1)[0] == 6.0


AROUND = Around(np.array([7.0]), np.array([10.0]), np.array([136.575]), np.array([101.325]))
WET, DRY = Moisture.WET, Moisture.DRY
ACTUAL, NORMAL = GasState.ACTUAL, GasState.NORMAL


@pytest.mark.parametrize(
    ("unit", "basis", "mean", "expected"),
    [
        (Unit.M_S, Basis(moisture=WET, gas_state=ACTUAL), 20.0, 20 * 50 * 3600 * 2 / 3 * 0.9),
        (Unit.M3_S, Basis(moisture=WET, gas_state=ACTUAL), 1000.0, 1000 * 3600 * 2 / 3 * 0.9),
        (Unit.M3_H, Basis(moisture=WET, gas_state=ACTUAL), 3.6e6, 3.6e6 * 2 / 3 * 0.9),
        (Unit.M3_H, Basis(moisture=DRY, gas_state=ACTUAL), 3.6e6, 3.6e6 * 2 / 3),
        (Unit.NM3_H, Basis(moisture=WET, gas_state=NORMAL), 3.6e6, 3.6e6 * 0.9),
        (Unit.NM3_H, Basis(moisture=DRY, gas_state=NORMAL), 3.6e6, 3.6e6),
        (Unit.NM3_H, Basis(moisture=DRY, gas_state=NORMAL, o2_reference_pct=6.0), 1.4e6, 1.4e6 * 15 / 14),
    ],
)
def test_flow_of_any_basis_comes_to_dry_normal_gas(example, pack, unit, basis, mean, expected):
    plant = example("four-units-on-one-stack")
    (channel,) = [c for c in plant.channels if c.component == "velocity"]
    channel = msgspec.structs.replace(channel, unit=unit, basis=basis)
    method = FlowMethod.VELOCITY_AREA if unit is Unit.M_S else FlowMethod.MEASURED_VOLUME
    plan = msgspec.structs.replace(plant.plan.flows[0], method=method)
    assert dry_normal_flow(plan, channel, 50.0, np.array([mean]), AROUND, pack)[0] == pytest.approx(expected, rel=1e-12)


def test_a_profile_factor_scales_the_flow(example, pack):
    plant = example("four-units-on-one-stack")
    (channel,) = [c for c in plant.channels if c.component == "velocity"]
    plan = msgspec.structs.replace(plant.plan.flows[0], profile_factor=0.95)
    flows = [dry_normal_flow(p, channel, 50.0, np.array([20.0]), AROUND, pack)[0] for p in (plan, plant.plan.flows[0])]
    assert flows[0] == pytest.approx(0.95 * flows[1])


def test_a_profile_factor_scales_a_volume_too(example, pack):
    plant = example("four-units-on-one-stack")
    (channel,) = [c for c in plant.channels if c.component == "velocity"]
    channel = msgspec.structs.replace(channel, unit=Unit.NM3_H, basis=Basis(moisture=DRY, gas_state=NORMAL))
    plan = msgspec.structs.replace(plant.plan.flows[0], method=FlowMethod.MEASURED_VOLUME, profile_factor=0.95)
    assert dry_normal_flow(plan, channel, 50.0, np.array([1e6]), AROUND, pack)[0] == pytest.approx(950_000.0)


def test_a_flow_borrows_the_peripherals_it_does_not_have(example):
    plant = example("four-units-on-one-stack")
    (flow,) = plant.plan.flows
    assert flow.h2o is None
    whole = with_peripherals(flow, plant)
    assert whole.h2o.channel == "stack-1.h2o"
    assert whole.temperature == flow.temperature
