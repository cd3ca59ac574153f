"""How a number was made, step by step, down to the readings; and the readings of one channel as a table."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import numpy as np

from tynys.domain.base import utc_text
from tynys.domain.errors import NotFoundError
from tynys.domain.status import InstrumentStatus
from tynys.present.explanation import worded
from tynys.present.explanation_sheet import heading, window
from tynys.web.site import spoken

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from tynys.calc.explain import Explanation
    from tynys.centre.views import RevisionView
    from tynys.domain.average import Average
    from tynys.present.explanation import ReadTable, Row
    from tynys.present.voice import Voice
    from tynys.web.site import Site

PERIODS = ("PT20M", "PT1H", "P1D")
MOST_READINGS_MS = 3_600_000
"""Span of readings that is asked for at once. [ms]"""
MOST_READINGS = 400
"""Readings on one page; the rest is a page on."""


async def page(site: Site, request: Request) -> Response:
    """Answer ``/source/{source}/made``."""
    source = await site.queries.source(request.path_params["source"])
    voice = spoken(request)
    component = request.query_params.get("component", "")
    period = request.query_params.get("period", "PT20M")
    start = whole(request, "start")
    if "start" not in request.query_params:
        return site.page(request, "number_none.html", {"source": source}, section="facilities", simulated=source.simulated)
    if period not in PERIODS or not component or start is None:
        raise NotFoundError(voice.t("explain.heading_absent"), where="averages")
    explanation = await site.queries.explanation(source.source, component, period, start)
    average = explanation.average
    shown = await asyncio.to_thread(steps_context, voice, explanation, f"/source/{source.source}")
    asked = {"source": source.source, "component": component, "period": period, "start": utc_text(start)}
    back = f"/source/{source.source}?{urlencode({'component': component, 'at': average.start_ms})}#h-made"
    known = await site.queries.revisions(source.source, component, period, start)
    context: dict[str, Any] = {
        **shown,
        "source": source,
        "revisions": [revision(voice, each) for each in known] if len(known) > 1 else [],
        "back": back if period == "PT20M" else f"/source/{source.source}?{urlencode({'component': component})}",
        "json": f"{site.api_path}/averages/explain?{urlencode(asked | {'lang': voice.language})}",
        "pdf": f"{site.api_path}/averages/explain?{urlencode(asked | {'lang': voice.language, 'format': 'pdf'})}",
    }
    return site.page(request, "number.html", context, section="facilities", simulated=source.simulated)


async def readings(site: Site, request: Request) -> Response:
    """Answer ``/source/{source}/readings``."""
    source = await site.queries.source(request.path_params["source"])
    voice = spoken(request)
    channel, start, end = request.query_params.get("channel", ""), whole(request, "start"), whole(request, "end")
    if start is None or end is None or not start < end:
        raise NotFoundError(voice.t("explain.readings_none"), where="readings")
    end = min(end, start + MOST_READINGS_MS)
    found = await site.queries.readings(source.source, channel, start, end)
    known = {int(status): status for status in InstrumentStatus}
    seconds = bool(np.any(found.time_ms % 60_000))
    rows = [
        {
            "time": voice.clock(int(time), seconds=seconds),
            "value": "—" if np.isnan(value) else voice.reading(float(value), found.unit),
            "status": voice.known("reading_status", known[int(status)].name.lower()) if int(status) in known else str(status),
            "valid": int(status) == InstrumentStatus.VALID,
        }
        for time, value, status in zip(*(column[:MOST_READINGS] for column in (found.time_ms, found.value, found.status)), strict=True)
    ]
    context: dict[str, Any] = {
        "source": source,
        "title": voice.t("explain.readings_of", channel=voice.component(found.component)),
        "lead": voice.t("explain.readings_lead", start=f"{voice.day(start)}, {voice.clock(start)}", end=voice.clock_zone(end)),
        "name": found.name,
        "rows": rows,
        "onward": "",
        "csv": csv_address(site, channel, start, end),
    }
    if len(found.time_ms) > MOST_READINGS:
        later = int(found.time_ms[MOST_READINGS])
        asked = urlencode({"channel": channel, "start": later, "end": end})
        context |= {"onward": f"/source/{source.source}/readings?{asked}", "onward_words": f"{voice.clock(later)}–{voice.clock(end)}"}
    return site.page(request, "readings.html", context, section="facilities", simulated=source.simulated)


def revision(voice: Voice, each: RevisionView) -> dict[str, str]:
    """One revision of the average, since when it is known and why it came."""
    reason = ", ".join(filter(None, (each.reason, each.by))) or "—"
    status = voice.known("average_status", each.status)
    return {
        "known": f"{voice.day(each.known_ms, year=True)}, {voice.clock_zone(each.known_ms, seconds=True)}",
        "value": voice.reading(each.value, each.unit) if each.value is not None else status,
        "why": voice.t(f"revision.{each.cause}", reason=reason),
    }


def whole(request: Request, name: str) -> int | None:
    """A whole number of the address."""
    text = request.query_params.get(name, "")
    return int(text) if text.isdecimal() and len(text) <= 16 else None  # noqa: PLR2004 - digits of a moment far ahead


def csv_address(site: Site, channel: str, start_ms: int, end_ms: int) -> str:
    """Where the readings are as CSV."""
    asked = {"channel": channel, "start": utc_text(start_ms), "end": utc_text(end_ms), "limit": 10_000, "format": "csv"}
    return f"{site.api_path}/readings?{urlencode(asked)}"


def steps_context(voice: Voice, explanation: Explanation, place: str, *, with_readings: bool = True) -> dict[str, Any]:
    """What the steps' template needs, at the centre and at the plant; ``place`` is the address that ``/made`` and ``/readings`` follow."""
    average = explanation.average
    return {
        "heading": heading(voice, explanation),
        "window": window(voice, explanation),
        "lead": voice.t(f"explain.lead.{explanation.basis}"),
        "explanation": explanation,
        "average": average,
        "steps": [
            {
                "told": step,
                "reads": [{"read": read, "table": _table(place, read) if with_readings else ""} for read in step.reads],
                "rows": [{"row": row, "href": _onward(row, place, average)} for row in step.rows],
                "open": step.kind == "mean_of_shorter",
            }
            for step in worded(voice, explanation)
        ],
        "states": _states(voice, explanation),
    }


