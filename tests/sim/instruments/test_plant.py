"""Instruments: the same at once or alone, short decimals, first-order response, drift and its reset, checks and upkeep."""

from __future__ import annotations

import numpy as np
import pytest

from tynys.sim.instruments.calendar import DeviceState, days_since_upkeep, device_states
from tynys.sim.instruments.plant import _GAS_WEIGHTS, _SLOW_WEIGHTS, LAGS_MS, PlantInstruments
from tynys.sim.plants import PLANTS
from tynys.sim.plants.layout import COMPONENTS

T0 = 1_795_478_400_000
DAY_MS = 86_400_000


def test_any_instant_alone_gives_what_the_whole_day_gives():
    instruments = PlantInstruments(PLANTS["tets-3"], 3)
    day = instruments(T0 + np.arange(0, DAY_MS, 60_000))
    for k in (0, 1, 191, 700, 1439):
        alone = instruments(day.t_ms[k : k + 1])
        assert np.array_equal(alone.value[:, :, 0], day.value[:, :, k])
        assert np.array_equal(alone.signals[:, :, 0], day.signals[:, :, k])
        assert np.array_equal(alone.state[:, :, 0], day.state[:, :, k])


def test_float_registers_hold_every_value_exactly():
    value = PlantInstruments(PLANTS["gres-1"], 1)(T0 + np.arange(0, DAY_MS, 60_000)).value
    rows = [COMPONENTS.index(name) for name in ("so2", "no", "no2", "co", "co2", "o2", "h2o", "dust", "velocity")]
    assert np.array_equal(value[:, rows].astype(np.float32).astype(np.float64), value[:, rows])


@pytest.mark.parametrize(("weights", "tau_s"), [(_GAS_WEIGHTS, 25.0), (_SLOW_WEIGHTS, 15.0)])
def test_the_response_has_the_moments_of_a_first_order_lag(weights, tau_s):
    lags_s = np.array(LAGS_MS) / 1000
    assert np.dot(weights, np.ones(3)) == pytest.approx(1)
    assert np.dot(weights, lags_s) == pytest.approx(tau_s)
    assert np.dot(weights, lags_s**2) == pytest.approx(2 * tau_s**2)


def test_noise_is_there_and_small():
    value = PlantInstruments(PLANTS["gres-1"], 1)(T0 + 7 * 3600_000 + np.arange(0, 300_000, 1000)).value[0]
    for name, low, high in (("so2", 0.001, 0.01), ("o2", 0.001, 0.01), ("dust", 0.005, 0.04), ("velocity", 0.003, 0.02)):
        row = value[COMPONENTS.index(name)]
        jump = np.diff(row).std() / 2**0.5 / row.mean()
        assert low < jump < high, (name, jump)


def test_drift_grows_over_the_week_and_ends_with_upkeep():
    plant = PLANTS["gres-2"]
    t_ms = T0 + np.arange(0, 14 * DAY_MS, 3_600_000)
    drifting = PlantInstruments(plant, 1)(t_ms).value[0]
    true = PlantInstruments(plant, 1, drift=False)(t_ms).value[0]
    days, week = days_since_upkeep(0, t_ms)
    error = np.abs(drifting - true)[COMPONENTS.index("so2")]
    assert error[days < 0.3].max() < 1.0
    assert error[days > 6].max() > 2.0
    assert len(np.unique(week)) == 3


def test_every_device_is_checked_daily_and_gas_kept_weekly():
    t_ms = T0 + np.arange(0, 7 * DAY_MS, 60_000)
    states = device_states(4, t_ms)
    minutes = {kind: (states == kind).sum(axis=2) for kind in DeviceState}
    assert (minutes[DeviceState.ZERO] == 7 * np.array([4, 2, 1])).all()
    assert (minutes[DeviceState.SPAN] == 7 * np.array([4, 2, 1])).all()
    assert (minutes[DeviceState.MAINTENANCE] == np.array([40, 0, 0])).all()
    checked = ((states[:, 0] > 0) & (states[:, 0] < DeviceState.MAINTENANCE)).sum(axis=0)
    assert checked.max() == 1  # never two gas analysers of a plant checked at once


def test_checks_show_their_own_readings():
    offer = PlantInstruments(PLANTS["gres-2"], 1)(T0 + np.arange(0, DAY_MS, 60_000))
    dust, velocity = offer.value[0, COMPONENTS.index("dust")], offer.value[0, COMPONENTS.index("velocity")]
    assert set(dust[offer.state[0, 1] == DeviceState.SPAN]) == {1400.0}
    assert set(dust[offer.state[0, 1] == DeviceState.ZERO]) == {0.0}
    assert set(velocity[offer.state[0, 2] == DeviceState.SPAN]) == {20.0}


def test_a_value_beyond_the_span_stands_at_its_end_and_is_flagged():
    plant = PLANTS["gres-2"]
    offer = PlantInstruments(plant, 1)(T0 - np.arange(0, 120 * DAY_MS, 60_000)[::-1])
    co = COMPONENTS.index("co")
    assert offer.value[0, co].max() <= 500.0
    assert (offer.over[0, co] == (offer.value[0, co] == 500.0)).all() or not offer.over[0, co].any()
