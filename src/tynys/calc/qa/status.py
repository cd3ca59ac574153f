"""How every analyser of a plant stands: its last QAL2, AST, QAL3 and verification, and when each is due again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from tynys.calc.qa.drift import cusum
from tynys.calc.qa.due import AST_YEARS, QAL2_YEARS, Due, Standing, due_after, due_on, worst
from tynys.calc.timegrid import ALMATY, local_date
from tynys.domain.base import from_ms, to_ms

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date, datetime

    from tynys.domain.base import Instant
    from tynys.domain.configuration import FacilityConfiguration
    from tynys.domain.instrument import Analyser
    from tynys.domain.quality import CalibrationReport, DriftCheck, SurveillanceReport

_YEAR_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Intervals:
    """The longest time between two QAL2 and between two tests of a function, in years; a rule may ask for less."""

    qal2_years: int = QAL2_YEARS
    ast_years: int = AST_YEARS


@dataclass(frozen=True, slots=True)
class AnalyserStatus:
    """One analyser in place: what it measures for the plan, its four quality assurances, and what its last checks say.

    ``alarm`` is ``drift`` or ``precision`` where a control chart is beyond its test value, else empty; ``failed`` tells that its last
    AST did not pass, so that a new QAL2 is due.
    """

    analyser: str
    components: tuple[str, ...]
    qal2: Due
    ast: Due
    qal3: Due
    verification: Due
    alarm: str
    failed: bool

    @property
    def standing(self) -> Standing:
        """What to look at first: what was never set counts only where the plan measures with the analyser, verification always."""
        mine = (self.qal2, self.ast, self.qal3, self.verification) if self.components else (self.verification,)
        return worst(*mine)


def analyser_statuses(configuration: FacilityConfiguration, now_ms: int, intervals: Intervals | None = None) -> tuple[AnalyserStatus, ...]:
    """Every analyser in place at a moment, in the order of the document.

    Parameters
    ----------
    configuration : FacilityConfiguration
        With its reports and checks.
    now_ms : int
        The moment; later reports and checks are not looked at. [ms since 1970 UTC]
    intervals : Intervals or None
        EN 14181's where absent.

    Sources
    -------
    EN 14181, 6.1 (QAL2), 7 (QAL3) and 8.1 (AST).
    """
    moment = from_ms(now_ms)
    rules = intervals or Intervals()
    return tuple(_status(analyser, configuration, moment, rules) for analyser in configuration.analysers if analyser.in_force(moment))


def _status(analyser: Analyser, c: FacilityConfiguration, moment: datetime, rules: Intervals) -> AnalyserStatus:
    today = _day(moment)
    mine = list(_calibrations(analyser, c, moment))
    reports = [report for _, report in mine if report is not None]
    calibrated = min((_day(report.performed) for report in reports), default=None)
    qal2 = due_after(calibrated, today, months=_YEAR_MONTHS * rules.qal2_years)
    tests = [(report, _last_test(report, c.surveillance_reports, moment)) for report in reports]
    tested = min((_day(test.performed if test else report.performed) for report, test in tests), default=None)
    ast = due_after(tested, today, months=_YEAR_MONTHS * rules.ast_years)
    ast = replace(ast, last=min((_day(test.performed) for _, test in tests if test), default=None))
    failures = [_day(test.performed) for _, test in tests if test and not test.passed]
    if failures:
        qal2 = Due(calibrated, min(failures), Standing.OVERDUE)
    checks = [check for check in c.drift_checks if check.analyser == analyser.id and check.time <= moment]
    checked = max((_day(check.time) for check in checks), default=None)
    return AnalyserStatus(
        analyser=analyser.id,
        components=tuple(dict.fromkeys(component for component, _ in mine)),
        qal2=qal2,
        ast=ast,
        qal3=due_after(checked, today, days=analyser.maintenance_interval_days or 0),
        verification=_verification(analyser, today, moment),
        alarm=_alarm(checks),
        failed=bool(failures),
    )


def _calibrations(analyser: Analyser, c: FacilityConfiguration, moment: datetime) -> Iterator[tuple[str, CalibrationReport | None]]:
    """Components the plan measures with an analyser, each with the report of every function in force; None where a chain has none."""
    own = {channel.name for channel in c.channels if channel.analyser == analyser.id}
    for plan in c.plan.components:
        for chain in plan.chains:
            if not own & set(chain.channels):
                continue
            in_force = {function.report for function in chain.calibrations if function.in_force(moment)}
            key = (plan.source, plan.component, plan.point, chain.name)
            found = [
                report
                for report in c.calibration_reports
                if report.id in in_force and (report.source, report.component, report.point, report.chain) == key
            ]
            yield from ((plan.component, report) for report in found)
            if not found:
                yield plan.component, None


def _last_test(report: CalibrationReport, tests: Sequence[SurveillanceReport], moment: datetime) -> SurveillanceReport | None:
    """The newest AST of a function."""
    mine = [
        test
        for test in tests
        if (test.calibration, test.source, test.component, test.chain) == (report.id, report.source, report.component, report.chain)
        and test.performed <= moment
    ]
    return max(mine, key=lambda test: test.performed, default=None)


def _verification(analyser: Analyser, today: date, moment: datetime) -> Due:
    """The certificate that lasts longest among those that have begun."""
    begun = [each for each in analyser.verifications if each.valid_to is not None and each.valid_from <= moment]
    newest = max(begun, key=lambda each: to_ms(each.valid_to) if each.valid_to else 0, default=None)
    if newest is None or newest.valid_to is None:
        return due_on(None, today)
    return due_on(_day(newest.valid_to), today, last=_day(newest.valid_from))


def _alarm(checks: Sequence[DriftCheck]) -> str:
    """What the charts say at the newest check of any point, the graver first."""
    charts: dict[tuple[str, str], list[DriftCheck]] = {}
    for check in sorted(checks, key=lambda each: each.time):
        charts.setdefault((check.component, check.point), []).append(check)
    said = set()
    for rows in charts.values():
        if rows[-1].adjusted:
            continue
        difference = np.array([row.reading - row.reference for row in rows], np.float64)
        got = cusum(difference, s_ams=rows[-1].s_ams, adjusted=np.array([row.adjusted for row in rows], np.bool_))
        said |= {name for name, mask in (("precision", got.precision), ("drift", got.drift)) if mask[-1]}
    return "precision" if "precision" in said else "drift" if said else ""


def _day(moment: Instant) -> date:
    return local_date(to_ms(moment), ALMATY)
