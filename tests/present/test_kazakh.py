"""Kazakh endings after numbers, against the rules of vowel harmony applied to the numbers as they are spoken."""

import pytest

from tynys.present import kazakh

SPOKEN = {
    0: "нөл", 1: "бір", 2: "екі", 3: "үш", 4: "төрт", 5: "бес", 6: "алты", 7: "жеті", 8: "сегіз", 9: "тоғыз",
    10: "он", 20: "жиырма", 30: "отыз", 40: "қырық", 50: "елу", 60: "алпыс", 70: "жетпіс", 80: "сексен", 90: "тоқсан",
    100: "жүз", 1000: "мың",
}  # fmt: skip
FRONT, BACK = "әеөүі", "аоұы"
VOWELS = FRONT + BACK
VOICELESS, NASAL = "кқпстфхһцчшщ", "мнң"


def last_word(number):
    """The word a number ends with when it is spoken."""
    for unit in (1000, 100):
        if number and number % unit == 0:
            return SPOKEN[unit]
    return SPOKEN[number % 10 or number % 100]


def is_front(word):
    return next(letter in FRONT for letter in reversed(word) if letter in VOWELS)


def ablative_of(word):
    """From: -дан/-ден after vowels and voiced consonants, -тан/-тен after voiceless, -нан/-нен after nasals."""
    first = "т" if word[-1] in VOICELESS else "н" if word[-1] in NASAL else "д"
    return f"{first}{'е' if is_front(word) else 'а'}н"


def possessive_of(word):
    """Of them: -сы/-сі after vowels (у counts as a consonant), -ы/-і after consonants."""
    return ("с" if word[-1] in VOWELS else "") + ("і" if is_front(word) else "ы")


NUMBERS = [*range(121), 200, 300, 340, 1000, 1001, 2000, 12_000]


@pytest.mark.parametrize("number", NUMBERS)
def test_endings_follow_the_last_word_of_the_number(number) -> None:
    word = last_word(number)
    assert kazakh.ablative(str(number), number).replace("\u2060", "") == f"{number}-{ablative_of(word)}"
    assert kazakh.possessive(str(number), number).replace("\u2060", "") == f"{number}-{possessive_of(word)}"


def test_the_rules_above_give_the_forms_of_the_grammar_books() -> None:
    assert [ablative_of(word) for word in ("бір", "үш", "он", "қырық", "елу", "сексен")] == ["ден", "тен", "нан", "тан", "ден", "нен"]
    assert [possessive_of(word) for word in ("екі", "алты", "он", "елу", "жүз")] == ["сі", "сы", "ы", "і", "і"]


def test_no_line_breaks_between_a_number_and_its_ending() -> None:
    assert kazakh.ablative("14:20", 20) == "14:20\u2060-\u2060дан"
