"""Whether the reports of quality assurance fit the plan: a calibration function enters it only with its report (EN 14181)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tynys.domain.component import CATALOGUE
from tynys.domain.problem import Problem, unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tynys.domain.configuration import FacilityConfiguration
    from tynys.domain.plan import CalibrationFunction, ComponentPlan, MeasuringChain
    from tynys.domain.quality import CalibrationReport, Campaign

NUMBERS = ("intercept", "slope", "valid_range_max")
"""What a function of the plan takes from its report as it stands."""


def quality_problems(c: FacilityConfiguration) -> Iterator[Problem]:
    """Functions without a fitting report, reports of things that are not there, checks of unknown analysers."""
    for plan in c.plan.components:
        for chain in plan.chains:
            for function in chain.calibrations:
                where = f'plan of {plan.component} of "{plan.source}", chain "{chain.name}", calibration "{function.report}"'
                yield from _function(where, function, plan, chain, c.calibration_reports)
    seen: set[tuple[str | None, ...]] = set()
    for report in c.calibration_reports:
        where = f'calibration report "{report.id}" of {report.component} of "{report.source}"'
        yield from _campaign(where, report, c)
        key = (report.id, *_of_chain(report))
        if key in seen:
            yield Problem(where, "one part of a report for each chain, range and mode", "two", "Give the second one a number of its own.")
        seen.add(key)
    known = {report.id for report in c.calibration_reports}
    for test in c.surveillance_reports:
        where = f'surveillance report "{test.id}" of {test.component} of "{test.source}"'
        yield from _campaign(where, test, c)
        yield from unknown(f"{where}, calibration", "calibration report", test.calibration, known)
    yield from _checks(c)


def _checks(c: FacilityConfiguration) -> Iterator[Problem]:
    analysers = {analyser.id for analyser in c.analysers}
    for check in c.drift_checks:
        where = f'drift check of "{check.analyser}" at {check.point}, {check.time.isoformat()}'
        yield from unknown(where, "analyser", check.analyser, analysers)
        yield from unknown(where, "component of the catalogue", check.component, CATALOGUE)
        if not check.s_ams > 0:
            yield Problem(f"{where}, s_ams", "a standard deviation above zero", repr(check.s_ams), "It stands in the QAL1 certificate.")


def _of_chain(report: Campaign) -> tuple[str | None, ...]:
    return (report.source, report.component, report.point, report.chain, report.range, report.mode)


def _function(
    where: str, function: CalibrationFunction, plan: ComponentPlan, chain: MeasuringChain, reports: tuple[CalibrationReport, ...]
) -> Iterator[Problem]:
    """A function as its report states it, from the report's day on unless the report re-computes the past."""
    named = [report for report in reports if report.id == function.report]
    if not named:
        hint = "A calibration function enters the plan only with its report; `tynys qal2` makes its numbers."
        yield Problem(where, "its report among calibration_reports", "none", hint)
        return
    wanted = (plan.source, plan.component, plan.point, chain.name, function.range, function.mode)
    report = next((each for each in named if _of_chain(each) == wanted), None)
    if report is None:
        parts = ", ".join(sorted({f"{each.component} of {each.source}, chain {each.chain}" for each in named}))
        hint = "source, component, point, chain, range and mode must be alike."
        yield Problem(where, "a part of the report for this chain", f"one for {parts}", hint)
        return
    for name in NUMBERS:
        stated, came = getattr(report, name), getattr(function, name)
        if stated != came:
            yield Problem(f"{where}, {name}", f"{stated!r}, as the report states it", repr(came))
    if function.fuel is not None and function.fuel != report.fuel:
        yield Problem(f"{where}, fuel", f'"{report.fuel}", which was burnt during the measurements', f'"{function.fuel}"')
    if not report.passed:
        yield Problem(
            where, "a report whose tests passed", "one whose tests failed", "The earlier function stays in force; calibrate again."
        )
    earliest = report.issued if report.recomputes_from is None else min(report.issued, report.recomputes_from)
    if function.valid_from < earliest:
        hint = "A function holds for the past only if its report says from when: recomputes_from."
        yield Problem(f"{where}, valid_from", f"a start not before {earliest.isoformat()}", function.valid_from.isoformat(), hint)


def _campaign(where: str, report: Campaign, c: FacilityConfiguration) -> Iterator[Problem]:
    """What a laboratory's report says of the plant, and of its own order of days."""
    yield from unknown(where, "source", report.source, {source.id for source in c.sources})
    yield from unknown(where, "component of the catalogue", report.component, CATALOGUE)
    chains = {
        chain.name
        for plan in c.plan.components
        if (plan.source, plan.component, plan.point) == (report.source, report.component, report.point)
        for chain in plan.chains
    }
    yield from unknown(f"{where}, chain", "chain of the plan", report.chain, chains)
    if not report.pairs:
        yield Problem(f"{where}, pairs", "the parallel measurements", "none", "Anyone must be able to compute the numbers again.")
    if not report.functional_test <= report.performed <= report.issued:
        days = f"{report.functional_test.date()}, {report.performed.date()}, {report.issued.date()}"
        yield Problem(where, "the functional test before the measurements, and these before the report", days)
    for name in ("elv", "permitted_uncertainty_pct"):
        if not getattr(report, name) > 0:
            yield Problem(f"{where}, {name}", "a number above zero", repr(getattr(report, name)))
