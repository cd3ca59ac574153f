"""The weekly counters of a facility: averages outside the valid calibration range since the last QAL2 or AST."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow.compute as pc

from tynys.calc.qa.weekly import weekly_range
from tynys.centre.civil import SHORT
from tynys.centre.views import RangeWeeks
from tynys.domain.average import Origin
from tynys.domain.base import from_ms, to_ms
from tynys.domain.status import AverageStatus

if TYPE_CHECKING:
    import pyarrow as pa

    from tynys.calc.arrays import Mask
    from tynys.centre.averages import Averages
    from tynys.domain.configuration import FacilityConfiguration

COLUMNS = ("origin", "status", "outside_calibration_range")


def range_weeks(averages: Averages, configuration: FacilityConfiguration, now_ms: int) -> tuple[RangeWeeks, ...]:
    """One counter for each component of a source that has a calibration function in force, in the order of the plan."""
    found = []
    for source in configuration.sources:
        starts = _starts(configuration, source.id, now_ms)
        if not starts:
            continue
        table = averages.table(source.id, list(starts), SHORT, min(starts.values()), now_ms, columns=COLUMNS)
        found += [_counted(table, source.id, component, since_ms) for component, since_ms in starts.items()]
    return tuple(found)


def _starts(c: FacilityConfiguration, source: str, now_ms: int) -> dict[str, int]:
    """Components of a source with the moment each counter began: the newest QAL2 or AST behind a function in force. [ms]."""
    moment = from_ms(now_ms)
    starts: dict[str, int] = {}
    for plan in c.plan.components:
        if plan.source != source:
            continue
        in_force = {f.report for chain in plan.chains for f in chain.calibrations if f.in_force(moment)}
        behind = [r.performed for r in c.calibration_reports if r.id in in_force and (r.source, r.component) == (source, plan.component)]
        behind += [
            t.performed for t in c.surveillance_reports if t.calibration in in_force and (t.source, t.component) == (source, plan.component)
        ]
        done = [to_ms(performed) for performed in behind if performed <= moment]
        if done:
            starts[plan.component] = max(done)
    return starts


def _counted(table: pa.Table, source: str, component: str, since_ms: int) -> RangeWeeks:
    mine = table.filter((pc.field("component") == component) & (pc.field("origin") == Origin.COMPUTED.value))
    valid: Mask = np.asarray(pc.equal(mine["status"], AverageStatus.VALID.value), np.bool_)
    start_ms = mine["start_ms"].to_numpy().astype(np.int64)
    outside = mine["outside_calibration_range"].to_numpy().astype(np.bool_)
    weeks = weekly_range(start_ms, valid, outside, since_ms=since_ms)
    return RangeWeeks(source, component, since_ms, weeks[-1].counter if weeks else 0, tuple(week for week in weeks if week.outside))
