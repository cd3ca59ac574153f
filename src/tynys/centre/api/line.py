"""Routes about the line: stored batches, gaps, gateways, plans, findings."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query
from pydantic import AwareDatetime  # noqa: TC002 - FastAPI reads the annotations at run time
from starlette.responses import Response

from tynys.centre.api import render, shapes
from tynys.centre.api.common import After, Limit, Place, The, answer, cursor, place, problems, says
from tynys.centre.gaps import age
from tynys.domain.base import to_ms

router = APIRouter(prefix="/api/v1", tags=["line"])
Facility = Annotated[str | None, Query(description="Only this facility.", max_length=100)]
_DOCUMENT: dict[int | str, dict[str, Any]] = {
    200: {"description": "The canonical JSON.", "content": {"application/json": {"schema": {"type": "object"}}}}
}
Authorization = Annotated[str, Header(description="`Bearer` and the admin token of the centre's folder.")]


@router.get("/receipts", responses=says(shapes.ReceiptList, "Stored batches."), response_class=Response)
async def receipts(centre: The, after: After = None, limit: Limit = 100) -> Response:
    """Batches in the journal, by position: what every signed receipt stands for."""
    begin = place(after, tuple[Place])
    stored = await asyncio.to_thread(lambda: list(centre.journal.read(begin[0] if begin is not None else 0, limit, payloads=False)))
    following = cursor(stored[-1].position) if len(stored) == limit else None
    items = [render.receipt(each) for each in stored]
    return answer(shapes.ReceiptList(simulated=centre.simulated, next=following, items=items))


@router.get("/gaps", responses=says(shapes.GapList, "Gaps, newest first."), response_class=Response)
async def gaps(centre: The, after: After = None, limit: Limit = 200) -> Response:
    """Spans in which readings are missing or are rows that say why there is no value."""
    found = centre.state.gaps.newest(limit + 1, before=place(after, tuple[Place, Place, str, str, str]))
    following = cursor(*age(found[limit - 1])) if len(found) > limit else None
    return answer(shapes.GapList(simulated=centre.simulated, next=following, items=[render.gap(each) for each in found[:limit]]))


@router.get("/gateways", responses=says(shapes.GatewayList, "Every gateway."), response_class=Response)
async def gateways(centre: The) -> Response:
    """Gateways: how far each is, what is missing, whether its chain holds."""
    view = await centre.queries.transmission()
    return answer(shapes.GatewayList(simulated=centre.simulated, items=[render.gateway(each) for each in view.gateways]))


@router.get("/plans", responses=says(shapes.PlanList, "Every configuration."), response_class=Response)
async def plans(centre: The, facility: Facility = None) -> Response:
    """Configurations with their monitoring plans and whether the ministry approved them."""
    chosen = [plan for plan in centre.plans.all() if facility is None or plan.facility == facility]
    return answer(shapes.PlanList(simulated=any(plan.simulated for plan in chosen), items=[render.plan(plan) for plan in chosen]))


@router.get(
    "/plans/{digest}/document",
    responses=_DOCUMENT | problems(404, 422),
    response_class=Response,
)
async def plan_document(centre: The, digest: str) -> Response:
    """The configuration itself, in the canonical form whose SHA-256 is its digest."""
    plan = centre.plans.get(digest)
    headers = {"X-Tynys-Simulated": str(plan.simulated).lower(), "ETag": f'"{plan.digest}"'}
    return Response(plan.document, media_type="application/json", headers=headers)


@router.post("/plans/{digest}/approve", responses=says(shapes.PlanShape, "The plan.") | problems(403, 404), response_class=Response)
async def approve(
    centre: The,
    digest: str,
    by: Annotated[str, Query(description="Who approves it.", max_length=200)] = "administrator",
    reason: Annotated[str, Query(description="Why.", max_length=2000)] = "",
    authorization: Authorization = "",
) -> Response:
    """Approve a plan: what it measures is averaged from now on, what waited for it as well, and what it touches of the past again."""
    centre.check_admin(authorization)
    centre.decide(digest, approved=True, by=by, reason=reason)
    return answer(render.plan(centre.plans.get(digest)))


@router.get("/findings", responses=says(shapes.FindingList, "Findings, newest first."), response_class=Response)
async def findings(
    centre: The,
    subject: Annotated[str | None, Query(description="Only about this facility or source.", max_length=200)] = None,
    since: Annotated[AwareDatetime | None, Query(description="Only those found since.")] = None,
    after: After = None,
    limit: Limit = 200,
) -> Response:
    """What the checks found."""
    since_ms = to_ms(since) if since is not None else None
    begin = place(after, tuple[Place])
    before = begin[0] if begin is not None else None
    found = await asyncio.to_thread(centre.registry.findings_page, subject, since_ms, before=before, limit=limit + 1)
    following = cursor(found[limit - 1][0]) if len(found) > limit else None
    items = [render.finding(each) for _, each in found[:limit]]
    return answer(shapes.FindingList(simulated=centre.simulated, next=following, items=items))
