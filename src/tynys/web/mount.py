"""Puts the pages on an application: routes, static files, and words for what fails."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from tynys.domain.errors import NotFoundError, TynysError
from tynys.web.assets import assets
from tynys.web.language import language_of
from tynys.web.pages import assurance, design, errors, facilities, facility, interface, methods, nation, number, source, transmission
from tynys.web.site import Site

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from tynys.centre.views import Queries

    Page = Callable[[Site, Request], Awaitable[Response]]

PAGES: tuple[tuple[str, Page], ...] = (
    ("/", nation.page),
    ("/facilities", facilities.page),
    ("/facility/{facility}", facility.page),
    ("/facility/{facility}/day", facility.day),
    ("/facility/{facility}/assurance", assurance.page),
    ("/facility/{facility}/assurance/weeks", assurance.weeks),
    ("/source/{source}", source.page),
    ("/source/{source}/series", source.series),
    ("/source/{source}/table", source.table),
    ("/source/{source}/made", number.page),
    ("/source/{source}/readings", number.readings),
    ("/transmission", transmission.page),
    ("/methods", methods.page),
    ("/design", design.page),
    ("/api/v1/docs", interface.page),
)
"""Every page by its address."""


def mount(app: Starlette, queries: Queries, *, stream_path: str = "/api/v1/stream", api_path: str = "/api/v1") -> None:
    """Add the pages to ``app``; call it after the routes of the API are there."""
    site = Site(queries, stream_path, api_path)
    app.state.html_error = lambda request, status, code, detail: errors.page(site, request, status, code, detail)
    app.router.routes.extend([*static_routes(), *(Route(path, _endpoint(site, page), methods=["GET"]) for path, page in PAGES)])
    app.router.routes.append(Route("/{path:path}", _endpoint(site, _nowhere), methods=["GET"]))


def static_routes() -> list[BaseRoute]:
    """Static files and the icon browsers ask for unasked."""
    files = assets()

    async def static(request: Request) -> Response:
        return files.answer(request)

    async def icon(_: Request) -> Response:
        return RedirectResponse(files.url("icon.svg"), 307)

    return [Route("/static/{digest}/{name:path}", static, methods=["GET"]), Route("/favicon.ico", icon, methods=["GET"])]


def _endpoint(site: Site, page: Page) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        try:
            if "part" not in request.query_params:
                return await page(site, request)
            packed = "gzip" in request.headers.get("accept-encoding", "")
            key = f"{language_of(request)} {packed} {request.url.path}?{request.url.query}"
            return await site.shared.get(key, lambda: page(site, request))
        except NotFoundError as error:
            return errors.page(site, request, 404, error.error_code, error.message)
        except TynysError as error:
            return errors.page(site, request, 503, error.error_code, error.message)

    return endpoint


async def _nowhere(site: Site, request: Request) -> Response:
    path: Any = request.url.path
    if path.startswith(("/api/", "/v1/")):
        raise HTTPException(404)
    return errors.page(site, request, 404, "not_found", path)
