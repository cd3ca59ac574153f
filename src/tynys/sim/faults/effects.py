"""What the faults do to the gas a sample line carries and to the signal an instrument makes of it; arrays in place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tynys.sim.faults.catalogue import FaultKind
from tynys.sim.plants.layout import COMPONENTS, GAS_COMPONENTS, STACK_POINTS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tynys.sim.faults.grammar import Fault
    from tynys.sim.physics.noise import Array, Instants

_ROW = {component: row for row, component in enumerate(COMPONENTS)}
SO2, NO, NO2, CO, CO2, O2, H2O = (_ROW[name] for name in GAS_COMPONENTS)
GAS_ROWS = slice(0, len(GAS_COMPONENTS))
AIR_O2_PCT, AIR_H2O_PCT = 20.7, 1.0
"""Room air as a sample line draws it. [vol %, wet]"""

LEAK_SHARE, LEAK_RISE_MS = 0.25, 20_000
BLOCKED_DECAY_MS = 1_800_000
CONDENSATE_KEPT = {SO2: 0.82, NO2: 0.65, H2O: 0.60}
CONVERTER_KEPT = 0.25
SPAN_CHECK_MS, SPAN_FACTOR, SPAN_ROWS = 120_000, 0.92, (SO2, NO, NO2, CO)
DRIFT_SHARE_PER_MS, DRIFT_MOST = 0.01 / 600_000, 0.20
SATURATION_SHARE = 0.7
O2_ERROR_PCT, MOISTURE_FACTOR = 3.0, 0.5
AREA_FACTOR = 1.12


def active(fault: Fault, t_ms: Instants) -> np.ndarray:
    """Which of the instants the fault covers, as a boolean array."""
    return (t_ms >= fault.start_ms) & (t_ms < fault.end_ms)


def disturb_sample(gas: Array, faults: tuple[Fault, ...], t_ms: Instants, gas_at: Callable[[int], Array]) -> None:
    """Change the gas that reaches the analysers.

    Parameters
    ----------
    gas : (stacks, components, n) float64
        True values, changed in place.
    faults : tuple of Fault
    t_ms : (n,) int64
        Instants. [ms since 1970 UTC]
    gas_at : callable
        The true values (stacks, components) at one instant.
    """
    for fault in faults:
        now = active(fault, t_ms)
        if not now.any():
            continue
        s = fault.stack
        since = (t_ms - fault.start_ms).astype(np.float64)
        if fault.kind is FaultKind.SWAPPED_LINES:
            _swap(gas, fault, now)
        elif fault.kind is FaultKind.LEAK:
            _mix_air(gas[s], now * LEAK_SHARE * -np.expm1(-np.maximum(since, 0) / LEAK_RISE_MS))
        elif fault.kind is FaultKind.BLOCKED_PROBE:
            gas[s, GAS_ROWS] = np.where(now, gas_at(fault.start_ms)[s, GAS_ROWS, None], gas[s, GAS_ROWS])
            _mix_air(gas[s], now * -np.expm1(-np.maximum(since, 0) / BLOCKED_DECAY_MS))
        elif fault.kind is FaultKind.CONDENSATE_LOSS:
            for row, kept in CONDENSATE_KEPT.items():
                gas[s, row] *= np.where(now, kept, 1.0)
        elif fault.kind is FaultKind.CONVERTER_LOSS:
            gas[s, NO2] *= np.where(now, CONVERTER_KEPT, 1.0)


def _swap(gas: Array, fault: Fault, now: np.ndarray) -> None:
    if fault.partner == fault.stack:
        so2 = np.where(now, gas[fault.stack, NO], gas[fault.stack, SO2])
        gas[fault.stack, NO] = np.where(now, gas[fault.stack, SO2], gas[fault.stack, NO])
        gas[fault.stack, SO2] = so2
        return
    own = np.where(now, gas[fault.partner, GAS_ROWS], gas[fault.stack, GAS_ROWS])
    gas[fault.partner, GAS_ROWS] = np.where(now, gas[fault.stack, GAS_ROWS], gas[fault.partner, GAS_ROWS])
    gas[fault.stack, GAS_ROWS] = own


def _mix_air(gas: Array, share: Array) -> None:
    """Replace a share of one stack's sample by room air; (components, n)."""
    gas[GAS_ROWS] *= 1 - share
    gas[O2] += AIR_O2_PCT * share
    gas[H2O] += AIR_H2O_PCT * share


def disturb_signal(value: Array, over: np.ndarray, faults: tuple[Fault, ...], t_ms: Instants, signal_at: Callable[[int], Array]) -> None:
    """Change what the instruments make of their sample; (stacks, components, n), in place.

    ``over`` (stacks, components, n) is set where the instrument knows that it is out of range; ``signal_at`` gives the
    undisturbed signals (stacks, components) at one instant.
    """
    for fault in faults:
        now = active(fault, t_ms)
        if not now.any():
            continue
        s = fault.stack
        for row in fault.components:
            channel = value[s, row]
            if fault.kind is FaultKind.DRIFT:
                share = np.minimum((t_ms - fault.start_ms) * DRIFT_SHARE_PER_MS, DRIFT_MOST)
                channel += np.where(now, share * STACK_POINTS[row].span, 0.0)
            elif fault.kind is FaultKind.SATURATION:
                ceiling = SATURATION_SHARE * signal_at(fault.start_ms)[s, row]
                hit = now & (channel > ceiling)
                channel[hit] = ceiling
                over[s, row] |= hit
            elif fault.kind in {FaultKind.FROZEN, FaultKind.HELD_VALUE}:
                channel[now] = signal_at(fault.start_ms)[s, row]
            elif fault.kind is FaultKind.WRONG_O2:
                channel += np.where(now, O2_ERROR_PCT, 0.0) if row == O2 else 0.0
            elif fault.kind is FaultKind.WRONG_MOISTURE:
                channel *= np.where(now, MOISTURE_FACTOR, 1.0) if row == H2O else 1.0
            elif fault.kind is FaultKind.WRONG_SPAN_GAS and row in SPAN_ROWS:
                channel *= np.where(now & (t_ms >= fault.start_ms + SPAN_CHECK_MS), SPAN_FACTOR, 1.0)
