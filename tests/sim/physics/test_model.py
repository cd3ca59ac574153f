"""The stacks' gas lies where such plants lie, and follows its causes."""

from __future__ import annotations

import numpy as np
import pytest

from tynys.sim.physics.model import PlantModel
from tynys.sim.plants import PLANTS

T0 = 1_795_478_400_000
COAL_STACKS = {"gres-1": (0, 1), "gres-2": (0,), "tets-2": (0, 1), "tets-3": (0,)}


@pytest.fixture(scope="module")
def ten_days():
    t_ms = T0 - np.arange(0, 10 * 86_400_000, 120_000)[::-1]
    return {plant.id: PlantModel(plant, 1)(t_ms) for plant in PLANTS.values()}


def at_six_percent(gas, wet_value):
    """Dry, at 6 % oxygen."""
    dry = 1 - gas.h2o / 100
    return wet_value / dry * (21 - 6) / (21 - gas.o2 / dry)


def test_untreated_so2_lies_between_1600_and_2600(ten_days):
    for plant, stacks in COAL_STACKS.items():
        gas = ten_days[plant].gas
        means = at_six_percent(gas, gas.so2)[list(stacks)].mean(axis=1)
        assert ((means > 1600) & (means < 2600)).all(), (plant, means)


def test_nox_lies_between_400_and_750(ten_days):
    for plant, stacks in COAL_STACKS.items():
        gas = ten_days[plant].gas
        means = at_six_percent(gas, gas.no2 + 1.533 * gas.no)[list(stacks)].mean(axis=1)
        assert ((means > 400) & (means < 750)).all(), (plant, means)


def test_dust_follows_the_collector(ten_days):
    expected = {"gres-1": (300, 420), "gres-2": (350, 520), "tets-2": (330, 480), "tets-3": (330, 480)}
    for plant, (low, high) in expected.items():
        gas = ten_days[plant].gas
        normal = gas.dust * (gas.temperature + 273.15) / 273.15 * 101.325 / gas.pressure
        mean = at_six_percent(gas, normal)[0].mean()
        assert low < mean < high, (plant, mean)


def test_a_gas_plant_has_hardly_any_so2_or_dust_and_never_none(ten_days):
    gas = ten_days["tets-1"].gas
    assert 0.5 < gas.so2.mean() < 10
    assert 0.1 < gas.dust.mean() < 5


def test_an_emulsifier_cools_and_wets_the_gas(ten_days):
    washed, dry = ten_days["tets-2"].gas, ten_days["gres-1"].gas
    assert washed.temperature.mean() < 80
    assert dry.temperature.mean() > 110
    assert washed.h2o.mean() > dry.h2o.mean() + 2.5


def test_more_coal_makes_more_gas(ten_days):
    process = ten_days["gres-2"]
    coal = process.units.coal_flow_t_h.sum(axis=0)
    assert np.corrcoef(coal, process.gas.velocity[0])[0, 1] > 0.9


def test_carbon_dioxide_and_oxygen_share_a_line(ten_days):
    gas = ten_days["gres-1"].gas
    dry = 1 - gas.h2o[0] / 100
    top = gas.co2[0] / dry * 20.95 / (20.95 - gas.o2[0] / dry)
    assert top.std() < 0.15
    assert top.mean() == pytest.approx(18.8, abs=0.4)


def test_the_stacks_differ(ten_days):
    gas = ten_days["gres-1"].gas
    assert not np.allclose(gas.no[0], gas.no[1], rtol=0.001)


def test_standing_units_leave_air_in_the_stack():
    t_ms = T0 - np.arange(0, 120 * 86_400_000, 600_000)[::-1]
    gas = PlantModel(PLANTS["gres-2"], 1)(t_ms)
    out = (gas.units.flame_on < 0.5).any(axis=0)
    assert out.any()
    assert np.isfinite(gas.gas.so2).all()
    assert gas.gas.o2[0, out].max() > gas.gas.o2[0, ~out].mean()


def test_another_seed_is_another_plant_and_the_same_seed_the_same():
    t_ms = T0 + np.arange(0, 600_000, 10_000)
    plant = PLANTS["tets-3"]
    first, again, other = (PlantModel(plant, seed)(t_ms).gas.so2 for seed in (4, 4, 5))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
