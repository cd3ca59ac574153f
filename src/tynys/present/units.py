"""Units and component names in the words of a language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from tynys.present import catalogue

if TYPE_CHECKING:
    from tynys.present.catalogue import Language

_SUBSCRIPTS = {"₀": "0", "₁": "1", "₂": "2", "₃": "3", "₄": "4"}


def unit(language: Language, value: str) -> str:
    """A unit's sign: mg/Nm³, мг/Нм³; a unit the catalogue does not know is shown as it is."""
    key = f"unit.{value}"
    return catalogue.text(language, key) if catalogue.has(language, key) else value


def component(language: Language, value: str) -> str:
    """A component's name in words: sulphur dioxide, диоксид серы."""
    key = f"component.{value}"
    return catalogue.text(language, key) if catalogue.has(language, key) else value


def short(language: Language, value: str) -> str:
    """A component's sign: SO₂, NOx, dust."""
    key = f"component.{value}.short"
    return catalogue.text(language, key) if catalogue.has(language, key) else value


def subscripts(words: str) -> Markup:
    """Text as HTML with real subscripts: the typeface has no letter ₂ of its own."""
    markup = str(escape(words))
    for sign, digit in _SUBSCRIPTS.items():
        markup = markup.replace(sign, f"<sub>{digit}</sub>")
    return Markup(markup)  # noqa: S704 - escaped above
