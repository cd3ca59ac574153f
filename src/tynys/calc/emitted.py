"""What a source emitted over a span: from its averages, with missing ones filled only as the rule pack says."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tynys.calc.mass import concentration_mg_nm3, mass_rate_g_s, total_mass
from tynys.calc.substitution import Tier, fill_lookback_percentile, leave_missing, substitute
from tynys.calc.table import STATUS_CODE
from tynys.calc.timegrid import window_edges
from tynys.domain.quantity import Unit
from tynys.domain.status import AverageStatus
from tynys.law.certainty import weakest_of
from tynys.law.substitution import SubstitutionMethod

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tynys.calc.arrays import Floats, Mask, Times
    from tynys.calc.mass import MassTotal
    from tynys.calc.substitution import Substituted
    from tynys.calc.table import AverageTable
    from tynys.domain.component import Certainty
    from tynys.law.pack import RulePack
    from tynys.law.substitution import Substitution

FLOW = "flow"
"""The component by which a substitution line of flow, and a highest potential flow, is named."""

_NOT_OPERATING = STATUS_CODE[AverageStatus.NOT_OPERATING]
_MS_PER_S = 1000.0
_MS_PER_H = 3_600_000.0
_WHOLE_FILLS = {SubstitutionMethod.LAST_VALID, SubstitutionMethod.MEAN_PLUS_TWO_SIGMA}


@dataclass(frozen=True, slots=True)
class Emitted:
    """The amount of one component of one source over a span, and how sure the rule is that filled its gaps.

    ``certainty`` is None where no rule filled anything.
    """

    source: str
    component: str
    start_ms: int
    end_ms: int
    total: MassTotal
    certainty: Certainty | None


def emitted(
    table: AverageTable, pack: RulePack, start_ms: int, end_ms: int, *, highest_potential: Mapping[str, float] | None = None
) -> tuple[Emitted, ...]:
    """Amounts of every mass concentration of the table over the windows that start in the half-open span.

    Parameters
    ----------
    table : AverageTable
        Averages of one period, in any order, one a window.
    start_ms, end_ms : int
        [ms since 1970 UTC]
    highest_potential : mapping of component (or "flow") to float
        What a look-back table falls back on; NaN fills nothing. [mg Nm⁻³, Nm³ h⁻¹]

    Notes
    -----
    Where a rate is missing, concentration and flow are filled each by its own line of the pack, then multiplied. A window without a row
    counts as one in operation without data; one whose average counts no instants (it was imported) as one in operation throughout.

    Sources
    -------
    EN 17255-1 (all operating time counts); the clause of the pack's substitution lines.
    """
    edges = window_edges(table.period, start_ms, end_ms, pack.averaging.time_zone.value)
    if len(edges) < 2:  # noqa: PLR2004  # a window has two edges
        return ()
    return tuple(_each(table, pack, edges, highest_potential or {}))


def _each(table: AverageTable, pack: RulePack, edges: Times, highest: Mapping[str, float]) -> Iterator[Emitted]:
    hours = (edges[1:] - edges[:-1]) / _MS_PER_H
    for index, key in enumerate(table.series):
        if key.unit != Unit.MG_NM3:
            continue
        rows = np.flatnonzero((table.series_index == index) & (table.start_ms >= edges[0]) & (table.start_ms < edges[-1]))
        at = np.searchsorted(edges, table.start_ms[rows])
        rate, flow, share = np.full(len(hours), np.nan), np.full(len(hours), np.nan), np.ones(len(hours))
        rate[at], flow[at] = table.mass_g_s[rows], table.flow_dry_nm3_h[rows]
        owed = table.count_expected[rows]
        ran = np.where(owed > 0, np.minimum(table.count_operating[rows] / np.maximum(owed, 1), 1.0), 1.0)
        share[at] = np.where(table.status[rows] == _NOT_OPERATING, 0.0, ran)
        operating = share > 0
        conc = _filled(pack, key.component, concentration_mg_nm3(rate, flow), operating, float(hours[0]), highest)
        flows = _filled(pack, FLOW, flow, operating, float(hours[0]), highest)
        made = mass_rate_g_s(conc.values, flows.values)
        filled = np.isnan(rate) & ~np.isnan(made) & operating
        used = [*_lines(pack, key.component), *_lines(pack, FLOW)] if filled.any() else []
        yield Emitted(
            source=key.source,
            component=key.component,
            start_ms=int(edges[0]),
            end_ms=int(edges[-1]),
            total=total_mass(np.where(filled, made, rate), share * hours * 3600.0, filled, method=conc.method),
            certainty=weakest_of(used) if used else None,
        )


def _lines(pack: RulePack, component: str) -> list[Substitution]:
    return [line for line in pack.substitution if not line.components or component in line.components]


def _filled(pack: RulePack, component: str, values: Floats, operating: Mask, window_h: float, highest: Mapping[str, float]) -> Substituted:
    lines = _lines(pack, component)
    if not lines:
        return leave_missing(values, operating)
    if lines[0].method in _WHOLE_FILLS:
        return substitute(str(lines[0].method), values, operating)
    tiers = tuple(tier_of(line, window_h) for line in lines)
    lookback = min((t.lookback for t in tiers if t.lookback is not None), default=0)
    return fill_lookback_percentile(values, operating, highest_potential=highest.get(component, math.nan), tiers=tiers, lookback=lookback)


def tier_of(line: Substitution, window_h: float) -> Tier:
    """A line of a pack's substitution table as a row of the look-back, its hours told in windows.

    Parameters
    ----------
    window_h : float
        Length of a window. [h]

    Sources
    -------
    The clause of the line.
    """
    percentiles = {SubstitutionMethod.PERCENTILE_OR_NEIGHBOURS: line.percentile, SubstitutionMethod.HIGHEST: 100.0}
    return Tier(
        availability_pct=line.availability_from_pct or 0.0,
        hours=math.inf if line.gap_to_h is None else line.gap_to_h / window_h,
        percentile=percentiles.get(line.method),
        availability_below_pct=math.inf if line.availability_below_pct is None else line.availability_below_pct,
        hours_over=0.0 if line.gap_over_h is None else line.gap_over_h / window_h,
        lookback=None if line.lookback_h is None else round(line.lookback_h / window_h),
        highest_potential=line.method is SubstitutionMethod.HIGHEST_POSSIBLE,
    )
