"""Statistics of repeated measurements: quantiles, and two things timed in turn so that a noisy machine disturbs both alike."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

HALF = 0.5


def quantile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least ``share`` of all values do not exceed (nearest rank, without interpolation)."""
    if not values:
        raise ValueError("expected at least one value")
    if not 0 < share <= 1:
        raise ValueError(f"expected a share above 0 and up to 1, got {share}")
    ordered = sorted(values)
    rank = -int(-share * len(ordered) // 1)
    return ordered[rank - 1]


def median(values: Sequence[float]) -> float:
    """The middle value; of an even number the lower one of the two, which was really measured."""
    return quantile(values, HALF)


def in_turn(
    work: Mapping[str, Callable[[], object]],
    *,
    seconds: float,
    least: int = 5,
    warm: bool = True,
    clock: Callable[[], float] = time.perf_counter,
) -> dict[str, list[float]]:
    """Time each piece of work once a round, round after round, after one round that is not counted. [s].

    Parameters
    ----------
    work : mapping of str to callable
        What is timed, by name; the order turns around every round.
    seconds : float
        No new round begins after so long, once ``least`` are done. [s]
    least : int
        Rounds at least.
    warm : bool
        Whether a round goes before that is not counted; needless where all has just been run to compare results.
    clock : callable
        Rising seconds.
    """
    found: dict[str, list[float]] = {name: [] for name in work}
    for run in work.values() if warm else ():
        run()
    end = clock() + seconds
    rounds = 0
    while rounds < least or clock() < end:
        for name in list(work)[:: 1 if rounds % 2 == 0 else -1]:
            began = clock()
            work[name]()
            found[name].append(clock() - began)
        rounds += 1
    return found
