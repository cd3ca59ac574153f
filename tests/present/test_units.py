"""Units and components in words, and what the catalogue does not know."""

import pytest

from tynys.domain.component import CATALOGUE
from tynys.domain.facility import Names
from tynys.present import units
from tynys.present.catalogue import LANGUAGES
from tynys.present.voice import voice


@pytest.mark.parametrize(("language", "shown"), [("en", "mg/Nm³"), ("ru", "мг/Нм³"), ("kk", "мг/Нм³")])
def test_a_unit_is_written_in_the_letters_of_the_language(language, shown) -> None:
    assert units.unit(language, "mg/Nm3") == shown


def test_what_the_catalogue_does_not_know_is_shown_as_it_is() -> None:
    assert units.unit("kk", "furlong") == "furlong"
    assert units.component("ru", "unobtainium") == "unobtainium"
    assert voice("en").known("chain", "tied") == "tied"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_component_of_the_domain_has_a_name_a_sign_and_its_form_in_a_sentence(language) -> None:
    for component in CATALOGUE:
        for key in (f"component.{component}", f"component.{component}.short", f"component_by.{component}"):
            assert voice(language).has(key), key


def test_subscripts_are_real_and_everything_else_is_escaped() -> None:
    assert str(units.subscripts("H₂SO₄ <b>&")) == "H<sub>2</sub>SO<sub>4</sub> &lt;b&gt;&amp;"


@pytest.mark.parametrize(("language", "brief"), [("en", "Stack 2"), ("ru", "Труба № 2"), ("kk", "№2 мұржа")])
def test_the_mark_of_simulation_is_taken_off_a_brief_name_and_nothing_else(language, brief) -> None:
    marked = Names(kk="№2 мұржа (имитация)", ru="Труба № 2 (имитация)", en="Stack 2 (simulated)")
    plain = Names(kk="№2 мұржа", ru="Труба № 2", en="Stack 2")
    assert voice(language).brief(marked) == voice(language).brief(plain) == brief
    assert voice(language).name(marked) != brief


@pytest.mark.parametrize(
    ("language", "text", "shown"),
    [
        ("ru", "SICK (simulated) MARSIC300 (simulated)", "SICK MARSIC300 (имитация)"),
        ("kk", "SIM-GRES-1 (simulated)", "SIM-GRES-1 (имитация)"),
        ("en", "SIM-GRES-1 (simulated)", "SIM-GRES-1 (simulated)"),
        ("ru", "KZ-2026-17", "KZ-2026-17"),
    ],
)
def test_a_plant_s_own_words_carry_the_mark_of_simulation_once_in_the_reader_s_language(language, text, shown) -> None:
    assert voice(language).marked(text) == shown
