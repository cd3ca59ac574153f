"""The state of units and sources through time, from plant signals by the monitoring plan's rules and the pack's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tynys.calc.series import EMPTY, declared, in_order
from tynys.domain.base import to_ms
from tynys.domain.facility import DuctKind
from tynys.domain.plan import Comparison
from tynys.domain.status import InstrumentStatus, PlantState

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from uuid import UUID

    from tynys.calc.arrays import Codes, Counts, Mask, Times
    from tynys.calc.series import Series, SeriesLike
    from tynys.domain.configuration import FacilityConfiguration
    from tynys.domain.facility import Duct
    from tynys.domain.instrument import Channel
    from tynys.domain.plan import StateRule
    from tynys.law.pack import RulePack

PLANT_STATES = tuple(PlantState)
"""Code i in every state array means ``PLANT_STATES[i]``."""

STATE_CODE = {state: i for i, state in enumerate(PLANT_STATES)}
"""The code of a plant state."""

FIRST_IN_LIST = "first_in_list"
"""The rule by which one instant of a graver state decides a whole window."""
UNKNOWN = STATE_CODE[PlantState.UNKNOWN]
_NO, _YES, _MAYBE = 0, 1, 2
_OPEN = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class StateTrack:
    """A state that holds from each instant until the next, but not longer than ``hold_ms`` after it.

    Parameters
    ----------
    time_ms : (n,) int64
        Rising instants. [ms since 1970 UTC]
    code : (n,) uint8
        Index into `PLANT_STATES`.
    hold_ms : int
        After this long without a signal the state is unknown. [ms]
    """

    time_ms: Times
    code: Codes
    hold_ms: int


ALWAYS_UNKNOWN = StateTrack(EMPTY.time_ms, EMPTY.status, 0)
"""What is known of a source without plant signals."""


def state_at(track: StateTrack, times: Times) -> Codes:
    """The state at each instant; unknown before the first signal and when the last one is too old."""
    if len(track.time_ms) == 0:
        return np.full(len(times), UNKNOWN, np.uint8)
    if len(times) == len(track.time_ms) and np.array_equal(times, track.time_ms):
        return track.code
    at = np.searchsorted(track.time_ms, times, side="right") - 1
    known = (at >= 0) & (times - track.time_ms[at] < track.hold_ms)
    return np.where(known, track.code[at], np.uint8(UNKNOWN))


class Signals:
    """Plant signals by channel name, ordered once and reused by every rule."""

    def __init__(self, configuration: FacilityConfiguration, readings: Mapping[UUID, SeriesLike]) -> None:
        self._channels = {c.name: c for c in configuration.channels}
        self._readings = readings
        self._ordered: dict[str, Series] = {}

    def series(self, name: str) -> Series:
        """The readings of a channel in order, as far as it was declared; none if it is not known or has none."""
        if name not in self._ordered:
            channel = self._channels.get(name)
            found = None if channel is None else self._readings.get(channel.id)
            self._ordered[name] = EMPTY if channel is None or found is None else declared(in_order(found), channel.acquisition)
        return self._ordered[name]

    def hold_ms(self, names: Iterable[str]) -> int:
        """How long a signal stands for itself: the longest interval declared for any of them."""
        channels: list[Channel] = [self._channels[n] for n in names if n in self._channels]
        return max((a.interval_ms for c in channels for a in c.acquisition), default=0)

    def sampled(self, name: str, times: Times, hold_ms: int) -> tuple[Series, Mask, Counts]:
        """A signal at other instants: the series, whether it is known there, and the index of the reading that tells."""
        series = self.series(name)
        if len(series) == 0:
            return series, np.zeros(len(times), np.bool_), np.zeros(len(times), np.int64)
        if len(series) == len(times) and np.array_equal(series.time_ms, times):
            at = np.arange(len(times), dtype=np.int64)
            known = np.ones(len(times), np.bool_)
        else:
            at = np.searchsorted(series.time_ms, times, side="right") - 1
            known = (at >= 0) & (times - series.time_ms[at] < hold_ms)
        known = known & (series.status[at] == InstrumentStatus.VALID) & np.isfinite(series.value[at])
        return series, known, at


def _union(signals: Signals, names: Sequence[str]) -> Times:
    times: Times = EMPTY.time_ms
    for name in names:
        other = signals.series(name).time_ms
        if len(other) and not (len(other) == len(times) and np.array_equal(other, times)):
            times = other if len(times) == 0 else np.union1d(times, other)
    return times


def unit_states(rules: Sequence[StateRule], signals: Signals) -> StateTrack:
    """The state of one unit through time.

    The first rule whose conditions all hold decides. A signal that is missing or not valid makes a condition undecided; a rule
    that is undecided before any rule holds leaves the state unknown.

    Parameters
    ----------
    rules : sequence of StateRule
        The rules of the unit in their order.
    signals : Signals
        Plant signals.
    """
    names = list(dict.fromkeys(c.channel for rule in rules for c in rule.conditions))
    times = _union(signals, names)
    if len(times) == 0:
        return ALWAYS_UNKNOWN
    hold = signals.hold_ms(names)
    sampled = {name: signals.sampled(name, times, hold) for name in names}
    code = np.full(len(times), UNKNOWN, np.uint8)
    open_ = np.ones(len(times), np.bool_)
    for rule in rules:
        verdict = np.full(len(times), _YES, np.uint8)
        for condition in rule.conditions:
            series, known, at = sampled[condition.channel]
            if len(series) == 0:
                holds = np.full(len(times), _MAYBE, np.uint8)
            else:
                values = series.value[at]
                with np.errstate(invalid="ignore"):
                    met = values >= condition.threshold if condition.comparison is Comparison.AT_LEAST else values < condition.threshold
                holds = np.where(known, met.astype(np.uint8), np.uint8(_MAYBE))
            verdict = np.where((verdict == _NO) | (holds == _NO), np.uint8(_NO), np.maximum(verdict, holds))
        state = STATE_CODE[PlantState(rule.state)]
        code[open_ & (verdict == _YES)] = state
        open_ &= verdict == _NO
    return StateTrack(times, code, hold)


def source_states(
    configuration: FacilityConfiguration,
    pack: RulePack,
    readings: Mapping[UUID, SeriesLike] | Signals,
    source: str,
    *,
    units: Collection[str] = (),
) -> StateTrack:
    """The state of a source (or of those of its ``units`` that pass one point) through time, from the ducts that lead to it.

    A normal duct in force always connects its unit; a bypass connects it while its damper is open, and gives it the pack's state of an open
    bypass unless it is not operating. The source then has the first state of the pack's list that any connected unit has.
    """
    signals = readings if isinstance(readings, Signals) else Signals(configuration, readings)
    ducts = [d for d in configuration.ducts if d.source == source and (not units or d.unit in units)]
    rules = {d.unit: [r for r in configuration.plan.states if r.unit == d.unit] for d in ducts}
    tracks = {unit: unit_states(own, signals) for unit, own in rules.items() if own}
    dampers = [d.damper_channel for d in ducts if d.kind is DuctKind.BYPASS and d.damper_channel is not None]
    times: Times = EMPTY.time_ms
    for other in (*(t.time_ms for t in tracks.values()), _union(signals, dampers)):
        if len(other) and not (len(other) == len(times) and np.array_equal(other, times)):
            times = other if len(times) == 0 else np.union1d(times, other)
    if len(times) == 0 or not tracks:
        return ALWAYS_UNKNOWN
    hold = max(t.hold_ms for t in tracks.values())
    precedence = {STATE_CODE[state]: rank for rank, state in enumerate(pack.states.source_from_units.value)}
    rank_of = np.array([precedence.get(i, len(PLANT_STATES)) for i in range(len(PLANT_STATES))], np.uint8)
    best = np.full(len(times), UNKNOWN, np.uint8)
    best_rank = np.full(len(times), 255, np.uint8)
    for duct in ducts:
        code = state_at(tracks.get(duct.unit, ALWAYS_UNKNOWN), times)
        code, connected = _through(duct, code, signals, times, hold, STATE_CODE[pack.states.open_bypass.value])
        rank = np.where(connected, rank_of[code], np.uint8(255))
        better = rank < best_rank
        best[better] = code[better]
        best_rank = np.minimum(best_rank, rank)
    return StateTrack(times, best, hold)


def _through(duct: Duct, code: Codes, signals: Signals, times: Times, hold: int, open_bypass: int) -> tuple[Codes, Mask]:
    """The unit's state as its source sees it through a duct, and whether the duct connects them."""
    connected = times >= to_ms(duct.valid_from)
    if duct.valid_to is not None:
        connected &= times < to_ms(duct.valid_to)
    if duct.kind is not DuctKind.BYPASS:
        return code, connected
    if duct.damper_channel is None:
        return code, np.zeros(len(times), np.bool_)
    series, known, at = signals.sampled(duct.damper_channel, times, max(hold, signals.hold_ms((duct.damper_channel,))))
    if len(series) == 0:
        return code, np.zeros(len(times), np.bool_)
    is_open = known & (series.value[at] >= _OPEN)
    off = code == STATE_CODE[PlantState.NOT_OPERATING]
    return np.where(is_open & ~off, np.uint8(open_bypass), code), connected & is_open


