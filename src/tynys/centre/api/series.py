"""Routes about what was: readings, averages with their revisions, charts."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Header, Query
from pydantic import AwareDatetime  # noqa: TC002 - FastAPI reads the annotations at run time
from starlette.responses import Response

from tynys.centre import imported
from tynys.centre.api import formats, render, shapes
from tynys.centre.api.averages_bulk import ALL, MOST_ROWS, BulkColumn, bulk_answer, stored
from tynys.centre.api.common import After, End, Limit, Place, Start, The, answer, cursor, invalid, place, problems, says, span_of
from tynys.centre.averages_page import averages_columns, averages_page
from tynys.domain.base import from_ms, to_ms
from tynys.domain.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tynys.domain.average import Average

router = APIRouter(prefix="/api/v1", tags=["series"])
Source = Annotated[str, Query(description="The source.", max_length=100)]
OptionalSource = Annotated[str | None, Query(description="Only this source.", max_length=100)]
Component = Annotated[str | None, Query(description="Only this component.", max_length=40)]
Period = Annotated[Literal["PT20M", "PT1H", "P1D"], Query(description="Averaging period, ISO 8601.")]
Format = Annotated[Literal["json", "csv", "arrow"] | None, Query(description="Overrides the Accept header.")]
Accept = Annotated[str, Header(include_in_schema=False)]
MOST_ITEMS = 10_000
"""Items of a JSON page at most."""
_OTHER = {formats.CSV: {"schema": {"type": "string"}}, formats.ARROW: {"schema": {"type": "string", "format": "binary"}}}


@router.get("/readings", responses=says(shapes.ReadingList, "Readings.", **_OTHER) | problems(404), response_class=Response)
async def readings(
    centre: The,
    source: OptionalSource = None,
    channel: Annotated[list[str] | None, Query(description="Channel UUIDs or names of the source; all of the source if absent.")] = None,
    start: Start = None,
    end: End = None,
    after: After = None,
    limit: Limit = 1000,
    format: Format = None,  # noqa: A002 - the parameter's public name
    accept: Accept = "",
) -> Response:
    """Raw readings of channels, by time, then channel; a page ends at an instant, never within one."""
    span = span_of(start, end, centre.now_ms())
    channels = _channels(centre, source, channel)
    begin = place(after, tuple[Place])
    first = max(span[0], begin[0]) if begin is not None else span[0]
    page = await asyncio.to_thread(formats.readings_page, centre.readings, channels, first, span[1], limit)
    following = cursor(page.next_ms) if page.next_ms is not None else None
    simulated = page.simulated or (not page.table.num_rows and centre.simulated)
    form = formats.chosen(format, accept)
    return await asyncio.to_thread(formats.readings_answer, page.table, channels, form, simulated=simulated, following=following)


@router.get("/averages", responses=says(shapes.AverageList, "Averages.", **_OTHER) | problems(404), response_class=Response)
async def averages(
    centre: The,
    source: Source,
    component: Component = None,
    period: Period = "PT20M",
    start: Start = None,
    end: End = None,
    known: Annotated[AwareDatetime | None, Query(description="As known at this instant; as known now if absent.")] = None,
    after: After = None,
    limit: Annotated[
        int | None, Query(ge=1, le=MOST_ROWS, description="Most items of a page: JSON 1000 if absent, at most 10000; Arrow and CSV 200000.")
    ] = None,
    columns: Annotated[list[BulkColumn] | None, Query(description="Columns of Arrow and CSV; all if absent.")] = None,
    format: Format = None,  # noqa: A002 - the parameter's public name
    accept: Accept = "",
) -> Response:
    """Averages of a source, by component and start: the current revisions, or those known at an instant."""
    span = span_of(start, end, centre.now_ms())
    known_ms = to_ms(known) if known is not None else None
    asked = (centre.averages, source, [component] if component is not None else None, period, span, known_ms)
    begin = place(after, tuple[str, Place, str])
    simulated = await asyncio.to_thread(imported.is_simulated, centre, source)
    form = formats.chosen(format, accept)
    if form != "json":
        wanted = columns or ALL
        table, following = await asyncio.to_thread(averages_columns, *asked, begin, limit or MOST_ROWS, stored(wanted))
        told = cursor(*following) if following is not None else None
        return await asyncio.to_thread(bulk_answer, table, wanted, form, simulated=simulated, following=told)
    rows, following = await asyncio.to_thread(averages_page, *asked, begin, min(limit or 1000, MOST_ITEMS))
    return answer(
        shapes.AverageList(
            simulated=simulated,
            next=cursor(*following) if following is not None else None,
            items=[render.average(row) for row in rows],
            read_with=await _read_with(centre, rows),
        )
    )


@router.get("/averages/revisions", responses=says(shapes.AverageList, "Every revision.") | problems(404), response_class=Response)
async def revisions(
    centre: The,
    source: Source,
    component: Annotated[str, Query(description="The component.", max_length=40)],
    start: Annotated[AwareDatetime, Query(description="Start of the window.")],
    period: Period = "PT20M",
) -> Response:
    """All revisions of one average, oldest first, superseded ones included."""
    simulated = await asyncio.to_thread(imported.is_simulated, centre, source)
    span_of(start, None, max(to_ms(start) + 1, centre.now_ms()))
    rows = await asyncio.to_thread(centre.averages.revisions, source, component, period, to_ms(start))
    following = [later.known_ms if later.origin is row.origin else None for row, later in pairwise(rows)]
    items = [render.average(row, superseded) for row, superseded in zip(rows, [*following, None], strict=False)]
    return answer(shapes.AverageList(simulated=simulated, items=items, read_with=await _read_with(centre, rows)))


async def _read_with(centre: The, rows: Sequence[Average]) -> list[shapes.FeedProfileShape]:
    """How the imported ones among the rows were read."""
    return [render.feed_profile(profile) for profile in await asyncio.to_thread(imported.profiles_of, centre, rows)]


@router.get(
    "/chart",
    responses=says(shapes.ChartShape, "A decimated series.", **{formats.BINARY: {"schema": {"type": "string", "format": "binary"}}})
    | problems(404),
    response_class=Response,
)
async def chart(
    centre: The,
    source: Source,
    component: Annotated[str, Query(description="The component.", max_length=40)],
    kind: Annotated[
        Literal["averages", "readings"], Query(description="20-minute averages, or readings of the main channel.")
    ] = "averages",
    start: Start = None,
    end: End = None,
    buckets: Annotated[int, Query(ge=1, le=10_000, description="Most points; each keeps its smallest and largest value.")] = 2000,
    format: Annotated[Literal["json", "binary"], Query(description="JSON or little-endian typed arrays.")] = "json",  # noqa: A002
) -> Response:
    """A series for drawing: smallest, largest and mean value and worst status of every bucket."""
    begin, finish = span_of(start, end, centre.now_ms())
    series = await centre.queries.chart(source, component, kind, begin, finish, buckets)
    simulated = centre.plans.get_shown(centre.source_facility(source), centre.now_ms()).simulated
    if format == "binary":
        return formats.chart_binary(series, simulated=simulated)
    return answer(
        shapes.ChartShape(
            simulated=simulated,
            source=source,
            component=component,
            unit=series.unit,
            kind=kind,
            interval_ms=series.interval_ms,
            limit=series.limit,
            start=[from_ms(at) for at in series.start_ms.tolist()],
            minimum=formats.nullable(series.minimum),
            maximum=formats.nullable(series.maximum),
            mean=formats.nullable(series.mean),
            status=series.status.tolist(),
        )
    )


def _channels(centre: The, source: str | None, wanted: list[str] | None) -> dict[UUID, tuple[str, str]]:
    """Name and unit of every channel asked for."""
    if source is None and not wanted:
        raise invalid("source", "expected a source, or channels")
    plan = centre.plans.get_shown(centre.source_facility(source), centre.now_ms()) if source is not None else None
    if plan is not None and not wanted:
        return {channel.id: (channel.name, channel.unit.value) for channel in plan.of_source[source]}
    found = {}
    for name in wanted or ():
        channel = plan.by_name.get(name) if plan is not None else None
        channel = channel if channel is not None else _by_uuid(centre, name)
        found[channel.id] = (channel.name, channel.unit.value)
    return found


def _by_uuid(centre: The, text: str) -> The:
    try:
        uuid = UUID(text)
    except ValueError:
        raise NotFoundError(f"no channel {text!r}", where="channel", hint="give a UUID, or a source and a channel's name") from None
    plan = centre.plans.of_channel(uuid)
    if plan is None:
        raise NotFoundError(f"no channel {text}", where="channel")
    return plan.channels[uuid]
