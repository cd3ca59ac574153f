"""Weekly counters from stored averages: what is valid, computed here and since the last QAL2 or AST counts."""

import dataclasses
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from tynys.centre.range_weeks import range_weeks
from tynys.domain.average import Average, Origin
from tynys.domain.base import to_ms
from tynys.domain.configuration import FacilityConfiguration
from tynys.domain.document import load_toml
from tynys.domain.quality import SurveillanceReport
from tynys.domain.status import AverageStatus, PlantState
from tynys.storage.lake_rows import averages_table

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "redundant-analyser.toml"
PLANT = load_toml(EXAMPLE.read_text(encoding="utf-8"), FacilityConfiguration, EXAMPLE.name)
(REPORT,) = PLANT.calibration_reports
MONDAY_MS = to_ms(REPORT.performed.replace(year=2025, month=3, day=10, hour=0))
WEEK_MS, WINDOW_MS = 7 * 86_400_000, 1_200_000


def average(start_ms, **changes):
    made = Average(
        source="redundant.stack-1",
        component="so2",
        period="PT20M",
        start_ms=start_ms,
        end_ms=start_ms + WINDOW_MS,
        value=100.0,
        unit="mg/Nm3",
        status=AverageStatus.VALID,
        plant_state=PlantState.OPERATING,
        origin=Origin.COMPUTED,
        provisional=False,
        count_valid=1200,
        count_expected=1200,
    )
    return dataclasses.replace(made, **changes)


class Stored:
    """The centre's averages, as far as the counters ask for them."""

    def __init__(self, rows):
        self.rows = rows

    def table(self, source, components, period, start_ms, end_ms, *, columns):
        kept = [r for r in self.rows if r.source == source and r.component in components and start_ms <= r.start_ms < end_ms]
        return averages_table(kept, simulated=False).select(["component", "start_ms", *columns])


@pytest.fixture
def week():
    """A week of 100 averages of which so many lie outside."""

    def make(number, outside, **changes):
        first = MONDAY_MS + number * WEEK_MS
        return [average(first + i * WINDOW_MS, outside_calibration_range=i < outside, **changes) for i in range(100)]

    return make


def counted(rows, plant=PLANT):
    return range_weeks(Stored(rows), plant, MONDAY_MS + 20 * WEEK_MS)


def test_a_week_with_six_of_a_hundred_outside_counts_once_and_five_do_not(week):
    (so2,) = counted([*week(0, 6), *week(1, 5)])
    assert so2.counter == 1
    assert [(each.outside, each.added) for each in so2.weeks] == [(6, 1), (5, 0)]
    assert so2.since_ms == to_ms(REPORT.performed)


def test_one_bad_week_is_enough_for_a_new_calibration(week):
    (so2,) = counted(week(0, 41))
    assert so2.counter == 6


def test_what_the_plant_reported_or_is_not_valid_does_not_count(week):
    reported, invalid = week(0, 50, origin=Origin.REPORTED), week(1, 50, status=AverageStatus.TOO_FEW)
    (so2,) = counted([*reported, *invalid])
    assert (so2.counter, so2.weeks) == (0, ())


def test_a_surveillance_test_begins_the_count_again(week):
    shared = {name: getattr(REPORT, name) for name in SurveillanceReport.__struct_fields__ if hasattr(REPORT, name)}
    limits = {"id": "AST-1", "calibration": REPORT.id, "d_mean": 0.0, "limit_variability": 1.0, "limit_validity": 1.0}
    day = REPORT.performed.replace(year=2025, month=3, day=17, hour=0) - timedelta(hours=1)
    test = SurveillanceReport(**(shared | limits | {"performed": day}))
    (so2,) = counted([*week(0, 50), *week(1, 6)], msgspec.structs.replace(PLANT, surveillance_reports=(test,)))
    assert so2.counter == 1


def test_a_component_without_a_function_has_no_counter():
    bare = msgspec.structs.replace(PLANT, calibration_reports=())
    assert counted([], bare) == ()
