"""Conversions against published and worked numbers (the vectors TV7 of the European reference, α from combustion practice)."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tynys.calc.reference import (
    excess_air_to_o2,
    flow_to_dry,
    flow_to_normal,
    mg_nm3_to_ppm,
    nox_as_no2,
    o2_to_excess_air,
    ppm_to_mg_nm3,
    to_dry,
    to_normal,
    to_reference_oxygen,
)
from tynys.domain.component import component


def one(value):
    return np.array([value], np.float64)


@pytest.mark.parametrize(("normal_kpa", "expected"), [(101.325, 225.4288), (101.3, 225.3732)])
def test_a_wet_hot_concentration_comes_to_reference_conditions(normal_kpa, expected):
    normal = to_normal(one(120.0), one(140.0), one(98.7), normal_kpa=normal_kpa)
    got = to_reference_oxygen(to_dry(normal, one(9.5)), one(7.3), 6.0, o2_highest_pct=21.0)
    assert got[0] == pytest.approx(expected, abs=5e-5)


def test_wet_oxygen_becomes_dry():
    assert to_dry(one(6.1), one(9.5))[0] == pytest.approx(6.740331, abs=5e-7)


def test_nitrogen_oxides_are_expressed_as_no2():
    assert nox_as_no2(one(120.0), one(8.0))[0] == pytest.approx(191.98459, abs=5e-6)


@pytest.mark.parametrize("split", [0.05, 0.3, 0.9])
def test_the_sum_does_not_depend_on_how_no_and_no2_were_split(split):
    total = 400.0
    no2, no = total * split, total * (1 - split) / (46.0055 / 30.0061)
    assert nox_as_no2(one(no), one(no2))[0] == pytest.approx(total)


def test_less_oxygen_than_the_reference_lowers_the_value():
    assert to_reference_oxygen(one(100.0), one(4.2), 6.0, o2_highest_pct=21.0)[0] == pytest.approx(89.2857, abs=5e-5)


@pytest.mark.parametrize(("id_", "factor"), [("so2", 2.8582), ("no2", 2.0525), ("no", 1.3387), ("co", 1.2497)])
def test_a_volume_share_weighs_what_the_tables_say(id_, factor):
    mass = component(id_).molar_mass_g_mol
    assert ppm_to_mg_nm3(one(1.0), mass)[0] == pytest.approx(factor, abs=5e-5)
    assert mg_nm3_to_ppm(ppm_to_mg_nm3(one(123.4), mass), mass)[0] == pytest.approx(123.4)


@pytest.mark.parametrize(("alpha", "o2"), [(1.4, 6.0), (1.271, 4.48), (1.45, 6.52), (2.373, 12.15), (16.043, 19.69), (1.0, 0.0)])
def test_excess_air_is_decoded_to_oxygen(alpha, o2):
    assert excess_air_to_o2(one(alpha))[0] == pytest.approx(o2, abs=0.03)


@pytest.mark.parametrize("alpha", [0.826, -14.737, 0.0, np.inf, np.nan])
def test_excess_air_that_cannot_be_gives_no_oxygen(alpha):
    assert np.isnan(excess_air_to_o2(one(alpha)))[0]


@given(st.floats(min_value=0.0, max_value=20.9))
def test_excess_air_goes_there_and_back(o2):
    assert excess_air_to_o2(o2_to_excess_air(one(o2)))[0] == pytest.approx(o2, abs=1e-9)


@pytest.mark.parametrize("o2", [20.5, 21.0, 25.0])
def test_oxygen_near_air_is_not_corrected(o2):
    assert np.isnan(to_reference_oxygen(one(10.0), one(o2), 6.0, o2_highest_pct=20.5))[0]


@pytest.mark.parametrize(
    ("t", "p", "h"), [(-300.0, 100.0, 5.0), (20.0, 0.0, 5.0), (20.0, -3.0, 5.0), (20.0, 100.0, 100.0), (20.0, 100.0, 130.0)]
)
def test_conditions_that_cannot_be_give_nothing_and_no_warning(t, p, h):
    assert np.isnan(to_dry(to_normal(one(10.0), one(t), one(p)), one(h)))[0]
    assert np.isnan(flow_to_dry(flow_to_normal(one(10.0), one(t), one(p)), one(h)))[0]


@given(st.floats(-20, 600), st.floats(60, 110), st.floats(0, 60), st.floats(0.1, 1e4), st.floats(0.1, 1e7))
def test_mass_does_not_depend_on_the_state_both_are_in(t, p, h, conc, flow):
    actual = conc * flow
    normal = to_dry(to_normal(one(conc), one(t), one(p)), one(h)) * flow_to_dry(flow_to_normal(one(flow), one(t), one(p)), one(h))
    assert normal[0] == pytest.approx(actual, rel=1e-12)
