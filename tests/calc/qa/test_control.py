"""Shewhart's rules and the EWMA against worked examples."""

import numpy as np
import pytest
from qa_vectors import DRIFT, floats

from tynys.calc.qa.control import ewma, shewhart


def test_the_worked_average_leaves_its_limits_at_the_ninth_check():
    got = ewma(DRIFT, s_ams=2.0, weight=0.25, width=3.0)
    assert got.z == pytest.approx([0.1, -0.225, 0.2812, 0.3609, 0.9957, 1.2968, 1.8226, 2.0169, 2.4877, 2.6408], abs=6e-5)
    assert got.limit[8] == pytest.approx(2.2614, abs=5e-5)
    assert got.alarm.tolist() == [False] * 8 + [True] * 2


def test_the_average_and_its_limits_begin_again_after_an_adjustment():
    got, fresh = ewma(DRIFT, s_ams=2.0, adjusted=np.arange(10) == 8), ewma(DRIFT[9:], s_ams=2.0)
    assert (got.z[9:] == fresh.z).all()
    assert (got.limit[9:] == fresh.limit).all()


@pytest.mark.parametrize(
    ("differences", "rules"),
    [
        ("0.5", ()),
        ("3.1", ("beyond_action",)),
        ("-3.1", ("beyond_action",)),
        ("3.0", ()),
        ("2.1 2.1", ("two_of_three",)),
        ("2.1 0.5 2.1", ("two_of_three",)),
        ("2.1 -2.1", ()),
        ("2.1 2.1 0.5", ()),
        ("1.1 1.1 0 1.1 1.1", ("four_of_five",)),
        ("-1.1 -1.1 -1.1 -1.1", ("four_of_five",)),
        ("1.1 1.1 0 0 1.1 1.1", ()),
        ("0.1 0.2 0.1 0.3 0.1 0.2 0.1 0.1", ("eight_on_one_side",)),
        ("0.1 0.2 0.1 0.3 0 0.2 0.1 0.1", ()),
        ("1.5 1.5 1.5 1.5 2.5 2.5 2.5 3.5", ("beyond_action", "two_of_three", "four_of_five", "eight_on_one_side")),
    ],
)
def test_the_last_check_breaks_these_rules(differences, rules):
    got = shewhart(2.0 * floats(differences), s_ams=2.0)
    assert got.rules[-1] == rules
    assert got.alarm[-1] == bool(rules)


def test_the_warning_line_is_no_alarm():
    got = shewhart(floats("2.5"), s_ams=1.0)
    assert got.warning.tolist() == [True]
    assert got.alarm.tolist() == [False]


def test_a_rule_does_not_look_back_beyond_an_adjustment():
    got = shewhart(floats("2.1 2.1"), s_ams=1.0, adjusted=np.array([True, False]))
    assert got.rules == ((), ())
