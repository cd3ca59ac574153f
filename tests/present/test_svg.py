"""The small pieces every chart is made of."""

import math
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tynys.present import svg


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.0, "0"), (-0.001, "-0"), (1.0, "1"), (1.5, "1.5"), (1.25, "1.25"), (1.256, "1.26"), (100.0, "100"), (-3.1, "-3.1")],
)
def test_a_coordinate_is_short(value, shown) -> None:
    assert svg.number(value) == shown


def test_what_a_text_or_an_attribute_says_cannot_become_markup(drawn) -> None:
    hostile = """<script>"x" & 'y'</script>"""
    tree = drawn(svg.picture([svg.text(hostile, x=0)], title=hostile, description=hostile, class_=hostile))
    assert [element.tag for element in tree.iter()] == ["svg", "title", "desc", "text"]
    assert [element.text for element in tree] == [hostile] * 3
    assert (tree.get("class"), tree.get("aria-label")) == (hostile, hostile)


def test_attributes_are_named_as_svg_names_them_and_absent_ones_are_left_out() -> None:
    assert svg.element("line", class_="a", x1=0.5, stroke_width=2, id=None) == '<line class="a" x1="0.5" stroke-width="2"/>'


def test_a_picture_is_an_image_with_a_name(drawn) -> None:
    tree = drawn(svg.picture([], title="Dust", identity="p1", width=10))
    assert (tree.get("role"), tree.get("aria-label"), tree.get("id"), tree.find("desc")) == ("img", "Dust", "p1", None)


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (0.0, 350.0, [0, 100, 200, 300, 400]),
        (0.0, 1.0, [0, 0.2, 0.4, 0.6, 0.8, 1.0]),
        (270.0, 356.0, [260, 280, 300, 320, 340, 360]),
        (0.0, 0.007, [0, 0.002, 0.004, 0.006, 0.008]),
        (-10.0, 12.0, [-10, -5, 0, 5, 10, 15]),
    ],
)
def test_ticks_are_round_numbers(low, high, ticks) -> None:
    assert svg.ticks(low, high) == pytest.approx(ticks)


@given(st.floats(-1e7, 1e7), st.floats(-1e7, 1e7))
def test_ticks_cover_the_span_with_few_and_equal_steps(one, other) -> None:
    low, high = min(one, other), max(one, other)
    assume(high - low > 1e-3)
    marks = svg.ticks(low, high)
    step = marks[1] - marks[0]
    assert marks[0] <= low + 1e-6 * step
    assert marks[-1] >= high - 1e-6 * step
    assert 2 <= len(marks) <= 9
    assert all(b - a == pytest.approx(step, rel=1e-6) for a, b in pairwise(marks))


@pytest.mark.parametrize("value", [0.0, 5.0, -350.0, 1e9])
def test_a_span_of_nothing_or_of_a_rounding_error_still_has_an_axis(value) -> None:
    for high in (value, math.nextafter(value, math.inf)):
        marks = svg.ticks(value, high)
        assert marks[0] < marks[-1]
