"""Flow obtained in every way, from readings to the mass of a window."""

import msgspec
import numpy as np
import pytest

from tynys.calc.flow import dry_normal_flow
from tynys.calc.pipeline import average_windows
from tynys.calc.standardise import Around
from tynys.domain.fuel import FUELS, Composition
from tynys.domain.plan import FlowMethod, LoadPoint
from tynys.domain.quantity import Unit
from tynys.domain.status import AverageStatus

T0_MS = 1_741_590_000_000  # 10 March 2025, noon in Almaty
WINDOW = 1_200_000
COAL = Composition(carbon_pct=43.0, hydrogen_pct=2.7, sulphur_pct=0.7, nitrogen_pct=0.8, oxygen_pct=7.0, moisture_pct=6.0)
O2_WET, H2O, SO2_WET = 6.3, 10.0, 1800.0
READ = {
    "stack-1.so2": SO2_WET,
    "stack-1.o2": O2_WET,
    "stack-1.h2o": H2O,
    "stack-1.temperature": 136.575,
    "stack-1.pressure": 101.325,
    "stack-1.velocity": 20.0,
    **{f"unit-{n}.{signal}": 0.0 for n in (2, 3, 4) for signal in ("load", "coal_flow")},
    "unit-1.load": 400.0,
    "unit-1.coal_flow": 250.0,
}
GAS_NM3_KG = (43 / 12.0107 + 0.7 / 32.065 + 0.8 / 28.0134) * 0.22414 + (
    43 / 12.0107 + 2.7 / 4.03176 + 0.7 / 32.065 - 7 / 31.9988
) * 0.22414 * 79 / 21


@pytest.fixture
def plant(example):
    """The example plant with its flow obtained in another way."""

    def make(method, *, unit=None, **keys):
        given = example("four-units-on-one-stack")
        (flow,) = given.plan.flows
        plan = msgspec.structs.replace(given.plan, flows=(msgspec.structs.replace(flow, method=method, **keys),))
        own = msgspec.structs.replace(FUELS["ekibastuz_coal"], composition=COAL)
        channels = tuple(msgspec.structs.replace(c, unit=unit) if unit and c.name == flow.channel else c for c in given.channels)
        return msgspec.structs.replace(given, plan=plan, fuels=(own,), channels=channels)

    return make


def averaged(plant, pack, read, **other):
    return average_windows(plant, pack, read(plant, READ | other), "PT20M", T0_MS, T0_MS + WINDOW)


AT_7 = 21 / (21 - O2_WET / 0.9)


@pytest.mark.parametrize(
    ("method", "keys", "expected"),
    [
        (FlowMethod.FUEL_COMPOSITION, {"channel": "unit-1.coal_flow", "fuel": "ekibastuz_coal"}, 250_000 * GAS_NM3_KG * AT_7),
        (
            FlowMethod.HEAT_INPUT,
            {"channel": "unit-1.coal_flow", "fuel": "ekibastuz_coal", "dry_gas_nm3_mj": 0.365, "at_o2_pct": 6.0},
            250_000 * 16.75 * 0.365 * 15 / 14,
        ),
        (FlowMethod.HEAT_INPUT, {"channel": "unit-1.load", "dry_gas_nm3_mj": 0.25, "at_o2_pct": 0.0}, 400 * 3600 * 0.25 * AT_7),
        (
            FlowMethod.LOAD,
            {
                "channel": "unit-1.load",
                "load_curve": (LoadPoint(load=0.0, flow_dry_nm3_h=0.0), LoadPoint(load=500.0, flow_dry_nm3_h=1.9e6)),
            },
            1.52e6,
        ),
        (
            FlowMethod.LOAD,
            {
                "channel": "unit-1.load",
                "at_o2_pct": 6.0,
                "load_curve": (LoadPoint(load=0.0, flow_dry_nm3_h=0.0), LoadPoint(load=500.0, flow_dry_nm3_h=1.9e6)),
            },
            1.52e6 * 15 / 14,
        ),
    ],
    ids=["fuel", "heat of a fuel", "heat", "load", "load at reference oxygen"],
)
def test_a_calculated_flow_makes_the_mass(plant, pack, read, only, method, keys, expected):
    table = averaged(plant(method, **keys), pack, read)
    assert only(table, "flow").value == pytest.approx(expected, rel=1e-12)
    so2 = only(table, "so2")
    assert so2.flow_dry_nm3_h == pytest.approx(expected, rel=1e-12)
    assert so2.mass_g_s == pytest.approx(SO2_WET / 0.9 * expected / 3.6e6, rel=1e-12)


