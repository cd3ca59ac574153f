"""Readings + plan + rule pack → averages: one pure function, the same at the plant and at the centre.

Order (EN 17255-1): raw mean of each channel → calibrated → standardised with averaged peripherals → validated; longer averages
from unrounded shorter ones. Where the pack says so, every first level value is calibrated and standardised first and averaged then.
A channel whose interval is longer than the short-term period makes its longer averages straight from its readings; no window is
shorter than its channel's interval.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from tynys.calc.averaging import Windows
from tynys.calc.longer import longer_windows, made_by
from tynys.calc.maker import SourceMaker, parts_of
from tynys.calc.needed import channels_needed
from tynys.calc.states import Signals
from tynys.calc.table import AverageTable
from tynys.calc.timegrid import shortest_length_ms, window_edges
from tynys.domain.base import to_ms

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from uuid import UUID

    from tynys.calc.arrays import Mask
    from tynys.calc.series import SeriesLike
    from tynys.domain.configuration import FacilityConfiguration
    from tynys.domain.instrument import Channel
    from tynys.domain.plan import ComponentPlan
    from tynys.law.pack import RulePack

__all__ = ["average_windows", "channels_needed", "direct_windows", "longer_windows", "windows_between"]


def average_windows(
    configuration: FacilityConfiguration,
    pack: RulePack,
    readings: Mapping[UUID, SeriesLike],
    period: str,
    start_ms: int,
    end_ms: int,
    *,
    sources: Collection[str] | None = None,
    provisional: bool = False,
    known_ms: int = 0,
) -> AverageTable:
    """All windows of ``period`` that start in the half-open span, a row for each (source, component, window) the plan asks for.

    Parameters
    ----------
    readings : mapping of UUID to series
        Readings of the whole span in any order, plant signals and peripherals included (`channels_needed`).
    period : str
        ISO 8601: the pack's short-term period or one of its longer ones.
    start_ms, end_ms : int
        [ms since 1970 UTC]
    sources : collection of str
        Only these sources.
    provisional, known_ms : bool, int
        Carried into every row.

    Raises
    ------
    ValueError
        If the pack does not know the period.

    Sources
    -------
    EN 17255-1, with the parameters of the rule pack.
    """
    edges = window_edges(period, start_ms, end_ms, pack.averaging.time_zone.value)
    rule = pack.long_term(period)
    if period != pack.short_term and rule is None:
        msg = f"expected {pack.short_term} or a longer period of the pack {pack.id}, got {period}"
        raise ValueError(msg)
    tables = []
    if len(edges) > 1:
        tables.append(windows_between(configuration, pack, readings, period, Windows.of_edges(edges), sources=sources))
        if rule is not None:
            shorter = average_windows(configuration, pack, readings, rule.mean_of, int(edges[0]), int(edges[-1]), sources=sources)
            tables.append(longer_windows(shorter, pack, period, start_ms, end_ms))
    table = AverageTable.concatenate([t for t in tables if len(t)] or [AverageTable.empty(period)])
    table = replace(table, provisional=provisional, known_ms=known_ms, configuration=configuration.digest().hex())
    return made_by(table, pack)


def windows_between(
    configuration: FacilityConfiguration,
    pack: RulePack,
    readings: Mapping[UUID, SeriesLike],
    period: str,
    windows: Windows,
    *,
    sources: Collection[str] | None = None,
) -> AverageTable:
    """Averages of any windows straight from readings, under the name of a period; only components this period is made directly for."""
    channels = {c.name: c for c in configuration.channels}
    signals = Signals(configuration, readings)
    wanted: dict[str, dict[str, list[ComponentPlan]]] = {}
    for plan in configuration.plan.components:
        if sources is None or plan.source in sources:
            wanted.setdefault(plan.source, {}).setdefault(plan.component, []).append(plan)
    tables: list[AverageTable] = []
    for source, components in wanted.items():
        for part in parts_of(windows, pack):
            chosen = [(plans, direct_windows(_channels_of(plans), channels, pack, period, part)) for plans in components.values()]
            flows = {flow.channel for flow in configuration.plan.flows if flow.source == source}
            of_flow = direct_windows(flows, channels, pack, period, part)
            if not of_flow.any() and not any(direct.any() for _, direct in chosen):
                continue
            make = SourceMaker(configuration, pack, signals, source, part, period)
            for plans, direct in chosen:
                if direct.any():
                    table = make.component(plans)
                    tables.append(table.take(direct & (table.count_expected > 0)))
            if of_flow.any() and (flow_table := make.flow()) is not None:
                tables.append(flow_table.take(of_flow & (flow_table.count_expected > 0)))
    return AverageTable.concatenate(tables) if tables else AverageTable.empty(period)


def _channels_of(plans: Sequence[ComponentPlan]) -> set[str]:
    return {name for plan in plans for chain in plan.chains for name in chain.channels}


def direct_windows(names: Collection[str], channels: Mapping[str, Channel], pack: RulePack, period: str, windows: Windows) -> Mask:
    """Which windows of the period come straight from these channels' readings rather than from shorter averages.

    Those not shorter than the longest interval declared for them and, of a longer period, those whose shorter windows would be.
    """
    interval = np.zeros(len(windows), np.int64)
    for name in names:
        for declared in channels[name].acquisition if name in channels else ():
            inside = windows.end_ms > to_ms(declared.valid_from)
            if declared.valid_to is not None:
                inside &= windows.start_ms < to_ms(declared.valid_to)
            interval = np.where(inside, np.maximum(interval, declared.interval_ms), interval)
    fits: Mask = (interval > 0) & (interval <= shortest_length_ms(period))
    rule = pack.long_term(period)
    return fits if rule is None else fits & (interval > shortest_length_ms(rule.mean_of))
