"""The recent past in memory: enough seconds for the running window and the one before, as columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tynys.calc.series import Series
from tynys.plant.seconds import NOT_DUE

if TYPE_CHECKING:
    from uuid import UUID

    from tynys.domain.reading import ReadingBlock
    from tynys.plant.seconds import Layout, Second


class RecentReadings:
    """A sliding store of seconds.

    Rows live in a buffer of twice the capacity; when it is full the newer half moves to the front, so that any span
    is one slice.
    """

    def __init__(self, layout: Layout, capacity: int) -> None:
        self.layout = layout
        self._capacity = capacity
        self._time = np.zeros(2 * capacity, dtype=np.int64)
        self._value = np.full((2 * capacity, len(layout)), np.nan)
        self._status = np.zeros((2 * capacity, len(layout)), dtype=np.uint8)
        self._cause = np.zeros((2 * capacity, len(layout)), dtype=np.uint8)
        self._end = 0

    def append(self, second: Second) -> None:
        """Take the next second."""
        if self._end == 2 * self._capacity:
            for array in (self._time, self._value, self._status, self._cause):
                array[: self._capacity] = array[self._capacity :]
            self._end = self._capacity
        end = self._end
        self._time[end] = second.time_ms
        self._value[end] = second.value
        self._status[end] = second.status
        self._cause[end] = second.cause
        self._end = end + 1

    def series(self, start_ms: int, end_ms: int) -> dict[UUID, Series]:
        """The readings of a half-open span, per channel, instants without a reading left out."""
        time = self._time[: self._end]
        first, last = np.searchsorted(time, (start_ms, end_ms))
        moments = time[first:last].copy()
        value = np.ascontiguousarray(self._value[first:last].T)
        status = np.ascontiguousarray(self._status[first:last].T)
        found: dict[UUID, Series] = {}
        for position, column in enumerate(self.layout.columns):
            there = status[position] != NOT_DUE
            if there.all():
                found[column.channel] = Series(moments, value[position], status[position])
            else:
                found[column.channel] = Series(moments[there], value[position][there], status[position][there])
        return found

    def load(self, blocks: list[ReadingBlock], *, before_ms: int) -> None:
        """Fill an empty store with what the spool still holds of the recent past, up to the instant that comes next."""
        if not blocks or self._end:
            return
        known = {column.channel: position for position, column in enumerate(self.layout.columns)}
        moments = np.unique(np.concatenate([block.time_ms for block in blocks]))
        moments = moments[moments < before_ms][-self._capacity :]
        count = len(moments)
        if not count:
            return
        self._time[:count] = moments
        self._end = count
        for block in blocks:
            position = known.get(block.channel)
            if position is None:
                continue
            time = block.time_ms
            inside = (time >= moments[0]) & (time < before_ms)
            rows = np.searchsorted(moments, time[inside])
            self._value[rows, position] = block.value[inside]
            self._status[rows, position] = block.status[inside]
            self._cause[rows, position] = block.cause[inside]

    def latest(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Per column the newest reading: time (0 if none), value, status, cause."""
        count = len(self.layout)
        span = slice(max(0, self._end - 60), self._end)
        status = self._status[span]
        if not len(status):
            return np.zeros(count, dtype=np.int64), np.full(count, np.nan), np.zeros(count, np.uint8), np.zeros(count, np.uint8)
        there = status != NOT_DUE
        row = len(status) - 1 - np.argmax(there[::-1], axis=0)
        columns = np.arange(count)
        time = np.where(there.any(axis=0), self._time[span][row], 0)
        return time, self._value[span][row, columns], status[row, columns], self._cause[span][row, columns]
