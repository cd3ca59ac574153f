"""Uncertainty against numerical derivatives and sums at 50 digits, and the Guide's own tables and examples."""

import math

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tynys.calc.uncertainty import (
    combined_uncertainty,
    concentration_sensitivities,
    coverage_factor,
    effective_degrees_of_freedom,
    expanded_uncertainty,
    flow_sensitivities,
    mass_rate_sensitivities,
    mean_uncertainty,
    shared_correlation,
    specific_emission_sensitivities,
)


def one(value):
    return np.array([value], np.float64)


def derivatives(formula, at):
    """Partial derivatives of a formula at a point, by difference at 50 digits."""
    with mp.workdps(50):
        point = [mp.mpf(v) for v in at]
        return [
            float(mp.diff(lambda x, i=i: formula(*point[:i], x, *point[i + 1 :]), value, h=mp.mpf(10) ** -20))
            for i, value in enumerate(point)
        ]


def concentration(c, t, p, h, o):
    return c * (t + mp.mpf(273.15)) / mp.mpf(273.15) * mp.mpf(101.325) / p * 100 / (100 - h) * 15 / (21 - o)


def concentration_of_wet_oxygen(c, t, p, h, o):
    return concentration(c, t, p, h, o * 100 / (100 - h))


def flow(v, a, f, t, p, h):
    return v * a * f * 3600 * mp.mpf(273.15) / (t + mp.mpf(273.15)) * p / mp.mpf(101.325) * (100 - h) / 100


GASES = [(120.0, 140.0, 98.7, 9.5, 7.3), (0.0, 20.0, 101.0, 0.0, 0.0), (-3.0, 400.0, 60.0, 50.0, 9.9)]


@pytest.mark.parametrize("at", GASES)
@pytest.mark.parametrize(("wet", "formula"), [(False, concentration), (True, concentration_of_wet_oxygen)])
def test_sensitivities_of_a_concentration_are_its_derivatives(at, wet, formula):
    made = concentration_sensitivities(*map(one, at), o2_reference_pct=6.0, o2_wet=wet)
    assert made[:, 0] == pytest.approx(derivatives(formula, at), rel=1e-13, abs=1e-15)


@pytest.mark.parametrize("at", [(20.0, 50.0, 0.97, 138.0, 97.0, 9.5), (-1.0, 3.0, 1.0, -10.0, 105.0, 0.0)])
def test_sensitivities_of_a_flow_are_its_derivatives(at):
    v, a, f, t, p, h = at
    made = flow_sensitivities(one(v), a, f, one(t), one(p), one(h))
    assert made[:, 0] == pytest.approx(derivatives(flow, at), rel=1e-13)


def test_sensitivities_of_mass_and_specific_emission_are_their_derivatives():
    assert mass_rate_sensitivities(one(180.0), one(1.95e6))[:, 0] == pytest.approx(
        derivatives(lambda c, f: c * f / 3_600_000, (180.0, 1.95e6)), rel=1e-14
    )
    assert specific_emission_sensitivities(one(97.5), one(430.0))[:, 0] == pytest.approx(
        derivatives(lambda m, p: m * mp.mpf("3.6") / p, (97.5, 430.0)), rel=1e-14
    )


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_cannot_be_made_has_no_sensitivity(bad):
    assert np.isnan(concentration_sensitivities(one(bad), one(140.0), one(98.0), one(9.0), one(7.0), o2_reference_pct=6.0)).all()
    assert np.isnan(concentration_sensitivities(one(9.0), one(140.0), one(98.0), one(9.0), one(21.0), o2_reference_pct=6.0)).all()
    assert np.isnan(concentration_sensitivities(one(9.0), one(140.0), one(0.0), one(100.0), one(7.0), o2_reference_pct=6.0)).all()
    assert np.isnan(flow_sensitivities(one(bad), 50.0, 1.0, one(140.0), one(98.0), one(9.0))).all()
    assert np.isnan(flow_sensitivities(one(9.0), 50.0, 1.0, one(-300.0), one(0.0), one(100.0))).all()
    assert np.isnan(mass_rate_sensitivities(one(bad), one(1.0))).all()
    assert np.isnan(specific_emission_sensitivities(one(1.0), one(0.0))).all()


