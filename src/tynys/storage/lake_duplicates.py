"""One row per instant: the same reading again is dropped, another one is reported and stays in the journal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class ReadingConflict:
    """Readings of one batch that say something else than the lake already holds for the same instants.

    ``start_ms`` and ``last_ms`` are the first and last such instant, ``kept_value`` and ``other_value`` those of the first (None where
    a gap row stands); the positions lead to both batches in the journal.
    """

    gateway: UUID
    channel: UUID
    start_ms: int
    last_ms: int
    count: int
    kept_value: float | None
    other_value: float | None
    kept_position: int
    other_position: int


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Readings of one series as columns; an absent value is NaN."""

    time_ms: npt.NDArray[np.int64]
    value: npt.NDArray[np.float64]
    status: npt.NDArray[np.uint8]
    cause: npt.NDArray[np.uint8]
    position: npt.NDArray[np.int64]

    @staticmethod
    def empty() -> Rows:
        """No rows."""
        none = np.empty(0, dtype=np.int64)
        return Rows(none, none.astype(np.float64), none.astype(np.uint8), none.astype(np.uint8), none)

    @staticmethod
    def concatenate(parts: Sequence[Rows]) -> Rows:
        """Rows of all parts, in their order."""
        return Rows(
            np.concatenate([part.time_ms for part in parts]),
            np.concatenate([part.value for part in parts]),
            np.concatenate([part.status for part in parts]),
            np.concatenate([part.cause for part in parts]),
            np.concatenate([part.position for part in parts]),
        )

    def take(self, places: npt.NDArray[np.intp]) -> Rows:
        """Some of the rows."""
        return Rows(self.time_ms[places], self.value[places], self.status[places], self.cause[places], self.position[places])


def settle(series: tuple[UUID, UUID], held: Rows, arriving: Rows) -> tuple[npt.NDArray[np.bool_], int, list[ReadingConflict]]:
    """Which of the arriving rows enter the lake, how many repeat a held one, and which contradict one.

    Parameters
    ----------
    series : (UUID, UUID)
        Gateway and channel all rows belong to.
    held : Rows
        What the lake holds; one row per instant.
    arriving : Rows
        New rows in order of journal position; the first of an instant wins.

    Returns
    -------
    (n,) bool, int, list of ReadingConflict
        True where an arriving row enters; count of repetitions; contradictions, one per pair of batches.
    """
    both = Rows.concatenate([held, arriving])
    order = np.argsort(both.time_ms, kind="stable")
    instant = both.time_ms[order]
    fresh = np.concatenate([[True], instant[1:] != instant[:-1]]) if len(instant) else np.empty(0, dtype=bool)
    first = order[np.maximum.accumulate(np.where(fresh, np.arange(len(order)), 0))] if len(order) else order
    later = order[~fresh]
    kept_by = first[~fresh]
    bits = np.where(both.cause != 0, np.float64(0.0), both.value).view(np.int64)
    same = (bits[later] == bits[kept_by]) & (both.status[later] == both.status[kept_by]) & (both.cause[later] == both.cause[kept_by])
    enters = np.zeros(len(both.time_ms), dtype=bool)
    enters[order[fresh]] = True
    conflicts = _conflicts(series, both, kept_by[~same], later[~same])
    return enters[len(held.time_ms) :], int(same.sum()), conflicts


def _conflicts(series: tuple[UUID, UUID], both: Rows, kept: npt.NDArray[np.intp], other: npt.NDArray[np.intp]) -> list[ReadingConflict]:
    found: list[ReadingConflict] = []
    pairs = np.stack([both.position[kept], both.position[other]], axis=1)
    for kept_position, other_position in np.unique(pairs, axis=0):
        places = np.flatnonzero((pairs[:, 0] == kept_position) & (pairs[:, 1] == other_position))
        first = places[0]
        found.append(
            ReadingConflict(
                gateway=series[0],
                channel=series[1],
                start_ms=int(both.time_ms[other[first]]),
                last_ms=int(both.time_ms[other[places[-1]]]),
                count=len(places),
                kept_value=_value(both, kept[first]),
                other_value=_value(both, other[first]),
                kept_position=int(kept_position),
                other_position=int(other_position),
            )
        )
    return found


def _value(rows: Rows, place: np.intp) -> float | None:
    return None if rows.cause[place] != 0 or np.isnan(rows.value[place]) else float(rows.value[place])
