"""The chart of a span: values where they belong, gaps as gaps, the limit in view."""

import re

import numpy as np
import pytest

from tynys.present import day_chart, times
from tynys.present.day_chart import HEIGHT, TOP, Steps

STEP = 20 * times.MINUTE
START = 1_795_460_400_000
"""24 November 2026, 00:00 (UTC+5)."""
NUMBER = r"-?\d+(?:\.\d+)?"


def steps(mean, ribbon=None, spread=10.0):
    mean = np.array(mean, np.float64)
    start = START + np.arange(len(mean)) * STEP
    return Steps(start, STEP, mean - spread, mean + spread, mean, ribbon or ["valid"] * len(mean))


def draw(english, of, **keywords):
    chosen = {"limit": 350.0, "unit": "mg/Nm³", "title": "Dust", "description": "from 1 to 2"} | keywords
    return day_chart.day_chart(english, of, **chosen)


def levels(path):
    """The heights at which a stepped line stands: after M x y and V y."""
    return [float(y) for pair in re.findall(rf"M{NUMBER} ({NUMBER})|V({NUMBER})", path) for y in pair if y]


def value_at(y, low, high):
    return high - (y - TOP) / HEIGHT * (high - low)


def test_every_mean_stands_at_its_value_on_the_axis(drawn, of_class, english) -> None:
    wanted = [312.0, 340.0, 365.0, 298.0]
    of = steps(wanted)
    low, high, _ = day_chart.scale(of, 350.0)
    (line,) = of_class(drawn(draw(english, of)), "mean")
    assert [value_at(y, low, high) for y in levels(line.get("d"))] == pytest.approx(wanted, abs=0.5)


def test_the_steps_share_the_width_by_their_time(drawn, of_class, english) -> None:
    (line,) = of_class(drawn(draw(english, steps([300.0, 310.0, 320.0, 330.0]))), "mean")
    assert [float(x) for x in re.findall(rf"H({NUMBER})", line.get("d"))] == [250, 500, 750, 1000]


def test_a_gap_interrupts_the_line_and_the_ribbon_says_why(drawn, of_class, english) -> None:
    of = steps([300.0, np.nan, np.nan, 310.0], ["valid", "missing", "calibration", "valid"])
    tree = drawn(draw(english, of))
    (line,) = of_class(tree, "mean")
    assert line.get("d").count("M") == 2
    assert [len(of_class(tree, name)) for name in ("r-valid", "r-missing", "r-calibration", "r-invalid")] == [1, 1, 1, 0]
    (missing,) = of_class(tree, "r-missing")
    assert re.match(rf"M250 {NUMBER}H499\.4v", missing.get("d"))


def test_only_what_is_above_the_limit_is_drawn_as_over_it(drawn, of_class, english) -> None:
    (over,) = of_class(drawn(draw(english, steps([340.0, 350.0, 350.1, 400.0]))), "over")
    assert over.get("d").count("M") == 2
    assert not of_class(drawn(draw(english, steps([340.0, 350.0]))), "over")
    assert not of_class(drawn(draw(english, steps([340.0, 500.0]), limit=None)), "over")


def test_the_limit_has_its_line_and_its_number_even_far_above_the_data(drawn, of_class, english) -> None:
    of = steps([20.0, 22.0])
    low, high, _ = day_chart.scale(of, 350.0)
    tree = drawn(draw(english, of))
    line, label = of_class(tree, "limit")
    assert value_at(float(line.get("y1")), low, high) == pytest.approx(350.0)
    assert label.text == "limit 350"
    assert not of_class(drawn(draw(english, of, limit=None)), "limit")


@pytest.mark.parametrize(
    ("mean", "limit", "lowest"),
    [([100.0, 300.0], None, 0.0), ([280.0, 300.0], None, 270.0), ([-4.0, 30.0], 20.0, -20.0), ([90.0, 99.0], 350.0, 0.0)],
)
def test_the_axis_begins_at_zero_where_zero_is_near_and_holds_everything(mean, limit, lowest) -> None:
    of = steps(mean)
    low, high, marks = day_chart.scale(of, limit)
    assert low == marks[0] == lowest
    assert high >= max([*of.maximum, limit or 0])
    assert low <= min(of.minimum)


def test_without_any_value_the_axis_still_holds_the_limit(drawn, of_class, english) -> None:
    of = steps([np.nan, np.nan], ["missing", "missing"])
    assert day_chart.scale(of, 350.0)[1] >= 350.0
    tree = drawn(draw(english, of))
    assert not of_class(tree, "mean")
    assert of_class(tree, "r-missing")


def test_a_frozen_instrument_is_a_flat_line_even_where_its_mean_carries_a_rounding_error(drawn, of_class, english) -> None:
    frozen = np.full(3, 350.0)
    of = Steps(START + np.arange(3) * STEP, STEP, frozen, frozen, frozen + 6e-14, ["valid"] * 3)
    (line,) = of_class(drawn(draw(english, of, limit=None)), "mean")
    assert len({*levels(line.get("d"))}) == 1


def test_steps_of_one_state_are_one_box_of_the_ribbon_and_a_hole_in_time_parts_them(drawn, of_class, english) -> None:
    start = START + np.array([0, 1, 2, 5, 6]) * STEP
    mean = np.full(5, 300.0)
    of = Steps(start, STEP, mean, mean, mean, ["valid", "valid", "invalid", "valid", "valid"])
    tree = drawn(draw(english, of))
    (valid,), (invalid,) = of_class(tree, "r-valid"), of_class(tree, "r-invalid")
    assert valid.get("d").count("M") == 2
    assert invalid.get("d").count("M") == 1
    (line,) = of_class(tree, "mean")
    assert line.get("d").count("M") == 2, "no line is drawn over a time of which nothing is known"


def test_what_is_written_in_it_is_escaped_and_it_names_itself(drawn, english) -> None:
    tree = drawn(draw(english, steps([1.0, 2.0]), unit="<b>&", title="<Dust>", description='"low" & high'))
    assert [tree.find("title").text, tree.find("desc").text] == ["<Dust>", '"low" & high']
    assert any(text.text == "<b>&" for text in tree.iter("text"))
