"""Routes about imported feeds: the files, the sources they name, and how their columns were read."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Path
from starlette.responses import Response

from tynys.centre import imported
from tynys.centre.api import render, shapes
from tynys.centre.api.common import After, Limit, The, answer, cursor, place, problems, says

router = APIRouter(prefix="/api/v1/imports", tags=["imports"])
Profile = Annotated[str, Path(description="The profile's id, as `rule_pack` of an imported average names it.", max_length=100)]


@router.get("", responses=says(shapes.ImportList, "Imported files, oldest first."), response_class=Response)
async def imports(centre: The, after: After = None, limit: Limit = 1000) -> Response:
    """Files of the national data bank that were imported, each with the SHA-256 of its bytes."""
    begin = place(after, tuple[int])
    rows = [row for row in await asyncio.to_thread(centre.registry.imports) if begin is None or row.id > begin[0]]
    following = cursor(rows[limit - 1].id) if len(rows) > limit else None
    return answer(shapes.ImportList(simulated=centre.simulated, next=following, items=[render.imported_file(row) for row in rows[:limit]]))


@router.get("/sources", responses=says(shapes.FeedSourceList, "Sources of imported feeds."), response_class=Response)
async def sources(centre: The, after: After = None, limit: Limit = 1000) -> Response:
    """Sources known from imported feeds, by id: canonical names beside every spelling that came."""
    begin = place(after, tuple[str])
    rows = await asyncio.to_thread(centre.registry.feed_sources, begin[0] if begin is not None else "", limit + 1)
    following = cursor(rows[limit - 1].id) if len(rows) > limit else None
    items = [render.feed_source(row, simulated=row.simulated or centre.settings.centre.simulated) for row in rows[:limit]]
    return answer(shapes.FeedSourceList(simulated=any(item.simulated for item in items), next=following, items=items))


@router.get("/profiles/{profile}", responses=says(shapes.FeedProfileShape, "The profile.") | problems(404), response_class=Response)
async def profile(centre: The, profile: Profile) -> Response:
    """How a feed was read, and what of it nobody has confirmed."""
    return answer(render.feed_profile(await asyncio.to_thread(imported.profile_of, centre, profile)))
