"""Quantiles against the incomplete gamma and beta functions at 50 digits."""

import mpmath as mp
import pytest

from tynys.calc.qa.distributions import k_v, sigma_0, t_one_sided

SIZES = [2, 3, 5, 7, 10, 15, 18, 20, 30, 100]


@pytest.fixture(autouse=True)
def fifty_digits():
    with mp.workdps(50):
        yield


@pytest.mark.parametrize("n", SIZES)
def test_half_of_all_sample_variances_lie_below_k_v_squared(n):
    chi2 = mp.mpf(k_v(n)) ** 2 * (n - 1)
    assert float(mp.gammainc(mp.mpf(n - 1) / 2, 0, chi2 / 2, regularized=True)) == pytest.approx(0.5, abs=1e-14)


@pytest.mark.parametrize("n", SIZES)
def test_a_twentieth_of_all_values_lies_beyond_t(n):
    t, df = mp.mpf(t_one_sided(n)), mp.mpf(n - 1)
    beyond = mp.betainc(df / 2, mp.mpf(1) / 2, 0, df / (df + t * t), regularized=True) / 2
    assert float(beyond) == pytest.approx(0.05, abs=1e-14)


@pytest.mark.parametrize(("n", "k", "t"), [(3, 0.8326, 2.920), (5, 0.9161, 2.132), (15, 0.9761, 1.761), (30, 0.9885, 1.699)])
def test_the_printed_table_is_this_one(n, k, t):
    assert k_v(n) == pytest.approx(k, abs=5e-5)
    assert t_one_sided(n) == pytest.approx(t, abs=5e-4)


def test_a_permitted_uncertainty_is_a_half_width_of_95_percent():
    assert sigma_0(200.0, 20.0) == pytest.approx(20.4081633, abs=5e-8)
