"""Which language and theme a request wants: the query first, then the cookie, then what the browser prefers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tynys.present.catalogue import LANGUAGES

if TYPE_CHECKING:
    from starlette.requests import Request

    from tynys.present.catalogue import Language

LABELS: tuple[tuple[Language, str], ...] = (("kk", "Қаз"), ("ru", "Рус"), ("en", "Eng"))
THEMES = ("light", "dark")


def language_of(request: Request) -> Language:
    """The language of the answer."""
    for wanted in (request.query_params.get("lang"), request.cookies.get("lang")):
        if wanted in LANGUAGES:
            return wanted
    return preferred(request.headers.get("accept-language", ""))


def preferred(header: str) -> Language:
    """The best of our languages for an Accept-Language header; the state language when it names none of them."""
    ranked = []
    for position, part in enumerate(header.split(",")):
        tag, _, quality = part.strip().partition(";q=")
        code = tag.split("-")[0].lower()
        if code in LANGUAGES:
            try:
                weight = float(quality) if quality else 1.0
            except ValueError:
                weight = 0.0
            ranked.append((-weight, position, code))
    return min(ranked)[2] if ranked else "kk"


def theme_of(request: Request) -> str:
    """``light`` or ``dark`` where a person chose; empty follows the system."""
    wanted = request.query_params.get("theme") or request.cookies.get("theme", "")
    return wanted if wanted in THEMES else ""
