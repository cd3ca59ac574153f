"""A facility's page: its sources against their limits, their last day, and what the configuration in force says of it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tynys.calc.qa.status import analyser_statuses
from tynys.centre.views import Standing
from tynys.domain.base import from_ms, to_ms
from tynys.domain.fuel import FUELS
from tynys.present import sentences, times
from tynys.present.sentences import Segment
from tynys.web.pages.assurance import summary
from tynys.web.pages.facilities import region_name
from tynys.web.pictures import small
from tynys.web.rows import component_row, ranked
from tynys.web.site import Live, spoken

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from tynys.centre.views import FacilityView, SourceView
    from tynys.domain.configuration import FacilityConfiguration
    from tynys.present.voice import Voice
    from tynys.web.site import Site

MOST_CHARTS = 4
"""Small charts a source gets: its regulated components."""


@dataclass(frozen=True, slots=True)
class LimitRow:
    """One limit in words."""

    scope: str
    component: Any
    period: str
    values: list[str]
    document: str
    certainty: str


async def page(site: Site, request: Request) -> Response:
    """Answer ``/facility/{facility}``."""
    facility = await site.queries.facility(request.path_params["facility"])
    voice = spoken(request)
    now_ms = max((source.last_reading_ms or 0 for source in facility.sources), default=0)
    nation_now = (await site.queries.nation()).now_ms
    now_ms = nation_now or now_ms
    configuration = facility.configuration
    context: dict[str, Any] = {
        "facility": facility,
        "region": region_name(voice, facility.region),
        "sentence": headline(voice, facility),
        "facts": facts(voice, configuration),
        "now_ms": now_ms,
        "sources": [source_context(voice, source, now_ms) for source in ranked(facility.sources)],
        "day_href": f"/facility/{facility.facility}/day",
        "configuration": configuration,
    }
    if configuration:
        context |= {
            "digest": configuration.digest().hex(),
            "limits": limit_rows(voice, facility, configuration, now_ms),
            "units": unit_rows(voice, configuration),
            "instruments": instrument_rows(voice, configuration, now_ms),
            "assurance": summary(voice, analyser_statuses(configuration, now_ms)),
        }
    live = Live(f"{site.stream_path}?facility={facility.facility}", "source average")
    zones = ("state", "matrix")
    return site.page(request, "facility.html", context, section="facilities", simulated=facility.simulated, live=live, zones=zones)


async def day(site: Site, request: Request) -> Response:
    """Answer ``/facility/{facility}/day``: the last 24 hours of every regulated component as small charts."""
    facility = await site.queries.facility(request.path_params["facility"])
    voice = spoken(request)
    end_ms = (await site.queries.nation()).now_ms
    start_ms = end_ms - times.DAY

    async def charts(source: SourceView) -> dict[str, Any]:
        views = source.components[:MOST_CHARTS]
        found = await asyncio.gather(
            *(site.queries.chart(source.source, view.component, "averages", start_ms, end_ms, 72) for view in views)
        )
        items = [small(voice, view, series) for view, series in zip(views, found, strict=True)]
        return {"name": voice.brief(source.names), "href": f"/source/{source.source}", "charts": items}

    context = {"sources": [await charts(source) for source in facility.sources]}
    heading = f"{voice.name(facility.names)}: {voice.t('facility.day')}"
    return site.fragment(request, "facility/day.html", context, heading=heading, section="facilities", simulated=facility.simulated)


def headline(voice: Voice, facility: FacilityView) -> list[Segment]:
    """How many of its sources keep their limits, and what the others do."""
    counts: dict[str, int] = {}
    for source in facility.sources:
        counts[str(source.standing)] = counts.get(str(source.standing), 0) + 1
    found = sentences.nation(voice, counts, lead=False)
    first = found[0]
    return [Segment(first.text[:1].lower() + first.text[1:], first.standing), *found[1:]]


def facts(voice: Voice, configuration: FacilityConfiguration | None) -> list[tuple[str, str]]:
    """What else is worth a line: category and permits."""
    if configuration is None:
        return []
    found = [(voice.t("fact.category"), "I" * configuration.facility.category)]
    found.extend((voice.t("fact.permit"), permit.number) for permit in configuration.facility.permits[:1])
    return found


def source_context(voice: Voice, source: SourceView, now_ms: int) -> dict[str, Any]:
    """One source with its rows."""
    return {
        "standing": str(source.standing),
        "href": f"/source/{source.source}",
        "name": voice.brief(source.names),
        "plant_state": "" if source.standing == Standing.SILENT else voice.known("plant_state", source.plant_state),
        "rows": [component_row(voice, source, view, now_ms) for view in source.components],
    }


def limit_rows(voice: Voice, facility: FacilityView, configuration: FacilityConfiguration, now_ms: int) -> list[LimitRow]:
    """Limits in force now."""
    names = {source.source: voice.brief(source.names) for source in facility.sources}
    names |= {source.id: voice.brief(source.names) for source in configuration.sources}
    names |= {unit.id: voice.brief(unit.names) for unit in configuration.units}
    names[facility.facility] = voice.t("scope.facility")
    moment = from_ms(now_ms)
    gathered: dict[tuple[str, str, str, str, str], list[str]] = {}
    for limit in configuration.limits:
        if limit.in_force(moment):
            key = (limit.scope, limit.component, limit.period, limit.document, str(limit.certainty))
            gathered.setdefault(key, []).append(f"{voice.measured(limit.value)}\u00a0{voice.unit(limit.unit)}")
    return [
        LimitRow(
            scope=names.get(scope, scope),
            component=voice.short(component),
            period=voice.known("period_noun", period),
            values=values,
            document=voice.marked(document),
            certainty="to_confirm" if certainty == "to_confirm" else "",
        )
        for (scope, component, period, document, certainty), values in gathered.items()
    ]


def unit_rows(voice: Voice, configuration: FacilityConfiguration) -> list[dict[str, str]]:
    """Boilers and turbines with what they burn."""
    own = {fuel.id: fuel for fuel in configuration.fuels}
    known = {**FUELS, **own}
    rows = []
    for unit in configuration.units:
        fuels = ", ".join(voice.name(known[fuel].names) if fuel in known else fuel for fuel in unit.fuels)
        rows.append(
            {
                "name": voice.brief(unit.names),
                "electric": f"{voice.number(unit.electric_mw)}\u00a0{voice.unit('MW')}",
                "thermal": f"{voice.number(unit.thermal_input_mw)}\u00a0{voice.unit('MW')}",
                "fuels": fuels,
            }
        )
    return rows


def instrument_rows(voice: Voice, configuration: FacilityConfiguration, now_ms: int) -> list[dict[str, str]]:
    """Analysers in place now, with the end of their verification."""
    moment = from_ms(now_ms)
    points = {point.id: point.source for point in configuration.points}
    names = {source.id: voice.brief(source.names) for source in configuration.sources}
    rows = []
    for analyser in configuration.analysers:
        if not analyser.in_force(moment):
            continue
        ends = [verification.valid_to for verification in analyser.verifications if verification.valid_to is not None]
        place = points.get(analyser.point, "")
        rows.append(
            {
                "name": voice.marked(f"{analyser.maker} {analyser.model}".strip()),
                "principle": voice.known("principle", analyser.principle),
                "place": names.get(place, analyser.point),
                "serial": analyser.serial,
                "verified": voice.day(to_ms(max(ends)), year=True) if ends else voice.t("value.not_set"),
            }
        )
    return rows
