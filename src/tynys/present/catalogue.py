"""The one catalogue of texts: gettext files by message key in three languages, read at run time."""

from __future__ import annotations

import gettext
from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import Literal, get_args

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

Language = Literal["kk", "ru", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
"""Every text exists in each of these; the state language first."""


@cache
def translations(language: Language) -> gettext.GNUTranslations:
    """The compiled catalogue of a language, read once."""
    path = files("tynys.present") / "locale" / f"{language}.po"
    with path.open("rb") as source:
        catalogue = read_po(source, locale=language)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def has(language: Language, key: str) -> bool:
    """Whether the catalogue of the language holds the key."""
    return translations(language).gettext(key) != key


def text(language: Language, key: str, /, **values: object) -> str:
    """The text of a key with its ``{names}`` filled in; an unknown key is a programming error."""
    found = translations(language).gettext(key)
    if found == key:
        raise KeyError(f"{language}.po has no text for {key!r}")
    return found.format_map(values) if values else found


def plural(language: Language, key: str, count: int, /, **values: object) -> str:
    """The text of a key in the plural form that ``count`` asks for in the language; ``{n}`` is the count unless given."""
    found = translations(language).ngettext(key, key, count)
    if found == key:
        raise KeyError(f"{language}.po has no plural text for {key!r}")
    return found.format_map({"n": count, **values})
