"""What a flow plan lacks is said in words, for every way to obtain a flow."""

from pathlib import Path

import msgspec
import pytest

from tynys.domain.configuration import FacilityConfiguration
from tynys.domain.consistency import check_configuration
from tynys.domain.document import load_toml
from tynys.domain.fuel import FUELS, Composition
from tynys.domain.plan import FlowMethod, LoadPoint
from tynys.domain.quantity import Unit

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "four-units-on-one-stack.toml"
COAL = Composition(carbon_pct=43.0, hydrogen_pct=2.7, sulphur_pct=0.7, nitrogen_pct=0.8, oxygen_pct=7.0, moisture_pct=6.0)


def told(method, *, unit=None, composition=None, **keys):
    """What is said of the example plant whose flow is obtained in another way."""
    plant = load_toml(EXAMPLE.read_text(encoding="utf-8"), FacilityConfiguration, EXAMPLE.name)
    (flow,) = plant.plan.flows
    plan = msgspec.structs.replace(plant.plan, flows=(msgspec.structs.replace(flow, method=method, **keys),))
    channels = tuple(
        msgspec.structs.replace(c, unit=unit) if unit is not None and c.name == keys.get("channel", flow.channel) else c
        for c in plant.channels
    )
    fuels = () if composition is None else (msgspec.structs.replace(FUELS["coal"], id="own", composition=composition),)
    return [str(p) for p in check_configuration(msgspec.structs.replace(plant, plan=plan, channels=channels, fuels=fuels))]


WHOLE = [
    (FlowMethod.VELOCITY_AREA, {}),
    (FlowMethod.DIFFERENTIAL_PRESSURE, {"unit": Unit.KPA, "pitot_factor": 0.84, "dry_molar_mass_g_mol": 30.2}),
    (FlowMethod.FUEL_COMPOSITION, {"channel": "unit-1.coal_flow", "fuel": "own", "composition": COAL}),
    (FlowMethod.HEAT_INPUT, {"channel": "unit-1.load", "dry_gas_nm3_mj": 0.365, "at_o2_pct": 6.0}),
    (FlowMethod.HEAT_INPUT, {"channel": "unit-1.coal_flow", "fuel": "ekibastuz_coal", "dry_gas_nm3_mj": 0.26, "at_o2_pct": 0.0}),
    (
        FlowMethod.LOAD,
        {
            "channel": "unit-1.load",
            "load_curve": (LoadPoint(load=100.0, flow_dry_nm3_h=4e5), LoadPoint(load=500.0, flow_dry_nm3_h=1.9e6)),
        },
    ),
]


@pytest.mark.parametrize(("method", "keys"), WHOLE, ids=lambda v: v if isinstance(v, str) else "")
def test_a_whole_plan_of_every_method_fits(method, keys):
    assert told(method, **keys) == []


@pytest.mark.parametrize(
    ("method", "keys", "said"),
    [
        (FlowMethod.DIFFERENTIAL_PRESSURE, {"pitot_factor": 0.84, "dry_molar_mass_g_mol": 30.0}, "expected a channel in kPa for differ"),
        (FlowMethod.DIFFERENTIAL_PRESSURE, {"unit": Unit.KPA}, "pitot_factor: expected a number above zero, got none"),
        (FlowMethod.DIFFERENTIAL_PRESSURE, {"unit": Unit.KPA, "pitot_factor": 1.0}, "dry_molar_mass_g_mol: expected a number above zero"),
        (FlowMethod.FUEL_COMPOSITION, {"channel": "unit-1.coal_flow", "fuel": "coal"}, 'a fuel with a composition, got "coal"'),
        (FlowMethod.FUEL_COMPOSITION, {"channel": "unit-1.coal_flow", "fuel": "peat"}, 'a declared fuel, got "peat"'),
        (
            FlowMethod.FUEL_COMPOSITION,
            {"channel": "unit-1.coal_flow", "fuel": "own", "composition": Composition(carbon_pct=99.0, hydrogen_pct=9.0)},
            "together up to 100 mass %",
        ),
        (
            FlowMethod.FUEL_COMPOSITION,
            {"channel": "unit-1.coal_flow", "fuel": "own", "composition": Composition(carbon_pct=60.0, hydrogen_pct=3.0, burnt_share=1.2)},
            "a share above 0 and up to 1",
        ),
        (FlowMethod.HEAT_INPUT, {"channel": "unit-1.load", "dry_gas_nm3_mj": 0.3}, "at_o2_pct: expected the oxygen"),
        (FlowMethod.HEAT_INPUT, {"channel": "unit-1.load", "at_o2_pct": 0.0}, "dry_gas_nm3_mj: expected a number above zero, got none"),
        (
            FlowMethod.HEAT_INPUT,
            {"channel": "unit-1.coal_flow", "dry_gas_nm3_mj": 0.3, "at_o2_pct": 0.0},
            "a fuel with a net_calorific_value",
        ),
        (FlowMethod.LOAD, {"channel": "unit-1.load"}, "at least two points of rising load, got none"),
        (FlowMethod.LOAD, {"channel": "unit-1.load", "at_o2_pct": 21.0}, "an oxygen from 0 to under 21.0 vol %, got 21.0"),
        (FlowMethod.VELOCITY_AREA, {"profile_factor": 0.0}, "profile_factor: expected a number above zero, got 0.0"),
    ],
)
def test_what_is_missing_is_named(method, keys, said):
    assert any(said in problem for problem in told(method, **keys)), told(method, **keys)
