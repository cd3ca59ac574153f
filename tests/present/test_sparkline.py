"""One of many small charts."""

import re

import numpy as np
import pytest

from tynys.present.sparkline import HEIGHT, TOP, WIDTH, sparkline

START, STEP = 1_795_460_400_000, 1_200_000


def draw(mean, limit=100.0, title="from 1 to 2"):
    mean = np.array(mean, np.float64)
    return sparkline(START + np.arange(len(mean)) * STEP, mean, STEP, limit=limit, title=title)


def test_the_line_stands_in_proportion_to_the_limit(drawn, of_class) -> None:
    tree = drawn(draw([50.0, 100.0]))
    (limit,), (axis,), (line,) = of_class(tree, "limit"), of_class(tree, "axis"), of_class(tree, "mean")
    first, second = (float(y) for y in re.findall(r"(?:M0 |V)(\d+\.?\d*)", line.get("d")))
    zero = float(axis.get("y1"))
    assert zero == TOP + HEIGHT
    assert second == pytest.approx(float(limit.get("y1")), abs=0.01)
    assert zero - first == pytest.approx((zero - second) / 2, abs=0.02)


def test_it_fills_the_width_and_interrupts_where_nothing_is_known(drawn, of_class) -> None:
    (line,) = of_class(drawn(draw([50.0, np.nan, 60.0])), "mean")
    assert line.get("d").count("M") == 2
    assert line.get("d").endswith(f"H{WIDTH}")


def test_what_exceeds_is_drawn_again_as_over(drawn, of_class) -> None:
    (over,) = of_class(drawn(draw([50.0, 120.0, 100.0])), "over")
    assert over.get("d").count("M") == 1
    assert not of_class(drawn(draw([50.0, 120.0], limit=None)), "over")


@pytest.mark.parametrize("mean", [[], [np.nan, np.nan]])
def test_without_a_value_the_axis_and_the_limit_remain(drawn, of_class, mean) -> None:
    tree = drawn(draw(mean))
    assert of_class(tree, "limit")
    assert of_class(tree, "axis")
    assert not of_class(tree, "mean")


@pytest.mark.parametrize("mean", [[0.0, 0.0], [-3.0, -1.0]])
def test_zero_and_negative_values_stay_inside_the_picture(drawn, of_class, mean) -> None:
    (line,) = of_class(drawn(draw(mean, limit=None)), "mean")
    heights = [float(y) for y in re.findall(r"(?:M\d+\.?\d* |V)(-?\d+\.?\d*)", line.get("d"))]
    assert all(TOP - 0.01 <= y <= TOP + HEIGHT + 0.01 for y in heights)


def test_its_words_are_escaped(drawn) -> None:
    assert drawn(draw([1.0], title='<5 & "6"')).get("aria-label") == '<5 & "6"'
