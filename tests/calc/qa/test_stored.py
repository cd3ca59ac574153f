"""Stored reports lead to the numbers they state: the documented example's and every simulated plant's."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tynys.calc.qa.stored import ast_again, pairs_of, qal2_again
from tynys.domain.configuration import FacilityConfiguration
from tynys.domain.consistency import check_configuration
from tynys.domain.document import load_toml
from tynys.sim.plants import FACILITIES, plant_spec
from tynys.sim.plants.configuration import build_configuration

EXAMPLE = Path(__file__).parents[3] / "docs" / "examples" / "redundant-analyser.toml"
LIVE_MS = int(datetime(2026, 3, 1, tzinfo=UTC).timestamp() * 1000)


def states_what_its_pairs_give(report):
    got = qal2_again(report)
    assert (got.procedure, got.passed) == (report.procedure, report.passed)
    assert got.intercept == pytest.approx(report.intercept, abs=5e-3)
    assert got.slope == pytest.approx(report.slope, abs=5e-4)
    assert (got.r2, got.s_d, got.sigma_0, got.k_v) == pytest.approx((report.r2, report.s_d, report.sigma_0, report.k_v), abs=1e-4)
    assert got.limit == pytest.approx(report.limit, abs=1e-4)
    assert got.valid_range_max == pytest.approx(report.valid_range_max, abs=0.05)
    assert got.notes == ()


def test_the_documented_report_states_what_its_pairs_give():
    (report,) = load_toml(EXAMPLE.read_text(encoding="utf-8"), FacilityConfiguration, EXAMPLE.name).calibration_reports
    states_what_its_pairs_give(report)


@pytest.mark.parametrize("facility", FACILITIES)
def test_every_simulated_report_states_what_its_pairs_give_and_fits_its_plan(facility):
    configuration = build_configuration(plant_spec(facility), live_from_ms=LIVE_MS)
    assert check_configuration(configuration) == ()
    by_key = {(report.id, report.source, report.component): report for report in configuration.calibration_reports}
    for report in by_key.values():
        states_what_its_pairs_give(report)
        assert (report.intercept, report.slope) == (0.0, 1.0)
    for test in configuration.surveillance_reports:
        got = ast_again(test, by_key[test.calibration, test.source, test.component])
        assert (got.d_mean, got.s_d) == pytest.approx((test.d_mean, test.s_d), abs=1e-4)
        assert got.passed is test.passed is True


def test_dust_is_compared_as_it_lies_in_the_stack_hot():
    configuration = build_configuration(plant_spec("gres-1"), live_from_ms=LIVE_MS)
    report = next(each for each in configuration.calibration_reports if each.component == "dust")
    pairs = pairs_of(report)
    factor = (273.15 + 140.0) / 273.15 * 101.325 / 97.5
    assert qal2_again(report).srm_as_ams[0] == pytest.approx(pairs.y[0] / factor)
