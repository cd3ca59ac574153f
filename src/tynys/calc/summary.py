"""What each window of each channel looked like, made in the same pass as its averages."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tynys.calc.averaging import usable
from tynys.calc.exact import window_means
from tynys.calc.series import between, in_order
from tynys.calc.timegrid import due_instants, window_edges
from tynys.domain.average import Summary
from tynys.domain.status import InstrumentStatus

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from uuid import UUID

    from tynys.calc.arrays import Counts, Floats, Times
    from tynys.calc.series import SeriesLike
    from tynys.domain.configuration import FacilityConfiguration

STATUSES = tuple(InstrumentStatus)
"""``count_by_status[i]`` counts ``STATUSES[i]``."""


@dataclass(frozen=True, slots=True)
class SummaryTable:
    """Summaries of one period."""

    period: str
    summaries: tuple[Summary, ...]

    def __len__(self) -> int:
        return len(self.summaries)

    def rows(self) -> list[Summary]:
        """As records."""
        return list(self.summaries)

    def columns(self) -> dict[str, list[object]]:
        """One list per field of `Summary`."""
        return {name: [getattr(s, name) for s in self.summaries] for name in Summary.__slots__}


def summaries(
    configuration: FacilityConfiguration,
    readings: Mapping[UUID, SeriesLike],
    period: str,
    start_ms: int,
    end_ms: int,
    zone: str = "Asia/Almaty",
) -> SummaryTable:
    """Summaries of every channel's windows that start in the half-open span; a window in which nothing is due has none."""
    edges = window_edges(period, start_ms, end_ms, zone)
    if len(edges) < 2:  # noqa: PLR2004 - one window has two edges
        return SummaryTable(period, ())
    found: list[Summary] = []
    for channel in configuration.channels:
        series = readings.get(channel.id)
        if series is not None and len(series.time_ms):
            found += _channel(
                str(channel.id), series, edges, np.searchsorted(due_instants(channel.acquisition, int(edges[0]), int(edges[-1])), edges)
            )
    return SummaryTable(period, tuple(found))


def _channel(channel: str, series: SeriesLike, edges: Times, due: Counts) -> Iterator[Summary]:
    inside = between(in_order(series), int(edges[0]), int(edges[-1]))
    good = usable(inside)
    at = np.searchsorted(inside.time_ms, edges)
    values = inside.value[good]
    own = np.concatenate([[0], np.cumsum(good)])[at]
    means = window_means(values, own[:-1], own[1:])
    for i in range(len(edges) - 1):
        if due[i + 1] == due[i]:
            continue
        part: Floats = values[own[i] : own[i + 1]]
        counts = np.bincount(inside.status[at[i] : at[i + 1]], minlength=len(STATUSES) + 1)
        yield Summary(
            channel=channel,
            start_ms=int(edges[i]),
            end_ms=int(edges[i + 1]),
            count_expected=int(due[i + 1] - due[i]),
            count_by_status=tuple(int(counts[s]) for s in STATUSES),
            minimum=float(part.min()) if len(part) else None,
            maximum=float(part.max()) if len(part) else None,
            mean=float(means[i]) if len(part) else None,
            standard_deviation=_deviation(part, float(means[i])),
            lag1_correlation=_lag1(part, float(means[i])),
            longest_run=_longest_run(part),
            distinct=len(np.unique(part)),
            values_hash=hashlib.sha256(part.astype("<f8").tobytes()).digest(),
        )


def _deviation(part: Floats, mean: float) -> float | None:
    """Sample standard deviation; None below two values."""
    return float(np.sqrt(((part - mean) ** 2).sum() / (len(part) - 1))) if len(part) > 1 else None


def _lag1(part: Floats, mean: float) -> float | None:
    """Correlation of neighbours; None where nothing varies."""
    around = part - mean
    power = float((around**2).sum())
    return float((around[1:] * around[:-1]).sum() / power) if len(part) > 1 and power > 0 else None


def _longest_run(part: Floats) -> int:
    if not len(part):
        return 0
    ends = np.flatnonzero(np.concatenate([part[1:] != part[:-1], [True]]))
    return int(np.diff(np.concatenate([[-1], ends])).max())
