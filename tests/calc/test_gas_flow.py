"""Measured flow against the formulas worked at 50 digits."""

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tynys.calc.gas_flow import density_kg_m3, dry_molar_mass_g_mol, flow_of_velocity_m3_h, pitot_velocity_m_s, wet_molar_mass_g_mol


def one(value):
    return np.array([value], np.float64)


def test_volume_is_velocity_times_area_times_profile():
    assert flow_of_velocity_m3_h(one(20.0), 50.0, 0.95)[0] == pytest.approx(3_420_000.0, rel=1e-15)


@pytest.mark.parametrize("area", [0.0, -1.0, np.nan])
def test_without_a_section_there_is_no_flow(area):
    assert np.isnan(flow_of_velocity_m3_h(one(20.0), area))[0]


def test_dry_air_weighs_what_the_tables_say():
    # 20.95 % O2 and the rest nitrogen: 28.85 g/mol; the argon of air makes it 28.96 (ISO 2533)
    assert dry_molar_mass_g_mol(one(20.95), one(0.04))[0] == pytest.approx(28.85, abs=0.01)
    # ISO 2533 standard atmosphere: 1.225 kg/m3 at 15 °C and 101.325 kPa for 28.964 g/mol
    assert density_kg_m3(one(28.964420), one(15.0), one(101.325))[0] == pytest.approx(1.225, abs=1e-4)


@pytest.mark.parametrize(("o2", "co2", "h", "t", "p", "dp", "k"), [(6.5, 12.8, 9.5, 138.0, 97.2, 0.152, 0.84), (0, 0, 0, 20, 101, 1e-6, 1)])
def test_a_pitot_tube_is_read_to_the_last_bits(o2, co2, h, t, p, dp, k):
    with mp.workdps(50):
        o, c, w, tt, pp, d, kk = (mp.mpf(v) for v in (o2, co2, h, t, p, dp, k))
        dry = (o * mp.mpf(31.9988) + c * mp.mpf(44.0095) + (100 - o - c) * mp.mpf(28.0134)) / 100
        wet = dry * (1 - w / 100) + mp.mpf(18.0153) * w / 100
        rho = pp * wet / (mp.mpf(8.314462618) * (tt + mp.mpf(273.15)))
        velocity = kk * mp.sqrt(2000 * d / rho)
    made = wet_molar_mass_g_mol(dry_molar_mass_g_mol(one(o2), one(co2)), one(h))
    assert made[0] == pytest.approx(float(wet), rel=1e-15)
    dense = density_kg_m3(made, one(t), one(p))
    assert dense[0] == pytest.approx(float(rho), rel=1e-15)
    assert pitot_velocity_m_s(one(dp), dense, k)[0] == pytest.approx(float(velocity), rel=1e-15)


def test_gas_that_flows_back_has_a_negative_velocity():
    assert pitot_velocity_m_s(one(-0.2), one(0.8), 0.84)[0] == -pitot_velocity_m_s(one(0.2), one(0.8), 0.84)[0]


@given(st.floats(1.0, 60.0), st.floats(0.0, 0.3))
def test_the_mean_differential_gives_the_root_mean_square_velocity(mean, spread):
    velocities = mean * np.array([1 - spread, 1 + spread])
    differential = velocities**2 * 0.8 / 2000.0
    read = pitot_velocity_m_s(one(differential.mean()), one(0.8), 1.0)[0]
    assert read == pytest.approx(mean * np.sqrt(1 + spread**2), rel=1e-12)


@pytest.mark.parametrize(
    ("kernel", "usual"),
    [
        (flow_of_velocity_m3_h, (20.0, 50.0, 1.0)),
        (dry_molar_mass_g_mol, (6.0, 12.0)),
        (wet_molar_mass_g_mol, (30.0, 9.0)),
        (density_kg_m3, (29.0, 140.0, 98.0)),
        (pitot_velocity_m_s, (0.15, 0.8, 0.84)),
    ],
)
@given(extreme=st.sampled_from([np.nan, np.inf, -np.inf, 1e308, -1e308, 5e-324, 0.0, -1.0, 101.0]), place=st.integers(0, 2))
def test_no_number_breaks_a_measured_flow(kernel, usual, extreme, place):
    values = [one(v) for v in usual]
    values[place % len(values)] = one(extreme)
    got = kernel(*values)
    assert not np.isinf(got).any()
    assert np.isfinite(extreme) or np.isnan(got[0])
