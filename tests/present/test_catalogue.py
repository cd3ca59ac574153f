"""The three catalogues: one set of keys, one set of placeholders, nothing left in the other language."""

import re
from importlib.resources import files

import pytest
from babel.messages.pofile import read_po
from babel.plural import PluralRule

from tynys.present import catalogue

LANGUAGES = catalogue.LANGUAGES
PLACEHOLDER = re.compile(r"\{(\w*)\}")
CODE = re.compile(r"`[^`]+`")
"""Commands, keys and names a person types, the same in any language."""
SAME_IN_ALL = re.compile(
    r"unit\.|component\.\w+\.short$|calendar\.\w+_short$|site\.name$|glossary\.nox$|made\.window$|value\.per_second$"
    r"|qa\.(?:function|origin)$|qa\.column\.(?:ewma|h2o|number|o2|s_minus|s_plus)$|qa\.alarm\.ewma$"
)
"""Signs, formulas and names, the same in any language."""
SAME_IN_KAZAKH_AND_RUSSIAN = {
    *("certainty.simulated", "mark.simulated", "plant.simulated", "site.simulated"),
    *("chart.limit", "plant.limit", "table.limit", "glossary.limit", "glossary.normal"),
    *("component.ch4", "component.damper", "component.nh3", "component.temperature", "plant.component"),
    *("duration.min", "duration.s", "number.million"),
    *("fact.operator", "fact.state", "table.facility", "table.gateway", "table.unit"),
    *("qa.alarm.drift", "qa.alarm.shewhart", "qa.column.x", "qa.column.y"),
    *("glossary.analyser", "glossary.batch", "glossary.gateway", "transmission.total"),
}
"""Words Kazakh shares with Russian."""
LATIN = {
    *("Tynys", "NOx", "HCl", "HF", "Hg", "EC", "pH", "Pt", "UTC", "CSV", "API", "PDF", "UTF"),
    *("CO", "CH", "NO", "NH", "SO", "SiO"),
    *("AST", "CUSUM", "EN", "EWMA", "QAL"),
    *("Page", "Up", "Down", "Home"),
}
"""Latin words of a Cyrillic text: formulas and keys of the keyboard."""


def texts(language):
    path = files("tynys.present") / "locale" / f"{language}.po"
    with path.open("rb") as source:
        messages = read_po(source, locale=language)
    found = {}
    for message in messages:
        key = message.id if isinstance(message.id, str) else message.id[0]
        if key:
            assert key not in found, f"{language}.po has {key} twice"
            found[key] = message.string if isinstance(message.string, tuple) else (message.string,)
    return found


def has_words(text):
    return re.search(r"[^\W\d_]", PLACEHOLDER.sub("", text)) is not None


ALL = {language: texts(language) for language in LANGUAGES}
KEYS = sorted(ALL["en"])


def test_the_three_catalogues_have_the_same_keys() -> None:
    assert set(ALL["kk"]) == set(ALL["en"])
    assert set(ALL["ru"]) == set(ALL["en"])


def test_every_catalogue_is_in_the_order_of_its_keys() -> None:
    for language in LANGUAGES:
        assert list(ALL[language]) == sorted(ALL[language]), language


def test_no_text_is_empty_or_left_unsure() -> None:
    empty = [(language, key) for language in LANGUAGES for key in KEYS for form in ALL[language][key] if not form.strip()]
    assert empty == []


def test_a_text_has_the_same_placeholders_in_every_language() -> None:
    wrong = []
    for key in KEYS:
        used = {language: {name for form in ALL[language][key] for name in PLACEHOLDER.findall(form)} for language in LANGUAGES}
        if used["kk"] != used["en"] or used["ru"] != used["en"]:
            wrong.append((key, used))
    assert wrong == []


def test_a_plural_has_as_many_forms_as_its_language() -> None:
    forms = {"kk": 2, "ru": 3, "en": 2}
    for key in KEYS:
        counts = {language: len(ALL[language][key]) for language in LANGUAGES}
        assert counts in (forms, dict.fromkeys(LANGUAGES, 1)), key


@pytest.mark.parametrize(
    ("language", "rule"),
    [
        ("en", {"one": "n is 1"}),
        ("kk", {"one": "n is 1"}),
        ("ru", {"one": "n mod 10 is 1 and n mod 100 is not 11", "few": "n mod 10 in 2..4 and n mod 100 not in 12..14"}),
    ],
)
def test_a_count_finds_the_form_of_the_unicode_rules(language, rule) -> None:
    asked, names = PluralRule(rule), ["one", "few", "other"] if language == "ru" else ["one", "other"]
    forms = ALL[language]["nation.sources"]
    for count in range(131):
        expected = forms[names.index(asked(count))].format(n=count)
        assert catalogue.plural(language, "nation.sources", count) == expected


def test_no_two_languages_share_a_text_but_for_signs_and_shared_words() -> None:
    shared = {("kk", "en"): set(), ("ru", "en"): set(), ("kk", "ru"): SAME_IN_KAZAKH_AND_RUSSIAN}
    for (one, other), allowed in shared.items():
        same = {
            key for key in KEYS if ALL[one][key][0] == ALL[other][key][0] and has_words(ALL[one][key][0]) and not SAME_IN_ALL.match(key)
        }
        assert same == allowed, (one, other)


def test_no_english_word_stands_in_a_kazakh_or_russian_text() -> None:
    left = []
    for language in ("kk", "ru"):
        for key in KEYS:
            for form in ALL[language][key]:
                words = set(re.findall(r"[A-Za-z]{2,}", PLACEHOLDER.sub("", CODE.sub("", form))))
                left += [(language, key, word) for word in words - LATIN]
    assert left == []


def test_no_cyrillic_letter_stands_in_an_english_text() -> None:
    assert [key for key in KEYS for form in ALL["en"][key] if re.search(r"[\u0400-\u04ff]", form)] == []


def test_no_letter_of_kazakh_alone_stands_in_a_russian_text() -> None:
    assert [key for key in KEYS for form in ALL["ru"][key] if re.search(r"[ӘәҒғҚқҢңӨөҰұҮүҺһІі]", form)] == []


def test_an_unknown_key_is_an_error_that_names_the_file_and_the_key() -> None:
    with pytest.raises(KeyError, match=r"kk\.po has no text for 'no\.such\.key'"):
        catalogue.text("kk", "no.such.key")
    with pytest.raises(KeyError, match=r"ru\.po has no plural text for 'no\.such\.key'"):
        catalogue.plural("ru", "no.such.key", 3)
    assert not catalogue.has("en", "no.such.key")
