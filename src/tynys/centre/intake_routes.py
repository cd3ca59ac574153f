"""What gateways call: batches, enrolment, and the time. Plain Starlette routes, bounded before anything is parsed."""

from __future__ import annotations

import asyncio
import base64
import contextlib
from typing import TYPE_CHECKING, Any

import msgspec
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.routing import Route

from tynys.centre import enrolling
from tynys.centre.problems import of_error, problem
from tynys.domain.errors import TooLargeError, TynysError
from tynys.wire.compression import LIMIT

if TYPE_CHECKING:
    from starlette.requests import Request

    from tynys.centre.programme import Centre

ENROL_LIMIT = 16 * 1024
SMALL = 256 * 1024
"""A body up to this size needs no turn: a slow sender of a large one must not keep live batches waiting. [bytes]"""
LARGE_AT_ONCE = 2
"""Large bodies held in memory at the same time."""
BODY_TIMEOUT_S = 60.0
REPLY_TYPE = "application/x-protobuf"


async def read_body(request: Request, limit: int) -> bytes:
    """The body, refused as soon as it is known to be larger than ``limit``."""
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > limit:
        raise TooLargeError(f"the body has {declared} bytes, at most {limit} are taken", where="body", hint="send fewer batches a request")
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            raise TooLargeError(f"the body has more than {limit} bytes", where="body", hint="send fewer batches a request")
        parts.append(part)
    return b"".join(parts)


class IntakeRoutes:
    """What gateways call, as request handlers."""

    def __init__(self, centre: Centre) -> None:
        self._centre = centre
        self._turns = asyncio.Semaphore(LARGE_AT_ONCE)

    def routes(self) -> list[Route]:
        """The three routes of the intake."""
        return [
            Route("/v1/batches", self.batches, methods=["POST"]),
            Route("/v1/enrol", self.enrol, methods=["POST"]),
            Route("/v1/time", self.time, methods=["GET"]),
        ]

    async def batches(self, request: Request) -> Response:
        """Store batches; answer with one signed reply, a receipt per batch."""
        encoding, kind = request.headers.get("content-encoding", ""), request.headers.get("content-type", "")
        if kind.partition(";")[0].strip() != REPLY_TYPE or encoding != "zstd":
            detail = f"expected content-type {REPLY_TYPE} with content-encoding zstd, got {kind!r} with {encoding!r}"
            return problem(415, "wire.media_type", detail, instance=request.url.path)
        declared = request.headers.get("content-length", "")
        turn = contextlib.nullcontext() if declared.isdigit() and int(declared) <= SMALL else self._turns
        try:
            async with turn:
                body = await asyncio.wait_for(read_body(request, LIMIT), BODY_TIMEOUT_S)
                reply = await self._centre.intake.take(body)
        except TynysError as error:
            return of_error(error, request.url.path)
        except TimeoutError:
            return problem(408, "wire.slow", f"the body did not arrive within {BODY_TIMEOUT_S:g} s", instance=request.url.path)
        except ClientDisconnect:
            return problem(400, "wire.cut", "the line was cut before the body was complete", instance=request.url.path)
        return Response(reply, media_type=REPLY_TYPE)

    async def enrol(self, request: Request) -> Response:
        """Let a gateway in with its one-time code."""
        centre = self._centre
        try:
            asked = enrolling.parse(await read_body(request, ENROL_LIMIT))
            simulated = await asyncio.to_thread(enrolling.enrol, asked, centre.registry, centre.gateways)
        except TynysError as error:
            return of_error(error, request.url.path)
        except ClientDisconnect:
            return problem(400, "wire.cut", "the line was cut before the body was complete", instance=request.url.path)
        key = base64.b64encode(centre.key.public).decode()
        return _json(enrolling.EnrolAnswer(centre_public_key=key, simulated=simulated, server_time_ms=centre.now_ms()))

    async def time(self, _request: Request) -> Response:
        """The centre's time, for measuring a gateway's offset."""
        return _json({"server_time_ms": self._centre.now_ms(), "simulated": self._centre.clock.simulated})


def _json(body: Any) -> Response:
    return Response(msgspec.json.encode(body), media_type="application/json", headers={"Cache-Control": "no-store"})
