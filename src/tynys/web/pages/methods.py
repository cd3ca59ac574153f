"""How the numbers are made, what the states mean, and the words of the trade."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tynys.centre.views import Standing
from tynys.web.site import spoken

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from tynys.web.site import Site

GLOSSARY = (
    *("emission", "source", "analyser", "reading", "average", "limit", "normal", "oxygen", "calibration", "verification"),
    *("nox", "dust", "gateway", "batch", "receipt", "chain", "availability", "provisional"),
)
"""Words explained, by key."""


async def page(site: Site, request: Request) -> Response:
    """Answer ``/methods``."""
    simulated = (await site.queries.nation()).simulated
    voice = spoken(request)
    glossary = sorted(GLOSSARY, key=lambda key: voice.t(f"glossary.{key}").casefold())
    context = {"standings": [str(standing) for standing in Standing], "glossary": glossary}
    return site.page(request, "methods.html", context, section="methods", simulated=simulated)
