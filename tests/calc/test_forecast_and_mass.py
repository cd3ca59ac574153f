"""The forecast and the mass rate against worked numbers."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tynys.calc import forecast
from tynys.calc.ar1 import Ar1, exceedance, fit_ar1, remaining_mean
from tynys.calc.forecast import forecast_window
from tynys.calc.mass import mass_rate_g_s, mass_t


def test_what_the_rest_of_the_window_may_still_average():
    ahead = forecast_window(190.0, 0.5, 230.0, 200.0)  # T = 20, t = 10, m = 190, L = 200: R = 210
    assert ahead.permissible_remaining == pytest.approx(210.0)
    assert ahead.forecast == pytest.approx(210.0)


@given(st.floats(0, 1e4), st.floats(0.01, 0.99), st.floats(0, 1e4), st.floats(1, 1e4))
def test_holding_the_permissible_mean_ends_exactly_at_the_limit(mean, share, current, limit):
    ahead = forecast_window(mean, share, current, limit)
    if ahead.permissible_remaining > 0:
        ends = forecast_window(mean, share, ahead.permissible_remaining, limit).forecast
        assert ends == pytest.approx(limit, rel=1e-9, abs=1e-6)
    else:
        assert share * mean >= limit * (1 - 1e-12)


def test_a_window_that_is_over_allows_nothing_more():
    assert forecast_window(190.0, 1.0, 230.0, 200.0).permissible_remaining is None
    assert forecast_window(190.0, 1.0, 230.0, 200.0).forecast == 190.0
    assert [forecast_window(mean, 1.0, None, 200.0).exceedance_probability for mean in (190.0, 200.0, 201.0)] == [0.0, 0.0, 1.0]
    assert forecast_window(500.0, 0.9, 500.0, 200.0).permissible_remaining == 0.0


def test_nothing_measured_foretells_nothing():
    ahead = forecast_window(None, 0.5, 230.0, 200.0)
    assert (ahead.forecast, ahead.permissible_remaining, ahead.exceedance_probability) == (None, None, None)


def test_the_worked_window_exceeds_with_the_probability_of_the_closed_form(monkeypatch):
    monkeypatch.setattr(forecast, "fit_ar1", lambda _: Ar1(180.0, 0.9, 5.0))  # μ = 180, φ = 0.9, σ = 5, now 230
    ahead = forecast.forecast_window(190.0, 0.5, None, 200.0, recent=np.array([230.0]), steps_left=10)
    assert round(ahead.exceedance_probability, 4) == 0.4613
    assert ahead.forecast == pytest.approx(0.5 * 190.0 + 0.5 * 209.3095, abs=1e-4)


def test_steps_without_a_newest_one_are_gone_on_from_the_last_known():
    steps = np.random.default_rng(2).normal(180.0, 5.0, 40)
    lost = np.append(steps, [np.nan] * 3)
    expected, sd = remaining_mean(fit_ar1(lost), steps[-1], 10, gap=3)
    ahead = forecast_window(190.0, 0.5, 230.0, 186.0, recent=lost, steps_left=10)
    assert ahead.forecast == pytest.approx(95.0 + expected / 2, rel=1e-14)
    assert ahead.exceedance_probability == pytest.approx(exceedance(expected, sd, 182.0), rel=1e-12)


@given(st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=60), st.floats(-10, 1e4), st.floats(0, 1), st.integers(0, 20))
def test_whatever_the_steps_are_a_probability_is_one_or_is_not_said(steps, mean, share, left):
    ahead = forecast_window(mean, share, None, 200.0, recent=np.array(steps, np.float64), steps_left=left)
    assert ahead.exceedance_probability is None or 0.0 <= ahead.exceedance_probability <= 1.0
    assert math.isfinite(ahead.forecast)


def test_without_a_present_value_the_mean_so_far_goes_on():
    assert forecast_window(190.0, 0.3, None, None).forecast == pytest.approx(190.0)


def test_mass_is_concentration_times_flow():
    rate = mass_rate_g_s(np.array([180.0]), np.array([1.95e6]))
    assert rate[0] * 3.6 == pytest.approx(351.0)  # kg/h
    assert mass_t(rate, np.array([3600.0]))[0] == pytest.approx(0.351)


def test_mass_of_a_negative_factor_is_zero_and_of_an_absent_one_absent():
    conc = np.array([-1.0, 1.0, np.nan, np.nan])
    flow = np.array([5.0, -5.0, 5.0, -5.0])
    assert mass_rate_g_s(conc, flow).tolist()[:2] == [0.0, 0.0]
    assert np.isnan(mass_rate_g_s(conc, flow)[2:]).all()