def in_operation(code: Codes, pack: RulePack) -> Mask:
    """Whether readings taken in each state enter averages."""
    counts = np.ones(len(PLANT_STATES), np.bool_)
    for state in pack.states.not_in_operation.value:
        counts[STATE_CODE[state]] = False
    mask: Mask = counts[code]
    return mask


def window_states(code: Codes, first: Counts, last: Counts, pack: RulePack) -> Codes:
    """The state of each window ``code[first[i]:last[i]]``: the one in operation that held at most instants, else the one that held at most.

    Of states that held equally long the one earlier in the pack's list stands; a window without instants is unknown. Where the pack says
    so, the first of its list that held at all stands instead, states out of operation last.
    """
    precedence = [STATE_CODE[s] for s in pack.states.source_from_units.value]
    order = [*precedence, *(i for i in range(len(PLANT_STATES)) if i not in precedence)]
    running = np.ones(len(PLANT_STATES), np.bool_)
    for state in pack.states.not_in_operation.value:
        running[STATE_CODE[state]] = False
    best = np.full(len(first), UNKNOWN, np.uint8)
    most = np.zeros(len(first), np.int64)
    any_instant = pack.states.window is not None and pack.states.window.value == FIRST_IN_LIST
    for index in [*(i for i in order if running[i]), *(i for i in order if not running[i])]:
        present = np.concatenate([[0], np.cumsum(code == index)])
        held = present[last] - present[first]
        better = (held > most) if running[index] and not any_instant else (held > 0) & (most == 0)
        best[better] = index
        most[better] = held[better]
    return best
