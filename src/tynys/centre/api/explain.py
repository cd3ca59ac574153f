"""The route that tells how a number was made: as data, or as a printed page."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from pydantic import AwareDatetime  # noqa: TC002 - FastAPI reads the annotations at run time
from starlette.responses import Response

from tynys.centre import imported
from tynys.centre.api import explain_shapes as shapes
from tynys.centre.api import render
from tynys.centre.api.common import The, answer, problems, says
from tynys.centre.explained import explained
from tynys.domain.base import from_ms, to_ms, utc_text
from tynys.domain.status import InstrumentStatus
from tynys.present.explanation import told
from tynys.present.explanation_sheet import sheet
from tynys.present.pdf import render as print_page
from tynys.present.voice import voice

if TYPE_CHECKING:
    from tynys.calc.explain import ChannelRead, Explanation, Member, Quantity, Step
    from tynys.domain.average import Average
    from tynys.present.voice import Voice

router = APIRouter(prefix="/api/v1", tags=["series"])
PDF = "application/pdf"
_PDF = {PDF: {"schema": {"type": "string", "format": "binary"}}}


@router.get(
    "/averages/explain", responses=says(shapes.ExplanationShape, "How it was made.", **_PDF) | problems(404), response_class=Response
)
async def explain(
    centre: The,
    source: Annotated[str, Query(description="The source.", max_length=100)],
    component: Annotated[str, Query(description="The component.", max_length=40)],
    start: Annotated[AwareDatetime, Query(description="Start of the window.")],
    period: Annotated[Literal["PT20M", "PT1H", "P1D"], Query(description="Averaging period, ISO 8601.")] = "PT20M",
    origin: Annotated[str | None, Query(description="Whose average; the centre's own first if absent.", max_length=40)] = None,
    revision: Annotated[int | None, Query(ge=0, description="Which revision; the current one if absent.")] = None,
    lang: Annotated[Literal["en", "ru", "kk"], Query(description="Language of titles and notes.")] = "en",
    format: Annotated[Literal["json", "pdf"], Query(description="Data, or a page to print.")] = "json",  # noqa: A002
) -> Response:
    """How one average was made: ordered steps from raw readings to value, limit and mass, each with formula, numbers and clause."""
    found = await explained(centre, source, component, period, to_ms(start), origin=origin, revision=revision)
    simulated = await asyncio.to_thread(imported.is_simulated, centre, source)
    spoken = voice(lang)
    if format == "pdf":
        plan = centre.plans.of_source(source, centre.now_ms())
        name = next((spoken.brief(s.names) for s in plan.configuration.sources if s.id == source), source) if plan is not None else source
        body = await asyncio.to_thread(print_page, "explanation", sheet(spoken, found, name, simulated=simulated))
        return Response(body, media_type=PDF, headers={"Cache-Control": "no-store", "X-Tynys-Simulated": str(simulated).lower()})
    return answer(explanation(found, spoken, simulated=simulated))


def explanation(found: Explanation, spoken: Voice, *, simulated: bool) -> shapes.ExplanationShape:
    """An explanation as the API gives it."""
    return shapes.ExplanationShape(
        simulated=simulated,
        language=spoken.language,
        average=render.average(found.average),
        basis=found.basis,
        agrees=found.agrees,
        steps=[_step(step, found.average, spoken) for step in found.steps],
    )


def _step(step: Step, average: Average, spoken: Voice) -> shapes.StepShape:
    words = told(spoken, step)
    return shapes.StepShape(
        kind=step.kind,
        title=words.title,
        formula=step.formula,
        inputs=[_quantity(quantity) for quantity in step.inputs],
        result=_quantity(step.result) if step.result is not None else None,
        clause=step.clause,
        certainty=step.certainty.value if step.certainty is not None else None,
        notes=list(words.notes),
        note_keys=[{"key": key, **dict(values)} for key, values in step.notes],
        channels=[_read(read) for read in step.channels],
        members=[_member(member, average) for member in step.members],
        subject=step.subject,
        start=from_ms(step.start_ms) if step.start_ms is not None else None,
        end=from_ms(step.end_ms) if step.end_ms is not None else None,
    )


def _quantity(of: Quantity) -> shapes.QuantityShape:
    return shapes.QuantityShape(
        symbol=of.symbol,
        value=of.value,
        unit=of.unit,
        origin=of.origin,
        of=of.of,
        clause=of.clause,
        certainty=of.certainty.value if of.certainty is not None else None,
    )


def _read(of: ChannelRead) -> shapes.ChannelReadShape:
    query = urlencode({"channel": of.channel, "start": utc_text(of.start_ms), "end": utc_text(of.end_ms), "limit": 10_000})
    return shapes.ChannelReadShape(
        channel=of.channel,
        name=of.name,
        component=of.component,
        unit=of.unit,
        start=from_ms(of.start_ms),
        end=from_ms(of.end_ms),
        mean=of.mean,
        count_by_status={status.name.lower(): count for status, count in zip(InstrumentStatus, of.count_by_status, strict=True)},
        count_valid=of.count_valid,
        count_expected=of.count_expected,
        count_operating=of.count_operating,
        fld_valid=of.fld_valid,
        fld_operating=of.fld_operating,
        readings=f"/api/v1/readings?{query}",
    )


def _member(of: Member, average: Average) -> shapes.MemberShape:
    query = urlencode({"source": average.source, "component": average.component, "period": of.period, "start": utc_text(of.start_ms)})
    return shapes.MemberShape(
        start=from_ms(of.start_ms),
        end=from_ms(of.end_ms),
        value=of.value,
        status=of.status,
        counts=of.counts,
        explain=f"/api/v1/averages/explain?{query}" if of.period else None,
    )
