"""Clocks that step, instants off the grid, the leap day of 25 hours."""

from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import COUNT, FEW, GOOD, MINUTE, T0_MS, VALID, WINDOW, by_id, good, same_bytes, with_readings

from tynys.calc.pipeline import longer_windows
from tynys.calc.running import running_windows
from tynys.calc.series import Series
from tynys.calc.timegrid import local_date, window_at, window_edges
from tynys.domain.base import to_ms
from tynys.domain.instrument import Acquisition
from tynys.domain.status import AverageStatus

ALMATY = ZoneInfo("Asia/Almaty")
LEAP_MS = to_ms(datetime(2024, 2, 29, tzinfo=ALMATY))
HOUR = 60 * MINUTE


def test_a_clock_set_back_tells_some_instants_twice_and_each_counts_once(row_of):
    readings = good()
    series = readings["gas.so2"]
    readings["gas.so2"] = with_readings(series, series.time_ms[5:10], series.value[5:10] + 40.0, [VALID] * 5)
    assert repr(row_of(readings, "so2")) == repr(row_of(good(), "so2")), "the lower of both stays"


def test_a_clock_set_forward_leaves_a_gap(row_of):
    readings = good()
    series = readings["gas.so2"]
    jumped = series.time_ms.copy()
    jumped[8:] += 7 * MINUTE
    readings["gas.so2"] = Series(jumped, series.value, series.status)
    row = row_of(readings, "so2")
    assert (row.count_valid, row.count_expected, row.status) == (13, 20, AverageStatus.TOO_FEW)


@pytest.mark.parametrize("off_ms", [1, 300, 59_999])
def test_readings_off_the_grid_count_like_those_on_it(row_of, off_ms):
    readings = {name: Series(s.time_ms + off_ms, s.value, s.status) for name, s in good().items()}
    row, on_grid = row_of(readings, "so2"), row_of(good(), "so2")
    assert (row.value, row.count_valid, row.fld_valid) == (on_grid.value, 20, 20)


def test_a_burst_of_readings_in_one_minute_weighs_as_one_minute(row_of):
    readings = good()
    minute = T0_MS + 6 * MINUTE + np.arange(1, 101)
    readings["gas.so2"] = with_readings(readings["gas.so2"], minute, np.full(100, 5000.0), np.full(100, VALID))
    row = row_of(readings, "so2")
    levels = good()["gas.so2"].value[:20].copy()
    levels[6] = (levels[6] + 100 * 5000.0) / 101
    assert row.raw == pytest.approx(levels.mean(), rel=1e-13)
    assert (row.count_valid, row.fld_valid, row.fld_operating) == (120, 20, 20)


def test_more_readings_than_were_due_are_still_all_of_them(running):
    readings = good()
    readings["gas.so2"] = with_readings(
        readings["gas.so2"], readings["gas.so2"].time_ms[20:30] + 500, np.full(10, 600.0), np.full(10, VALID)
    )
    (row,) = [row for row in running(readings, 29) if row.component == "so2"]
    assert (row.count_valid, row.count_expected, row.valid_share) == (19, 10, 1.0)


