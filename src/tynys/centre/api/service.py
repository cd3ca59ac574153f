"""Routes about the centre itself: health, metrics, and the live stream."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import APIRouter
from starlette.responses import Response, StreamingResponse

from tynys.centre.api import shapes
from tynys.centre.api.common import The, answer, says
from tynys.centre.metrics import prometheus
from tynys.centre.problems import problem
from tynys.centre.stream import Interest
from tynys.domain.base import from_ms

if TYPE_CHECKING:
    from starlette.requests import Request

    from tynys.centre.programme import Centre

router = APIRouter(prefix="/api/v1", tags=["service"])
LONGEST_ID = 18
"""Digits of an event id."""
_TEXT = {"text/plain": {"schema": {"type": "string"}}}
_METRICS: dict[int | str, dict[str, Any]] = {200: {"description": "Prometheus text.", "content": _TEXT}}


@router.get("/health", responses=says(shapes.HealthShape, "Whether the centre works."), response_class=Response)
async def health(centre: The) -> Response:
    """How far each part of the centre is; ``degraded`` while the lake's process is down."""
    return answer(
        shapes.HealthShape(
            status="ok" if centre.lake_child.alive else "degraded",
            simulated=centre.simulated,
            now=from_ms(centre.now_ms()),
            speed=centre.clock.speed,
            incarnation=str(centre.journal.incarnation),
            journal_position=centre.journal.last_position,
            lake_position=centre.lake_position,
            averages_waiting=centre.averages.waiting,
            windows_waiting=centre.recompute.waiting,
            live_windows_waiting=centre.recompute.waiting_live,
            lake_writer_alive=centre.lake_child.alive,
            listeners=centre.stream.listeners,
        )
    )


@router.get("/metrics", responses=_METRICS, response_class=Response)
async def metrics(centre: The) -> Response:
    """Counters and gauges for Prometheus."""
    return Response(prometheus(centre), media_type="text/plain; version=0.0.4")


async def stream(request: Request) -> Response:
    """Live events (SSE): a greeting, what was missed since ``Last-Event-ID``, then what happens."""
    centre: Centre = request.app.state.centre
    interest = Interest(request.query_params.get("facility", ""), request.query_params.get("source", ""))
    last = request.headers.get("last-event-id") or request.query_params.get("last_event_id")
    if last is not None and not (last.isascii() and last.isdigit() and len(last) <= LONGEST_ID):
        return problem(422, "request.invalid", "Last-Event-ID: expected the id of an event", instance=request.url.path)
    frames = centre.stream.listen(interest, after=int(last) if last else None, hello=centre.publisher.hello())
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no", "X-Tynys-Simulated": str(centre.simulated).lower()}
    return StreamingResponse(frames, media_type="text/event-stream", headers=headers)
