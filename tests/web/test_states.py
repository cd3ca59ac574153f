"""Shape, word and colour: every state has all three, and every colour is legible on its ground, light and dark."""

import re

import pytest
from html_tree import by_class, read, text

from tynys.centre.views import Standing
from tynys.plant.views import LocalStanding
from tynys.present.catalogue import LANGUAGES
from tynys.present.sentences import ABNORMAL
from tynys.present.voice import voice
from tynys.web.assets import FOLDER
from tynys.web.site import templates

STYLE = (FOLDER / "css/tynys.css").read_text()
TOKENS = {name: (light, dark) for name, light, dark in re.findall(r"--(\w+): light-dark\((#[0-9a-f]{3,6}), (#[0-9a-f]{3,6})\)", STYLE)}
TEXTS = ("ink", "muted", "link", "near", "exceed", "invalid", "missing", "cal", "data")
MARKS = ("edge", "data", "exceed", "invalid", "missing", "cal", "near")
COLOURLESS = {"within", "no_limit", "not_operating", "not_connected"}


def luminance(colour):
    """Relative luminance as WCAG 2.2 defines it."""
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_the_formula_gives_the_published_extremes() -> None:
    assert contrast("#000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#767676", "#fff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("ground", ["canvas", "surface"])
def test_every_colour_is_legible_on_both_grounds(theme, ground) -> None:
    behind = TOKENS[ground][theme]
    assert {name: contrast(TOKENS[name][theme], behind) for name in TEXTS if contrast(TOKENS[name][theme], behind) < 4.5} == {}
    assert {name: contrast(TOKENS[name][theme], behind) for name in MARKS if contrast(TOKENS[name][theme], behind) < 3} == {}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("standing", [*Standing])
def test_every_state_has_its_word_and_its_explanation(standing, language) -> None:
    words = voice(language)
    assert words.t(f"standing.{standing}")
    assert len(words.t(f"standing.{standing}.long")) > 20


def test_no_two_states_share_a_word() -> None:
    for language in LANGUAGES:
        assert len({voice(language).t(f"standing.{standing}") for standing in Standing}) == len(Standing)


def test_every_state_has_a_shape_of_its_own() -> None:
    sprite = read(templates().get_template("sprite.html").render())
    shapes = {symbol.get("id"): [(part.tag, tuple(sorted(part.attrib.items()))) for part in symbol] for symbol in sprite.iter("symbol")}
    assert set(shapes) == {f"i-{standing}" for standing in Standing}
    assert len({str(shape) for shape in shapes.values()}) == len(shapes)


def test_only_what_is_abnormal_has_a_colour() -> None:
    coloured = set(re.findall(r"\.s-(\w+) \{ color:", STYLE)) | {
        name for chain in re.findall(r"((?:\.s-\w+, )*\.s-\w+) \{ color:", STYLE) for name in re.findall(r"s-(\w+)", chain)
    }
    assert coloured >= {str(standing) for standing in Standing} - COLOURLESS
    assert not coloured & COLOURLESS


def test_the_sentence_knows_every_state() -> None:
    assert {*ABNORMAL, "within"} == {str(standing) for standing in Standing}


def test_a_plant_s_states_are_states_of_the_country() -> None:
    assert {str(standing) for standing in LocalStanding} <= {str(standing) for standing in Standing}


@pytest.mark.parametrize("path", ["/", "/facilities", "/facility/gres-1", "/transmission", "/source/gres-1.stack-2"])
async def test_no_state_is_shown_by_its_shape_alone(full, path) -> None:
    root = read((await full.get(f"{path}?lang=en")).text)
    kind = "gateway.standing" if path == "/transmission" else "standing"
    for table in root.iter("table"):
        for row in table.findall("tbody/tr"):
            for cell in by_class(row, "c-icon"):
                standing = next(cell.iter("use")).get("href").removeprefix("#i-")
                assert text(cell) == voice("en").t(f"{kind}.{standing}")
