"""Quality assurance of a facility's instruments: what was last done to each, when it is due again, what waits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tynys.calc.qa.due import WORST, Due, Standing
from tynys.calc.qa.status import analyser_statuses
from tynys.calc.qa.weekly import NEW_QAL2
from tynys.web.site import spoken

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markupsafe import Markup
    from starlette.requests import Request
    from starlette.responses import Response

    from tynys.calc.qa.status import AnalyserStatus
    from tynys.domain.configuration import FacilityConfiguration
    from tynys.present.voice import Voice
    from tynys.web.site import Site

ICONS = {Standing.OVERDUE: "exceeding", Standing.SOON: "near"}
"""What is late or soon has the shape and colour of what exceeds or is near; the rest has none."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One quality assurance in words: how it stands, when it is due, when it was last done."""

    icon: str
    standing: str
    due: str
    last: str


@dataclass(frozen=True, slots=True)
class Row:
    """One analyser."""

    icon: str
    standing: str
    name: str
    place: str
    components: list[Markup]
    cells: list[tuple[str, Cell]]
    remarks: list[str]


async def page(site: Site, request: Request) -> Response:
    """Answer ``/facility/{facility}/assurance``."""
    facility = await site.queries.facility(request.path_params["facility"])
    voice = spoken(request)
    configuration = facility.configuration
    now_ms = (await site.queries.nation()).now_ms
    statuses = analyser_statuses(configuration, now_ms) if configuration else ()
    context: dict[str, Any] = {
        "facility": facility,
        "sentence": summary(voice, statuses),
        "rows": rows(voice, configuration, statuses) if configuration else [],
        "kinds": [voice.t(f"assurance.{kind}") for kind in ("qal2", "ast", "qal3", "verification")],
        "now_ms": now_ms,
        "weeks_href": f"/facility/{facility.facility}/assurance/weeks",
    }
    return site.page(request, "assurance.html", context, section="facilities", simulated=facility.simulated)


async def weeks(site: Site, request: Request) -> Response:
    """Answer ``/facility/{facility}/assurance/weeks``: the weekly counters, read from the stored averages."""
    facility = await site.queries.facility(request.path_params["facility"])
    voice = spoken(request)
    names = {source.source: voice.brief(source.names) for source in facility.sources}
    counted = sorted(await site.queries.range_weeks(facility.facility), key=lambda each: -each.counter)
    items = [
        {
            "icon": ICONS[Standing.OVERDUE] if each.counter >= NEW_QAL2 else ICONS[Standing.SOON] if each.counter else "",
            "place": names.get(each.source, each.source),
            "component": voice.short(each.component),
            "counter": voice.t("assurance.of", count=voice.number(each.counter), most=voice.number(NEW_QAL2)),
            "weeks": voice.n("assurance.weeks", sum(week.added > 0 for week in each.weeks)),
            "since": voice.day(each.since_ms, year=True),
            "said": voice.t("assurance.new_qal2") if each.counter >= NEW_QAL2 else "",
        }
        for each in counted
    ]
    heading = f"{voice.name(facility.names)}: {voice.t('assurance.range')}"
    return site.fragment(
        request, "assurance/weeks.html", {"items": items}, heading=heading, section="facilities", simulated=facility.simulated
    )


def summary(voice: Voice, statuses: Sequence[AnalyserStatus]) -> list[tuple[str, str]]:
    """How many analysers are late or soon, each with its icon; one quiet phrase if none is."""
    counts = [(standing, sum(each.standing is standing for each in statuses)) for standing in (Standing.OVERDUE, Standing.SOON)]
    said = [(ICONS[standing], voice.n(f"assurance.count.{standing}", count)) for standing, count in counts if count]
    return said or [("", voice.t("assurance.quiet"))]


def rows(voice: Voice, configuration: FacilityConfiguration, statuses: Sequence[AnalyserStatus]) -> list[Row]:
    """Every analyser, what waits first."""
    points = {point.id: point.source for point in configuration.points}
    names = {source.id: voice.brief(source.names) for source in configuration.sources}
    analysers = {analyser.id: analyser for analyser in configuration.analysers}
    made = []
    for status in sorted(statuses, key=lambda each: WORST.index(each.standing)):
        analyser = analysers[status.analyser]
        cells = zip(("qal2", "ast", "qal3", "verification"), (status.qal2, status.ast, status.qal3, status.verification), strict=True)
        made.append(
            Row(
                icon=ICONS.get(status.standing, ""),
                standing=voice.t(f"assurance.standing.{status.standing}"),
                name=voice.marked(f"{analyser.maker} {analyser.model}".strip()),
                place=f"{names.get(points.get(analyser.point, ''), analyser.point)} · {analyser.serial}",
                components=[voice.short(component) for component in status.components],
                cells=[(voice.t(f"assurance.{kind}"), _cell(voice, due)) for kind, due in cells],
                remarks=_remarks(voice, status),
            )
        )
    return made


def _cell(voice: Voice, due: Due) -> Cell:
    return Cell(
        icon=ICONS.get(due.standing, ""),
        standing=voice.t(f"assurance.standing.{due.standing}"),
        due=voice.t("assurance.due", day=voice.brief_day(due.next)) if due.next else voice.t("value.not_set"),
        last=voice.t("assurance.last", day=voice.brief_day(due.last)) if due.last else "",
    )


def _remarks(voice: Voice, status: AnalyserStatus) -> list[str]:
    """What the charts and the last test say."""
    said = [voice.t("assurance.failed")] if status.failed else []
    return [*said, voice.t(f"assurance.alarm.{status.alarm}")] if status.alarm else said
