"""From averages, a limit and a rule pack to rulings: which conditions a limit's test has, over which averages, and how sure they are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from tynys.calc.assessed import Assessed
from tynys.calc.compliance.abatement import Breakdowns, breakdowns, restored_in_time, unabated_hours
from tynys.calc.compliance.ceilings import Grounds, share_within
from tynys.calc.compliance.days import count_by_day, day_invalid, too_many_invalid_days
from tynys.calc.compliance.ruling import Outcome, Reason, Ruling
from tynys.calc.rounding import decimals_of, times
from tynys.calc.states import PLANT_STATES
from tynys.calc.table import STATUS_CODE
from tynys.calc.timegrid import window_edges
from tynys.domain.limit import EACH_AVERAGE, LegalForce, LimitKind
from tynys.domain.quantity import Moisture
from tynys.domain.status import AverageStatus, PlantState
from tynys.law.certainty import weakest
from tynys.law.compliance import ComplianceTest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tynys.calc.arrays import Floats, Mask, Times
    from tynys.calc.table import AverageTable, SeriesKey
    from tynys.domain.component import Certainty
    from tynys.domain.limit import Limit
    from tynys.law.pack import RulePack
    from tynys.law.plant_class import Applicable, Plant

_VALID, _NOT_OPERATING = STATUS_CODE[AverageStatus.VALID], STATUS_CODE[AverageStatus.NOT_OPERATING]
_FAILED = [
    STATUS_CODE[s] for s in (AverageStatus.TOO_FEW, AverageStatus.NO_DATA, AverageStatus.PERIPHERAL_MISSING, AverageStatus.CANNOT_BE_TRUE)
]
_UNABATED = PLANT_STATES.index(PlantState.ABATEMENT_FAILURE)


@dataclass(frozen=True, slots=True, eq=False)
class Averages:
    """Averages of one component of one source over one period, in order of time, ready for a test; arrays are (n,).

    Parameters
    ----------
    values : (n,) float64
        Validated; NaN where not valid. [unit of the limit]
    resting, by_state : (n,) bool
        Windows out of operation; windows in a state the rule leaves out of its tests.
    failed : (n,) bool
        Windows in operation without a valid value for the instrument's sake.
    uncertainty_counted : bool
        Whether the uncertainty was taken off any of them.
    """

    period: str
    start_ms: Times
    end_ms: Times
    values: Floats
    resting: Mask
    by_state: Mask
    failed: Mask
    uncertainty_counted: bool

    def take(self, chosen: Mask) -> Averages:
        """Some of the windows."""
        names = ("start_ms", "end_ms", "values", "resting", "by_state", "failed")
        return replace(self, **{name: getattr(self, name)[chosen] for name in names})

    def minus_uncertainty(self, half_width: Floats | float) -> Averages:
        """The same with the uncertainty taken off, where the pack's averages have it in them still.

        Raises
        ------
        ValueError
            If it has been taken off already: it enters a comparison once.

        Sources
        -------
        2010/75/EU, Annex V, Part 3, point 9.
        """
        less = Assessed(self.values, self.uncertainty_counted).minus_uncertainty(half_width)
        return replace(self, values=less.values, uncertainty_counted=less.uncertainty_counted)


@dataclass(frozen=True, slots=True)
class Ceiling:
    """What no average of a period may exceed (fall below, with ``at_least``), of a permit or of a rule pack.

    ``reason`` is why a ruling may not rest on it.

    [unit of the averages]
    """

    value: float
    period: str
    test: str
    certainty: Certainty
    clause: str
    reason: Reason = Reason.NONE
    at_least: bool = False


def averages_of(table: AverageTable, pack: RulePack) -> dict[SeriesKey, Averages]:
    """The table's series, each in order of time, with what the pack leaves out of its tests marked.

    Sources
    -------
    2010/75/EU, Annex V, Part 4 (start-up and shut-down, Article 37 disregarded); (EU) 2021/2326 (normal operating conditions).
    """
    rule = None if pack.compliance is None else pack.compliance.excluded_states
    out = [PLANT_STATES.index(state) for state in (() if rule is None else rule.value)]
    made = {}
    for index, key in enumerate(table.series):
        rows = np.flatnonzero(table.series_index == index)
        part = table.take(rows[np.argsort(table.start_ms[rows], kind="stable")])
        made[key] = Averages(
            period=table.period,
            start_ms=part.start_ms,
            end_ms=part.end_ms,
            values=np.where(part.status == _VALID, part.value, np.nan),
            resting=part.status == _NOT_OPERATING,
            by_state=np.isin(part.plant_state, out) & (part.status != _NOT_OPERATING),
            failed=np.isin(part.status, _FAILED),
            uncertainty_counted=bool(np.nansum(part.deduction) > 0),
        )
    return made


def ceiling_of_permit(limit: Limit) -> Ceiling:
    """A permit's limit; one for a fuel, a regime or wet gas, and a benchmark, is compared and not judged."""
    narrowed = limit.fuel is not None or limit.regime is not None or limit.moisture is not Moisture.DRY
    reason = Reason.BENCHMARK if limit.force is LegalForce.BENCHMARK else Reason.CONDITION if narrowed else Reason.NONE
    return Ceiling(limit.value, limit.period, limit.test, limit.certainty, limit.document, reason, limit.kind is LimitKind.REMOVAL)


