"""Every analyser with its last and next quality assurance, of a plant whose reports are known."""

from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest

from tynys.calc.qa.status import Intervals, analyser_statuses
from tynys.domain.base import to_ms
from tynys.domain.configuration import FacilityConfiguration
from tynys.domain.document import load_toml
from tynys.domain.quality import SurveillanceReport

EXAMPLE = Path(__file__).parents[3] / "docs" / "examples" / "redundant-analyser.toml"
PLANT = load_toml(EXAMPLE.read_text(encoding="utf-8"), FacilityConfiguration, EXAMPLE.name)
(REPORT,) = PLANT.calibration_reports
DAY = timedelta(days=1)


def at(moment, plant=PLANT, **changes):
    changed = msgspec.structs.replace(plant, **changes)
    return {each.analyser: each for each in analyser_statuses(changed, to_ms(moment))}


def surveillance(days, *, passed=True):
    shared = {name: getattr(REPORT, name) for name in SurveillanceReport.__struct_fields__ if hasattr(REPORT, name)}
    limits = {"calibration": REPORT.id, "d_mean": 0.0, "limit_variability": 1.0, "limit_validity": 1.0, "passed": passed, "id": "AST"}
    return SurveillanceReport(**(shared | limits | {"performed": REPORT.performed + days * DAY}))


@pytest.fixture
def summer():
    return REPORT.performed.replace(year=2025, month=6, day=1)


def test_a_calibrated_analyser_is_due_in_five_years_and_tested_in_one(summer):
    main = at(summer)["gas-main"]
    assert (main.qal2.last, main.qal2.next, main.qal2.standing) == (date(2024, 11, 14), date(2029, 11, 14), "ok")
    assert (main.ast.last, main.ast.next, main.ast.standing) == (None, date(2025, 11, 14), "ok")


def test_a_test_moves_the_next_one_a_year_and_is_late_after_it(summer):
    main = at(summer.replace(year=2026), surveillance_reports=(surveillance(300),))["gas-main"]
    assert (main.ast.last, main.ast.next, main.ast.standing) == (date(2025, 9, 10), date(2026, 9, 10), "ok")
    assert at(summer.replace(year=2026))["gas-main"].ast.standing == "overdue"


def test_a_failed_test_makes_a_calibration_due_at_once(summer):
    main = at(summer.replace(year=2026), surveillance_reports=(surveillance(200), surveillance(300, passed=False)))["gas-main"]
    assert main.failed
    assert (main.qal2.standing, main.qal2.next) == ("overdue", date(2025, 9, 10))


def test_a_test_of_the_future_is_not_known_yet(summer):
    assert at(summer, surveillance_reports=(surveillance(300),))["gas-main"].ast.last is None


def test_zero_and_span_are_due_after_the_maintenance_interval(summer):
    main = at(summer)["gas-main"]
    assert (main.qal3.last, main.qal3.next, main.qal3.standing) == (date(2025, 1, 20), date(2025, 2, 17), "overdue")
    assert at(REPORT.issued.replace(year=2025, month=1, day=25))["gas-main"].qal3.standing == "ok"
    assert main.alarm == ""


def test_a_chart_beyond_its_line_is_told_until_the_analyser_is_adjusted(summer):
    (check, _) = PLANT.drift_checks
    drifted = msgspec.structs.replace(check, time=check.time + DAY, reading=4.0 * check.s_ams)
    assert at(summer, drift_checks=(drifted, check))["gas-main"].alarm == "drift"
    mended = msgspec.structs.replace(drifted, adjusted=True)
    assert at(summer, drift_checks=(check, mended))["gas-main"].alarm == ""


def test_what_nobody_has_said_is_not_set(summer):
    spare = at(summer)["gas-spare"]
    assert spare.components == ("so2",)
    assert {each.standing for each in (spare.qal2, spare.ast, spare.qal3)} == {"not_set"}


def test_a_certificate_is_due_on_its_last_day():
    main = at(REPORT.performed.replace(year=2025, month=12, day=1))["gas-main"]
    assert (main.verification.next, main.verification.standing) == (date(2026, 1, 1), "soon")
    assert main.standing == "overdue"


def test_a_rule_may_ask_for_shorter_intervals(summer):
    (main, _) = analyser_statuses(PLANT, to_ms(summer), Intervals(qal2_years=3))
    assert main.qal2.next == date(2027, 11, 14)
