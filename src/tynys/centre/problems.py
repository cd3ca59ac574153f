"""RFC 9457 problems: one shape for every failing route."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import msgspec
import structlog
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from tynys.domain.errors import (
    ConfigurationError,
    NotFoundError,
    RefusedError,
    SignatureError,
    StorageError,
    TooLargeError,
    TynysError,
    WireError,
)

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.requests import Request

MEDIA_TYPE = "application/problem+json"
_log = structlog.get_logger("tynys.centre")

_STATUS: tuple[tuple[type[TynysError], HTTPStatus], ...] = (
    (TooLargeError, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    (SignatureError, HTTPStatus.FORBIDDEN),
    (WireError, HTTPStatus.BAD_REQUEST),
    (NotFoundError, HTTPStatus.NOT_FOUND),
    (RefusedError, HTTPStatus.FORBIDDEN),
    (ConfigurationError, HTTPStatus.UNPROCESSABLE_ENTITY),
    (StorageError, HTTPStatus.SERVICE_UNAVAILABLE),
)


def problem(status: int, code: str, detail: str, *, instance: str = "", headers: dict[str, str] | None = None, **members: Any) -> Response:
    """A problem document; ``code`` is stable, ``detail`` is for people."""
    body = {
        "type": f"urn:tynys:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
        **({"instance": instance} if instance else {}),
        **members,
    }
    return Response(msgspec.json.encode(body), status, media_type=MEDIA_TYPE, headers=headers)


def of_error(error: TynysError, instance: str = "") -> Response:
    """The problem that says what one of our errors says."""
    status = next((status for kind, status in _STATUS if isinstance(error, kind)), HTTPStatus.INTERNAL_SERVER_ERROR)
    members = {key: value for key, value in (("where", error.where), ("hint", error.hint)) if value}
    headers = {"Retry-After": "2"} if status is HTTPStatus.SERVICE_UNAVAILABLE else None
    return problem(status, error.error_code, error.message, instance=instance, headers=headers, **members)


def install(app: FastAPI) -> None:
    """Make every failure of ``app`` a problem, those of the router (404, 405) and of validation (422) included."""
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(TynysError, _ours)
    app.add_exception_handler(Exception, _unexpected)


def _answer(request: Request, response: Response, code: str, detail: str) -> Response:
    """The problem, or the page that words it when a person's browser asked for a page."""
    page = getattr(request.app.state, "html_error", None)
    path = request.url.path
    wants_page = "text/html" in request.headers.get("accept", "") and not path.startswith(("/api/", "/v1/"))
    if page is not None and wants_page:
        made: Response = page(request, response.status_code, code, detail)
        return made
    return response


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class only
    code = f"http.{HTTPStatus(error.status_code).name.lower()}"
    detail = str(error.detail)
    response = problem(error.status_code, code, detail, instance=request.url.path, headers=dict(error.headers or {}))
    return _answer(request, response, code, detail)


async def _validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this class only
    faults = [{"where": ".".join(str(part) for part in fault["loc"]), "expected": fault["msg"]} for fault in error.errors()]
    detail = "; ".join(f"{fault['where']}: {fault['expected']}" for fault in faults)
    response = problem(HTTPStatus.UNPROCESSABLE_ENTITY, "request.invalid", detail, instance=request.url.path, faults=faults)
    return _answer(request, response, "request.invalid", detail)


async def _ours(request: Request, error: Exception) -> Response:
    assert isinstance(error, TynysError)  # noqa: S101 - registered for this class only
    return _answer(request, of_error(error, request.url.path), error.error_code, error.message)


async def _unexpected(request: Request, error: Exception) -> Response:
    _log.error("request failed", path=request.url.path, error=repr(error), exc_info=error)
    code, detail = "internal", "the centre could not answer; the failure is in its log"
    return _answer(request, problem(HTTPStatus.INTERNAL_SERVER_ERROR, code, detail, instance=request.url.path), code, detail)
