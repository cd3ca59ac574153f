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
from tynys.calc.each_level import WINDOWS_AT_ONCE, level_ms, levels_of, mean_of_levels
from tynys.calc.longer import longer_windows, made_by
from tynys.calc.source import SourceWindows
from tynys.calc.states import Signals
from tynys.calc.table import AverageTable
from tynys.calc.timegrid import shortest_length_ms, window_edges
from tynys.domain.base import to_ms
from tynys.domain.fuel import FUELS

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from uuid import UUID

    from tynys.calc.arrays import Mask
    from tynys.calc.each_level import Levels
    from tynys.calc.series import SeriesLike
    from tynys.domain.configuration import FacilityConfiguration
    from tynys.domain.instrument import Channel
    from tynys.domain.plan import ComponentPlan
    from tynys.law.averaging import Validity
    from tynys.law.pack import RulePack

__all__ = ["average_windows", "channels_needed", "longer_windows", "windows_between"]

EACH_FIRST_LEVEL = "each_first_level"
"""The order of operations that standardises before it averages."""
_PERIPHERALS = ("o2", "h2o", "temperature", "pressure")


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
    rule = pack.long_term(period)
    validity = pack.averaging.short_term.validity if rule is None else rule.validity
    each_level = pack.order_of_operations is not None and pack.order_of_operations.value == EACH_FIRST_LEVEL
    for source, components in wanted.items():
        for part in _parts_of(windows) if each_level else (windows,):
            make = _Maker(configuration, pack, signals, channels, source, part, period, validity, each_level=each_level)
            for plans in components.values():
                names = {name for plan in plans for chain in plan.chains for name in chain.channels}
                if (direct := _direct(names, channels, pack, period, part)).any():
                    table = make.component(plans)
                    tables.append(table.take(direct & (table.count_expected > 0)))
            flows = {flow.channel for flow in configuration.plan.flows if flow.source == source}
            direct = _direct(flows, channels, pack, period, part)
            if direct.any() and (flow_table := make.flow()) is not None:
                tables.append(flow_table.take(direct & (flow_table.count_expected > 0)))
    return AverageTable.concatenate(tables) if tables else AverageTable.empty(period)


def _parts_of(windows: Windows) -> list[Windows]:
    """The windows in pieces whose first level data fit into memory together."""
    at = range(0, len(windows), WINDOWS_AT_ONCE)
    return [Windows(windows.start_ms[i : i + WINDOWS_AT_ONCE], windows.end_ms[i : i + WINDOWS_AT_ONCE]) for i in at]


class _Maker:
    """Makes the averages of one source in the pack's order of operations, through the same chains in either."""

    def __init__(
        self,
        configuration: FacilityConfiguration,
        pack: RulePack,
        signals: Signals,
        channels: dict[str, Channel],
        source: str,
        windows: Windows,
        period: str,
        validity: Validity,
        *,
        each_level: bool,
    ) -> None:
        self._period, self._windows, self._validity = period, windows, validity
        self._levels: Levels | None = None
        self._whole = self._made = SourceWindows(configuration, pack, signals, channels, source, windows, period, validity)
        if each_level:
            needed = channels_needed(configuration, source)
            length = level_ms([c for c in channels.values() if c.id in needed], pack, windows)
            self._levels = levels_of(windows, length)
            self._made = SourceWindows(configuration, pack, signals, channels, source, self._levels.fld, period, None)

    def component(self, plans: Sequence[ComponentPlan]) -> AverageTable:
        """The rows of one component."""
        return self._mean(self._made.component(self._period, plans))

    def flow(self) -> AverageTable | None:
        """The rows of the flow; absent if the plan has none."""
        made = self._made.flow_table(self._period)
        return None if made is None else self._mean(made)

    def _mean(self, made: AverageTable) -> AverageTable:
        if self._levels is None:
            return made
        return mean_of_levels(made, self._levels, self._windows, self._whole.states, self._validity)


def _direct(names: Collection[str], channels: Mapping[str, Channel], pack: RulePack, period: str, windows: Windows) -> Mask:
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


def channels_needed(configuration: FacilityConfiguration, source: str | None = None) -> frozenset[UUID]:
    """Every channel the averages of a source (or of all) depend on: its own, peripherals, plant signals of states, ducts and fuels."""
    ids = {c.name: c.id for c in configuration.channels}
    names: set[str | None] = {c.channel for rule in configuration.plan.states for c in rule.conditions}
    names |= {duct.damper_channel for duct in configuration.ducts}
    fuels = {fuel.flow_component for fuel in (*FUELS.values(), *configuration.fuels)}
    names |= {c.name for c in configuration.channels if c.of_unit is not None and c.component in fuels}
    for plan in configuration.plan.components:
        if source is None or plan.source == source:
            for chain in plan.chains:
                names |= {*chain.channels, *(band.selection_channel for band in chain.ranges)}
                names |= {p.channel for role in _PERIPHERALS if (p := getattr(chain, role)) is not None}
    for flow in configuration.plan.flows:
        if source is None or flow.source == source:
            names |= {flow.channel, *(p.channel for role in _PERIPHERALS if (p := getattr(flow, role)) is not None)}
    return frozenset(ids[name] for name in names if name in ids)
