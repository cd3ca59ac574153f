"""The route about the quality assurance of a facility's instruments."""

from __future__ import annotations

from datetime import date, datetime  # noqa: TC003 - a shape is read at run time
from typing import TYPE_CHECKING

from fastapi import APIRouter
from starlette.responses import Response

from tynys.calc.qa.status import analyser_statuses
from tynys.calc.qa.weekly import NEW_QAL2
from tynys.centre.api.common import The, answer, problems, says
from tynys.centre.api.shapes import Shape
from tynys.domain.base import from_ms

if TYPE_CHECKING:
    from tynys.calc.qa.due import Due
    from tynys.calc.qa.status import AnalyserStatus
    from tynys.centre.views import RangeWeeks

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


class WeekShape(Shape, frozen=True, kw_only=True):
    """One week from its Monday: valid averages, those outside the calibrated range, what it adds to the counter."""

    monday: date
    valid: int
    outside: int
    added: int


class CounterShape(Shape, frozen=True, kw_only=True):
    """The counter of one component since its last QAL2 or AST; from 6 on ``new_qal2`` is true; ``weeks`` with any value outside."""

    source: str
    component: str
    since: datetime
    counter: int
    new_qal2: bool
    weeks: list[WeekShape]


class CountersShape(Shape, frozen=True, kw_only=True):
    """The weekly counters of a facility's calibrated components."""

    facility: str
    simulated: bool
    items: list[CounterShape]


@router.get(
    "/facilities/{facility}/assurance/weeks",
    responses=says(CountersShape, "A counter for every calibrated component.") | problems(404),
    response_class=Response,
)
async def weeks(centre: The, facility: str) -> Response:
    """Weeks in which a facility's averages lay outside the valid calibration range, and whether a new QAL2 is due."""
    view = await centre.queries.facility(facility)
    found = await centre.queries.range_weeks(facility)
    return answer(CountersShape(facility=facility, simulated=view.simulated, items=[_counter(each) for each in found]))


def _counter(counted: RangeWeeks) -> CounterShape:
    return CounterShape(
        source=counted.source,
        component=counted.component,
        since=from_ms(counted.since_ms),
        counter=counted.counter,
        new_qal2=counted.counter >= NEW_QAL2,
        weeks=[WeekShape(monday=week.monday, valid=week.valid, outside=week.outside, added=week.added) for week in counted.weeks],
    )


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
