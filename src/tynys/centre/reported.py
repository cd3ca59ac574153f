"""The plants' own averages: kept with their origin, and compared with ours to the last digit."""

from __future__ import annotations

from collections import OrderedDict, deque
from typing import TYPE_CHECKING

from tynys.centre.civil import PERIODS, window_of
from tynys.domain.average import Average, Origin
from tynys.domain.status import PlantState
from tynys.storage.lake_rows import averages_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyarrow as pa

    from tynys.centre.averages import Averages
    from tynys.centre.plans import PlanBook
    from tynys.domain.average import ReportedAverage

MOST_UNREADABLE = 100
AT_ONCE = 10_000
"""Reported averages taken in one turn."""
KEPT = 20_000
"""Reported averages that wait for ours."""
_Key = tuple[str, str, str, int]


class Reported:
    """Holds what plants reported until the centre's own average of the same window is final."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[_Key, ReportedAverage] = OrderedDict()
        self._late: list[tuple[Average, ReportedAverage]] = []
        self.unreadable: deque[ReportedAverage] = deque(maxlen=MOST_UNREADABLE)
        self.compared = 0

    def take(
        self, arrived: list[tuple[ReportedAverage, bool]], now_ms: int, averages: Averages, plans: PlanBook
    ) -> list[tuple[bool, pa.Table]]:
        """Take what arrived, a part at a time (the list is shortened); rows for the lake by whether they are simulated."""
        now, arrived[:] = arrived[:AT_ONCE], arrived[AT_ONCE:]
        taken = [(each, mark) for each, mark in now if _readable(each)]
        self.unreadable.extend(each for each, _ in now if not _readable(each))
        for each, _ in taken:
            ours = averages.recent(each.source, each.component, each.period).get(each.start_ms)
            if ours is not None and not ours.provisional:
                self._late.append((ours, each))
                continue
            self._waiting[each.source, each.component, each.period, each.start_ms] = each
            if len(self._waiting) > KEPT:
                self._waiting.popitem(last=False)
        tables = []
        for simulated in (False, True):
            rows = [_row(each, now_ms, plans) for each, mark in taken if mark is simulated]
            if rows:
                tables.append((simulated, averages_table(rows, simulated=simulated)))
        return tables

    def compare(self, made: Sequence[Average]) -> Iterator[tuple[Average, ReportedAverage]]:
        """Pairs of ours and theirs that differ."""
        pairs, self._late = self._late, []
        for row in made:
            if not row.provisional:
                theirs = self._waiting.pop((row.source, row.component, row.period, row.start_ms), None)
                if theirs is not None:
                    pairs.append((row, theirs))
        self.compared += len(pairs)
        return (pair for pair in pairs if _said(pair[0]) != _said(pair[1]))


def _said(each: Average | ReportedAverage) -> tuple[object, ...]:
    """What plant and centre must say alike, to the last digit."""
    return each.value, each.status, each.count_valid, each.count_expected


def _readable(each: ReportedAverage) -> bool:
    """Whether an average is of a period there is, and begins where a window does."""
    return each.period in PERIODS and window_of(each.period, each.start_ms)[0] == each.start_ms


def _row(each: ReportedAverage, now_ms: int, plans: PlanBook) -> Average:
    plan = plans.of_source(each.source, each.start_ms)
    return Average(
        source=each.source,
        component=each.component,
        period=each.period,
        start_ms=each.start_ms,
        end_ms=window_of(each.period, each.start_ms)[1],
        value=each.value,
        unit=plan.unit_of(each.source, each.component) if plan is not None else "",
        status=each.status,
        plant_state=PlantState.UNKNOWN,
        origin=Origin.REPORTED,
        provisional=False,
        count_valid=each.count_valid,
        count_expected=each.count_expected,
        known_ms=now_ms,
    )
