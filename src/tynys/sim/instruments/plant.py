"""All instruments of one plant: from the true gas to the numbers on offer, as a pure function of time, seed and faults."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from tynys.sim.faults.catalogue import FaultKind
from tynys.sim.faults.effects import AREA_FACTOR, SPAN_CHECK_MS, active, disturb_sample, disturb_signal
from tynys.sim.instruments.calendar import DeviceState, days_since_upkeep, device_states
from tynys.sim.instruments.resolution import FLOW, VELOCITY, resolve
from tynys.sim.physics.model import PlantModel
from tynys.sim.physics.noise import gaussian, streams, uniform
from tynys.sim.plants.layout import COMPONENTS, DEVICES, SIGNALS, STACK_POINTS

if TYPE_CHECKING:
    from tynys.sim.faults.grammar import Fault
    from tynys.sim.instruments.calendar import States
    from tynys.sim.physics.fuel import CoalNow
    from tynys.sim.physics.model import Process, UnitSignals
    from tynys.sim.physics.noise import Array, Instants
    from tynys.sim.plants.spec import PlantSpec

LAGS_MS = (0, 30_000, 90_000)
"""The response of an instrument is a mean of the true gas at these lags. [ms]"""
_GAS_WEIGHTS = (0.3518518518518518, 0.5555555555555556, 0.09259259259259259)
"""Exact for the first-order response with 25 s (T90 of 58 s) wherever the gas is quadratic in time: moments 1, 25 s, 2·25² s²."""
_SLOW_WEIGHTS = (0.5, 0.5, 0.0)
"""The same for 15 s: in-situ dust, temperature."""
_FAST_WEIGHTS = (1.0, 0.0, 0.0)
_WEIGHTS = np.array(
    [
        _GAS_WEIGHTS if p.device == "gas" else _SLOW_WEIGHTS if p.component in {"dust", "temperature"} else _FAST_WEIGHTS
        for p in STACK_POINTS
    ]
)

_RELATIVE_NOISE = {"so2": 0.003, "no": 0.003, "no2": 0.004, "co": 0.006, "dust": 0.015, "velocity": 0.008}
_ABSOLUTE_NOISE = {
    "so2": 0.8,
    "no": 0.3,
    "no2": 0.1,
    "co": 0.3,
    "co2": 0.02,
    "o2": 0.02,
    "h2o": 0.05,
    "dust": 0.3,
    "velocity": 0.01,
    "temperature": 0.12,
    "pressure": 0.006,
}
_WEEKLY_SPAN_DRIFT = {"gas": 0.004, "dust": 0.006, "flow": 0.0}
_WEEKLY_ZERO_DRIFT = {"gas": 0.0005, "dust": 0.0005, "flow": 0.0}
"""Drift a week after the last adjustment: of the reading, and of the span."""
_DUST_SPAN_CHECK_SHARE, _VELOCITY_SPAN_CHECK_M_S = 0.7, 20.0
_DECIMALS = {"gas_flow_nm3_h": 0, "slag_flow_t_h": 3, "load_mw": 2, "coal_flow_t_h": 2, "fly_ash_flow_t_h": 2, "unburnt_carbon_pct": 2}
_FEEDER_NOISE = {"coal_flow_t_h": 0.003, "gas_flow_nm3_h": 0.002, "fly_ash_flow_t_h": 0.004, "slag_flow_t_h": 0.004, "load_mw": 0.0008}
DUST = COMPONENTS.index("dust")
GAS, DUST_DEVICE, FLOW_DEVICE = range(len(DEVICES))


@dataclass(frozen=True, slots=True)
class Offer:
    """What the instruments offer at each instant.

    ``value`` (stacks, components, n) in the channels' units, at register resolution; ``state`` (stacks, devices, n);
    ``over`` (stacks, components, n) out of range; ``area_m2`` (stacks, n) as set in the flow stations;
    ``signals`` (signals, units, n) in the order of `SIGNALS`.
    """

    t_ms: Instants
    value: Array
    state: States
    over: np.ndarray
    area_m2: Array
    signals: Array
    coal: CoalNow


class PlantInstruments:
    """The instruments of one plant under one seed.

    Parameters
    ----------
    plant : PlantSpec
    seed : int
        Everything random follows from it.
    drift : bool
        Whether analysers drift between their weekly adjustments.
    """

    def __init__(self, plant: PlantSpec, seed: int, *, drift: bool = True) -> None:
        self.plant = plant
        self._model = PlantModel(plant, seed)
        self._drift = drift
        self._area = np.array([stack.area_m2 for stack in plant.stacks])
        self._span = np.array([[point.span for point in STACK_POINTS] for _ in plant.stacks])
        self._span[:, DUST] = plant.dust_span_mg_m3
        self._span[:, FLOW] = np.inf
        names = [f"{plant.id}/{stack.id}.{component}" for stack in plant.stacks for component in COMPONENTS]
        self._noise = streams(seed, [f"{name}/noise" for name in names])
        self._drifts = streams(seed, [f"{name}/drift" for name in names])
        self._relative = np.array([_RELATIVE_NOISE.get(component, 0.0) for component in COMPONENTS])[:, None]
        self._absolute = np.array([_ABSOLUTE_NOISE.get(component, 0.0) for component in COMPONENTS])[:, None]
        feeders = [(i, s.name) for i, s in enumerate(SIGNALS) if s.name in _FEEDER_NOISE]
        self._feeders = [
            (i, _FEEDER_NOISE[name], streams(seed, [f"{plant.id}/{unit.id}.{name}/noise" for unit in plant.units])) for i, name in feeders
        ]
        self._frozen = lru_cache(maxsize=64)(self._signal_at)

    def __call__(self, t_ms: Instants, faults: tuple[Fault, ...] = ()) -> Offer:
        """What is on offer at the given instants under the given faults."""
        process, gas = self._response(t_ms)
        if faults:
            disturb_sample(gas, faults, t_ms, self._gas_at)
        value = self._signal(t_ms, gas)
        over = value > self._span[:, :, None]
        np.minimum(value, self._span[:, :, None], out=value)
        if faults:
            disturb_signal(value, over, faults, t_ms, self._frozen)
        state = device_states(len(self._area), t_ms)
        area = np.repeat(self._area[:, None], len(t_ms), axis=1)
        self._device_faults(t_ms, faults, state, area)
        self._checks(value, state)
        np.maximum(value, 0.0, out=value)
        resolve(value, area)
        return Offer(t_ms, value, state, over, area, self._signals(t_ms, process.units), process.coal)

    def _response(self, t_ms: Instants) -> tuple[Process, Array]:
        """The process now, and the gas as instruments of their response see it, (stacks, components, n)."""
        wanted = np.concatenate([t_ms - lag for lag in LAGS_MS])
        moments, where = np.unique(wanted, return_inverse=True)
        process = self._model(moments)
        true = _stacked(process)
        n = len(t_ms)
        gas = np.zeros((true.shape[0], true.shape[1], n))
        for k in range(len(LAGS_MS)):
            gas += true[:, :, where[k * n : (k + 1) * n]] * _WEIGHTS[:, k][:, None]
        return _at(process, where[:n]), gas

    def _gas_at(self, moment_ms: int) -> Array:
        return self._response(np.array([moment_ms], dtype=np.int64))[1][:, :, 0]

    def _signal_at(self, moment_ms: int) -> Array:
        """The undisturbed signals (stacks, components) at one instant."""
        t_ms = np.array([moment_ms], dtype=np.int64)
        return self._signal(t_ms, self._response(t_ms)[1])[:, :, 0]

    def _signal(self, t_ms: Instants, gas: Array) -> Array:
        """Drift and noise on top of the response."""
        value = gas
        if self._drift:
            for stack in range(len(self._area)):
                value[stack] += self._drift_of(stack, t_ms, gas[stack])
        noise = gaussian(self._noise, t_ms // 1000).reshape(gas.shape)
        return value + noise * (self._absolute + self._relative * value)

    def _drift_of(self, stack: int, t_ms: Instants, gas: Array) -> Array:
        days, week = days_since_upkeep(stack, t_ms)
        rows = slice(stack * len(COMPONENTS), (stack + 1) * len(COMPONENTS))
        draw = 2 * uniform(self._drifts[rows], 2 * week) - 1
        zero = 2 * uniform(self._drifts[rows], 2 * week + 1) - 1
        of_reading = np.array([_WEEKLY_SPAN_DRIFT[p.device] for p in STACK_POINTS])[:, None]
        of_span = np.array([_WEEKLY_ZERO_DRIFT[p.device] * p.span for p in STACK_POINTS])[:, None]
        drift: Array = (draw * of_reading * gas + zero * of_span) * (days / 7)
        return drift

    @staticmethod
    def _device_faults(t_ms: Instants, faults: tuple[Fault, ...], state: States, area: Array) -> None:
        for fault in faults:
            now = active(fault, t_ms)
            if fault.kind is FaultKind.HELD_VALUE:
                state[fault.stack, DEVICES.index(fault.device)][now] = DeviceState.HELD
            elif fault.kind is FaultKind.WRONG_SPAN_GAS:
                state[fault.stack, GAS][now & (t_ms < fault.start_ms + SPAN_CHECK_MS)] = DeviceState.SPAN
            elif fault.kind is FaultKind.WRONG_DUCT_AREA:
                area[fault.stack][now] = np.round(area[fault.stack][now] * AREA_FACTOR, 4)

    def _checks(self, value: Array, state: States) -> None:
        """What stands in the registers while an instrument does not measure."""
        gas = state[:, GAS]
        idle = (gas != DeviceState.MEASURING) & (gas != DeviceState.HELD)
        value[:, : len(STACK_POINTS) - 5] *= ~idle[:, None, :]
        dust, flow = state[:, DUST_DEVICE], state[:, FLOW_DEVICE]
        value[:, DUST][dust == DeviceState.ZERO] = 0.0
        value[:, DUST][dust == DeviceState.SPAN] = _DUST_SPAN_CHECK_SHARE * self.plant.dust_span_mg_m3
        value[:, VELOCITY][flow == DeviceState.ZERO] = 0.0
        value[:, VELOCITY][flow == DeviceState.SPAN] = _VELOCITY_SPAN_CHECK_M_S

    def _signals(self, t_ms: Instants, units: UnitSignals) -> Array:
        signals = np.array([getattr(units, signal.name) for signal in SIGNALS])
        for index, share, stream in self._feeders:
            signals[index] *= 1 + share * gaussian(stream, t_ms // 1000)
        for index, signal in enumerate(SIGNALS):
            if signal.name in _DECIMALS:
                signals[index] = np.round(signals[index], _DECIMALS[signal.name])
        return signals


def _stacked(process: Process) -> Array:
    """The true gas as one array in the order of `STACK_POINTS`; flow is left to the station."""
    g = process.gas
    flow = np.zeros_like(g.velocity)
    columns = (g.so2, g.no, g.no2, g.co, g.co2, g.o2, g.h2o, g.dust, g.velocity, flow, g.temperature, g.pressure)
    return np.stack(columns, axis=1)


def _at(process: Process, where: np.ndarray) -> Process:
    """The process at some of its instants only; gas is no longer needed then."""
    units, coal = process.units, process.coal
    return type(process)(
        gas=process.gas,
        units=type(units)(*(getattr(units, name)[:, where] for name in units.__dataclass_fields__)),
        coal=type(coal)(*(getattr(coal, name)[:, where] for name in coal.__dataclass_fields__)),
    )