CORRELATION = np.array(
    [[1.0, 0.3, -0.2, 0.1, 0.0], [0.3, 1.0, 0.5, 0.0, 0.0], [-0.2, 0.5, 1.0, 0.0, 0.2], [0.1, 0, 0, 1, 0.6], [0, 0, 0.2, 0.6, 1]]
)
U = np.array([3.0, 1.5, 0.4, 0.6, 0.15])


def test_correlated_inputs_are_combined_as_the_guide_says():
    at = GASES[0]
    made = concentration_sensitivities(*map(one, at), o2_reference_pct=6.0)
    got = combined_uncertainty(made, U[:, np.newaxis], CORRELATION)[0]
    with mp.workdps(50):
        c = [mp.mpf(d) for d in derivatives(concentration, at)]
        u = [mp.mpf(v) for v in U]
        square = sum(c[i] * c[j] * u[i] * u[j] * mp.mpf(CORRELATION[i, j]) for i in range(5) for j in range(5))
    assert got == pytest.approx(float(mp.sqrt(square)), rel=1e-12)
    independent = combined_uncertainty(made, U[:, np.newaxis])[0]
    assert independent == pytest.approx(float(mp.sqrt(sum((a * b) ** 2 for a, b in zip(c, u, strict=True)))), rel=1e-12)
    assert combined_uncertainty(made, U[:, np.newaxis], np.eye(5))[0] == pytest.approx(independent, rel=1e-14)


def test_ten_resistors_calibrated_by_one_standard_add_up_in_full():
    """JCGM 100:2008, 5.2.2, example: ten resistors of 1000 Ω, each 100 mΩ, correlation 1: u = 1 Ω; independent 0.32 Ω."""
    ones = np.ones((10, 1))
    assert combined_uncertainty(ones, 0.1 * ones, np.ones((10, 10)))[0] == pytest.approx(1.0, rel=1e-12)
    assert combined_uncertainty(ones, 0.1 * ones)[0] == pytest.approx(0.32, abs=0.005)


def test_mass_whose_flow_falls_as_its_concentration_rises_is_surer():
    made = mass_rate_sensitivities(one(180.0), one(1.95e6))
    u = np.array([[9.0], [97_500.0]])  # 5 % each
    against = combined_uncertainty(made, u, np.array([[1.0, -1.0], [-1.0, 1.0]]))[0]
    assert against == pytest.approx(0.0, abs=1e-6)
    assert combined_uncertainty(made, u)[0] / 97.5 == pytest.approx(0.05 * math.sqrt(2), rel=1e-12)


@pytest.mark.parametrize(
    "wrong",
    [
        np.eye(3),
        np.array([[1.0, 0.5], [0.4, 1.0]]),
        np.array([[1.0, 1.5], [1.5, 1.0]]),
        np.array([[2.0, 0.0], [0.0, 2.0]]),
        np.array([[1.0, np.nan], [np.nan, 1.0]]),
    ],
)
def test_a_correlation_that_cannot_be_is_refused(wrong):
    with pytest.raises(ValueError, match="correlation matrix of 2 x 2"):
        combined_uncertainty(np.ones((2, 1)), np.ones((2, 1)), wrong)


def test_correlations_that_cannot_hold_together_are_refused():
    wrong = np.array([[1.0, 0.9, -0.9], [0.9, 1.0, 0.9], [-0.9, 0.9, 1.0]])
    with pytest.raises(ValueError, match="positive semidefinite"):
        combined_uncertainty(np.ones((3, 1)), np.ones((3, 1)), wrong)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -1.0])
def test_an_uncertainty_that_cannot_be_gives_none(bad):
    assert np.isnan(combined_uncertainty(np.ones((2, 1)), np.array([[bad], [1.0]])))[0]
    assert np.isnan(expanded_uncertainty(one(bad)))[0]
    assert math.isnan(mean_uncertainty(np.array([bad, 1.0])))


