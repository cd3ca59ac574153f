"""The past in local days: which of them a recomputation touches, and which windows of a day it makes again."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from tynys.centre.basis import NEVER_MS
from tynys.centre.civil import DAY, LENGTH_MS, PERIODS, window_of, windows_in
from tynys.centre.windows import Made

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from uuid import UUID

    from tynys.centre.facility import FacilityState
    from tynys.centre.planning import Due
    from tynys.centre.plans import Plan

MOST_INSTANTS = 4_000_000
"""Readings of one piece of work, about: sources of a day beyond it are made one after the other. A row takes some 100 bytes on its way."""
Span = tuple[int, int]


def closed(spans: Iterable[tuple[int, int | None]]) -> list[Span]:
    """Half-open spans with every end a number."""
    return [(start, NEVER_MS if end is None else end) for start, end in spans]


def days_of(facility: FacilityState, spans: Sequence[Span]) -> list[int]:
    """Begins of the local days in which windows were made that share an instant with the spans, oldest first."""
    made = [span for period in PERIODS for span in facility.made[period]]
    made += [(window.start_ms, window.end_ms) for window in facility.windows]
    days = {
        window_of(DAY, day)[0]
        for begin, finish in made
        for start, end in spans
        for day, _ in windows_in(DAY, max(begin, start), min(finish, end))
    }
    return sorted(days)


def windows_again(facility: FacilityState, spans: Sequence[Span], day_ms: int, now_s: float) -> list[Due]:
    """Windows of a day to make again.

    Those the centre is about to make anyway are left to it; one it is making now, perhaps by what was in force before, it makes once
    more.
    """
    found: list[Due] = []
    for period in PERIODS:
        for start, end in windows_in(period, day_ms, window_of(DAY, day_ms)[1]):
            if not any(start < finish and begin < end for begin, finish in spans):
                continue
            window = facility.windows.get(period, start)
            if window is None:
                if facility.made[period].covers(start, end):
                    found.append((facility.windows.open(period, start, end, made=Made.FINAL), False))
            elif window.in_work:
                facility.windows.open(period, start, end, touched_s=now_s)
            elif window.made is not Made.NOTHING and window.touched_s is None:
                found.append((window, not facility.coverage.covered(start, end)))
    return found


def groups(plan: Plan | None, sources: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Sources whose readings of a day fit into memory together."""
    if plan is None:
        yield tuple(sources)
        return
    edges, held = [0], 0
    for place, source in enumerate(sources):
        own = sum(_instants(plan, uuid) for uuid in plan.needed_by(frozenset((source,))))
        if held and held + own > MOST_INSTANTS:
            edges.append(place)
            held = 0
        held += own
    for start, end in pairwise([*edges, len(sources)]):
        yield tuple(sources[start:end])


def _instants(plan: Plan, channel: UUID) -> int:
    shortest = min((each.interval_ms for each in plan.channels[channel].acquisition), default=LENGTH_MS[DAY])
    return LENGTH_MS[DAY] // shortest
