"""Randomness is a pure function of seed, stream and instant."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tynys.sim.physics.noise import gaussian, streams, uniform, wander

T0 = 1_795_478_400_000


@given(st.integers(0, 2**31), st.lists(st.integers(0, 2**41), min_size=1, max_size=20))
def test_any_order_and_any_company_give_the_same_numbers(seed, moments):
    stream = streams(seed, ["so2", "no"])
    together = gaussian(stream, np.array(moments))
    alone = np.hstack([gaussian(stream, np.array([moment])) for moment in moments])
    assert np.array_equal(together, alone)


def test_bell_shaped_numbers_have_mean_zero_and_variance_one():
    values = gaussian(streams(1, ["a", "b", "c"]), np.arange(200_000))
    assert np.abs(values.mean(axis=1)).max() < 0.01
    assert np.abs(values.std(axis=1) - 1).max() < 0.01
    assert np.abs(np.corrcoef(values) - np.eye(3)).max() < 0.02
    assert abs(np.corrcoef(values[0, 1:], values[0, :-1])[0, 1]) < 0.02


def test_even_numbers_fill_the_unit_interval():
    values = uniform(streams(7, ["x"]), np.arange(100_000))
    assert values.min() >= 0
    assert values.max() < 1
    assert abs(values.mean() - 0.5) < 0.01


def test_seeds_and_names_give_different_streams():
    numbers = {int(streams(seed, [name])[0, 0]) for seed in range(20) for name in ("so2", "no", "co")}
    assert len(numbers) == 60


def test_wandering_noise_is_smooth_and_keeps_its_spread():
    t_ms = T0 + np.arange(0, 40 * 3_600_000, 1000)
    values = wander(streams(3, ["load"]), t_ms, 3_600_000)[0]
    assert np.abs(np.diff(values)).max() < 0.01
    assert 0.4 < values.std() < 1.4
