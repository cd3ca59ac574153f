"""Statistics of the benchmarks: against NumPy's nearest rank, and a clock the test moves."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.timing import in_turn, median, quantile

FINITE = st.floats(allow_nan=False, allow_infinity=False)


@given(st.lists(FINITE, min_size=1), st.floats(min_value=0.001, max_value=1.0))
def test_a_quantile_is_numpys_inverted_distribution(values, share):
    assert quantile(values, share) == np.quantile(values, share, method="inverted_cdf")


@pytest.mark.parametrize(("values", "middle"), [([3.0], 3.0), ([4.0, 1.0, 9.0], 4.0), ([4.0, 1.0, 9.0, 5.0], 4.0)])
def test_the_median_was_really_measured(values, middle):
    assert median(values) == middle


@pytest.mark.parametrize("share", [0.0, -0.1, 1.01])
def test_a_share_outside_nought_to_one_is_refused(share):
    with pytest.raises(ValueError, match="share"):
        quantile([1.0], share)


def test_nothing_has_no_quantile():
    with pytest.raises(ValueError, match="at least one"):
        quantile([], 0.5)


class HandClock:
    """A clock that moves only when told to."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now

    def work(self, name, seconds, done):
        def run():
            done.append(name)
            self.now += seconds

        return run


def test_two_works_are_timed_in_turn_after_one_round_that_does_not_count():
    clock, done = HandClock(), []
    found = in_turn({"a": clock.work("a", 1.0, done), "b": clock.work("b", 2.0, done)}, seconds=0.0, least=3, clock=clock)
    assert found == {"a": [1.0] * 3, "b": [2.0] * 3}
    assert done == ["a", "b", "a", "b", "b", "a", "a", "b"]


def test_no_new_round_begins_when_the_time_is_over():
    clock, done = HandClock(), []
    found = in_turn({"a": clock.work("a", 1.0, done)}, seconds=7.5, least=2, clock=clock)
    assert found == {"a": [1.0] * 8}
