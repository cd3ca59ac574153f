"""Plans with holes, and windows across a change of what is declared."""

from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import COUNT, FEW, MINUTE, T0_MS, good, same_bytes

from tynys.calc.series import Series
from tynys.domain.base import from_ms
from tynys.domain.instrument import Acquisition
from tynys.domain.plan import CalibrationFunction
from tynys.domain.status import AverageStatus


def at(minute):
    """A moment of the hour."""
    return from_ms(T0_MS) + timedelta(minutes=minute)


def declared(plant, name, *spans):
    """The plant with one channel declared for spans of minutes only, once a minute."""
    acquisition = tuple(Acquisition(interval_ms=MINUTE, valid_from=at(a), valid_to=None if b is None else at(b)) for a, b in spans)
    channels = tuple(msgspec.structs.replace(c, acquisition=acquisition) if c.name == name else c for c in plant.channels)
    return msgspec.structs.replace(plant, channels=channels)


def calibrated(plant, *functions):
    """The plant whose SO2 has these functions: slope, first minute, last minute."""
    made = tuple(
        CalibrationFunction(
            slope=slope, intercept=0.0, valid_from=at(a), valid_to=None if b is None else at(b), valid_range_max=1e6, report=f"report {a}",
        )
        for slope, a, b in functions
    )  # fmt: skip
    (so2, *others) = plant.plan.components
    assert so2.component == "so2"
    chains = tuple(msgspec.structs.replace(chain, calibrations=made) for chain in so2.chains)
    plan = msgspec.structs.replace(plant.plan, components=(msgspec.structs.replace(so2, chains=chains), *others))
    return msgspec.structs.replace(plant, plan=plan)


def slopes(row_of, configuration, readings):
    """What each window's raw mean was multiplied by."""
    rows = [row_of(readings, "so2", window, configuration=configuration) for window in range(3)]
    return [row.calibrated / row.raw for row in rows]


def test_a_new_calibration_function_begins_with_the_first_window_that_starts_under_it(plant, row_of):
    changed = calibrated(plant, (1.1, -600, 27), (1.3, 27, None))
    assert slopes(row_of, changed, good()) == pytest.approx([1.1, 1.1, 1.3], rel=1e-14)


def test_a_function_from_the_very_start_of_a_window_holds_in_it(plant, row_of):
    assert slopes(row_of, calibrated(plant, (1.1, -600, 20), (1.3, 20, None)), good()) == pytest.approx([1.1, 1.3, 1.3], rel=1e-14)


def test_a_window_that_starts_in_a_hole_between_two_functions_stays_uncalibrated(plant, row_of):
    assert slopes(row_of, calibrated(plant, (1.1, -600, 15), (1.3, 35, None)), good()) == [
        pytest.approx(1.1, rel=1e-14),
        1.0,
        pytest.approx(1.3, rel=1e-14),
    ]


def test_where_each_first_level_is_calibrated_the_change_comes_within_the_window(plant, row_of, each_level):
    changed = calibrated(plant, (1.1, -600, 27), (1.3, 27, None))
    row = row_of(good(), "so2", 1, configuration=changed, pack=each_level)
    raw = good()["gas.so2"].value[20:40]
    assert row.calibrated == pytest.approx((1.1 * raw[:7].sum() + 1.3 * raw[7:].sum()) / 20, rel=1e-13)


def test_what_one_function_made_is_not_changed_by_the_next(averaged, plant):
    """A report that begins later leaves the past as it was."""
    before, after = calibrated(plant, (1.1, -600, None)), calibrated(plant, (1.1, -600, 40), (1.3, 40, None))
    one, two = (averaged(good(), configuration=each, end_ms=T0_MS + 40 * MINUTE) for each in (before, after))
    assert one.value.tobytes() == two.value.tobytes()


def test_the_open_window_uses_the_function_of_its_start(running, plant):
    changed = calibrated(plant, (1.1, -600, 27), (1.3, 27, None))
    (row,) = [row for row in running(good(), 35, configuration=changed) if row.component == "so2"]
    (plain,) = [row for row in running(good(), 35, configuration=calibrated(plant, (1.1, -600, None))) if row.component == "so2"]
    assert row.mean == plain.mean


def test_where_nothing_is_declared_nothing_is_due_and_no_row_is_made(averaged, summed_up, plant):
    holed = declared(plant, "gas.so2", (-600, 20), (40, None))
    readings = {name: series for name, series in good().items() if name != "gas.so2"}
    rows = [row for row in averaged(readings, configuration=holed).rows() if row.component == "so2"]
    assert [(row.start_ms, row.status) for row in rows] == [(T0_MS, AverageStatus.NO_DATA), (T0_MS + 40 * MINUTE, AverageStatus.NO_DATA)]
    assert len(summed_up({"gas.so2": good()["gas.so2"]}, configuration=holed)) == 2


@pytest.mark.parametrize(("spans", "expected"), [([(-600, 12)], 12), ([(5, None)], 15), ([(-600, 6), (9, None)], 17)])
def test_a_window_across_the_edge_of_a_declaration_is_judged_by_what_was_due(plant, row_of, spans, expected):
    row = row_of(good(), "so2", configuration=declared(plant, "gas.so2", *spans))
    assert (row.count_valid, row.count_expected, row.fld_operating, row.status) == (expected, expected, expected, AverageStatus.VALID)


@FEW
@given(st.integers(0, COUNT), st.integers(0, COUNT), st.integers(0, 3))
def test_readings_that_no_declaration_asks_for_enter_no_average(averaged, plant, first, last, seed):
    """What came while nothing was declared is kept, and averaged nowhere."""
    first, last = sorted((first, last))
    holed = declared(plant, "gas.so2", *([(-600, first)] if first > 0 else []), (last, None)) if first < last else plant
    readings = good(seed)
    series = readings["gas.so2"]
    minute = (series.time_ms - T0_MS) // MINUTE
    keep = (minute < first) | (minute >= last)
    same_bytes(
        averaged(readings, configuration=holed),
        averaged({**readings, "gas.so2": Series(series.time_ms[keep], series.value[keep], series.status[keep])}, configuration=holed),
    )


def test_a_component_whose_channel_the_plan_lacks_has_no_rows(averaged, plant):
    without = msgspec.structs.replace(plant, channels=tuple(c for c in plant.channels if c.name != "gas.so2"))
    made = averaged(good(), configuration=without)
    assert {row.component for row in made.rows()} == {"nox", "dust", "flow"}


def test_a_plan_without_components_has_no_averages(averaged, running, plant):
    empty = msgspec.structs.replace(plant, plan=msgspec.structs.replace(plant.plan, components=(), flows=()))
    assert averaged(good(), configuration=empty).rows() == []
    assert running(good(), configuration=empty) == []
