"""Routes about facilities and sources as they are now."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from tynys.centre.api import render, shapes
from tynys.centre.api.common import The, answer, problems, says

router = APIRouter(prefix="/api/v1", tags=["places"])
Facility = Annotated[str | None, Query(description="Only this facility.", max_length=100)]


@router.get("/facilities", responses=says(shapes.FacilityList, "Every facility, worst first."), response_class=Response)
async def facilities(centre: The) -> Response:
    """Facilities with their standing."""
    nation = await centre.queries.nation()
    items = [render.facility(view) for view in nation.facilities]
    return answer(shapes.FacilityList(simulated=any(item.simulated for item in items), items=items))


@router.get("/facilities/{facility}", responses=says(shapes.FacilityShape, "One facility.") | problems(404), response_class=Response)
async def facility(centre: The, facility: str) -> Response:
    """One facility."""
    return answer(render.facility(await centre.queries.facility(facility)))


@router.get("/sources", responses=says(shapes.SourceList, "Sources, live.") | problems(404), response_class=Response)
async def sources(centre: The, facility: Facility = None) -> Response:
    """Sources as they are now."""
    views = [await centre.queries.facility(facility)] if facility is not None else (await centre.queries.nation()).facilities
    items = [render.source(source) for view in views for source in view.sources]
    return answer(shapes.SourceList(simulated=any(item.simulated for item in items), items=items))


@router.get("/latest", responses=says(shapes.SourceList, "Sources, live.") | problems(404), response_class=Response)
async def latest(centre: The, facility: Facility = None) -> Response:
    """The newest values of every source against their limits."""
    return await sources(centre, facility)


@router.get("/sources/{source}", responses=says(shapes.SourceShape, "One source, live.") | problems(404), response_class=Response)
async def source(centre: The, source: str) -> Response:
    """One source as it is now."""
    return answer(render.source(await centre.queries.source(source)))
