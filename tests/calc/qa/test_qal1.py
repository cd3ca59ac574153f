"""QAL1: combined uncertainties against their formula at 50 digits, the margin of a quarter, the certified range."""

import mpmath as mp
import numpy as np
import pytest

from tynys.calc.qa.qal1 import COMBUSTION, WASTE, Contribution, Distribution, budget, range_fit
from tynys.domain.component import Certainty

PARTS = (
    Contribution("lack of fit", 1.8, Distribution.RECTANGULAR),
    Contribution("zero drift", 2.4, Distribution.RECTANGULAR),
    Contribution("repeatability", 0.9),
    Contribution("temperature", 1.5, Distribution.TRIANGULAR),
)


def test_uncorrelated_contributions_add_in_squares():
    with mp.workdps(50):
        expected = mp.sqrt(mp.mpf("1.8") ** 2 / 3 + mp.mpf("2.4") ** 2 / 3 + mp.mpf("0.9") ** 2 + mp.mpf("1.5") ** 2 / 6)
    got = budget(PARTS, elv=50.0, permitted_uncertainty_pct=20.0)
    assert got.combined == pytest.approx(float(expected), rel=1e-15)
    assert got.expanded == pytest.approx(1.96 * float(expected))
    assert got.expanded_pct == pytest.approx(1.96 * float(expected) / 50 * 100)


def test_fully_correlated_contributions_add_plainly():
    got = budget(PARTS[:2], elv=50.0, permitted_uncertainty_pct=20.0, correlation=np.ones((2, 2)))
    assert got.combined == pytest.approx((1.8 + 2.4) / 3**0.5)


@pytest.mark.parametrize(("expanded_pct", "passes"), [(22.4, True), (22.6, False)])
def test_a_quarter_of_what_is_permitted_is_left_to_the_plant(expanded_pct, passes):
    got = budget([Contribution("all", expanded_pct / 1.96)], elv=100.0, permitted_uncertainty_pct=30.0)
    assert got.allowed_pct == 22.5
    assert got.passed is passes


@pytest.mark.parametrize(
    ("high", "rule", "fits"), [(500.0, COMBUSTION, True), (501.0, COMBUSTION, False), (300.0, WASTE, True), (301.0, WASTE, False)]
)
def test_a_certified_range_reaches_no_further_than_its_rule(high, rule, fits):
    got = range_fit(high, 200.0, rule)
    assert got.fits is fits
    assert got.certainty is Certainty.TO_CONFIRM
