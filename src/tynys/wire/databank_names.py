"""Names of the data bank: one canonical form beside every spelling, and an id for every source."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tynys.wire.databank_profile import FeedProfile

SIMILAR: Final = 0.92
"""Two names this alike (difflib's ratio) are one name, spelt twice."""

_BLANKS = re.compile(r"[\s\u00a0\u200b\ufeff\x00-\x1f]+")
_LATIN = dict(zip("абвгдеёзийклмнопрстуфыэәғқңөұүһі", "abvgdeezijklmnoprstufyeagqnouuhi", strict=True))
_LATIN |= {"ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ь": "", "ю": "yu", "я": "ya"}


def tidy(name: str) -> str:
    """A name without the tabs, line breaks and doubled blanks that drift in."""
    return _BLANKS.sub(" ", name).strip()


def canonical(name: str, register: Iterable[str]) -> str:
    """The register's spelling of a name; the tidied name itself if the register has none alike."""
    tidied = tidy(name)
    known = {entry.casefold(): entry for entry in register}
    folded = tidied.casefold()
    if folded in known:
        return known[folded]
    alike = get_close_matches(folded, known, n=1, cutoff=SIMILAR)
    return known[alike[0]] if alike else tidied


def slug(name: str) -> str:
    """A name in small Latin letters, digits and hyphens."""
    letters = "".join(_LATIN.get(letter, letter) for letter in tidy(name).casefold().replace("№", "n"))
    return re.sub(r"[^a-z0-9]+", "-", letters).strip("-") or "unnamed"


def source_id(organization: str, source: str, profile: FeedProfile) -> str:
    """The id the profile gives a source of the register, or one made from its canonical names."""
    for entry in profile.sources:
        if entry.id and (tidy(entry.organization), tidy(entry.source)) == (organization, source):
            return entry.id
    return f"nbd-{slug(organization)}.{slug(source)}"
