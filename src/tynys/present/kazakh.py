"""Endings that follow a number in Kazakh: they go by how its last word sounds."""

from __future__ import annotations

_ABLATIVE = {
    0: "ден", 1: "ден", 2: "ден", 3: "тен", 4: "тен", 5: "тен", 6: "дан", 7: "ден", 8: "ден", 9: "дан",
    10: "нан", 20: "дан", 30: "дан", 40: "тан", 50: "ден", 60: "тан", 70: "тен", 80: "нен", 90: "нан", 100: "ден", 1000: "нан",
}  # fmt: skip
_POSSESSIVE = {
    0: "і", 1: "і", 2: "сі", 3: "і", 4: "і", 5: "і", 6: "сы", 7: "сі", 8: "і", 9: "ы",
    10: "ы", 20: "сы", 30: "ы", 40: "ы", 50: "і", 60: "ы", 70: "і", 80: "і", 90: "ы", 100: "і", 1000: "ы",
}  # fmt: skip
HYPHEN = "\u2060-\u2060"
"""A hyphen no line breaks at."""


def spoken(number: int) -> int:
    """The last word of a number as spoken: 21 → 1, 40 → 40, 300 → 100, 5000 → 1000 (a million ends as a thousand does)."""
    if number == 0:
        return 0
    for round_number in (1000, 100):
        if number % round_number == 0:
            return round_number
    return number % 10 or number % 100


def ablative(shown: str, number: int) -> str:
    """From a number: 14:20-дан, 14:40-тан."""
    return f"{shown}{HYPHEN}{_ABLATIVE[spoken(number)]}"


def possessive(shown: str, number: int) -> str:
    """So many of them: 3-і, 6-сы."""
    return f"{shown}{HYPHEN}{_POSSESSIVE[spoken(number)]}"