@pytest.mark.parametrize(("freedom", "k"), [(1, 12.71), (4, 2.78), (9, 2.26), (16, 2.12), (50, 2.01), (np.inf, 1.960), (16.7, 2.12)])
def test_coverage_factors_are_those_of_the_guides_table(freedom, k):
    """JCGM 100:2008, Table G.2, fraction 95 %; the effective degrees of freedom are truncated (G.4.1)."""
    assert coverage_factor(one(freedom))[0] == pytest.approx(k, abs=0.005)


def test_a_factor_for_no_freedom_is_none():
    assert np.isnan(coverage_factor(np.array([0.5, np.nan, -np.inf]))).all()


def test_welch_and_satterthwaite_agree_with_the_guides_example():
    """JCGM 100:2008, G.4.1, example 1: relative uncertainties 0.25, 0.57, 0.82 % with n = 10, 5, 15 give 19.0 degrees of freedom."""
    parts = np.array([[0.25], [0.57], [0.82]])
    assert combined_uncertainty(np.ones((3, 1)), parts)[0] == pytest.approx(1.03, abs=0.005)
    freedom = effective_degrees_of_freedom(np.ones((3, 1)), parts, np.array([9.0, 4.0, 14.0]))
    assert freedom[0] == pytest.approx(19.0, abs=0.05)
    assert expanded_uncertainty(one(1.03), np.array([19.0]))[0] == pytest.approx(2.2, abs=0.05)  # k = 2.09
    known = effective_degrees_of_freedom(np.ones((3, 1)), parts, np.full(3, np.inf))
    assert known[0] == np.inf
    assert np.isnan(effective_degrees_of_freedom(np.ones((3, 1)), parts, np.array([0.0, 4.0, 14.0])))[0]


def test_without_degrees_of_freedom_two_covers():
    assert expanded_uncertainty(one(3.5))[0] == 7.0


@given(st.lists(st.floats(0, 100), min_size=1, max_size=20), st.floats(0, 1))
def test_the_mean_of_correlated_readings_is_the_full_matrix_in_short(u, r):
    n = len(u)
    matrix = np.full((n, n), r) + (1 - r) * np.eye(n)
    whole = combined_uncertainty(np.full((n, 1), 1 / n), np.array(u)[:, np.newaxis], matrix)[0]
    assert mean_uncertainty(np.array(u), r) == pytest.approx(whole, rel=1e-9, abs=1e-12)


def test_independent_readings_gain_by_number_and_shared_errors_do_not():
    assert mean_uncertainty(np.full(100, 5.0)) == pytest.approx(0.5)
    assert mean_uncertainty(np.full(100, 5.0), 1.0) == pytest.approx(5.0)
    assert math.isnan(mean_uncertainty(np.empty(0)))
    with pytest.raises(ValueError, match="from 0 to 1"):
        mean_uncertainty(np.ones(2), -0.1)


def test_what_concentration_and_flow_share_cancels_in_their_mass():
    """Mass of a wet concentration at actual conditions and a velocity: c · v · A, whatever temperature, pressure and moisture are."""
    c, v, area, t, p, h = 120.0, 20.0, 50.0, 140.0, 98.7, 9.5
    u = np.array([3.0, 0.4, 4.0, 0.6, 0.9])[:, np.newaxis]  # of c, v, t, p, h
    by = concentration_sensitivities(one(c), one(t), one(p), one(h), one(0.0), o2_reference_pct=0.0)
    of_conc = np.stack([by[0], 0 * by[0], by[1], by[2], by[3]])
    fv = flow_sensitivities(one(v), area, 1.0, one(t), one(p), one(h))
    of_flow = np.stack([0 * fv[0], fv[0], fv[3], fv[4], fv[5]])
    r = shared_correlation(of_conc, of_flow, u)
    assert -1 < r[0] < 0
    state = 413.15 / 273.15 * 101.325 / 98.7 * 100 / 90.5
    rate = mass_rate_sensitivities(one(c * state), one(v * area * 3600 / state))
    both = np.stack([combined_uncertainty(of_conc, u), combined_uncertainty(of_flow, u)])
    matrix = np.stack([np.stack([np.ones(1), r]), np.stack([r, np.ones(1)])])
    mass = c * v * area / 1000.0
    assert combined_uncertainty(rate, both, matrix)[0] == pytest.approx(mass * math.hypot(3.0 / c, 0.4 / v), rel=1e-12)
    assert combined_uncertainty(rate, both)[0] > 1.1 * combined_uncertainty(rate, both, matrix)[0]


