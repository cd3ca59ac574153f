"""Computes the past again where a decision asks for it: day by day, the newest first, behind whatever is live; a restart goes on."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import structlog

from tynys.centre.civil import SHORT
from tynys.centre.past_days import closed, days_of, groups, windows_again
from tynys.centre.planning import Again, plan_work

if TYPE_CHECKING:
    from tynys.centre.facility import FacilityState
    from tynys.centre.parts import Parts
    from tynys.centre.planning import Due, Work
    from tynys.centre.recompute import Recompute
    from tynys.storage.registry_rows import Recomputation

SAVE_S = 2.0
"""How often progress is written down; a killed centre does at most so much twice, and gets the same numbers. [s]"""
MOST_DAYS = 8
"""Days begun in one turn of the event loop at most, those with nothing to do among them."""
_log = structlog.get_logger("tynys.centre")


@dataclass(eq=False)
class _Day:
    """A day in work: sources still to do, pieces of work out, windows that wait for these."""

    start_ms: int
    sources: list[tuple[str, ...]]
    again: Again | None = None
    out: set[Work] = field(default_factory=set)
    rest: list[Due] = field(default_factory=list)


@dataclass(eq=False)
class _Run:
    """A recomputation taken up; its days are counted when its turn comes."""

    asked: Recomputation
    left: list[int] | None
    days: int
    windows: int
    revised: int
    open: list[_Day] = field(default_factory=list)
    changed: bool = False

    @property
    def unfinished(self) -> list[int]:
        """Days to be done again after a restart."""
        return sorted([*(self.left or ()), *(day.start_ms for day in self.open)])


class Recomputing:
    """Hands the pool one day after the other of what has to be computed again; used from the event loop."""

    def __init__(self, centre: Parts, recompute: Recompute) -> None:
        self._centre, self._recompute = centre, recompute
        self._runs: dict[int, _Run] = {}
        self._saved_s = 0.0
        self.windows = 0
        self.revised = 0

    @property
    def days_left(self) -> int:
        """Days of all recomputations not done yet."""
        return sum(len(run.unfinished) for run in self._runs.values())

    def refresh(self) -> None:
        """Take up what was asked for, and what a restart interrupted."""
        for asked in self._centre.registry.recomputations(unfinished=True):
            if asked.id in self._runs:
                continue
            left = None if asked.days_left is None else list(asked.days_left)
            self._runs[asked.id] = _Run(asked, left, asked.days, asked.windows, asked.revised)

    def step(self) -> None:
        """Begin as many days as the pool has room for; of a facility one recomputation at a time."""
        busy: set[str] = set()
        turns = MOST_DAYS
        for run in self._runs.values():
            facility = self._centre.state.facility(run.asked.order.facility)
            if facility.id in busy:
                continue
            busy.add(facility.id)
            while turns and run.left != [] and self._recompute.waiting_again <= self._recompute.workers:
                turns -= 1
                self._begin(run, facility)

    def _begin(self, run: _Run, facility: FacilityState) -> None:
        """The next day of a recomputation, or the count of its days."""
        run.changed = True
        if run.left is None:
            run.left = days_of(facility, closed(run.asked.order.spans))
            run.days = len(run.left)
            _log.info("recomputation taken up", number=run.asked.id, facility=facility.id, days=run.days)
            return
        start_ms = run.left.pop()
        basis = self._centre.plans.basis(facility.id, start_ms)
        day = _Day(start_ms, list(groups(basis.plan if basis is not None else None, run.asked.order.sources)))
        run.open.append(day)
        self._go_on(run, facility, day)

    def made(self, work: Work, revised: int) -> None:
        """A piece of work is done, or could not be: then its windows are tried again like any other."""
        run = self._runs.get(work.again.number) if work.again is not None else None
        if run is None:
            return
        day = next((each for each in run.open if work in each.out), None)
        if day is None:
            return
        day.out.discard(work)
        made = len(work.of(SHORT))
        run.windows, self.windows = run.windows + made, self.windows + made
        run.revised, self.revised = run.revised + revised, self.revised + revised
        run.changed = True
        if not day.out:
            self._go_on(run, work.facility, day)
            self.step()

    async def save(self, *, now: bool = False) -> None:
        """Write down how far everything is, once what it rests on is on the disk."""
        if not now and time.monotonic() - self._saved_s < SAVE_S:
            return
        self._saved_s = time.monotonic()
        changed = [run for run in self._runs.values() if run.changed]
        if changed:
            notes = [(run, tuple(run.unfinished), run.windows, run.revised) for run in changed]
            for run in changed:
                run.changed = False
            await asyncio.to_thread(self._note, notes)
            for run, unfinished, *_ in notes:
                if not unfinished:
                    del self._runs[run.asked.id]

    def _note(self, notes: list[tuple[_Run, tuple[int, ...], int, int]]) -> None:
        self._centre.outbox.settle()
        for run, unfinished, windows, revised in notes:
            ended = None if unfinished else self._centre.now_ms()
            self._centre.registry.recomputed(
                run.asked.id, days_left=unfinished, days=run.days, windows=windows, revised=revised, finished_ms=ended
            )

    def _go_on(self, run: _Run, facility: FacilityState, day: _Day) -> None:
        """The next pieces of work of a day: longer windows after the shorter ones they are made of, then the next sources."""
        while True:
            if day.rest:
                due, day.rest = day.rest, []
            elif day.sources:
                day.again = Again(run.asked.id, day.sources.pop(0), run.asked.order.channels)
                due = windows_again(facility, closed(run.asked.order.spans), day.start_ms, time.monotonic())
            else:
                run.open.remove(day)
                return
            works = plan_work(facility, due, self._centre.plans.basis, again=day.again)
            taken = {id(window) for work in works for window, _ in work.windows}
            day.rest = [each for each in due if id(each[0]) not in taken and facility.windows.get(each[0].period, each[0].start_ms)]
            if works:
                day.out.update(works)
                self._recompute.submit(works)
                return
            for window, _ in day.rest:  # what they are made of is in work elsewhere: they follow as if data had come for it
                facility.windows.open(window.period, window.start_ms, window.end_ms, touched_s=time.monotonic())
            day.rest = []
