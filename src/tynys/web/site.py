"""What every page shares: templates, headers, cookies, packing, and the zones a living page asks for again."""

from __future__ import annotations

import gzip
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import Response

from tynys.present.sentences import plain
from tynys.present.units import subscripts
from tynys.present.voice import voice
from tynys.web.assets import assets
from tynys.web.language import LABELS, THEMES, language_of, theme_of
from tynys.web.shared import Shared

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request

    from tynys.centre.views import Queries
    from tynys.present.voice import Voice

POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; worker-src 'self' blob:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
"""Nothing from outside, nothing inline; MapLibre decodes images through blobs."""
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(), camera=(), microphone=()",
    "Cache-Control": "private, no-cache",
    "Vary": "Accept-Encoding, Accept-Language, Cookie",
}
NAVIGATION = (("nation", "/"), ("facilities", "/facilities"), ("transmission", "/transmission"), ("methods", "/methods"))
FONTS = {"kk": ("cyrillic", "cyrillic-ext", "latin"), "ru": ("cyrillic", "latin"), "en": ("latin",)}
"""Subsets a page needs at once; Kazakh letters lie in two of them."""
_YEAR_S = 31_536_000
_WORTH_PACKING = 1024


@cache
def templates() -> Environment:
    """The templates of the package; an unknown name in one is an error."""
    environment = Environment(
        loader=PackageLoader("tynys.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals["plain"] = plain
    environment.filters["sub"] = subscripts
    return environment


@dataclass(frozen=True, slots=True)
class Live:
    """How a page hears that something changed: the stream's address, the events it waits for."""

    stream: str
    events: str
    part: str = "1"
    """Empty where the page asks for itself instead of for its zones."""


@dataclass(frozen=True, slots=True)
class Site:
    """The pages' surroundings: whom they ask, and where stream and API are."""

    queries: Queries
    stream_path: str = "/api/v1/stream"
    api_path: str = "/api/v1"
    shared: Shared = field(default_factory=Shared)

    def page(
        self,
        request: Request,
        template: str,
        context: dict[str, Any],
        *,
        section: str = "",
        simulated: bool = False,
        live: Live | None = None,
        zones: Sequence[str] = (),
        status: int = 200,
    ) -> Response:
        """A whole page, or only its living zones when the page itself asks with ``part``."""
        folder = template.removesuffix(".html")
        common = self.common(request, section=section, simulated=simulated, live=live)
        if zones and "part" in request.query_params:
            return answer(request, templates().get_template("part.html").render(common | context | {"zones": zones, "folder": folder}))
        return remember(request, answer(request, templates().get_template(template).render(common | context), status))

    def fragment(
        self, request: Request, template: str, context: dict[str, Any], *, heading: str, section: str, simulated: bool
    ) -> Response:
        """A piece of a page for htmx; the same piece inside a page of its own for everyone else; headings inside are of ``level``."""
        common = self.common(request, section=section, simulated=simulated, live=None)
        if request.headers.get("hx-request"):
            return answer(request, templates().get_template(template).render(common | context | {"level": 3}))
        whole = common | context | {"inner": template, "heading": heading, "level": 2}
        return answer(request, templates().get_template("fragment.html").render(whole))

    def common(self, request: Request, *, section: str, simulated: bool, live: Live | None) -> dict[str, Any]:
        """What the frame of every page needs."""
        spoken = voice(language_of(request))

        def with_query(**changes: str) -> str:
            kept = {name: value for name, value in request.query_params.items() if name not in {"part", "theme", "lang"}}
            return f"{request.url.path}?{urlencode(kept | changes)}"

        return {
            "v": spoken,
            "theme": theme_of(request),
            "languages": LABELS,
            "navigation": NAVIGATION,
            "section": section,
            "simulated": simulated,
            "simulated_href": "#simulated",
            "live": live,
            "static": assets().url,
            "fonts": FONTS[spoken.language],
            "with_query": with_query,
            "api_path": self.api_path,
        }


def spoken(request: Request) -> Voice:
    """The voice of the request's language."""
    return voice(language_of(request))


def answer(request: Request, html: str, status: int = 200) -> Response:
    """HTML with the strict headers, packed where the browser takes it."""
    body, headers = html.encode(), dict(HEADERS)
    if len(body) > _WORTH_PACKING and "gzip" in request.headers.get("accept-encoding", ""):
        body, headers["Content-Encoding"] = gzip.compress(body, 3, mtime=0), "gzip"
    return Response(body, status, headers, media_type="text/html")


def remember(request: Request, response: Response) -> Response:
    """Keep a language or theme chosen by the query in a cookie."""
    if request.query_params.get("lang") in {code for code, _ in LABELS}:
        response.set_cookie("lang", request.query_params["lang"], max_age=_YEAR_S, samesite="lax")
    theme = request.query_params.get("theme")
    if theme in THEMES:
        response.set_cookie("theme", theme, max_age=_YEAR_S, samesite="lax")
    elif theme:
        response.delete_cookie("theme")
    return response