def ceiling_of_law(found: Applicable) -> Ceiling:
    """A pack's limit for a plant; a benchmark, a condition only a person sees and a class not known to hold are compared, not judged."""
    limit = found.limit
    reason = Reason.NONE
    if found.missing:
        reason = Reason.CLASS_UNKNOWN
    elif limit.condition:
        reason = Reason.CONDITION
    elif limit.force is LegalForce.BENCHMARK:
        reason = Reason.BENCHMARK
    return Ceiling(limit.bound, limit.period, limit.test, limit.certainty, limit.clause, reason, limit.kind is LimitKind.REMOVAL)


def rulings(ceiling: Ceiling, averages: Mapping[str, Averages], pack: RulePack, plant: Plant | None = None) -> tuple[Ruling, ...]:
    """Every condition of a limit's test, each with its ruling; a condition over a year has one for each civil year.

    Parameters
    ----------
    averages : mapping of period to Averages
        Of the limit's component; a period that a condition asks for and is not there gives "cannot be judged".
    plant : Plant or None
        What narrows a condition to a class of plant; None where it is not known: a narrower condition then blocks the ruling.

    Sources
    -------
    The clauses of the pack's tests, each carried by its ruling.
    """
    if ceiling.test == EACH_AVERAGE:
        plain = ComplianceTest(test=EACH_AVERAGE, period=ceiling.period, factor=1.0, clause="", certainty=ceiling.certainty)
        return tuple(_judged(ceiling, plain, Reason.NONE, averages, pack))
    found = [] if pack.compliance is None else [t for t in pack.compliance.tests if t.test == ceiling.test]
    if not found:
        return (_blocked(ceiling, ceiling.test, Reason.TEST_UNKNOWN),)
    made: list[Ruling] = []
    for condition, reason in _applicable(found, plant):
        made += _judged(ceiling, condition, reason, averages, pack)
    return tuple(made)


def _blocked(ceiling: Ceiling, test: str, reason: Reason) -> Ruling:
    return Ruling(test, Outcome.CANNOT_BE_JUDGED, ceiling.value, ceiling.certainty, ceiling.clause, reason)


def _narrow(condition: ComplianceTest) -> bool:
    return condition.thermal_input_below_mw is not None or bool(condition.fuels)


def _applicable(conditions: list[ComplianceTest], plant: Plant | None) -> Iterator[tuple[ComplianceTest, Reason]]:
    """The conditions that hold for the plant; of one period a narrower one stands in place of the wider."""
    for period in dict.fromkeys(c.period for c in conditions):
        same = [c for c in conditions if c.period == period]
        narrow = [c for c in same if _narrow(c)]
        wide = [c for c in same if not _narrow(c)]
        if narrow and plant is None:
            yield from ((c, Reason.CLASS_UNKNOWN) for c in wide)
            continue
        holding = [c for c in narrow if plant is not None and _holds(c, plant)]
        yield from ((c, Reason.NONE) for c in (holding or wide))


def _holds(condition: ComplianceTest, plant: Plant) -> bool:
    small = condition.thermal_input_below_mw is None or plant.thermal_input_mw < condition.thermal_input_below_mw
    return small and (not condition.fuels or plant.fuel.id in condition.fuels)


