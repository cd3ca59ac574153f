"""Calculated flow against stoichiometry worked at 50 digits and against the American factors."""

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tynys.calc.combustion import (
    dry_gas_of_fuel_nm3_kg,
    f_factor_nm3_mj,
    flow_of_fuel_nm3_h,
    flow_of_heat_nm3_h,
    flow_of_load_nm3_h,
    oxygen_demand_nm3_kg,
    water_of_fuel_nm3_kg,
)

COAL = (43.0, 2.7, 0.7, 0.8, 7.0)
"""An ash-rich coal as fired: carbon, hydrogen, sulphur, nitrogen, oxygen. [mass %]"""


def one(value):
    return np.array([value], np.float64)


def worked(c, h, s, n, o, air=21):
    with mp.workdps(50):
        c, h, s, n, o = (mp.mpf(v) for v in (c, h, s, n, o))
        mc, mh, ms, mn, mo = (mp.mpf(v) for v in (12.0107, 1.00794, 32.065, 14.0067, 15.9994))
        volume = mp.mpf(22.414)
        demand = (c / mc + h / 4 / mh + s / ms - o / 2 / mo) * volume / 100
        gas = (c / mc + s / ms + n / 2 / mn) * volume / 100 + demand * (100 - mp.mpf(air)) / mp.mpf(air)
        return float(demand), float(gas)


def test_a_coal_gives_the_gas_its_elements_give():
    demand, gas = worked(*COAL)
    c, h, s, n, o = map(one, COAL)
    assert oxygen_demand_nm3_kg(c, h, s, o)[0] == pytest.approx(demand, rel=1e-15)
    assert dry_gas_of_fuel_nm3_kg(c, h, s, n, o)[0] == pytest.approx(gas, rel=1e-15)
    assert dry_gas_of_fuel_nm3_kg(*COAL, o2_air_pct=20.95) == pytest.approx(worked(*COAL, air=20.95)[1], rel=1e-15)


def test_pure_carbon_gives_as_much_dioxide_as_it_takes_oxygen():
    assert oxygen_demand_nm3_kg(one(100.0), 0.0, 0.0, 0.0)[0] == pytest.approx(22.414 / 12.0107)
    assert dry_gas_of_fuel_nm3_kg(one(100.0), 0.0, 0.0, 0.0, 0.0)[0] == pytest.approx(22.414 / 12.0107 / 0.21)


def test_methane_keeps_to_the_american_f_factor_of_natural_gas():
    """8710 dscf/mmBtu gross (40 CFR Part 75, Appendix F); methane's gross heat is 55.5 MJ/kg (ISO 6976)."""
    methane = dry_gas_of_fuel_nm3_kg(12.0107 / 16.0425 * 100, 4 * 1.00794 / 16.0425 * 100 * (1 - 1e-12), 0.0, 0.0, 0.0, o2_air_pct=20.9)
    assert methane / 55.5 == pytest.approx(f_factor_nm3_mj(8710.0), rel=0.02)


def test_the_american_factor_of_bituminous_coal_is_the_old_k_factor():
    """9780 dscf/mmBtu gross is 0.343 Nm³/MJ at 6 % O2, with the 20.9 % the American rule reckons with."""
    assert f_factor_nm3_mj(9780.0) * 20.9 / (20.9 - 6.0) == pytest.approx(0.343, abs=5e-4)


def test_hydrogen_and_moisture_make_vapour():
    assert water_of_fuel_nm3_kg(one(0.0), one(100.0))[0] == pytest.approx(22.414 / 18.0153)
    assert water_of_fuel_nm3_kg(one(100.0), one(0.0))[0] == pytest.approx(22.414 / 2.01588)


def test_fuel_and_heat_give_the_same_flow():
    gas = dry_gas_of_fuel_nm3_kg(*COAL)
    by_fuel = flow_of_fuel_nm3_h(one(250_000.0), gas, one(7.0))
    by_heat = flow_of_heat_nm3_h(one(250_000.0 * 16.75 / 3600.0), gas / 16.75, one(7.0))
    at_six = flow_of_heat_nm3_h(one(250_000.0 * 16.75 / 3600.0), gas / 16.75 * 21 / 15, one(7.0), factor_o2_pct=6.0)
    assert by_fuel[0] == pytest.approx(250_000 * worked(*COAL)[1] * 21 / 14, rel=1e-14)
    assert by_heat[0] == pytest.approx(by_fuel[0], rel=1e-14)
    assert at_six[0] == pytest.approx(by_fuel[0], rel=1e-14)
    assert flow_of_fuel_nm3_h(one(250_000.0), gas, one(7.0), burnt_share=0.98)[0] == pytest.approx(by_fuel[0] * 0.98, rel=1e-14)


@given(st.floats(0, 20.5), st.floats(0, 15))
def test_mass_does_not_depend_on_where_the_oxygen_is_measured(o2, later):
    """Dilution adds to the flow what it takes from the concentration."""
    flow = flow_of_fuel_nm3_h(one(1000.0), 5.0, np.array([o2, min(o2 + later, 20.9)]))
    concentration = 500.0 * (21 - np.array([o2, min(o2 + later, 20.9)])) / 21
    assert flow[0] * concentration[0] == pytest.approx(flow[1] * concentration[1], rel=1e-12)


def test_a_curve_is_straight_between_its_points_and_nothing_outside():
    got = flow_of_load_nm3_h(np.array([100.0, 200.0, 300.0, 99.0, 301.0, np.nan, np.inf]), (100, 300), (4e5, 1e6))
    assert got[:3].tolist() == [4e5, 7e5, 1e6]
    assert np.isnan(got[3:]).all()


@pytest.mark.parametrize(("loads", "flows"), [((1.0,), (1.0,)), ((1.0, 1.0), (1.0, 2.0)), ((2.0, 1.0), (1.0, 2.0)), ((1.0, 2.0), (1.0,))])
def test_a_curve_that_is_none_is_refused_in_words(loads, flows):
    with pytest.raises(ValueError, match="two points of rising load"):
        flow_of_load_nm3_h(one(1.0), loads, flows)


@pytest.mark.parametrize("shares", [(-1.0, 2.0, 0.0, 0.0, 0.0), (90.0, 9.0, 5.0, 0.0, 0.0), (np.nan, 1.0, 0.0, 0.0, 0.0)])
def test_an_analysis_that_cannot_be_gives_nothing(shares):
    assert np.isnan(dry_gas_of_fuel_nm3_kg(*shares))


@pytest.mark.parametrize(
    ("kernel", "usual"), [(flow_of_fuel_nm3_h, (1e5, 5.0, 7.0)), (flow_of_heat_nm3_h, (500.0, 0.26, 7.0)), (f_factor_nm3_mj, (9780.0,))]
)
@given(extreme=st.sampled_from([np.nan, np.inf, -np.inf, 1e308, 5e-324, 0.0, -1.0, 21.0, 25.0]), place=st.integers(0, 2))
def test_no_number_breaks_a_calculated_flow(kernel, usual, extreme, place):
    values = [one(v) for v in usual]
    values[place % len(values)] = one(extreme)
    got = kernel(*values)
    assert not np.isinf(got).any()
    assert np.isfinite(extreme) or np.isnan(got[0])
