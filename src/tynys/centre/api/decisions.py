"""Routes about what was decided: versions of rule packs, and what is computed again because of a decision."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import Response

from tynys.centre.api import shapes
from tynys.centre.api.common import The, answer, moment, problems, says
from tynys.domain.base import from_ms

if TYPE_CHECKING:
    from tynys.storage.registry_rows import Recomputation, RulePackRow

router = APIRouter(prefix="/api/v1", tags=["decisions"])
MOST = 500
"""Recomputations of an answer."""
_TOML: dict[int | str, dict[str, Any]] = {
    200: {"description": "The pack's text.", "content": {"application/toml": {"schema": {"type": "string"}}}}
}


@router.get("/recomputations", responses=says(shapes.RecomputationList, "Recomputations, newest first."), response_class=Response)
async def recomputations(
    centre: The,
    facility: Annotated[str | None, Query(description="Only this facility.", max_length=100)] = None,
) -> Response:
    """What decisions asked to be computed again, by whom and why, and how far each is; the newest 500."""
    found = await asyncio.to_thread(centre.registry.recomputations, facility=facility)
    items = [_recomputation(each) for each in reversed(found[-MOST:])]
    return answer(shapes.RecomputationList(simulated=centre.simulated, items=items))


@router.get("/rule-packs", responses=says(shapes.RulePackList, "Every version."), response_class=Response)
async def rule_packs(centre: The) -> Response:
    """Versions of rule packs, those replaced and those that wait included; an average names its version by digest."""
    return answer(shapes.RulePackList(simulated=False, items=[_rule_pack(version.row) for version in centre.plans.packs.all()]))


@router.get("/rule-packs/{digest}/document", responses=_TOML | problems(404, 422), response_class=Response)
async def rule_pack_document(centre: The, digest: str) -> Response:
    """The version itself, as it was entered: what a plant computes by the same law with."""
    version = centre.plans.packs.get(digest)
    return Response(version.row.document, media_type="application/toml", headers={"ETag": f'"{version.digest}"'})


def _recomputation(of: Recomputation) -> shapes.RecomputationShape:
    return shapes.RecomputationShape(
        number=of.id,
        facility=of.order.facility,
        sources=list(of.order.sources),
        spans=[shapes.SpanShape(start=from_ms(start), end=moment(end)) for start, end in of.order.spans],
        cause=of.order.cause,
        subject=of.order.subject,
        requested_by=of.requested_by,
        requested=from_ms(of.requested_ms),
        reason=of.reason,
        state=of.state,
        share=of.share,
        days=of.days,
        days_left=len(of.days_left or ()),
        windows=of.windows,
        revised=of.revised,
        finished=moment(of.finished_ms),
    )


def _rule_pack(row: RulePackRow) -> shapes.RulePackShape:
    return shapes.RulePackShape(
        digest=row.digest,
        rule_pack=row.id,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        state=row.state,
        entered_by=row.entered_by,
        entered=from_ms(row.entered_ms),
        reason=row.reason,
        replaced_by=row.replaced_by,
        replaced=moment(row.replaced_ms),
    )
