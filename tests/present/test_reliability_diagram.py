"""The picture of how probabilities came true says the same in shapes, words and languages."""

import numpy as np
import pytest

from tynys.calc.skill import groups
from tynys.present.catalogue import LANGUAGES
from tynys.present.reliability_diagram import SIDE, reliability_diagram
from tynys.present.voice import voice

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def made():
    stated = np.repeat([0.05, 0.45, 0.95], [60, 20, 20])
    return groups(stated, np.concatenate([np.arange(60) < 3, np.arange(20) < 9, np.arange(20) < 19]))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_perfectly_reliable_forecast_lies_on_the_line(made, drawn, language):
    root = drawn(reliability_diagram(voice(language), [("A & B", made)]))
    line = next(each for each in root.iter(f"{SVG}line") if each.get("class") == "perfect")
    x0, y0 = float(line.get("x1")), float(line.get("y1"))
    dots = [(float(each.get("cx")) - x0, y0 - float(each.get("cy"))) for each in root.iter(f"{SVG}circle")]
    assert dots == [(pytest.approx(share * SIDE), pytest.approx(share * SIDE)) for share in (0.05, 0.45, 0.95)]
    assert "A & B" in root.find(f"{SVG}desc").text
    assert root.get("role") == "img"


def test_each_dot_has_its_interval_and_a_bar_as_tall_as_it_has_cases(made, drawn):
    root = drawn(reliability_diagram(voice("en"), [("one", made), ("two", made)]))
    assert sum(each.get("class") == "range" for each in root.iter(f"{SVG}line")) == 6
    tall = [float(each.get("height")) for each in root.iter(f"{SVG}rect") if each.get("class") == "count"]
    assert tall[:3] == [pytest.approx(40.0), pytest.approx(40 / 3, abs=0.01), pytest.approx(40 / 3, abs=0.01)]


def test_the_dots_are_told_in_words(made, drawn):
    root = drawn(reliability_diagram(voice("en"), [("one", made)]))
    assert "stated 45%, came true 45% of 20" in root.find(f"{SVG}desc").text
