"""One instant: all due devices are asked at once, and what they said lands on the channels' grid."""

from __future__ import annotations

import asyncio
import math
from typing import TYPE_CHECKING

import numpy as np

from tynys.domain.base import to_ms
from tynys.domain.errors import ConfigurationError
from tynys.domain.instrument import AcquisitionMode
from tynys.domain.reading import Sample
from tynys.domain.status import GapCause, InstrumentStatus
from tynys.plant.seconds import NO_DEVICE_TIME, NOT_DUE, TICK_MS, Layout, LayoutColumn, Second

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tynys.domain.configuration import FacilityConfiguration
    from tynys.domain.instrument import Acquisition, Channel
    from tynys.field import Driver

_OFFSET_LIMIT = 2**31 - 1
_LOST = InstrumentStatus.COMMUNICATION_LOST
_CRASHED = Sample(None, InstrumentStatus.COMMUNICATION_LOST, GapCause.NO_ANSWER)


def acquisition_at(channel: Channel, time_ms: int) -> Acquisition | None:
    """How readings of a channel come into being at an instant; None outside every declared span."""
    for acquisition in channel.acquisition:
        if to_ms(acquisition.valid_from) <= time_ms and (acquisition.valid_to is None or time_ms < to_ms(acquisition.valid_to)):
            return acquisition
    return None


def next_change_ms(configuration: FacilityConfiguration, time_ms: int) -> int | None:
    """The next instant at which some channel's acquisition begins or ends."""
    edges = (
        to_ms(edge)
        for channel in configuration.channels
        for acquisition in channel.acquisition
        for edge in (acquisition.valid_from, acquisition.valid_to)
        if edge is not None
    )
    return min((edge for edge in edges if edge > time_ms), default=None)


def live_layout(configuration: FacilityConfiguration, filled: Sequence[str], time_ms: int) -> tuple[Layout, tuple[str, ...]]:
    """Columns of a second, and their channel names: every channel declared measured, and every one a device fills."""
    columns, names = [], []
    for channel in configuration.channels:
        acquisition = acquisition_at(channel, time_ms)
        if acquisition is None or (acquisition.mode is not AcquisitionMode.MEASURED and channel.name not in filled):
            continue
        if acquisition.interval_ms % TICK_MS:
            raise ConfigurationError(
                f"channel {channel.name!r} has interval_ms = {acquisition.interval_ms}; expected a multiple of {TICK_MS}",
                where=f"channel {channel.name}",
                hint="1000 reads once a second",
            )
        columns.append(LayoutColumn(channel.id, acquisition.interval_ms))
        names.append(channel.name)
    return Layout(tuple(columns)), tuple(names)


class Poller:
    """Asks the devices of a gateway.

    Parameters
    ----------
    limit_s : float
        Real time after which a silent device's channels are gap rows for this instant; the device's poll itself is
        left to end by itself, and it is not asked again before. [s]
    """

    def __init__(
        self, drivers: Sequence[Driver], layout: Layout, names: Sequence[str], *, limit_s: float, on_crash: Callable[[str, str], None]
    ) -> None:
        self.layout = layout
        self._drivers = drivers
        self._limit_s = limit_s
        self._on_crash = on_crash
        self._busy: dict[Driver, asyncio.Task[dict[str, Sample]]] = {}
        self._index = {name: position for position, name in enumerate(names)}
        filled = {name for driver in drivers for name in driver.channels}
        self._orphans = np.array([name not in filled for name in names], dtype=bool)

    async def poll(self, time_ms: int) -> Second:
        """Every sample due at ``time_ms``; a channel without an answer has its cause."""
        started: list[asyncio.Task[dict[str, Sample]]] = []
        for driver in self._drivers:
            if time_ms % driver.interval_ms == 0 and driver not in self._busy:
                task = asyncio.ensure_future(driver.poll(time_ms))
                self._busy[driver] = task
                started.append(task)
        if started:
            await asyncio.wait(started, timeout=self._limit_s)
        answers: dict[str, Sample] = {}
        for driver, task in list(self._busy.items()):
            if task.done():
                del self._busy[driver]
                if task in started:
                    answers.update(self._result(driver, task))
        return self._land(time_ms, answers)

    def _result(self, driver: Driver, task: asyncio.Task[dict[str, Sample]]) -> dict[str, Sample]:
        error = None if task.cancelled() else task.exception()
        if error is None and not task.cancelled():
            return task.result()
        self._on_crash(driver.id, repr(error))
        return dict.fromkeys(driver.channels, _CRASHED)

    def _land(self, time_ms: int, answers: dict[str, Sample]) -> Second:
        """Put samples into their columns; what no answer filled is a gap."""
        due = self.layout.due(time_ms)
        count = len(due)
        value = np.full(count, np.nan)
        status = np.where(due, _LOST.value, NOT_DUE).astype(np.uint8)
        cause = np.where(due, np.where(self._orphans, GapCause.NOT_REPORTED.value, GapCause.NO_ANSWER.value), 0).astype(np.uint8)
        offset: np.ndarray[tuple[int], np.dtype[np.int32]] | None = None
        index = self._index
        for name, sample in answers.items():
            position = index.get(name)
            if position is None or not due[position]:
                continue
            status[position] = sample.status
            if sample.cause or sample.value is None or not math.isfinite(sample.value):
                cause[position] = sample.cause or GapCause.UNDECODABLE
                if sample.status is InstrumentStatus.VALID:  # what is no number is never valid, whatever the instrument says of it
                    status[position] = InstrumentStatus.FAULT
            else:
                value[position] = sample.value
                cause[position] = 0
            if sample.device_time_ms is not None:
                if offset is None:
                    offset = np.full(count, NO_DEVICE_TIME, dtype=np.int32)
                offset[position] = max(-_OFFSET_LIMIT, min(_OFFSET_LIMIT, sample.device_time_ms - time_ms))
        return Second(time_ms, value, status, cause, offset)

    async def close(self) -> None:
        """Let go of polls that still hang."""
        tasks = list(self._busy.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._busy.clear()