def test_results_that_share_nothing_are_not_correlated():
    u = np.array([[1.0], [2.0]])
    assert shared_correlation(np.array([[1.0], [0.0]]), np.array([[0.0], [3.0]]), u)[0] == 0.0
    assert shared_correlation(np.array([[1.0], [2.0]]), np.array([[2.0], [4.0]]), u)[0] == pytest.approx(1.0)
    assert shared_correlation(np.zeros((2, 1)), np.array([[2.0], [4.0]]), u)[0] == 0.0
    assert np.isnan(shared_correlation(np.ones((2, 1)), np.ones((2, 1)), np.array([[np.nan], [1.0]])))[0]


def test_a_matrix_for_each_window_may_be_missing_in_one_and_is_refused_where_it_cannot_be():
    ones = np.ones((2, 2))
    matrix = np.stack([np.eye(2), np.ones((2, 2)), np.array([[1.0, np.nan], [np.nan, 1.0]])], axis=-1)
    got = combined_uncertainty(np.ones((2, 3)), np.ones((2, 1)), matrix)
    assert got[:2] == pytest.approx([math.sqrt(2), 2.0])
    assert np.isnan(got[2])
    with pytest.raises(ValueError, match="correlation matrix"):
        combined_uncertainty(ones, ones, np.stack([np.eye(2), 2 * np.eye(2)], axis=-1))
    with pytest.raises(ValueError, match="correlation matrix"):
        combined_uncertainty(ones, ones, np.ones(2))


EXTREME = st.sampled_from([np.nan, np.inf, -np.inf, 1e308, -1e308, 1e160, 5e-324, 0.0, -1.0, 100.0, 21.0, -273.15])


@given(st.lists(EXTREME, min_size=6, max_size=6))
def test_no_number_breaks_a_sensitivity(values):
    c, t, p, h, o, _ = map(one, values)
    for made in (
        concentration_sensitivities(c, t, p, h, o, o2_reference_pct=6.0),
        concentration_sensitivities(c, t, p, h, o, o2_reference_pct=6.0, o2_wet=True),
        flow_sensitivities(c, 50.0, 0.97, t, p, h),
        mass_rate_sensitivities(c, p),
        specific_emission_sensitivities(c, p),
    ):
        assert not np.isinf(made).any()
        assert np.isnan(made).all() or np.isfinite(made).all()


@given(st.lists(EXTREME, min_size=3, max_size=3), st.lists(EXTREME, min_size=3, max_size=3), st.lists(EXTREME, min_size=3, max_size=3))
def test_no_number_breaks_an_uncertainty(sensitivities, uncertainties, freedom):
    c, u = np.array(sensitivities)[:, np.newaxis], np.array(uncertainties)[:, np.newaxis]
    for made in (combined_uncertainty(c, u), combined_uncertainty(c, u, np.ones((3, 3))), shared_correlation(c, c[::-1], u)):
        assert np.isnan(made[0]) or np.isfinite(made[0])
    dof = effective_degrees_of_freedom(c, u, np.array(freedom))[0]
    assert np.isnan(dof) or dof >= 0
    assert np.isnan(expanded_uncertainty(np.array([1.0]), np.array([dof]))[0]) or dof >= 1
    mean = mean_uncertainty(np.array(uncertainties), 0.5)
    assert math.isnan(mean) or math.isfinite(mean)
