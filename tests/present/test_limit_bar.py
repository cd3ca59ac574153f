"""The limit bar: how much of what is allowed."""

import pytest

from tynys.present.limit_bar import limit_bar
from tynys.present.voice import voice


def share(text):
    return float(text.removesuffix("%"))


@pytest.mark.parametrize(
    ("value", "limit", "width"),
    [(0.0, 350.0, 0.0), (175.0, 350.0, 33.33), (350.0, 350.0, 66.67), (525.0, 350.0, 100.0), (900.0, 350.0, 100.0), (-3.0, 350.0, 0.0)],
)
def test_the_bar_is_as_long_as_the_value_of_a_track_of_one_and_a_half_limits(drawn, of_class, english, value, limit, width) -> None:
    tree = drawn(limit_bar(english, value, limit, None, "within"))
    (bar,), (tick,) = of_class(tree, "bar-value"), of_class(tree, "bar-limit")
    assert share(bar.get("width")) == pytest.approx(width, abs=0.01)
    assert share(tick.get("x1")) == share(tick.get("x2")) == pytest.approx(100 / 1.5, abs=0.01)


def test_beyond_the_track_there_are_arrows(drawn, of_class, english) -> None:
    assert of_class(drawn(limit_bar(english, 526.0, 350.0, None, "exceeding")), "bar-over")
    assert not of_class(drawn(limit_bar(english, 524.0, 350.0, None, "exceeding")), "bar-over")


def test_the_forecast_is_a_hollow_mark_where_the_window_will_end(drawn, of_class, english) -> None:
    tree = drawn(limit_bar(english, 300.0, 350.0, 367.5, "near"))
    (mark,) = of_class(tree, "bar-forecast")
    holder = next(element for element in tree.iter("svg") if mark in list(element))
    assert share(holder.get("x")) == pytest.approx(70.0, abs=0.01)
    assert not of_class(drawn(limit_bar(english, 300.0, 350.0, None, "near")), "bar-forecast")


@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("en", "118% of the limit; forecast for the window 120%"),
        ("ru", "118 % норматива; прогноз на интервал 120 %"),
        ("kk", "нормативтің 118 %; аралық болжамы 120 %"),
    ],
)
def test_it_says_in_words_what_it_shows(drawn, language, title) -> None:
    tree = drawn(limit_bar(voice(language), 413.0, 350.0, 420.0, "exceeding"))
    assert tree.get("aria-label").replace("\u00a0", " ") == title
    assert tree.find("title").text == tree.get("aria-label")
    assert "s-exceeding" in tree.get("class").split()


@pytest.mark.parametrize(("value", "limit"), [(None, 350.0), (12.0, None), (None, None), (12.0, 0.0)])
def test_without_a_value_or_a_limit_there_is_no_bar(english, value, limit) -> None:
    assert limit_bar(english, value, limit, 5.0, "silent") == ""
