"""The autoregression against 50 digits, against simulation, and at the edges of what it is defined for."""

import itertools
import math

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tynys.calc.ar1 import LEAST_PAIRS, Ar1, exceedance, fit_ar1, remaining_mean

PHI = [0.0, 1e-300, 1e-12, 0.2, 0.5, 0.9, 0.99, 0.999, 1 - 1e-5, 1 - 1e-7, 1 - 1e-9, 1 - 1e-13, 1.0]
STEPS = [1, 2, 10, 119, 5000]
GAPS = [0, 1, 7]


def oracle(process, newest, steps, gap):
    """Expectation and variance written out innovation by innovation, at 50 digits."""
    phi, sigma, mean = mpmath.mpf(process.phi), mpmath.mpf(process.sigma), mpmath.mpf(process.mean)
    powers = [mpmath.mpf(1)]
    while len(powers) < steps + gap + 1:
        powers.append(powers[-1] * phi)
    expected = mean + (newest - mean) * mpmath.fsum(powers[gap + 1 : gap + steps + 1]) / steps
    sums = [mpmath.mpf(0)]
    for power in powers:
        sums.append(sums[-1] + power)
    # the innovation i steps ahead adds phi^(j - i) to every later step j of those that count, gap < j <= gap + steps
    weights = [(sums[gap + steps - i + 1] - (sums[gap - i + 1] if i <= gap else 0)) / steps for i in range(1, gap + steps + 1)]
    return expected, sigma * mpmath.sqrt(mpmath.fsum(w * w for w in weights))


@pytest.mark.parametrize("phi", PHI)
@pytest.mark.parametrize("steps", STEPS)
@pytest.mark.parametrize("gap", GAPS)
def test_the_closed_form_holds_to_eleven_digits_for_any_return_to_the_mean(phi, steps, gap):
    process = Ar1(180.0, phi, 5.0)
    with mpmath.workdps(50):
        expected, sd = oracle(process, 230.0, steps, gap)
        found = remaining_mean(process, 230.0, steps, gap=gap)
        assert abs(found[0] - expected) <= 1e-11 * abs(expected)
        assert abs(found[1] - sd) <= 1e-11 * sd


def test_the_worked_example_of_a_window_half_gone():
    expected, sd = remaining_mean(Ar1(180.0, 0.9, 5.0), 230.0, 10)
    assert (round(expected, 4), round(sd, 4)) == (209.3095, 7.1082)
    assert round(exceedance(expected, sd, 210.0), 4) == 0.4613


@pytest.mark.parametrize(("phi", "gap"), [(0.0, 0), (0.9, 0), (0.9, 4), (1.0, 0)])
def test_a_simulation_agrees(phi, gap):
    paths, steps = 200_000, 10
    noise = np.random.default_rng(20_241_126).normal(0.0, 5.0, (gap + steps, paths))
    value, total = np.full(paths, 230.0), np.zeros(paths)
    for step, each in enumerate(noise):
        value = 180.0 + phi * (value - 180.0) + each
        total += value if step >= gap else 0.0
    means = total / steps
    expected, sd = remaining_mean(Ar1(180.0, phi, 5.0), 230.0, steps, gap=gap)
    assert means.mean() == pytest.approx(expected, abs=4 * sd / math.sqrt(paths))
    assert means.std() == pytest.approx(sd, rel=0.01)
    bound = expected + 0.4 * sd
    assert (means > bound).mean() == pytest.approx(exceedance(expected, sd, bound), abs=4 * 0.5 / math.sqrt(paths))


@settings(max_examples=60, deadline=None)
@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.integers(1, 120), st.floats(-50, 50))
def test_it_bends_nowhere_between_one_return_to_the_mean_and_the_next(phi, other, steps, away):
    low, high = (remaining_mean(Ar1(0.0, each, 1.0), away, steps) for each in sorted((phi, other)))
    assert abs(low[0]) <= abs(high[0]) * (1 + 1e-11) + 1e-300
    assert low[1] <= high[1] * (1 + 1e-11)


