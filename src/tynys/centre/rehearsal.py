"""A decision rehearsed beside the centre, running or stopped: the same work by the same kernel, nothing of it kept."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Self

from tynys.centre import checkpoint as checkpoints
from tynys.centre.average_rows import unpack
from tynys.centre.averages import Averages
from tynys.centre.difference import Differences
from tynys.centre.facility import FacilityState
from tynys.centre.jobs import Jobs
from tynys.centre.kernel_job import work
from tynys.centre.lake_process import Simulated, lake_batches
from tynys.centre.outbox import Outbox
from tynys.centre.past_days import closed, days_of, groups, windows_again
from tynys.centre.planning import Again, plan_work
from tynys.centre.plans import PlanBook
from tynys.centre.readings import Readings
from tynys.centre.revisions import revise
from tynys.centre.rings import Rings
from tynys.centre.settings import find_folder, load_settings
from tynys.domain.errors import NotFoundError
from tynys.storage.journal_read import JournalReader
from tynys.storage.lake_reader import LakeReader
from tynys.storage.registry import Registry
from tynys.storage.tail import Tail

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import pyarrow as pa

    from tynys.centre.planning import Due, Work
    from tynys.centre.proposal import Proposal
    from tynys.storage.registry_rows import RecomputeOrder

OVERLAY = -1
"""Number under which rehearsed averages are held, so that longer windows are made of them; no table on its way to the lake has it."""


class Rehearsal:
    """A centre's folder opened to look at; what it holds stays as it is.

    The windows are those of the centre's last checkpoint, at most a quarter of a minute old while it runs.
    """

    def __init__(self, path: Path) -> None:
        self.folder = find_folder(path)
        self.registry = Registry.open(self.folder.registry_url(load_settings(self.folder)))
        self.plans = PlanBook(self.registry)
        self._outbox = Outbox(self.folder.derived)
        lake = LakeReader(self.folder.lake)
        self._averages = Averages(lake, self._outbox)
        lake.refresh(now=True)  # after the outbox was read: what left it in between is in the lake
        self._jobs = Jobs(Readings(Rings(), self._tail(lake), lake), self._averages, _now_ms)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._outbox.close()
        self.registry.close()

    def compare(
        self,
        proposal: Proposal,
        *,
        start_ms: int | None = None,
        end_ms: int | None = None,
        progress: Callable[[int, int], None] | None = None,
        kept: Callable[[pa.Table], None] | None = None,
    ) -> Differences:
        """What would change; ``progress`` is told days done and all days, ``kept`` the new revisions of every piece of work."""
        found = Differences()
        plan = [
            (order, facility, day)
            for order in proposal.orders
            for facility in (self._facility(order.facility),)
            for day in reversed(days_of(facility, self._spans(order, start_ms, end_ms)))
        ]
        for done, (order, facility, day) in enumerate(plan, start=1):
            for revised in self._day(order, facility, day, self._spans(order, start_ms, end_ms), proposal, found):
                if kept is not None:
                    kept(revised)
            if progress is not None:
                progress(done, len(plan))
        return found

    def _day(
        self,
        order: RecomputeOrder,
        facility: FacilityState,
        day_ms: int,
        spans: list[tuple[int, int]],
        proposal: Proposal,
        found: Differences,
    ) -> Iterator[pa.Table]:
        """One day; the rows of it that would be kept."""
        first = proposal.basis(facility.id, day_ms)
        for sources in groups(first.plan if first is not None else None, order.sources):
            due = windows_again(facility, spans, day_ms, 0.0)
            for each in _in_turn(facility, due, proposal, Again(0, sources, order.channels)):
                made = self._made(each)
                if made is None:
                    continue
                held = self._jobs.earlier(each)
                revised = revise(made, held)
                found.add(made, held, revised, self.plans.basis(facility.id, each.windows[0][0].start_ms), each.basis)
                self._averages.add(OVERLAY, revised)
                yield revised
        self._averages.taken(OVERLAY)

    def _made(self, each: Work) -> pa.Table | None:
        product = work(self._jobs.make(each, None, None))
        return unpack(product.averages) if product.averages else None

    def _facility(self, name: str) -> FacilityState:
        body = self._outbox.checkpoint()
        mark = checkpoints.decode(body) if body is not None else None
        if mark is None:
            raise NotFoundError(
                "the centre has not noted yet what it has made", where=str(self.folder.root), hint="it does, 15 s after its start"
            )
        facility = FacilityState(name)
        for each in mark.facilities:
            if each.id == name:
                checkpoints.restore_facility(each, facility, 0.0)
        return facility

    def _tail(self, lake: LakeReader) -> Tail:
        """What is stored and not in the lake yet."""
        tail, simulated = Tail(), Simulated(self.registry)
        with JournalReader(self.folder.journal) as reader:
            for batch in lake_batches(reader.read(lake.position, reader.last_position), simulated):
                tail.add(batch.position, batch.gateway, batch.blocks, batch.simulated)
        return tail

    @staticmethod
    def _spans(order: RecomputeOrder, start_ms: int | None, end_ms: int | None) -> list[tuple[int, int]]:
        cut = [(max(a, start_ms or a), min(b, b if end_ms is None else end_ms)) for a, b in closed(order.spans)]
        return [(a, b) for a, b in cut if a < b]


def _in_turn(facility: FacilityState, due: list[Due], proposal: Proposal, again: Again) -> Iterator[Work]:
    """Pieces of work in the order the centre would do them; each is done when the next is asked for."""
    while due:
        works = plan_work(facility, due, proposal.basis, again=again)
        for each in works:
            for window, _ in each.windows:
                facility.windows.start(window)
            yield each
            for window, provisional in each.windows:
                facility.windows.done(window, provisional=provisional)
        taken = {id(window) for each in works for window, _ in each.windows}
        due = [each for each in due if id(each[0]) not in taken and facility.windows.get(each[0].period, each[0].start_ms)] if works else []


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
