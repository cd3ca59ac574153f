"""What the routes share: encoding, spans, cursors, and how an answer is declared in the OpenAPI document."""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import msgspec
from fastapi import Depends, Query, Request
from fastapi.exceptions import RequestValidationError
from pydantic import AwareDatetime
from starlette.responses import Response

from tynys.centre.problems import MEDIA_TYPE
from tynys.domain.base import from_ms, to_ms

if TYPE_CHECKING:
    from tynys.centre.api.shapes import Shape
    from tynys.centre.programme import Centre

_encode = msgspec.json.Encoder().encode
EARLIEST, LATEST = datetime(1970, 1, 2, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
T = TypeVar("T")
Place = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
"""A number in a cursor: a position or an instant, never one a store cannot hold."""
DEFAULT_SPAN = timedelta(days=1)
_WORDS = {
    400: "Malformed.",
    403: "Not allowed.",
    404: "Nothing has this name.",
    408: "The body did not arrive in time.",
    413: "Too large.",
    415: "Another media type or encoding was expected.",
    422: "A parameter is wrong.",
    503: "Busy, try again.",
}


def centre_of(request: Request) -> Centre:
    """The running centre."""
    centre: Centre = request.app.state.centre
    return centre


The = Annotated[Any, Depends(centre_of)]
Start = Annotated[AwareDatetime | None, Query(description="Begin of the span, RFC 3339 with offset; a day before its end if absent.")]
End = Annotated[AwareDatetime | None, Query(description="End of the span (exclusive), RFC 3339 with offset; now if absent.")]
After = Annotated[str | None, Query(description="The `next` of the page before.", max_length=400)]
Limit = Annotated[int, Query(ge=1, le=10_000, description="Most items of a page.")]


def answer(shape: Shape, *, headers: dict[str, str] | None = None) -> Response:
    """A shape as JSON; floats in the shortest form that reads back as the same number."""
    return Response(_encode(shape), media_type="application/json", headers={"Cache-Control": "no-store", **(headers or {})})


def says(shape: type[Shape], description: str, **other: dict[str, Any]) -> dict[int | str, dict[str, Any]]:
    """The OpenAPI ``responses`` of a route that answers ``shape``; every failure is a problem."""
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{shape.__name__}"}}, **other}
    return {200: {"description": description, "content": content}, **problems(422)}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """OpenAPI responses that are problems."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemShape"}}}
    return {status: {"description": _WORDS[status], "content": content} for status in statuses}


def span_of(start: datetime | None, end: datetime | None, now_ms: int) -> tuple[int, int]:
    """The span asked for. [ms since 1970 UTC]."""
    end = end if end is not None else from_ms(now_ms + 1)
    if start is None:
        start = max(end, EARLIEST + DEFAULT_SPAN) - DEFAULT_SPAN
    if not EARLIEST <= start <= LATEST or not EARLIEST <= end <= LATEST:
        raise invalid("start", f"expected instants between {EARLIEST:%Y-%m-%d} and {LATEST:%Y-%m-%d}")
    if start >= end:
        raise invalid("start", "expected start before end")
    return to_ms(start), to_ms(end)


def invalid(parameter: str, message: str) -> RequestValidationError:
    """A parameter that cannot be used, reported like any other invalid one."""
    return RequestValidationError([{"loc": ("query", parameter), "msg": message, "type": "value_error"}])


def cursor(*parts: str | int) -> str:
    """An opaque place to go on from."""
    return base64.urlsafe_b64encode(msgspec.json.encode(parts)).decode().rstrip("=")


def place(after: str | None, kind: type[T]) -> T | None:
    """The place a cursor names, or a 422."""
    if after is None:
        return None
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(after + "=" * (-len(after) % 4)), type=kind)
    except (msgspec.MsgspecError, binascii.Error, ValueError, RecursionError) as problem:
        raise invalid("after", "expected the `next` of a page before") from problem


def moment(time_ms: int | None) -> datetime | None:
    """An instant as the API tells it."""
    return None if time_ms is None else from_ms(time_ms)
