"""Stoichiometry against the handbook's and the reference notes' numbers, which were worked out elsewhere."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tynys.sim.physics.boiler import Boilers
from tynys.sim.physics.dispatch import Operation
from tynys.sim.physics.fuel import EKIBASTUZ, M_SO2, MOLAR_VOLUME_NM3_KMOL, coal_now
from tynys.sim.physics.noise import streams
from tynys.sim.physics.weather import Weather
from tynys.sim.plants.almaty import TETS_1
from tynys.sim.plants.ekibastuz import GRES_1

T = np.array([1_795_503_600_000])


def full_load(plant, coal=None):
    """Flue gas of every unit at full load in dry air of 10 °C."""
    n = len(plant.units)
    ones = np.ones((n, 1))
    gas = ones * float(plant.units[0].fuels == ("gas",))
    operation = Operation(load=ones, heat=ones, fire=ones, fan=ones, gas_share=gas)
    outside = Weather(np.array([10.0]), np.array([99.4]), np.array([0.0]))
    mean = coal_now(coal or plant.coal, streams(1, ["a", "b", "c"]), T)
    return Boilers(plant, 1)(T, operation, mean, outside), mean


def dry_nm3_s(flue, o2_share):
    """Dry gas in Nm³/s, brought to a reference oxygen by adding or taking air."""
    dry = flue.co2 + flue.so2 + flue.n2 + flue.o2
    air = (o2_share * dry - flue.o2) / (0.2095 - o2_share)
    return (dry + air) * MOLAR_VOLUME_NM3_KMOL


def test_a_500_mw_unit_burns_about_303_tonnes_of_coal_an_hour():
    flue, _ = full_load(GRES_1)
    assert flue.coal_kg_s[0, 0] * 3.6 == pytest.approx(303, rel=0.04)


def test_a_kilogram_of_handbook_coal_gives_6_08_cubic_metres_at_six_percent_oxygen():
    flue, coal = full_load(GRES_1)
    as_burnt = dry_nm3_s(flue, 0.06) / flue.coal_kg_s
    as_handbook = as_burnt * EKIBASTUZ.carbon_pct / 100 / coal.carbon
    assert as_handbook[0, 0] == pytest.approx(6.08, rel=0.035)  # the handbook counts no unburnt carbon


def test_sulphur_of_half_to_eight_tenths_of_a_percent_spans_the_published_concentrations():
    for sulphur, expected in ((0.5, 1611), (0.8, 2578)):
        flue, coal = full_load(GRES_1, replace(EKIBASTUZ, sulphur_pct=sulphur))
        mg = flue.so2 * M_SO2 * 1e6 / dry_nm3_s(flue, 0.06)
        as_handbook = mg * (sulphur / 100 / coal.sulphur) * (coal.carbon / (EKIBASTUZ.carbon_pct / 100))
        assert as_handbook[0, 0] == pytest.approx(expected, rel=0.04)


def test_coal_gas_holds_about_19_percent_carbon_dioxide_without_excess_air():
    flue, _ = full_load(GRES_1)
    dry = flue.co2 + flue.so2 + flue.n2 + flue.o2
    co2, o2 = flue.co2 / dry, flue.o2 / dry
    assert (co2 * 0.2095 / (0.2095 - o2))[0, 0] == pytest.approx(0.188, abs=0.006)


def test_natural_gas_holds_just_under_12_percent_carbon_dioxide_without_excess_air():
    flue, _ = full_load(TETS_1)
    dry = flue.co2 + flue.so2 + flue.n2 + flue.o2
    assert (flue.co2 / dry * 0.2095 / (0.2095 - flue.o2 / dry))[0, 0] == pytest.approx(0.118, abs=0.002)


def test_carbon_in_equals_carbon_out():
    flue, coal = full_load(GRES_1)
    ash_carbon = (flue.fly + flue.slag) * flue.carbon_pct / 100
    out = (flue.co2 + flue.co) * 12.011 + ash_carbon
    assert out == pytest.approx(flue.coal_kg_s * coal.carbon, rel=1e-9)


def test_ash_in_equals_ash_out():
    flue, coal = full_load(GRES_1)
    assert (flue.fly + flue.slag) * (1 - flue.carbon_pct / 100) == pytest.approx(flue.coal_kg_s * coal.ash, rel=1e-9)


def test_oxygen_atoms_balance():
    flue, coal = full_load(GRES_1)
    air_o2 = (
        flue.o2 + flue.co2 + flue.co + flue.so2 + coal.hydrogen * flue.coal_kg_s / 1.008 / 4 - coal.oxygen * flue.coal_kg_s / (2 * 15.999)
    )
    n2_air = flue.n2 - coal.nitrogen * flue.coal_kg_s / (2 * 14.007)
    assert air_o2 / n2_air == pytest.approx(0.2095 / 0.7905, rel=1e-3)
