"""The open window tells the mean so far, the present value and where it will end."""

import numpy as np
import pytest

from tynys.calc.limits import limit_for
from tynys.calc.pipeline import average_windows
from tynys.calc.running import running_windows
from tynys.domain.status import AverageStatus, InstrumentStatus

T0_MS, MINUTE = 1_741_590_000_000, 60_000
GAS = {"main.so2": 1800.0, "main.o2": 6.3, "main.h2o": 10.0, "spare.so2": 1700.0, "spare.o2": 6.3, "spare.h2o": 10.0}
AT_6 = 1.02 / 0.9 * 15 / 14


@pytest.fixture
def running(example, pack, read):
    configuration = example("redundant-analyser")

    def make(values, n, now_ms=None):
        at = T0_MS + (n - 1) * MINUTE if now_ms is None else now_ms
        (row,) = running_windows(configuration, pack, read(configuration, {**GAS, **values}, n), at)
        return row

    return make


def test_the_mean_so_far_the_present_and_the_forecast(running):
    row = running({"main.so2": [1800.0] * 9 + [2000.0]}, 10)
    assert (row.start_ms, row.end_ms) == (T0_MS, T0_MS + 20 * MINUTE)
    assert row.mean == pytest.approx(1820.0 * AT_6)
    assert row.current == pytest.approx(2000.0 * AT_6)
    share = (9 * MINUTE + 1) / (20 * MINUTE)
    assert row.elapsed_share == pytest.approx(share)
    assert row.forecast == pytest.approx(share * row.mean + (1 - share) * row.current)
    assert row.limit.value == 2500.0
    assert row.permissible_remaining == pytest.approx((2500.0 - share * row.mean) / (1 - share))
    assert (row.count_valid, row.count_expected, row.valid_share) == (10, 10, 1.0)


def test_at_its_last_instant_the_running_mean_is_the_average(running, example, pack, read):
    values = np.random.default_rng(4).normal(1800, 40, 20).tolist()
    configuration = example("redundant-analyser")
    row = running({"main.so2": values}, 20)
    (closed,) = average_windows(configuration, pack, read(configuration, {**GAS, "main.so2": values}), "PT20M", T0_MS, T0_MS + 1).rows()
    assert row.mean == closed.value


def test_readings_of_earlier_windows_do_not_count(running):
    assert running({"main.so2": [9.0] * 20 + [1800.0] * 10}, 30).mean == pytest.approx(1800.0 * AT_6)


def test_a_device_in_calibration_shows_no_present_value_but_its_status(running, minutes):
    row = running({"main.so2": minutes([1800.0] * 10, bad={9: InstrumentStatus.CALIBRATION})}, 10)
    assert (row.current, row.current_status) == (None, InstrumentStatus.CALIBRATION)
    assert row.mean == pytest.approx(1800.0 * AT_6)
    assert row.forecast == pytest.approx(row.mean)


def test_a_silent_line_leaves_the_window_short_of_readings(running):
    row = running({}, 5, now_ms=T0_MS + 15 * MINUTE)
    assert (row.status, row.mean, row.forecast) == (AverageStatus.TOO_FEW, None, None)
    assert row.current_ms == T0_MS + 4 * MINUTE


def test_readings_that_are_on_their_way_do_not_hide_the_present(running):
    row = running({"main.so2": [1800.0] * 9 + [2000.0]}, 10, now_ms=T0_MS + 9 * MINUTE + 59_000)
    assert row.current == pytest.approx(2000.0 * AT_6)


def test_a_redundant_analyser_runs_for_a_dead_one(running, minutes):
    dead = minutes([1800.0] * 10, bad=dict.fromkeys(range(10), InstrumentStatus.FAULT))
    row = running({"main.so2": dead}, 10)
    assert row.mean == pytest.approx(1700.0 / 0.9 * 15 / 14)
    assert row.current_status is InstrumentStatus.VALID


def test_the_strictest_limit_in_force_is_the_one_shown(example):
    configuration = example("redundant-analyser")
    assert limit_for(configuration, "redundant.stack-1", "so2", "PT20M", T0_MS).value == 2500.0
    assert limit_for(configuration, "redundant.stack-1", "so2", "P1D", T0_MS) is None
    assert limit_for(configuration, "redundant.stack-1", "so2", "PT20M", 0) is None
