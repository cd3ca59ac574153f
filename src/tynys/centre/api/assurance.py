"""The route about the quality assurance of a facility's instruments."""

from __future__ import annotations

from datetime import date  # noqa: TC003 - a shape is read at run time
from typing import TYPE_CHECKING

from fastapi import APIRouter
from starlette.responses import Response

from tynys.calc.qa.status import analyser_statuses
from tynys.centre.api.common import The, answer, problems, says
from tynys.centre.api.shapes import Shape

if TYPE_CHECKING:
    from tynys.calc.qa.due import Due
    from tynys.calc.qa.status import AnalyserStatus

router = APIRouter(prefix="/api/v1", tags=["places"])


class DueShape(Shape, frozen=True, kw_only=True):
    """One quality assurance: when it was last done, when it is due again; ``standing`` is overdue, soon, ok or not_set."""

    last: date | None
    next: date | None
    standing: str


class AnalyserShape(Shape, frozen=True, kw_only=True):
    """One analyser in place; ``alarm`` is drift or precision where its control charts say so, ``failed`` that its last AST did not pass."""

    analyser: str
    components: list[str]
    standing: str
    qal2: DueShape
    ast: DueShape
    qal3: DueShape
    verification: DueShape
    alarm: str
    failed: bool


class AssuranceShape(Shape, frozen=True, kw_only=True):
    """The analysers of a facility; none before its configuration has arrived."""

    facility: str
    simulated: bool
    analysers: list[AnalyserShape]


@router.get(
    "/facilities/{facility}/assurance",
    responses=says(AssuranceShape, "Every analyser in place.") | problems(404),
    response_class=Response,
)
async def assurance(centre: The, facility: str) -> Response:
    """Quality assurance of a facility's analysers: last and next QAL2, AST, QAL3 and verification."""
    view = await centre.queries.facility(facility)
    found = analyser_statuses(view.configuration, centre.now_ms()) if view.configuration is not None else ()
    return answer(AssuranceShape(facility=facility, simulated=view.simulated, analysers=[_analyser(each) for each in found]))


def _analyser(status: AnalyserStatus) -> AnalyserShape:
    return AnalyserShape(
        analyser=status.analyser,
        components=list(status.components),
        standing=status.standing.value,
        qal2=_due(status.qal2),
        ast=_due(status.ast),
        qal3=_due(status.qal3),
        verification=_due(status.verification),
        alarm=status.alarm,
        failed=status.failed,
    )


def _due(due: Due) -> DueShape:
    return DueShape(last=due.last, next=due.next, standing=due.standing.value)
