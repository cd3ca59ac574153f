"""The outside checker holds the plants' own averages against the centre's, to the last digit."""

from uuid import UUID

import numpy as np
import pytest

from tynys.domain.average import Average, Origin
from tynys.domain.status import AverageStatus, PlantState
from tynys.storage.lake_writer import LakeWriter
from tynys_checker.lake import compare_averages

START = 1_767_225_600_000


def average(origin, value=100.0, start_ms=START, **changed):
    fields = {
        "source": "s", "component": "so2", "period": "PT20M", "start_ms": start_ms, "end_ms": start_ms + 1_200_000, "value": value,
        "unit": "mg/Nm3", "status": AverageStatus.VALID, "plant_state": PlantState.OPERATING, "origin": origin, "provisional": False,
        "count_valid": 240, "count_expected": 240,
    }  # fmt: skip
    return Average(**fields | changed)


@pytest.fixture
def compared(tmp_path):
    def write(*rows):
        with LakeWriter(tmp_path / "lake", UUID(int=1)) as writer:
            writer.commit_averages(list(rows), simulated=True, known_ms=START)
        return compare_averages(tmp_path / "lake")

    return write


def test_equal_averages_are_counted_and_none_differs(compared):
    nothing = {"value": None, "status": AverageStatus.NO_DATA, "start_ms": START + 1_200_000}
    rows = [average(origin, **changed) for origin in (Origin.COMPUTED, Origin.REPORTED) for changed in ({}, nothing)]
    assert compared(*rows) == (2, 0)


@pytest.mark.parametrize("changed", [{"value": np.nextafter(100.0, 101.0)}, {"status": AverageStatus.TOO_FEW}, {"count_valid": 239}])
def test_one_digit_one_word_or_one_reading_makes_a_difference(compared, changed):
    assert compared(average(Origin.COMPUTED), average(Origin.REPORTED, **changed)) == (1, 1)


def test_what_only_one_of_them_has_and_what_is_provisional_is_not_compared(compared):
    alone = average(Origin.REPORTED, start_ms=START + 1_200_000)
    assert compared(average(Origin.COMPUTED, provisional=True), average(Origin.REPORTED, 5.0), alone) == (0, 0)
