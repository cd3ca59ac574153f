"""What gateways call: batches, enrolment, and the time. Plain Starlette routes, bounded before anything is parsed."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import io
import tempfile
from typing import IO, TYPE_CHECKING, Any

import msgspec
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.routing import Route

from tynys.centre import enrolling
from tynys.centre.problems import of_error, problem
from tynys.domain.errors import StorageError, TooLargeError, TynysError
from tynys.wire.compression import LIMIT

if TYPE_CHECKING:
    from starlette.requests import Request

    from tynys.centre.programme import Centre

ENROL_LIMIT = 16 * 1024
SMALL = 256 * 1024
"""A body up to this size stays in memory while it arrives and needs no turn to be taken; a larger one waits on the disk. [bytes]"""
LARGE_AT_ONCE = 2
"""Large bodies taken at the same time: all of it is there by then, so a slow sender keeps nobody waiting."""
BODIES_AT_ONCE = 128
"""Bodies arriving at the same time."""
BODY_TIMEOUT_S = 60.0
REPLY_TYPE = "application/x-protobuf"


async def read_body(request: Request, limit: int, into: IO[bytes]) -> int:
    """Put the body into a file as it arrives, refused as soon as it is known to be larger than ``limit``; its size."""
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > limit:
        raise TooLargeError(f"the body has {declared} bytes, at most {limit} are taken", where="body", hint="send fewer batches a request")
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            raise TooLargeError(f"the body has more than {limit} bytes", where="body", hint="send fewer batches a request")
        into.write(part)
    into.seek(0)
    return size


class IntakeRoutes:
    """What gateways call, as request handlers."""

    def __init__(self, centre: Centre) -> None:
        self._centre = centre
        self._turns = asyncio.Semaphore(LARGE_AT_ONCE)
        self._arriving = 0

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
        if self._arriving >= BODIES_AT_ONCE:
            detail = f"{BODIES_AT_ONCE} bodies are arriving already"
            return problem(503, "wire.busy", detail, instance=request.url.path, headers={"Retry-After": "2"}, hint="send again in a moment")
        self._arriving += 1
        try:
            with tempfile.SpooledTemporaryFile(SMALL, dir=str(self._centre.folder.root)) as held:
                size = await asyncio.wait_for(read_body(request, LIMIT, held), BODY_TIMEOUT_S)
                async with contextlib.nullcontext() if size <= SMALL else self._turns:
                    reply = await self._centre.intake.take(held.read())
        except (TynysError, OSError, ClientDisconnect) as error:
            return _refusal(error, request.url.path)
        finally:
            self._arriving -= 1
        return Response(reply, media_type=REPLY_TYPE)

    async def enrol(self, request: Request) -> Response:
        """Let a gateway in with its one-time code."""
        centre = self._centre
        try:
            held = io.BytesIO()
            await asyncio.wait_for(read_body(request, ENROL_LIMIT, held), BODY_TIMEOUT_S)
            asked = enrolling.parse(held.read())
            simulated = await asyncio.to_thread(enrolling.enrol, asked, centre.registry, centre.gateways)
        except (TynysError, OSError, ClientDisconnect) as error:
            return _refusal(error, request.url.path)
        key = base64.b64encode(centre.key.public).decode()
        return _json(enrolling.EnrolAnswer(centre_public_key=key, simulated=simulated, server_time_ms=centre.now_ms()))

    async def time(self, _request: Request) -> Response:
        """The centre's time, for measuring a gateway's offset."""
        return _json({"server_time_ms": self._centre.now_ms(), "simulated": self._centre.clock.simulated})


def _refusal(error: Exception, path: str) -> Response:
    """Why a body was not taken."""
    if isinstance(error, TynysError):
        return of_error(error, path)
    if isinstance(error, TimeoutError):
        return problem(408, "wire.slow", f"the body did not arrive within {BODY_TIMEOUT_S:g} s", instance=path)
    if isinstance(error, OSError):
        return of_error(StorageError(f"the body could not be kept: {error.strerror}", where="body", hint="send again in a moment"), path)
    return problem(400, "wire.cut", "the line was cut before the body was complete", instance=path)


def _json(body: Any) -> Response:
    return Response(msgspec.json.encode(body), media_type="application/json", headers={"Cache-Control": "no-store"})
