"""The gateway's own small server: the plant as JSON, as a live stream, and as a page where one is given."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import msgspec
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from tynys.domain.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping, Sequence

    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from tynys.calc.explain import Explanation
    from tynys.plant.views import LocalQueries, PlantView

LANGUAGES = ("en", "ru", "kk")
LONGEST_MOMENT = 16
"""Digits of a moment in milliseconds."""
_ENCODE = msgspec.json.Encoder().encode


def local_app(
    queries: LocalQueries,
    *,
    page: Callable[[PlantView, str], str] | None = None,
    made: Callable[[Explanation, PlantView, str], str] | None = None,
    mount: Sequence[BaseRoute] = (),
    headers: Mapping[str, str] | None = None,
    language_of: Callable[[Request], str] = lambda request: request.query_params.get("lang", "en"),
) -> Starlette:
    """The local page's application.

    Parameters
    ----------
    page : callable
        Renders a view in a language as HTML; without it ``/`` leads to the JSON.
    made : callable
        Renders how one average was made; without it ``/made`` leads to the JSON.
    mount : sequence of routes
        Further routes (static files), tried first.
    headers : mapping
        Headers of the page, such as its content policy.
    language_of : callable
        The language a request wants; one the page does not speak is English.
    """

    async def home(request: Request) -> Response:
        if page is None:
            return RedirectResponse("/api/plant")
        language = language_of(request)
        return HTMLResponse(page(await queries.plant(), language if language in LANGUAGES else "en"), headers=headers)

    async def plant(_: Request) -> Response:
        return Response(_ENCODE(await queries.plant()), media_type="application/json", headers={"cache-control": "no-store"})

    async def explained(request: Request) -> Response:
        asked = request.query_params
        start = asked.get("start", "")
        try:
            if not start.isdecimal() or len(start) > LONGEST_MOMENT:
                raise NotFoundError(f"expected start in milliseconds, got {start!r}", where="made")  # noqa: TRY301 - one answer for both
            found = await queries.explanation(asked.get("source", ""), asked.get("component", ""), asked.get("period", ""), int(start))
        except NotFoundError as error:
            return PlainTextResponse(str(error), 404)
        if made is None or request.url.path.startswith("/api/"):
            return Response(_ENCODE(found), media_type="application/json", headers={"cache-control": "no-store"})
        language = language_of(request)
        return HTMLResponse(made(found, await queries.plant(), language if language in LANGUAGES else "en"), headers=headers)

    async def stream(_: Request) -> Response:
        return StreamingResponse(_events(queries), media_type="text/event-stream", headers={"cache-control": "no-store"})

    return Starlette(
        routes=[
            *mount,
            Route("/", home),
            Route("/api/plant", plant),
            Route("/api/stream", stream),
            *(Route(path, explained) for path in ("/made", "/api/made")),
        ]
    )


async def _events(queries: LocalQueries) -> AsyncIterator[bytes]:
    async with contextlib.aclosing(queries.changes()) as changes:  # type: ignore[type-var]
        async for view in changes:
            yield b"event: plant\nid: %d\ndata: %s\n\n" % (view.revision, _ENCODE(view))
