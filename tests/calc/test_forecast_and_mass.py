"""The forecast and the mass rate against worked numbers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

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
    assert forecast_window(500.0, 0.9, 500.0, 200.0).permissible_remaining == 0.0


def test_nothing_measured_foretells_nothing():
    ahead = forecast_window(None, 0.5, 230.0, 200.0)
    assert (ahead.forecast, ahead.permissible_remaining) == (None, None)


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