def _judged(
    ceiling: Ceiling, condition: ComplianceTest, reason: Reason, averages: Mapping[str, Averages], pack: RulePack
) -> Iterator[Ruling]:
    name = condition.test if condition.test == EACH_AVERAGE else f"{condition.test}.{condition.period}"
    given = averages.get(condition.period)
    sure = weakest(ceiling.certainty, condition)
    states = None if pack.compliance is None else pack.compliance.excluded_states
    rounding = pack.rounding if pack.rounding is not None and pack.rounding.before_comparison else None
    share = 1.0 if condition.share_of_averages is None else condition.share_of_averages
    grounds = Grounds(
        test=name,
        certainty=sure,
        clause="; ".join(dict.fromkeys(c for c in (condition.clause, ceiling.clause) if c)),
        reason=ceiling.reason or reason,
        decimals=None if rounding is None else decimals_of(ceiling.value) + rounding.digits_beyond_limit,
        mode="half_up" if rounding is None else str(rounding.mode),
    )
    threshold = times(ceiling.value, condition.factor)
    if given is None or not len(given.start_ms):
        yield share_within(np.empty(0), threshold, share, grounds)
        return
    for part in _spans(given, condition.over, pack):
        # what is left out of a test belongs to the test: it makes a ruling no surer than itself, where it left anything out
        weakened = sure if states is None or not part.by_state.any() else weakest(sure, states)
        own = replace(grounds, certainty=weakened, uncertainty_counted=part.uncertainty_counted)
        out = part.resting | part.by_state
        made = share_within(part.values, threshold, share, own, excluded=out, at_least=ceiling.at_least)
        yield replace(made, start_ms=int(part.start_ms[0]), end_ms=int(part.end_ms[-1]))


def _spans(given: Averages, over: str | None, pack: RulePack) -> Iterator[Averages]:
    if over is None:
        yield given
        return
    zone = pack.averaging.time_zone.value
    first, last = int(given.start_ms[0]), int(given.end_ms[-1])
    edges = window_edges(over, first - 367 * 86_400_000, last, zone)
    span = np.searchsorted(edges, given.start_ms, side="right")
    yield from (given.take(span == each) for each in np.unique(span))


def invalid_days(averages: Mapping[str, Averages], pack: RulePack) -> Ruling:
    """Whether the days of a calendar year that have too many invalid averages are too many themselves.

    Parameters
    ----------
    averages : mapping of period to Averages
        Of one component over one calendar year.

    Sources
    -------
    The clauses of the pack's ``compliance.invalid_day`` and ``compliance.invalid_days``.
    """
    rule = pack.compliance
    if rule is None or rule.invalid_day is None or rule.invalid_days is None:
        return Ruling("invalid_days", Outcome.NOT_SET)
    given = averages.get(rule.invalid_day.period)
    sure = weakest(rule.invalid_day, rule.invalid_days)
    clause = "; ".join(dict.fromkeys((rule.invalid_day.clause, rule.invalid_days.clause)))
    if given is None or not len(given.start_ms):
        return Ruling("invalid_days", Outcome.CANNOT_BE_JUDGED, certainty=sure, clause=clause, reason=Reason.NO_VALUES)
    by_day = count_by_day(given.start_ms, given.failed, pack.averaging.time_zone.value)
    invalid = day_invalid(np.array(list(by_day.values()), np.int64), rule.invalid_day.more_than)
    made = too_many_invalid_days(invalid, rule.invalid_days.more_than, sure, clause)
    return replace(made, start_ms=int(given.start_ms[0]), end_ms=int(given.end_ms[-1]))


def abatement(table: AverageTable, pack: RulePack) -> tuple[Breakdowns | None, tuple[Ruling, ...]]:
    """The breakdowns of abatement that the states of a source's averages tell of, and what the pack's clock says of them.

    Parameters
    ----------
    table : AverageTable
        Averages of one source over the shortest period there is; windows in the state ``abatement_failure`` ran without abatement.

    Sources
    -------
    The clause of the pack's ``compliance.abatement_clock``.
    """
    clock = None if pack.compliance is None else pack.compliance.abatement_clock
    if clock is None:
        return None, (Ruling("abatement_restored", Outcome.NOT_SET), Ruling("unabated_hours", Outcome.NOT_SET))
    failed = table.take(table.plant_state == _UNABATED)
    made = breakdowns(
        failed.start_ms,
        failed.end_ms,
        restore_within_h=clock.restore_within_h,
        notify_within_h=clock.notify_within_h,
        over_months=clock.over_months,
    )
    return made, (
        restored_in_time(made, clock.restore_within_h, clock.certainty, clock.clause),
        unabated_hours(made, clock.most_h, clock.certainty, clock.clause),
    )
