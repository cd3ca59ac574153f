"""Conversions against published and worked numbers (the vectors TV7 of the European reference, α from combustion practice)."""

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tynys.calc import reference
from tynys.calc.reference import (
    excess_air_to_o2,
    flow_to_dry,
    flow_to_normal,
    flow_to_oxygen,
    flow_to_wet,
    mg_nm3_to_ppm,
    nox_as_no2,
    o2_to_excess_air,
    ppm_to_mg_nm3,
    to_actual,
    to_dry,
    to_normal,
    to_reference_oxygen,
    to_wet,
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


def test_the_german_rule_keeps_what_was_measured_at_or_below_the_reference():
    conc, oxygen = np.full(4, 100.0), np.array([4.2, 6.0, 6.1, np.nan])
    got = to_reference_oxygen(conc, oxygen, 6.0, o2_highest_pct=21.0, keep_at_or_below=True)
    assert got[:2].tolist() == [100.0, 100.0]
    assert got[2] == pytest.approx(1500 / 14.9)
    assert np.isnan(got[3])
    cleaned = np.array([True, False, True, True])
    chosen = to_reference_oxygen(conc, np.full(4, 4.2), 6.0, o2_highest_pct=21.0, keep_at_or_below=cleaned)
    assert chosen == pytest.approx([100.0, 89.285714285714, 100.0, 100.0])


@pytest.mark.parametrize("o2", [20.5, 20.9, 21.0, 25.0])
def test_a_capped_correction_grows_no_more(o2):
    assert to_reference_oxygen(one(10.0), one(o2), 6.0, o2_highest_pct=20.5, capped=True)[0] == pytest.approx(300.0)


def test_a_cap_at_the_oxygen_of_air_is_no_cap():
    assert np.isnan(to_reference_oxygen(one(10.0), one(21.0), 6.0, o2_highest_pct=25.0, capped=True))[0]


GAS = [(120.0, 140.0, 98.7, 9.5, 7.3, 6.0), (0.3, -5.0, 60.0, 0.0, 20.4, 3.0), (-2.5, 480.0, 110.0, 55.0, -0.2, 15.0)]


@pytest.mark.parametrize(("c", "t", "p", "h", "o2", "ref"), GAS)
def test_every_conversion_is_right_to_the_last_bits(c, t, p, h, o2, ref):
    with mp.workdps(50):
        m = [mp.mpf(v) for v in (c, t, p, h, o2, ref)]
        ratio = (m[1] + mp.mpf(reference.NORMAL_K)) / mp.mpf(reference.NORMAL_K) * mp.mpf(reference.NORMAL_KPA) / m[2]
        dry = 100 / (100 - m[3])
        expected = {
            "normal": m[0] * ratio,
            "actual": m[0] / ratio,
            "dry": m[0] * dry,
            "wet": m[0] / dry,
            "reference": m[0] * (21 - m[5]) / (21 - m[4]),
            "flow_normal": m[0] / ratio,
            "flow_dry": m[0] / dry,
            "flow_wet": m[0] * dry,
            "flow_oxygen": m[0] * (21 - m[4]) / (21 - m[5]),
        }
    got = {
        "normal": to_normal(one(c), one(t), one(p)),
        "actual": to_actual(one(c), one(t), one(p)),
        "dry": to_dry(one(c), one(h)),
        "wet": to_wet(one(c), one(h)),
        "reference": to_reference_oxygen(one(c), one(o2), ref, o2_highest_pct=21.0),
        "flow_normal": flow_to_normal(one(c), one(t), one(p)),
        "flow_dry": flow_to_dry(one(c), one(h)),
        "flow_wet": flow_to_wet(one(c), one(h)),
        "flow_oxygen": flow_to_oxygen(one(c), one(o2), ref),
    }
    for name, value in expected.items():
        assert got[name][0] == pytest.approx(float(value), rel=1e-15 * 4, abs=0.0), name


@given(st.floats(0.0, 20.9), st.floats(0.0, 90.0))
def test_oxygen_goes_from_wet_to_dry_and_back(o2, h2o):
    assert to_wet(to_dry(one(o2), one(h2o)), one(h2o))[0] == pytest.approx(o2, rel=1e-14)


KERNELS = {
    to_normal: (100.0, 140.0, 98.0),
    to_actual: (100.0, 140.0, 98.0),
    to_dry: (100.0, 9.0),
    to_wet: (100.0, 9.0),
    ppm_to_mg_nm3: (100.0, 64.0),
    mg_nm3_to_ppm: (100.0, 64.0),
    nox_as_no2: (100.0, 5.0),
    excess_air_to_o2: (1.4,),
    o2_to_excess_air: (6.0,),
    flow_to_normal: (1e6, 140.0, 98.0),
    flow_to_dry: (1e6, 9.0),
    flow_to_wet: (1e6, 9.0),
    flow_to_oxygen: (1e6, 7.0, 6.0),
}
EXTREME = st.sampled_from([np.nan, np.inf, -np.inf, 1e308, -1e308, 5e-324, 0.0, -0.0, 100.0, 21.0, -273.15])


@pytest.mark.parametrize(("kernel", "usual"), KERNELS.items(), ids=lambda k: getattr(k, "__name__", ""))
@given(extreme=EXTREME, place=st.integers(0, 2))
def test_no_number_breaks_a_conversion(kernel, usual, extreme, place):
    values = [one(v) for v in usual]
    values[place % len(values)] = one(extreme)
    got = kernel(*values)
    assert got.shape == (1,)
    assert not np.isinf(got[0])
    if not np.isfinite(extreme):
        assert np.isnan(got[0])
