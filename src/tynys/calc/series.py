"""A channel's readings in time: what averages are made from, whatever order and pieces they came in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from tynys.calc.exact import LARGEST
from tynys.domain.base import to_ms
from tynys.domain.status import InstrumentStatus

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from tynys.calc.arrays import Codes, Floats, Mask, Times
    from tynys.domain.instrument import Acquisition
    from tynys.domain.reading import ReadingBlock


class SeriesLike(Protocol):
    """Anything with times, values and statuses of one channel: a `Series`, a `ReadingBlock`."""

    @property
    def time_ms(self) -> Times:
        """Instants, in milliseconds since 1970 UTC."""

    @property
    def value(self) -> Floats:
        """Values in the channel's unit, NaN where absent."""

    @property
    def status(self) -> Codes:
        """`InstrumentStatus` of each instant."""


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """Readings of one channel.

    Parameters
    ----------
    time_ms : (n,) int64
        Instants. [ms since 1970 UTC]
    value : (n,) float64
        In the channel's unit; NaN where absent.
    status : (n,) uint8
        `InstrumentStatus`.
    """

    time_ms: Times
    value: Floats
    status: Codes

    def __len__(self) -> int:
        return len(self.time_ms)


EMPTY = Series(np.empty(0, np.int64), np.empty(0, np.float64), np.empty(0, np.uint8))
"""No reading at all."""
AFTER_ALL = 2**63 - 1
"""The end of a declaration that is open."""


def in_order(series: SeriesLike) -> Series:
    """The same readings by rising time, one per instant.

    Of several readings of one instant a usable one stays before any other, then the one with the lowest status, then the lowest value (of
    both zeros the positive one), so that the result does not depend on the order they came in and no reading that cannot enter an average
    takes the place of one that can. That they differ is somebody else's finding.
    """
    time, value, status = series.time_ms, series.value, series.status
    if len(time) < 2 or bool(np.all(time[1:] > time[:-1])):  # noqa: PLR2004  # one reading is always in order
        return series if isinstance(series, Series) else Series(time, value, status)
    order = np.lexsort((np.signbit(value), value, status, ~usable(Series(time, value, status)), time))
    time, value, status = time[order], value[order], status[order]
    first = np.empty(len(time), np.bool_)
    first[0] = True
    np.not_equal(time[1:], time[:-1], out=first[1:])
    return Series(time[first], value[first], status[first])


def between(series: Series, start_ms: int, end_ms: int) -> Series:
    """The readings of the half-open span; the series must be in order."""
    first, last = np.searchsorted(series.time_ms, (start_ms, end_ms))
    if first == 0 and last == len(series.time_ms):
        return series
    return Series(series.time_ms[first:last], series.value[first:last], series.status[first:last])


def declared(series: Series, acquisition: Sequence[Acquisition]) -> Series:
    """The readings for which the channel was declared at their time; the series must be in order. Nobody planned the others."""
    if len(series) == 0:
        return series
    spans = sorted((to_ms(a.valid_from), AFTER_ALL if a.valid_to is None else to_ms(a.valid_to)) for a in acquisition)
    if any(start <= series.time_ms[0] and series.time_ms[-1] < end for start, end in spans):
        return series
    pieces = [between(series, start, end) for start, end in spans]
    return Series(
        np.concatenate([EMPTY.time_ms, *(p.time_ms for p in pieces)]),
        np.concatenate([EMPTY.value, *(p.value for p in pieces)]),
        np.concatenate([EMPTY.status, *(p.status for p in pieces)]),
    )


def usable(series: Series) -> Mask:
    """Which readings may enter an average by what the instrument said of them."""
    mask: Mask = (series.status == InstrumentStatus.VALID) & (np.abs(series.value) <= LARGEST)  # NaN is not
    return mask


def join_blocks(blocks: Iterable[ReadingBlock]) -> dict[UUID, Series]:
    """One ordered series per channel from blocks in any order; equal doubles count once."""
    pieces: dict[UUID, list[ReadingBlock]] = {}
    for block in blocks:
        if len(block):
            pieces.setdefault(block.channel, []).append(block)
    return {
        channel: in_order(
            Series(
                np.concatenate([b.time_ms for b in members]),
                np.concatenate([b.value for b in members]),
                np.concatenate([b.status for b in members]),
            )
        )
        for channel, members in pieces.items()
    }
