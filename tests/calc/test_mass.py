"""Rates, amounts and specific emissions, against worked numbers and fractions."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tynys.calc.mass import (
    amount_per_energy_g_kwh,
    concentration_mg_nm3,
    mass_rate_g_s,
    mass_t,
    removal_efficiency_pct,
    specific_emission_g_kwh,
    specific_emission_kg_gj,
    total_mass,
)

HOUR = 3600.0


def test_what_is_no_number_emits_no_number_and_no_flow_emits_nothing():
    conc = np.array([180.0, np.inf, 180.0, 0.0, 180.0])
    flow = np.array([0.0, 1e6, -np.inf, np.nan, 1e6])
    rate = mass_rate_g_s(conc, flow)
    assert rate[0] == 0.0
    assert np.isnan(rate[1:4]).all()
    assert rate[4] == 50.0


def test_a_rate_and_its_flow_give_the_concentration_back():
    rate = mass_rate_g_s(np.array([180.0]), np.array([1.95e6]))
    assert concentration_mg_nm3(rate, np.array([1.95e6]))[0] == pytest.approx(180.0, rel=1e-15)
    assert np.isnan(concentration_mg_nm3(rate, np.array([0.0])))[0]
    assert np.isnan(mass_t(rate, np.array([-1.0])))[0]


def test_an_amount_says_what_it_rests_on():
    rate = np.array([100.0, 50.0, np.nan, 70.0])
    made = total_mass(rate, np.array([HOUR, HOUR, HOUR, HOUR]), np.array([False, True, False, False]), method="last_valid")
    assert made.amount_t == pytest.approx(0.792)
    assert made.substituted_t == pytest.approx(0.18)
    assert (made.share_measured, made.share_substituted, made.share_missing) == (0.5, 0.25, 0.25)
    assert made.method == "last_valid"
    assert not made.complete


def test_only_time_in_operation_counts():
    made = total_mass(np.array([100.0, np.nan, 9999.0]), np.array([HOUR / 2, 0.0, -5.0]))
    assert made.amount_t == pytest.approx(0.18)
    assert made.operating_s == HOUR / 2
    assert made.share_measured == 1.0
    assert made.complete


def test_a_source_at_rest_emits_nothing_and_an_unknown_one_an_unknown_amount():
    rest = total_mass(np.array([np.nan]), np.array([0.0]))
    assert rest.amount_t == 0.0
    assert math.isnan(rest.share_measured)
    assert rest.complete
    assert math.isnan(total_mass(np.array([np.nan, np.inf]), np.array([HOUR, HOUR])).amount_t)


def test_a_negative_rate_counts_as_zero():
    assert total_mass(np.array([-5.0, 10.0]), np.array([HOUR, HOUR])).amount_t == pytest.approx(0.036)


@given(st.lists(st.tuples(st.floats(0, 1e4), st.integers(0, 3600)), min_size=1, max_size=30), st.randoms(use_true_random=False))
def test_an_amount_does_not_depend_on_the_order_of_its_windows(windows, random):
    rate, time = (np.array(column, np.float64) for column in zip(*windows, strict=True))
    made = total_mass(rate, time)
    order = list(range(len(windows)))
    random.shuffle(order)
    assert total_mass(rate[order], time[order]) == made or made.operating_s == 0
    exact = sum((Fraction(r) * Fraction(t) for r, t in windows), Fraction(0)) / 10**6
    assert made.amount_t == pytest.approx(float(exact), rel=1e-14)
    assert made.operating_s == 0 or made.share_measured + made.share_missing == pytest.approx(1.0)


def test_specific_emission_is_mass_over_energy():
    assert specific_emission_g_kwh(np.array([500.0]), np.array([500.0]))[0] == pytest.approx(3.6)
    assert specific_emission_kg_gj(np.array([500.0]), np.array([1250.0]))[0] == pytest.approx(0.4)  # 500 g and 1250 MJ a second
    assert amount_per_energy_g_kwh(np.array([43.2]), np.array([12_000.0]))[0] == pytest.approx(3.6)


@pytest.mark.parametrize("output", [0.0, -1.0, np.nan, np.inf])
@pytest.mark.parametrize("kernel", [specific_emission_g_kwh, specific_emission_kg_gj, amount_per_energy_g_kwh])
def test_without_output_there_is_no_specific_emission(kernel, output):
    assert np.isnan(kernel(np.array([1.0]), np.array([output])))[0]


def test_removal_is_what_does_not_leave():
    raw, clean = np.array([2000.0, 2000.0, 100.0, 0.0, -5.0, np.nan]), np.array([80.0, 0.0, 120.0, 5.0, 5.0, 5.0])
    made = removal_efficiency_pct(raw, clean)
    assert made[:3] == pytest.approx([96.0, 100.0, -20.0])
    assert np.isnan(made[3:]).all()


EXTREME = st.sampled_from([np.nan, np.inf, -np.inf, 1e308, -1e308, 5e-324, 0.0, -1.0, 3600.0])


@given(st.lists(st.tuples(EXTREME, EXTREME, st.booleans()), max_size=8))
def test_no_number_breaks_an_amount(windows):
    rate, time, filled = (np.array([w[i] for w in windows]) for i in range(3))
    made = total_mass(rate.astype(np.float64), time.astype(np.float64), filled.astype(np.bool_))
    assert not math.isinf(made.amount_t)
    assert math.isnan(made.amount_t) or made.amount_t >= 0
    shares = made.share_measured, made.share_substituted, made.share_missing
    assert all(math.isnan(s) for s in shares) or sum(shares) == pytest.approx(1.0)
