"""All facilities with their sources, worst first, filtered by name, region and state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tynys.centre.views import Standing
from tynys.domain.regions import REGIONS
from tynys.web.rows import ORDER, ranked, source_row
from tynys.web.site import Live, spoken

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from tynys.centre.views import FacilityView
    from tynys.present.voice import Voice
    from tynys.web.rows import SourceRow
    from tynys.web.site import Site


@dataclass(frozen=True, slots=True)
class Group:
    """A facility with the rows of its sources."""

    href: str
    name: str
    region: str
    operator: str
    standing: str
    rows: list[SourceRow]


async def page(site: Site, request: Request) -> Response:
    """Answer ``/facilities``."""
    view = await site.queries.nation()
    voice = spoken(request)
    query, region, standing = (request.query_params.get(name, "").strip() for name in ("q", "region", "standing"))
    groups = []
    for facility in sorted(view.facilities, key=lambda item: (ORDER[item.standing], voice.name(item.names))):
        if (region and facility.region != region) or (query and not matches(query, facility)):
            continue
        sources = [source for source in ranked(facility.sources) if not standing or str(source.standing) == standing]
        if sources or not standing:
            groups.append(
                Group(
                    f"/facility/{facility.facility}",
                    voice.brief(facility.names),
                    region_name(voice, facility.region),
                    voice.brief(facility.operator),
                    str(facility.standing),
                    [source_row(voice, source, view.now_ms) for source in sources],
                )
            )
    present = {facility.region for facility in view.facilities}
    context = {
        "groups": groups,
        "query": query,
        "region": region,
        "standing": standing,
        "regions": sorted(((code, region_name(voice, code)) for code in present), key=lambda item: item[1]),
        "standings": [str(item) for item in Standing],
    }
    live = Live(site.stream_path, "source average")
    return site.page(request, "facilities.html", context, section="facilities", simulated=view.simulated, live=live, zones=("list",))


def matches(query: str, facility: FacilityView) -> bool:
    """Whether the words typed stand in any of the facility's names or its operator's."""
    names = (facility.names, facility.operator)
    text = " ".join([facility.facility, *(f"{name.kk} {name.ru} {name.en}" for name in names)]).casefold()
    return all(word in text for word in query.casefold().split())


def region_name(voice: Voice, code: str) -> str:
    """A region's full name; a code that is not in the list is shown as it is."""
    region = REGIONS.get(code)
    return voice.name(region.names) if region else code
