"""A source's page: what leaves it now against its limits, how the running window will end, its past, and how a number was made."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import numpy as np
from starlette.responses import Response

from tynys.centre.views import Standing
from tynys.domain.errors import NotFoundError
from tynys.domain.fuel import FUELS
from tynys.present import calendar_chart, kazakh, sentences, times
from tynys.present.limit_bar import limit_bar
from tynys.web import made, pictures
from tynys.web.pages.facilities import region_name
from tynys.web.ribbon import NAMES, ribbon_codes, ribbon_names
from tynys.web.rows import ORDER, cause_of, closer_word, share, silence, since, worst
from tynys.web.site import Live, spoken
from tynys.web.spans import chosen_span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request

    from tynys.centre.views import CalendarDay, ComponentView, SourceView
    from tynys.present.voice import Voice
    from tynys.web.site import Site

KINDS = ("averages", "readings")
DRAWN = 288
"""Steps of the picture drawn on the server."""
MOST_BUCKETS = 4000
TABLE_ROWS = 48
POOR = 0.75
"""Below this share of valid averages a day is poor."""
WORDS = ("zoom_in", "zoom_out", "earlier", "later", "whole", "help", "range", "nothing", "failed", "limit")
"""Texts the zoomable chart speaks."""


@dataclass(frozen=True, slots=True)
class NowRow:
    """One component now."""

    href: str
    chosen: bool
    short: Any
    name: str
    standing: str
    now: str
    unit: str
    now_reason: str
    mean: str
    limit: str
    certainty: str
    bar: Any
    budget: str
    likely: str
    valid: str


async def page(site: Site, request: Request) -> Response:
    """Answer ``/source/{source}``."""
    source = await site.queries.source(request.path_params["source"])
    now_ms = (await site.queries.nation()).now_ms
    voice = spoken(request)
    views = sorted(source.components, key=lambda view: (view.limit is None, ORDER[view.standing], -share(view)))
    view = choose(source, request.query_params.get("component", ""))
    lead = worst(source)
    context: dict[str, Any] = {
        "source": source,
        "region": region_name(voice, source.region),
        "sentence": sentences.source(
            voice, voice.brief(source.names), str(source.standing), lead, since(source, lead), now_ms, told=closer_word(source, lead)
        ),
        "facts": facts(voice, source, now_ms),
        "rows": [now_row(voice, source, item, now_ms, chosen=item is view) for item in views],
        "component": view.component if view else "",
        "elapsed": None,
        "window": voice.t("source.rest"),
        "made": None,
    }
    if view is not None:
        context |= {"elapsed": view.elapsed_share, "window_start_ms": view.window_start_ms, "window_end_ms": view.window_end_ms}
        context["made"] = await made_of(site, request, voice, source, view, now_ms)
    if "part" not in request.query_params:
        context |= await still(site, request, voice, source, view, now_ms)
    live = Live(f"{site.stream_path}?source={source.source}", "source average")
    zones = ("state", "now", "made")
    return site.page(request, "source.html", context, section="facilities", simulated=source.simulated, live=live, zones=zones)


async def still(site: Site, request: Request, voice: Voice, source: SourceView, view: ComponentView | None, now_ms: int) -> dict[str, Any]:
    """What does not change every second: the chart and the calendar."""
    year = times.local(now_ms).year
    calendar = asyncio.create_task(_calendar(site, source.source, year))
    context: dict[str, Any] = {"year": year}
    if view is not None:
        context |= await chart_context(site, request, voice, source, view, now_ms)
    days = [calendar_chart.Day(date.fromisoformat(day.date), day.valid_share, day.exceeded) for day in await calendar]
    context |= {
        "days": days,
        "months": [calendar_chart.month_picture(voice, year, number, members) for number, members in calendar_chart.months(days).items()],
        "month_rows": calendar_chart.summaries(days),
        "calendar_sentence": calendar_sentence(voice, days),
    }
    return context


async def _calendar(site: Site, source: str, year: int) -> Sequence[CalendarDay]:
    return await site.queries.calendar(source, year)


async def chart_context(site: Site, request: Request, voice: Voice, source: SourceView, view: ComponentView, now_ms: int) -> dict[str, Any]:
    """The chart of the chosen component and everything one can choose about it."""
    span = chosen_span(request, now_ms)
    kind = request.query_params.get("kind", "averages")
    kind = kind if kind in KINDS else "averages"
    series = await site.queries.chart(source.source, view.component, kind, span.start_ms, span.end_ms, DRAWN)
    title = voice.t(f"chart.title.{kind}", component=voice.component(view.component), span=span.words(voice))
    here = {"component": view.component, "kind": kind}
    address = f"/source/{source.source}"
    found = set(ribbon_names(series)) - {"valid"}
    return {
        "chart_title": sentences.capital(title),
        "picture": pictures.big(voice, series, title=title),
        "ribbons": [name for name in NAMES if name in found],
        "spans": [(name, f"{address}?{urlencode({**here, 'span': name})}") for name in ("day", "week", "month", "year")],
        "span": span.name,
        "kinds": [(name, f"{address}?{urlencode({**here, 'kind': name, **span.query()})}") for name in KINDS],
        "kind": kind,
        "series_href": f"{address}/series?{urlencode(here)}",
        "table_href": f"{address}/table?{urlencode({**here, **span.query()})}",
        "start_ms": span.start_ms,
        "end_ms": span.end_ms,
        "follow": span.name == "day",
        "limit": series.limit,
        "chart_words": {
            **{
                name: voice.t(f"chart.{name}", **({"limit": voice.measured(series.limit)} if name == "limit" else {}))
                for name in WORDS
                if name != "range"
            },
            "unit": voice.unit(series.unit),
            "language": "en-GB" if voice.language == "en" else "ru",
            "months": [voice.month(number) for number in range(1, 13)],
            "ribbons": [voice.t(f"ribbon.{name}") for name in NAMES],
            "lowest": voice.t("table.lowest"),
            "highest": voice.t("table.highest"),
            "mean": voice.t("table.mean"),
        },
    }


async def series(site: Site, request: Request) -> Response:
    """Answer ``/source/{source}/series``: a decimated span as typed arrays (the layout of the API's chart; status as ribbon places)."""
    component, kind = request.query_params.get("component", ""), request.query_params.get("kind", "averages")
    span = chosen_span(request, (await site.queries.nation()).now_ms)
    buckets = min(max(_whole(request.query_params.get("buckets")), 50), MOST_BUCKETS)
    found = await site.queries.chart(request.path_params["source"], component, kind, span.start_ms, span.end_ms, buckets)
    header = {"count": len(found.start_ms), "unit": found.unit, "limit": found.limit, "interval_ms": pictures.width_ms(found)}
    head = json.dumps(header).encode()
    head += b" " * (-(len(head) + 4) % 8)
    columns = [column.astype("<f8").tobytes() for column in (found.start_ms, found.minimum, found.maximum, found.mean)]
    body = b"".join([len(head).to_bytes(4, "little"), head, *columns, np.array(ribbon_codes(found), np.uint8).tobytes()])
    return Response(body, media_type="application/octet-stream", headers={"Cache-Control": "no-store"})


async def table(site: Site, request: Request) -> Response:
    """Answer ``/source/{source}/table``: the chart's span as a table."""
    source = await site.queries.source(request.path_params["source"])
    view = choose(source, request.query_params.get("component", ""))
    if view is None:
        raise NotFoundError("this source has no component to show", where="component")
    now_ms = (await site.queries.nation()).now_ms
    voice, span = spoken(request), chosen_span(request, now_ms)
    kind = request.query_params.get("kind", "averages")
    found = await site.queries.chart(
        source.source, view.component, kind, span.start_ms, span.end_ms, TABLE_ROWS if span.name != "day" else 72
    )
    states = ribbon_names(found)
    each = kind == "averages" and pictures.width_ms(found) == found.interval_ms  # a row is one average, not several
    rows = [
        {
            "href": made_href(source.source, view.component, found.interval_ms, int(start)) if each else "",
            "moment": voice.moment(int(start), now_ms),
            "minimum": voice.measured(float(low)),
            "mean": voice.measured(float(mean)),
            "maximum": voice.measured(float(high)),
            "state": voice.t(f"ribbon.{state}"),
        }
        for start, low, mean, high, state in zip(found.start_ms, found.minimum, found.mean, found.maximum, states, strict=True)
    ]
    context = {"rows": rows, "unit": voice.unit(found.unit), "step": voice.duration(pictures.width_ms(found))}
    heading = f"{voice.name(source.names)}: {sentences.capital(voice.component(view.component))}, {span.words(voice)}"
    return site.fragment(request, "source/table.html", context, heading=heading, section="facilities", simulated=source.simulated)


def made_href(source: str, component: str, length_ms: int, start_ms: int) -> str:
    """The page that tells how an average was made."""
    period = "PT1H" if length_ms == times.HOUR else "PT20M"
    return f"/source/{source}/made?{urlencode({'component': component, 'period': period, 'start': start_ms})}"


def choose(source: SourceView, wanted: str) -> ComponentView | None:
    """The component asked for, else the one that needs attention most."""
    return next((view for view in source.components if view.component == wanted), worst(source))


def now_row(voice: Voice, source: SourceView, view: ComponentView, now_ms: int, *, chosen: bool) -> NowRow:
    """One row of the table of now."""
    silent = view.standing == Standing.SILENT
    spoiled = view.standing in {Standing.SILENT, Standing.INVALID}
    return NowRow(
        href=f"/source/{source.source}?component={view.component}#chosen",
        chosen=chosen,
        short=voice.short(view.component),
        name="" if (name := sentences.capital(voice.component(view.component))) == voice.sign(view.component) else name,
        standing=str(view.standing),
        now="—" if silent else voice.beside(view.now, view.limit),
        unit=voice.unit(view.unit),
        now_reason=cause_of(voice, view) or (silence(voice, source, view, now_ms) if silent else ""),
        mean=voice.beside(view.mean_so_far, view.limit),
        limit=voice.measured(view.limit) if view.limit is not None else voice.t("value.not_set"),
        certainty="to_confirm" if view.limit_certainty == "to_confirm" else "",
        bar=limit_bar(voice, view.mean_so_far, view.limit, view.forecast, str(view.standing)),
        budget="" if spoiled or view.limit is None else sentences.budget(voice, view, now_ms),
        likely="" if spoiled else sentences.likelihood(voice, view),
        valid=voice.percent(view.valid_today_share, 1),
    )


def facts(voice: Voice, source: SourceView, now_ms: int) -> list[tuple[str, str]]:
    """The line under the headline: state, load, fuel, oxygen, flow, line, verification."""
    found = [(voice.clock_zone(now_ms, seconds=True), "")]
    if source.units_text:
        running = sum(1 for _, _, on in source.units_text if on)
        load = sum(load for _, load, on in source.units_text if on)
        found.append(
            (
                voice.n(
                    "fact.units", len(source.units_text), on=kazakh.possessive(str(running), running) if voice.language == "kk" else running
                ),
                f"{voice.number(load)}\u00a0{voice.unit('MW')}",
            )
        )
    found.append((voice.t("fact.state"), voice.known("plant_state", source.plant_state)))
    if source.fuel:
        fuel = FUELS.get(source.fuel)
        found.append((voice.t("fact.fuel"), voice.name(fuel.names) if fuel else source.fuel))
    places = {"o2": 1, "h2o": 1, "temperature": 0, "pressure": 1}
    for view in source.peripherals:
        if view.component in {*places, "flow"} and (cause := cause_of(voice, view)):
            found.append((voice.t("fact.flow") if view.component == "flow" else voice.sign(view.component), cause))
        elif view.component in places and view.now is not None:
            found.append((voice.sign(view.component), f"{voice.number(view.now, places[view.component])}\u00a0{voice.unit(view.unit)}"))
        elif view.component == "flow" and view.now is not None:
            found.append((voice.t("fact.flow"), f"{thousands(voice, view.now)}\u00a0{voice.unit(view.unit)}"))
    if source.last_batch_ms is not None:
        found.append((voice.t("fact.last_batch"), voice.t("value.ago", length=voice.duration(now_ms - source.last_batch_ms))))
    if source.chain_verdict:
        found.append((voice.t("fact.chain"), voice.known("chain", source.chain_verdict)))
    if source.verification_valid_to_ms is not None:
        found.append((voice.t("fact.verification"), voice.day(source.verification_valid_to_ms, year=True)))
    return found


def thousands(voice: Voice, value: float) -> str:
    """A large amount in thousands or millions."""
    if abs(value) >= 1e6:  # noqa: PLR2004 - the word says so
        return f"{voice.number(value / 1e6, 2)}\u00a0{voice.t('number.million')}"
    return voice.number(value)


async def made_of(
    site: Site, request: Request, voice: Voice, source: SourceView, view: ComponentView, now_ms: int
) -> dict[str, Any] | None:
    """The steps behind one closed average: the last one, or the one the address names."""
    average = view.last_closed
    at = _whole(request.query_params.get("at"))
    if at:
        found = await site.queries.averages(source.source, view.component, "PT20M", at, at + 1)
        average = next(iter(found), None)
    if average is None:
        return None
    facility = await site.queries.facility(source.facility)
    return made.explain(voice, average, facility.configuration, now_ms, api_path=site.api_path, latest=view.last_closed)


def calendar_sentence(voice: Voice, days: Sequence[calendar_chart.Day]) -> str:
    """The calendar in one line."""
    known = [day.valid_share for day in days if day.valid_share is not None]
    if not known:
        return voice.t("calendar.nothing")
    poor = sum(1 for valid in known if valid < POOR)
    return voice.n("calendar.sentence", poor, share=voice.percent(sum(known) / len(known), 1))


def _whole(value: str | None) -> int:
    return int(value) if value and value.isdigit() and len(value) < 16 else 0  # noqa: PLR2004 - milliseconds have 13 digits