def test_a_pitot_tube_makes_the_mass(plant, pack, read, only):
    made = plant(FlowMethod.DIFFERENTIAL_PRESSURE, unit=Unit.KPA, pitot_factor=0.84, dry_molar_mass_g_mol=30.2, profile_factor=0.97)
    table = averaged(made, pack, read, **{"stack-1.velocity": 0.152})
    wet_mass = 30.2 * 0.9 + 18.0153 * 0.1
    density = 101.325 * wet_mass / (8.314462618 * 409.725)
    velocity = 0.84 * (2000 * 0.152 / density) ** 0.5
    assert only(table, "flow").value == pytest.approx(velocity * 50 * 0.97 * 3600 * 273.15 / 409.725 * 0.9, rel=1e-12)


def test_a_calculated_flow_without_oxygen_is_missing_and_says_so(plant, pack, read, only):
    made = plant(FlowMethod.HEAT_INPUT, channel="unit-1.load", dry_gas_nm3_mj=0.25, at_o2_pct=0.0)
    flow = only(averaged(made, pack, read, **{"stack-1.o2": 18.95}), "flow")  # 21.06 % dry: more than air has
    assert (flow.status, flow.value) == (AverageStatus.PERIPHERAL_MISSING, None)


def test_a_load_outside_its_curve_gives_no_flow(plant, pack, read, only):
    curve = (LoadPoint(load=100.0, flow_dry_nm3_h=4e5), LoadPoint(load=300.0, flow_dry_nm3_h=1e6))
    assert only(averaged(plant(FlowMethod.LOAD, channel="unit-1.load", load_curve=curve), pack, read), "flow").value is None


@pytest.mark.parametrize("keys", [{}, {"fuel": "peat"}, {"fuel": "coal"}])
def test_a_fuel_without_composition_gives_no_flow(plant, pack, keys):
    made = plant(FlowMethod.FUEL_COMPOSITION, channel="unit-1.coal_flow", **keys)
    (channel,) = [c for c in made.channels if c.name == "unit-1.coal_flow"]
    given = Around(*(np.array([v]) for v in (7.0, 10.0, 136.0, 100.0)))
    assert np.isnan(dry_normal_flow(made.plan.flows[0], channel, 50.0, np.array([250.0]), given, pack, made.fuels))[0]


def test_the_documented_plant_without_a_flow_meter_has_a_mass(example, pack, read, only):
    """Carbon, hydrogen, sulphur, nitrogen and oxygen of the coal by hand, 98 % of it burnt, at 7 % oxygen."""
    plant = example("flow-from-coal")
    values = {"stack-1.so2": SO2_WET, "stack-1.o2": O2_WET, "stack-1.h2o": H2O, "unit-1.load": 400.0, "unit-1.coal_flow": 250.0}
    table = average_windows(plant, pack, read(plant, values), "PT20M", T0_MS, T0_MS + WINDOW)
    expected = 250_000 * 0.98 * GAS_NM3_KG * 21 / 14
    assert only(table, "flow").value == pytest.approx(expected, rel=1e-12)
    assert only(table, "so2").mass_g_s == pytest.approx(SO2_WET / 0.9 * expected / 3.6e6, rel=1e-12)
