"""Ninety days of history: the same instruments, read once a minute, as a gateway would have kept them."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from tynys.domain.reading import ReadingBlock
from tynys.domain.status import GapCause, InstrumentStatus
from tynys.sim.instruments.calendar import DeviceState
from tynys.sim.instruments.plant import PlantInstruments
from tynys.sim.physics.weather import DAY_MS
from tynys.sim.plants import plant_spec
from tynys.sim.plants.layout import DEVICES, HISTORY_INTERVAL_MS, SIGNALS, STACK_POINTS, channel_id, signals_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from tynys.sim.instruments.plant import Offer
    from tynys.sim.plants.spec import PlantSpec

_STATUS = np.zeros(len(DeviceState), dtype=np.uint8)
_STATUS[DeviceState.MEASURING] = InstrumentStatus.VALID
_STATUS[[DeviceState.ZERO, DeviceState.SPAN, DeviceState.FLUSHING]] = InstrumentStatus.CALIBRATION
_STATUS[DeviceState.MAINTENANCE] = InstrumentStatus.MAINTENANCE
_STATUS[DeviceState.HELD] = InstrumentStatus.HELD
_SHOWS_CHECKS = ("dust", "velocity", "flow")
"""Components whose registers show the check's own reading; gas registers are empty meanwhile."""


@lru_cache(maxsize=8)
def _instruments(facility_id: str, seed: int) -> PlantInstruments:
    return PlantInstruments(plant_spec(facility_id), seed)


def day_blocks(facility_id: str, day_start_ms: int, seed: int, until_ms: int | None = None) -> list[ReadingBlock]:
    """The channels of a plant over one day, one reading a minute.

    Parameters
    ----------
    facility_id : str
        One of `tynys.sim.plants.FACILITIES`.
    day_start_ms : int
        First instant, a whole minute. [ms since 1970 UTC]
    seed : int
        The seed of the running simulation: history and live readings are then one continuous record.
    until_ms : int, optional
        Cuts the day here, for the day on which live measurement begins. [ms since 1970 UTC]

    Returns
    -------
    list of ReadingBlock
        Every channel declared for the history, in the order of the configuration; values as the live registers would give them.
    """
    end_ms = day_start_ms + DAY_MS if until_ms is None else min(day_start_ms + DAY_MS, until_ms)
    t_ms = np.arange(day_start_ms, end_ms, HISTORY_INTERVAL_MS, dtype=np.int64)
    if not len(t_ms):
        return []
    plant = plant_spec(facility_id)
    offer = _instruments(facility_id, seed)(t_ms)
    return blocks_of(plant, offer, HISTORY_INTERVAL_MS)


def blocks_of(plant: PlantSpec, offer: Offer, interval_ms: int) -> list[ReadingBlock]:
    """The channels declared for the history, of what the instruments offer at instants of one interval."""
    return [*_stack_blocks(plant, offer, interval_ms), *_signal_blocks(plant, offer, interval_ms)]


def _stack_blocks(plant: PlantSpec, offer: Offer, interval_ms: int) -> Iterator[ReadingBlock]:
    for s, stack in enumerate(plant.stacks):
        # MARSIC300 flags range for the whole instrument, our own devices for the one component.
        gas_over = offer.over[s, [p.device == "gas" for p in STACK_POINTS]].any(axis=0)
        for row, point in enumerate(STACK_POINTS):
            state = offer.state[s, DEVICES.index(point.device)]
            if point.device == "flow" and point.component not in _SHOWS_CHECKS:
                state = np.zeros_like(state)
            status = _STATUS[state]
            over = gas_over if point.device == "gas" else offer.over[s, row]
            status[over & (state == DeviceState.MEASURING)] = InstrumentStatus.OVER_RANGE
            value = offer.value[s, row]
            empty = (state != DeviceState.MEASURING) & (point.component not in _SHOWS_CHECKS)
            yield _block(
                plant, f"{stack.id}.{point.component}", offer, interval_ms, value=np.where(empty, np.nan, value), status=status, empty=empty
            )


def _signal_blocks(plant: PlantSpec, offer: Offer, interval_ms: int) -> Iterator[ReadingBlock]:
    valid = np.full(len(offer.t_ms), InstrumentStatus.VALID, dtype=np.uint8)
    present = np.zeros(len(offer.t_ms), dtype=np.bool_)
    rows = {signal.name: row for row, signal in enumerate(SIGNALS)}
    for u, unit in enumerate(plant.units):
        for signal in signals_of(unit):
            if signal.in_history:
                value = offer.signals[rows[signal.name], u].copy()
                yield _block(plant, f"{unit.id}.{signal.name}", offer, interval_ms, value=value, status=valid, empty=present)


def _block(
    plant: PlantSpec,
    name: str,
    offer: Offer,
    interval_ms: int,
    *,
    value: npt.NDArray[np.float64],
    status: npt.NDArray[np.uint8],
    empty: npt.NDArray[np.bool_],
) -> ReadingBlock:
    return ReadingBlock(
        channel=channel_id(plant.id, name),
        start_ms=int(offer.t_ms[0]),
        interval_ms=interval_ms,
        value=value,
        status=status,
        cause=(empty * np.uint8(GapCause.NOT_MEASURING)).astype(np.uint8),
    )
