"""Hours and days from stored shorter averages, unrounded."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from tynys.calc.exact import window_means, window_sums
from tynys.calc.states import window_states
from tynys.calc.table import STATUS_CODE, AverageTable
from tynys.calc.timegrid import window_edges
from tynys.domain.status import AverageStatus

if TYPE_CHECKING:
    from tynys.calc.arrays import Counts, Floats
    from tynys.law.pack import RulePack

MS_PER_MINUTE = 60_000
MEASURES = ("raw", "calibrated", "o2_dry_pct", "h2o_pct", "temperature_c", "pressure_kpa", "flow_dry_nm3_h", "mass_g_s")
VALID, TOO_FEW, NO_DATA, NOT_OPERATING = (
    STATUS_CODE[s] for s in (AverageStatus.VALID, AverageStatus.TOO_FEW, AverageStatus.NO_DATA, AverageStatus.NOT_OPERATING)
)


def longer_windows(shorter: AverageTable, pack: RulePack, period: str, start_ms: int, end_ms: int) -> AverageTable:
    """Averages of a longer period from valid shorter ones of the period the pack says they are the mean of.

    Validity: the share of shorter windows in operation that are valid, and the least valid time, both of the pack.

    Raises
    ------
    ValueError
        If the pack has no such period, or the table another one than it is the mean of.
    """
    rule = pack.long_term(period)
    if rule is None or rule.mean_of != shorter.period:
        msg = f"expected averages over {rule.mean_of if rule else 'a period the pack has'} to make {period}, got {shorter.period}"
        raise ValueError(msg)
    edges = window_edges(period, start_ms, end_ms, pack.averaging.time_zone.value)
    tables = []
    for index in range(len(shorter.series)) if len(edges) > 1 else ():
        part = shorter.take(shorter.series_index == index)
        part = part.take(np.argsort(part.start_ms, kind="stable"))
        at = np.searchsorted(part.start_ms, edges)
        made = _one(part, at, edges, pack, period)
        tables.append(made.take(made.count_expected > 0))
    return AverageTable.concatenate(tables) if tables else replace(AverageTable.empty(period), rule_pack=pack.id)


def _one(part: AverageTable, at: Counts, edges: Counts, pack: RulePack, period: str) -> AverageTable:
    first, last = at[:-1], at[1:]
    good = part.status == VALID
    bounds = np.concatenate([[0], np.cumsum(good)])[at]
    n_good = np.diff(bounds)
    running = np.diff(np.concatenate([[0], np.cumsum(part.status != NOT_OPERATING)])[at])

    def mean(name: str) -> Floats:
        values: Floats = getattr(part, name)
        keep = good & ~np.isnan(values)
        own = np.concatenate([[0], np.cumsum(keep)])[at]
        return window_means(values[keep], own[:-1], own[1:])

    def count(name: str) -> Counts:
        total = window_sums(getattr(part, name).astype(np.float64), first, last)
        return np.asarray(total, np.int64)

    rule = pack.long_term(period)
    assert rule is not None
    status = np.full(len(first), VALID, np.uint8)
    if rule is not None and rule.validity.share_of_operation is not None:
        status[n_good < rule.validity.share_of_operation * running] = TOO_FEW
    if rule is not None and rule.validity.valid_minutes is not None:
        span = np.concatenate([[0], np.cumsum(np.where(good, part.end_ms - part.start_ms, 0))])[at]
        status[np.diff(span) < rule.validity.valid_minutes * MS_PER_MINUTE] = TOO_FEW
    status[n_good == 0] = NO_DATA
    status[(running == 0) & (last > first)] = NOT_OPERATING
    n = len(first)
    measures: dict[str, Any] = {name: mean(name) for name in MEASURES}
    outside = np.diff(np.concatenate([[0], np.cumsum(part.outside_calibration_range)])[at]) > 0
    return replace(
        part,
        period=period,
        series=part.series,
        series_index=np.full(n, part.series_index[0] if len(part) else 0, np.int64),
        start_ms=edges[:-1],
        end_ms=edges[1:],
        value=np.where(status == VALID, mean("value"), np.nan),
        status=status,
        plant_state=window_states(part.plant_state, first, last, pack),
        count_valid=count("count_valid"),
        count_expected=count("count_expected"),
        count_operating=count("count_operating"),
        chain_index=np.full(n, part.chain_index[0] if len(part) else 0, np.int64),
        outside_calibration_range=outside,
        rule_pack=pack.id,
        **measures,
    )
