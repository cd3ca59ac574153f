"""Pages for what went wrong: what happened, in words, and where to go from here."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from tynys.web.site import Site

KINDS = {404: "not_found", 405: "not_found", 422: "not_understood", 400: "not_understood", 403: "refused", 503: "busy"}


def page(site: Site, request: Request, status: int, code: str, detail: str) -> Response:
    """The page for a failing route; ``detail`` is shown where it is not a mere status."""
    kind = KINDS.get(status, "broken")
    shown = detail if status not in {404, 405, 500} else ""
    return site.page(request, "error.html", {"kind": kind, "detail": shown, "code": code}, status=status)
