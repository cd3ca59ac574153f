"""The open window tells the mean so far, the present value and where it will end."""

import msgspec
import numpy as np
import pytest

from tynys.calc.ar1 import exceedance, fit_ar1, remaining_mean
from tynys.calc.limits import limit_for
from tynys.calc.pipeline import average_windows
from tynys.calc.running import running_windows
from tynys.domain.component import Certainty
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
    rest, _ = remaining_mean(fit_ar1(np.array([1800.0] * 9 + [2000.0]) * AT_6), 2000.0 * AT_6, 10)
    assert row.forecast == pytest.approx(0.5 * row.mean + 0.5 * rest)
    assert row.limit.value == 2500.0
    assert row.permissible_remaining == pytest.approx(2 * 2500.0 - row.mean)
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
    lost = minutes([1700.0] * 10, bad={9: InstrumentStatus.COMMUNICATION_LOST})
    row = running({"main.so2": minutes([1800.0] * 10, bad={9: InstrumentStatus.CALIBRATION}), "spare.so2": lost}, 10)
    assert (row.current, row.current_status) == (None, InstrumentStatus.CALIBRATION)
    assert row.mean == pytest.approx(1800.0 * AT_6)
    assert row.forecast == pytest.approx(row.mean)


def test_what_was_missed_counts_for_nothing_in_what_the_rest_may_average(running, minutes):
    gone = dict.fromkeys(range(4), InstrumentStatus.COMMUNICATION_LOST)
    steady = minutes([1800.0] * 14, bad=gone)
    row = running({"main.so2": steady, "spare.so2": steady}, 14)
    assert (row.count_valid, row.count_expected) == (10, 14)
    share = 10 / 16  # ten readings in, six to come
    assert row.permissible_remaining == pytest.approx((2500.0 - share * row.mean) / (1 - share))


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


@pytest.fixture
def earlier(example, pack, minutes):
    """The open window of a plant whose last forty minutes are known, with its limit changed as asked."""
    plant = example("redundant-analyser")

    def make(values, *, elapsed, limited=True, **changed):
        limits = tuple(msgspec.structs.replace(one, **changed) for one in plant.limits if limited)
        configuration = msgspec.structs.replace(plant, limits=limits)
        start_ms = T0_MS - (len(values) - elapsed) * MINUTE
        ids = {c.name: c.id for c in configuration.channels}
        given = {**GAS, "main.so2": values}
        readings = {ids[name]: minutes(value, len(values), start_ms=start_ms) for name, value in given.items()}
        (row,) = running_windows(configuration, pack, readings, T0_MS + (elapsed - 1) * MINUTE)
        return row

    return make


VALUES = np.random.default_rng(11).normal(2040.0, 60.0, 40).tolist()


def test_what_was_measured_before_the_window_tells_how_likely_it_is_to_exceed(earlier):
    row = earlier(VALUES, elapsed=2)
    steps = np.array(VALUES) * AT_6
    rest = remaining_mean(fit_ar1(steps), steps[-1], 18)
    assert row.mean == pytest.approx(steps[-2:].mean())
    assert row.exceedance_probability == pytest.approx(exceedance(*rest, (2500.0 - 0.1 * row.mean) / 0.9), rel=1e-9)
    assert 0.01 < row.exceedance_probability < 0.99


def test_readings_older_than_two_windows_teach_nothing(earlier):
    assert earlier([9000.0] * 30 + VALUES, elapsed=5) == earlier(VALUES, elapsed=5)


def test_the_forecast_is_above_the_limit_exactly_where_exceeding_is_likelier_than_not(earlier):
    for level in (2000.0, 2050.0, 2080.0, 2150.0):
        row = earlier((np.array(VALUES) - 2040.0 + level).tolist(), elapsed=6)
        assert (row.forecast > 2500.0) == (row.exceedance_probability > 0.5)


@pytest.mark.parametrize(
    "changed", [{"certainty": Certainty.TO_CONFIRM}, {"test": "ninety_fifth"}, {"fuel": "coal"}, {"regime": "start_up"}]
)
def test_a_limit_that_cannot_be_judged_is_never_likely_to_be_exceeded(earlier, changed):
    row = earlier([2400.0] * 40, elapsed=10, **changed)
    assert row.limit is not None
    assert row.forecast > row.limit.value
    assert row.exceedance_probability is None


def test_without_a_limit_there_is_nothing_to_exceed(earlier):
    assert earlier(VALUES, elapsed=10, limited=False).exceedance_probability is None


def test_a_window_that_is_too_short_of_steps_does_not_say_how_likely(running):
    row = running({}, 4)
    assert row.forecast == pytest.approx(row.mean)
    assert row.exceedance_probability is None


def test_a_steady_signal_exceeds_surely_or_surely_not(earlier):
    assert earlier([2050.0] * 40, elapsed=10).exceedance_probability == 0.0
    assert earlier([2150.0] * 40, elapsed=10).exceedance_probability == 1.0


def test_at_its_end_the_mean_alone_decides(earlier):
    row = earlier([2050.0] * 20 + [2150.0] * 20, elapsed=20)
    assert (row.permissible_remaining, row.exceedance_probability) == (None, 1.0)
    assert row.forecast == row.mean


def test_between_two_readings_nothing_changes_but_the_time(example, pack, minutes):
    """A plant asks at the end of the second, the centre at the newest reading: both say the same."""
    configuration = example("redundant-analyser")
    ids = {c.name: c.id for c in configuration.channels}
    readings = {ids[name]: minutes(value, 40, start_ms=T0_MS - 33 * MINUTE) for name, value in {**GAS, "main.so2": VALUES}.items()}
    newest_ms = T0_MS + 6 * MINUTE
    (at_once,), (later,) = (running_windows(configuration, pack, readings, now_ms) for now_ms in (newest_ms, newest_ms + MINUTE - 1))
    for name in ("mean", "forecast", "permissible_remaining", "exceedance_probability", "count_valid", "count_expected", "current"):
        assert getattr(at_once, name) == getattr(later, name), name
    assert at_once.exceedance_probability is not None
