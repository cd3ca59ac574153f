"""The score of stated probabilities, against worked cases and fractions."""

from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tynys.calc.skill import QUANTILE_95, brier, groups, wilson_interval

CASES = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=60)


def arrays(cases):
    return np.array([p for p, _ in cases]), np.array([y for _, y in cases], np.bool_)


def test_a_worked_case():
    """Eight forecasts in three groups, by hand: stated .1, .6 and .9; came true 0 of 3, 2 of 3, 2 of 2."""
    stated = np.array([0.1, 0.1, 0.1, 0.6, 0.6, 0.6, 0.9, 0.9])
    made = brier(stated, np.array([0, 0, 0, 1, 1, 0, 1, 1], np.bool_))
    assert made.score == pytest.approx((3 * 0.01 + 2 * 0.16 + 0.36 + 2 * 0.01) / 8)
    assert made.reliability == pytest.approx((3 * 0.01 + 3 * (0.6 - 2 / 3) ** 2 + 2 * 0.01) / 8)
    assert made.resolution == pytest.approx((3 * 0.25 + 3 * (2 / 3 - 0.5) ** 2 + 2 * 0.25) / 8)
    assert made.uncertainty == 0.25
    assert made.within == pytest.approx(0.0, abs=1e-15)


@given(CASES)
def test_the_parts_are_those_of_whole_fractions(cases):
    stated, happened = arrays(cases)
    made = brier(stated, happened)
    n = len(cases)
    exact = sum((Fraction(p) - y) ** 2 for p, y in cases) / n
    assert made.score == pytest.approx(float(exact), abs=1e-15)
    by_tenth = {}
    for p, y in cases:
        by_tenth.setdefault(min(int(p * 10), 9), []).append((Fraction(p), y))
    frequency = Fraction(int(sum(happened)), n)
    reliability = resolution = Fraction(0)
    for members in by_tenth.values():
        stated_mean = sum(p for p, _ in members) / len(members)
        share = Fraction(sum(y for _, y in members), len(members))
        reliability += len(members) * (stated_mean - share) ** 2 / n
        resolution += len(members) * (share - frequency) ** 2 / n
    assert made.reliability == pytest.approx(float(reliability), abs=1e-14)
    assert made.resolution == pytest.approx(float(resolution), abs=1e-14)
    assert made.uncertainty == pytest.approx(float(frequency * (1 - frequency)), abs=1e-15)


@given(CASES)
def test_always_stating_the_frequency_scores_the_uncertainty(cases):
    _, happened = arrays(cases)
    made = brier(np.full(len(cases), happened.mean()), happened)
    assert made.score == pytest.approx(made.uncertainty, abs=1e-15)
    assert made.resolution == 0.0


def test_skill_is_one_for_the_perfect_nothing_for_the_same_and_negative_for_the_worse():
    happened = np.array([1, 0, 0, 1], np.bool_)
    always = brier(np.full(4, 0.5), happened)
    assert brier(happened.astype(float), happened).over(always) == 1.0
    assert always.over(always) == 0.0
    assert brier(1.0 - happened, happened).over(always) == -3.0
    assert np.isnan(always.over(brier(happened.astype(float), happened)))


def test_of_no_case_nothing_is_said():
    made = brier(np.empty(0), np.empty(0, np.bool_))
    assert made.count == 0
    assert np.isnan([made.score, made.reliability, made.resolution, made.uncertainty]).all()


def test_probabilities_are_grouped_by_tenths_and_one_belongs_to_the_last():
    made = groups(np.array([0.0, 0.05, 0.1, 0.95, 1.0]), np.array([0, 0, 1, 1, 0], np.bool_))
    assert made.count.tolist() == [2, 1, 2]
    assert made.stated.tolist() == pytest.approx([0.025, 0.1, 0.975])
    assert made.happened.tolist() == [0.0, 1.0, 0.5]


@pytest.mark.parametrize("wrong", [-0.1, 1.1, np.nan])
def test_what_is_no_probability_is_refused(wrong):
    with pytest.raises(ValueError, match="from 0 to 1"):
        groups(np.array([0.5, wrong]), np.array([1, 0], np.bool_))


def test_the_interval_of_a_share_is_wilsons():
    """Both ends solve |p - share| = z sqrt(p (1 - p) / n)."""
    with mpmath.workdps(50):
        z = mpmath.sqrt(2) * mpmath.erfinv(mpmath.mpf("0.95"))
        assert pytest.approx(float(z), rel=1e-15) == QUANTILE_95
        for share, n in ((0.0, 5), (0.25, 8), (0.9, 40), (1.0, 3)):
            low, high = (float(end[0]) for end in wilson_interval(np.array([share]), np.array([n])))
            for end in (low, high):
                gap = abs(mpmath.mpf(end) - mpmath.mpf(share)) - z * mpmath.sqrt(max(end * (1 - end), 0) / mpmath.mpf(n))
                assert abs(gap) < 1e-7 or end in {0.0, 1.0}
            assert 0.0 <= low <= share <= high <= 1.0
