"""Load, outages, start-up and shut-down follow from the calendar."""

from __future__ import annotations

import numpy as np
import pytest

from tynys.sim.physics.dispatch import Dispatch
from tynys.sim.physics.noise import streams
from tynys.sim.physics.weather import DAY_MS, weather
from tynys.sim.plants import PLANTS

T0 = 1_795_478_400_000


def operate(plant_id, t_ms, seed=1):
    plant = PLANTS[plant_id]
    outside = weather(plant.climate, streams(seed, ["t", "p"]), t_ms)
    return Dispatch(plant, seed)(t_ms, outside)


@pytest.fixture(scope="module")
def ninety_days():
    t_ms = T0 - 90 * DAY_MS + np.arange(0, 90 * DAY_MS, 60_000)
    return t_ms, {plant: operate(plant, t_ms) for plant in PLANTS}


def test_never_two_units_of_a_plant_are_out_at_once(ninety_days):
    _, operations = ninety_days
    for plant, operation in operations.items():
        assert (operation.fire < 0.5).sum(axis=0).max() <= 1, plant


def test_units_do_go_out_now_and_then(ninety_days):
    _, operations = ninety_days
    assert sum((operation.fire < 0.5).any(axis=1).sum() for operation in operations.values()) > 5


def test_a_shut_down_runs_down_blows_through_and_rests(ninety_days):
    _, operations = ninety_days
    operation = operations["gres-1"]
    unit = int(np.argmax((operation.fire < 0.5).any(axis=1)))
    fire, fan, load = operation.fire[unit], operation.fan[unit], operation.load[unit]
    out = int(np.argmax(fire < 0.5))
    back = out + int(np.argmax(fire[out:] > 0.5))
    assert load[out - 61 : out - 1].min() < 0.45
    assert (fan[out : out + 58] == 1).all()
    assert fan[out + 62] == 0
    assert 12 * 60 < back - out + 61 < 33 * 60
    assert (load[back : back + 115] == 0).all()
    assert (operation.heat[unit, back : back + 115] > 0).all()
    assert load[back + 5 * 60] > 0.7


def test_load_moves_within_a_ramp_a_boiler_can_follow(ninety_days):
    _, operations = ninety_days
    for operation in operations.values():
        running = (operation.fire[:, 1:] > 0.5) & (operation.fire[:, :-1] > 0.5)
        assert np.abs(np.diff(operation.load))[running].max() < 0.055  # share a minute; the largest is the coupling of a turbine


def test_the_night_asks_for_less_than_the_evening(ninety_days):
    t_ms, operations = ninety_days
    hour = ((t_ms + 5 * 3_600_000) % DAY_MS) // 3_600_000
    load = operations["gres-1"].load.mean(axis=0)
    assert load[hour == 18].mean() > load[hour == 3].mean() + 0.06


def test_heat_plants_follow_the_cold():
    winter = operate("tets-2", T0 + np.arange(0, 20 * DAY_MS, 600_000)).load.mean()
    summer = operate("tets-2", T0 - 140 * DAY_MS + np.arange(0, 20 * DAY_MS, 600_000)).load.mean()
    assert winter > summer + 0.05


def test_only_the_second_stack_of_tets_3_switches_fuel(ninety_days):
    _, operations = ninety_days
    share = operations["tets-3"].gas_share
    assert (share[:3] == 0).all()
    assert share[3:].min() == 0
    assert share[3:].max() == 1
    assert 0.1 < share[3:].mean() < 0.7
    assert np.abs(np.diff(share)).max() < 0.06
    assert (operations["tets-1"].gas_share == 1).all()