def _table(place: str, read: ReadTable) -> str:
    return f"{place}/readings?{urlencode({'channel': read.channel, 'start': read.start_ms, 'end': read.end_ms})}"


def _onward(row: Row, place: str, average: Average) -> str:
    """A shorter average's own explanation; first level data have none."""
    if not row.period:
        return ""
    asked = {"component": average.component, "period": row.period, "start": row.start_ms}
    return f"{place}/made?{urlencode(asked if place else {'source': average.source} | asked)}"


def _states(voice: Voice, explanation: Explanation) -> list[tuple[str, str]]:
    """Value, standardised value, reference oxygen and deduction in a line, where they are known."""
    average = explanation.average
    found = [(voice.t("table.state"), voice.known("average_status", str(average.status)))]
    if average.standardised is not None:
        found.append((voice.t("symbol.c_ref"), f"{voice.measured(average.standardised)}\u00a0{voice.unit(average.unit)}"))
    if average.o2_reference_pct is not None:
        found.append((voice.t("symbol.O2_ref"), f"{voice.number(average.o2_reference_pct, 1)}\u00a0%"))
    if average.deduction is not None:
        found.append((voice.t("symbol.D"), f"{voice.measured(average.deduction)}\u00a0{voice.unit(average.unit)}"))
    if average.mass_g_s is not None:
        found.append((voice.t("explain.mass"), f"{voice.measured(average.mass_g_s)}\u00a0{voice.unit('g/s')}"))
    return found