@FEW
@given(st.lists(st.integers(-3_600_000, 3_600_000), min_size=1, max_size=4), st.integers(0, 3))
def test_however_the_clock_steps_each_average_is_made_of_what_carries_its_time(averaged, steps, seed):
    """The times a series carries are all that counts: steps give gaps, doubles and disorder, never an error."""
    readings = good(seed)
    for name, series in readings.items():
        times = series.time_ms.copy()
        for number, step in enumerate(steps, start=1):
            times[number * COUNT // (len(steps) + 1) :] += step
        order = np.argsort(times, kind="stable")
        readings[name] = Series(times, series.value, series.status)
        sorted_one = Series(times[order], series.value[order], series.status[order])
        same_bytes(averaged(readings), averaged({**readings, name: sorted_one}))
    for row in averaged(readings).rows():
        times = readings["gas.so2"].time_ms
        if row.component == "so2":
            assert row.count_valid == len(set(times[(times >= row.start_ms) & (times < row.start_ms + WINDOW)].tolist()))


@pytest.fixture(scope="module")
def of_2024(plant):
    """The plant, measured since 2023."""
    since = (Acquisition(interval_ms=MINUTE, valid_from=datetime(2023, 1, 1, tzinfo=UTC)),)
    return msgspec.structs.replace(plant, channels=tuple(msgspec.structs.replace(c, acquisition=since) for c in plant.channels))


@pytest.fixture(scope="module")
def leap_day():
    """Every minute of 29 February 2024, the hour that came twice included; SO2 rises by one from window to window."""
    times = LEAP_MS + MINUTE * np.arange(25 * 60, dtype=np.int64)
    readings = {name: Series(times, np.full(len(times), value), np.full(len(times), VALID, np.uint8)) for name, value in GOOD.items()}
    return {**readings, "gas.so2": Series(times, 600.0 + np.arange(25 * 60) // 20, readings["gas.so2"].status)}


def test_the_leap_day_on_which_the_clock_went_back_has_25_hours_and_75_windows():
    edges = window_edges("PT20M", LEAP_MS, LEAP_MS + 25 * HOUR)
    assert len(edges) == 76
    assert {b - a for a, b in pairwise(edges.tolist())} == {WINDOW}
    local = [datetime.fromtimestamp(edge / 1000, ALMATY) for edge in edges.tolist()]
    assert [each.strftime("%H:%M%z") for each in local[66:76]] == [
        "22:00+0600", "22:20+0600", "22:40+0600", "23:00+0600", "23:20+0600", "23:40+0600", "23:00+0500", "23:20+0500", "23:40+0500",
        "00:00+0500",
    ]  # fmt: skip
    assert {local_date(int(edge)).isoformat() for edge in edges[:-1]} == {"2024-02-29"}
    assert np.diff(window_edges("P1D", LEAP_MS - 24 * HOUR, LEAP_MS + 26 * HOUR)).tolist() == [24 * HOUR, 25 * HOUR, 24 * HOUR]
    assert len(window_edges("PT1H", LEAP_MS, LEAP_MS + 25 * HOUR)) == 26
    (month,) = pairwise(window_edges("P1M", LEAP_MS - 28 * 24 * HOUR, LEAP_MS - 27 * 24 * HOUR).tolist())
    assert month[1] - month[0] == (29 * 24 + 1) * HOUR


def test_the_repeated_hour_is_two_hours(averaged, of_2024, leap_day):
    twice = [LEAP_MS + 23 * HOUR, LEAP_MS + 24 * HOUR]
    span = {"configuration": of_2024, "start_ms": LEAP_MS, "end_ms": LEAP_MS + 25 * HOUR}
    hours = {row.start_ms: row for row in averaged(leap_day, period="PT1H", **span).rows() if row.component == "so2"}
    assert len(hours) == 25
    assert [hours[start].raw for start in twice] == [670.0, 673.0]
    assert [window_at("PT1H", start + 1) for start in twice] == [(start, start + HOUR) for start in twice]


def test_the_day_of_25_hours_is_the_mean_of_all_its_windows(averaged, pack, of_2024, leap_day):
    span = {"configuration": of_2024, "start_ms": LEAP_MS, "end_ms": LEAP_MS + 25 * HOUR}
    (day,) = [row for row in averaged(leap_day, period="P1D", **span).rows() if row.component == "so2"]
    assert (day.end_ms - day.start_ms, day.count_expected, day.count_valid) == (25 * HOUR, 1500, 1500)
    assert day.raw == 637.0
    short = averaged(leap_day, **span)
    (again,) = [row for row in longer_windows(short, pack, "P1D", LEAP_MS, LEAP_MS + 1).rows() if row.component == "so2"]
    assert (again.raw, repr(again.value)) == (637.0, repr(day.value))


def test_the_open_window_of_the_repeated_hour_is_the_second_one(plant, pack, of_2024, leap_day):
    now_ms = LEAP_MS + 24 * HOUR + 5 * MINUTE
    told = {name: Series(s.time_ms[: 24 * 60 + 6], s.value[: 24 * 60 + 6], s.status[: 24 * 60 + 6]) for name, s in leap_day.items()}
    (row,) = [row for row in running_windows(of_2024, pack, by_id(of_2024, told), now_ms) if row.component == "so2"]
    assert (row.start_ms, row.end_ms, row.count_valid) == (LEAP_MS + 24 * HOUR, LEAP_MS + 24 * HOUR + WINDOW, 6)
