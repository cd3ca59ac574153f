"""From windows that are due to pieces of work: neighbours together, shorter windows before the longer ones made of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tynys.centre.civil import DAY, HOUR, PERIODS, SHORT, windows_in
from tynys.centre.kernel_job import Span
from tynys.centre.windows import Made

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from uuid import UUID

    from tynys.centre.basis import Basis
    from tynys.centre.facility import Bulk, FacilityState
    from tynys.centre.plans import Plan
    from tynys.centre.windows import Window

LONGEST_RUN = 72
"""Short windows in one piece of work, so that live windows never wait behind a year of late data."""
Due = tuple["Window", bool]
"""A window, and whether what is made of it stays provisional."""


@dataclass(frozen=True, slots=True)
class Again:
    """A recomputation: its number, whose averages it makes again, and whether what is summed up of the channels is made again too."""

    number: int
    sources: tuple[str, ...]
    channels: bool


@dataclass(slots=True, eq=False)
class Work:
    """Windows of one facility to make together; ``bulk`` is the one batch that tells all of it, if there is one.

    ``again`` is the recomputation it belongs to; it waits until nothing live does.
    """

    facility: FacilityState
    basis: Basis
    windows: list[Due] = field(default_factory=list)
    bulk: Bulk | None = None
    again: Again | None = None

    @property
    def plan(self) -> Plan:
        """The plan in force for its windows."""
        return self.basis.plan

    @property
    def sources(self) -> list[str]:
        """Whose averages it makes."""
        every = [source.id for source in self.plan.configuration.sources]
        return every if self.again is None else [source for source in every if source in self.again.sources]

    @property
    def needed(self) -> frozenset[UUID]:
        """The channels it reads."""
        return self.plan.needed if self.again is None else self.plan.needed_by(frozenset(self.again.sources))

    def of(self, *periods: str) -> list[Window]:
        """Its windows of some periods."""
        return [window for window, _ in self.windows if window.period in periods]

    @property
    def readings_span(self) -> tuple[int, int] | None:
        """The span of readings it needs, None if stored averages are enough."""
        reading = self.of(SHORT, HOUR, DAY) if self.plan.has_slow else self.of(SHORT)
        return (min(w.start_ms for w in reading), max(w.end_ms for w in reading)) if reading else None

    @property
    def shorter_span(self) -> tuple[int, int] | None:
        """The span of stored averages its longer windows build on, None if it makes all of them itself."""
        longer = self.of(HOUR, DAY)
        if not longer:
            return None
        start, end = min(w.start_ms for w in longer), max(w.end_ms for w in longer)
        mine = sum(w.end_ms - w.start_ms for w in self.of(SHORT) if start <= w.start_ms < end)
        return (start, end) if mine < end - start else None

    @property
    def made_before(self) -> bool:
        """Whether something of it had been made, so that it has to be compared."""
        return any(window.made is not Made.NOTHING for window, _ in self.windows)

    @property
    def newest_ms(self) -> int:
        """End of its newest window."""
        return max(window.end_ms for window, _ in self.windows)

    def spans(self) -> tuple[Span, ...]:
        """The windows for the pool, short ones first, in order."""
        ordered = sorted(self.windows, key=lambda due: (PERIODS.index(due[0].period), due[0].start_ms))
        return tuple(Span(window.period, window.start_ms, window.end_ms, provisional) for window, provisional in ordered)


_NOWHERE: Work = Work(None, None)  # type: ignore[arg-type]


def plan_work(
    facility: FacilityState, due: Iterable[Due], basis_at: Callable[[str, int], Basis | None], *, again: Again | None = None
) -> list[Work]:
    """Group due windows; those without an approved plan wait for one, those whose shorter windows are made elsewhere for another turn."""
    works: list[Work] = []
    home: dict[tuple[str, int], Work] = {}
    for window, provisional in sorted(due, key=lambda each: (PERIODS.index(each[0].period), each[0].start_ms)):
        basis = basis_at(facility.id, window.start_ms)
        if basis is None:
            facility.unplanned.add(window.start_ms, window.end_ms)
            facility.windows.discard(window)
            continue
        bulk = facility.bulk_for(window.start_ms, window.end_ms)
        if window.period == SHORT:
            work = _of_short(window, basis, bulk, works)
        else:
            below = _below(facility, window, home)
            if below is None:
                continue
            work = below if below is not _NOWHERE else next((each for each in works if each.basis == basis and not each.of(SHORT)), None)
            if work is not None and work.basis != basis:
                continue
        if work is None:
            work = Work(facility, basis, bulk=bulk, again=again)
            works.append(work)
        work.windows.append((window, provisional))
        home[window.period, window.start_ms] = work
    return works


def _of_short(window: Window, basis: Basis, bulk: Bulk | None, works: list[Work]) -> Work | None:
    """The work of the same batch, or of the left neighbour."""
    last = works[-1] if works else None
    if last is None or last.basis != basis or last.bulk is not bulk:
        return None
    neighbours = last.windows[-1][0].end_ms == window.start_ms
    return last if bulk is not None or (neighbours and len(last.windows) < LONGEST_RUN) else None


def _below(facility: FacilityState, window: Window, home: dict[tuple[str, int], Work]) -> Work | None:
    """The one work that makes the windows inside, ``_NOWHERE`` if all were made before, None if it is not this window's turn."""
    found: Work = _NOWHERE
    for period in (SHORT, HOUR) if window.period == DAY else (SHORT,):
        for start, _ in windows_in(period, window.start_ms, window.end_ms):
            work = home.get((period, start))
            if work is None:
                inner = facility.windows.get(period, start)
                if inner is not None and (inner.in_work or inner.made is Made.NOTHING):
                    return None
            elif found is _NOWHERE:
                found = work
            elif work is not found:
                return None
    return found