@settings(max_examples=60, deadline=None)
@given(st.floats(-100, 100), st.floats(0, 50), st.floats(-100, 100), st.floats(0, 30))
def test_a_higher_bound_is_never_likelier_to_be_exceeded(expected, sd, bound, more):
    assert 0.0 <= exceedance(expected, sd, bound + more) <= exceedance(expected, sd, bound) <= 1.0


def test_the_far_tail_keeps_its_digits():
    with mpmath.workdps(50):
        exact = mpmath.erfc(mpmath.mpf(8) / mpmath.sqrt(2)) / 2
    assert exceedance(0.0, 1.0, 8.0) == pytest.approx(float(exact), rel=1e-13)


def test_without_spread_only_what_lies_above_exceeds():
    assert [exceedance(x, 0.0, 200.0) for x in (199.0, 200.0, 200.5)] == [0.0, 0.0, 1.0]


def simulated(process, n, seed):
    noise = np.random.default_rng(seed).normal(0.0, process.sigma, n)
    value = np.empty(n)
    now = process.mean
    for i, each in enumerate(noise):
        now = process.mean + process.phi * (now - process.mean) + each
        value[i] = now
    return value


@pytest.mark.parametrize("phi", [0.0, 0.5, 0.9])
def test_a_long_record_gives_its_process_back(phi):
    found = fit_ar1(simulated(Ar1(180.0, phi, 5.0), 20_000, 7))
    assert found.phi == pytest.approx(phi, abs=0.02)
    assert found.sigma == pytest.approx(5.0, rel=0.02)
    assert found.mean == pytest.approx(180.0, abs=1.5)


def test_a_single_flushing_does_not_become_the_plant():
    steps = simulated(Ar1(180.0, 0.6, 5.0), 40, 3)
    flushed = steps.copy()
    flushed[20] = 9000.0
    clean, spoiled = fit_ar1(steps), fit_ar1(flushed)
    assert spoiled.mean == pytest.approx(clean.mean, abs=3.0)
    assert spoiled.sigma < 2 * clean.sigma
    assert np.std(flushed) > 100 * clean.sigma


def test_a_gap_is_bridged_by_nobody():
    steps = simulated(Ar1(180.0, 0.9, 5.0), 200, 5)
    steps[80:120] = np.nan
    pairs = [(a, b) for a, b in itertools.pairwise(steps) if math.isfinite(a) and math.isfinite(b)]
    mean = np.nanmean(steps)
    first, second = (np.array(side) - mean for side in zip(*pairs, strict=True))
    assert fit_ar1(steps).phi == pytest.approx(2 * (first * second).sum() / ((first**2).sum() + (second**2).sum()), rel=1e-12)


@pytest.mark.parametrize("steps", [[], [1.0], [1.0] * LEAST_PAIRS, [np.nan] * 40, [1.0, np.nan] * 20, [np.inf, 1.0] * 20])
def test_too_few_neighbours_tell_nothing(steps):
    assert fit_ar1(np.array(steps, np.float64)) is None


def test_steps_that_do_not_differ_go_on_without_spread():
    assert fit_ar1(np.full(40, 123.4)) == Ar1(123.4, 1.0, 0.0)
    assert fit_ar1(np.zeros(40)) == Ar1(0.0, 1.0, 0.0)


def test_a_signal_that_jumps_to_and_fro_is_held_for_one_without_memory():
    found = fit_ar1(np.array([100.0, 140.0] * 20))
    assert found.phi == 0.0
    assert found.sigma == pytest.approx(20.0, rel=0.03)


@settings(max_examples=40, deadline=None)
@given(st.integers(-800, 800), st.integers(0, 2**32 - 1))
def test_the_unit_changes_nothing(exponent, seed):
    steps = np.random.default_rng(seed).normal(3.0, 1.0, 40)
    one, other = fit_ar1(steps), fit_ar1(np.ldexp(steps, exponent))
    assert other == Ar1(math.ldexp(one.mean, exponent), one.phi, math.ldexp(one.sigma, exponent))


@pytest.mark.parametrize(("steps", "gap"), [(0, 0), (-1, 0), (3, -1)])
def test_a_window_without_steps_to_come_is_refused(steps, gap):
    with pytest.raises(ValueError, match="expected at least one step"):
        remaining_mean(Ar1(1.0, 0.5, 1.0), 1.0, steps, gap=gap)
