"""The averages of one source straight from readings, in the pack's order of operations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tynys.calc.averaging import Windows
from tynys.calc.each_level import WINDOWS_AT_ONCE, level_ms, levels_of, mean_of_levels
from tynys.calc.needed import channels_needed
from tynys.calc.source import SourceWindows
from tynys.law.deduction import DeductionMethod

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tynys.calc.arrays import Floats
    from tynys.calc.each_level import Levels
    from tynys.calc.states import Signals
    from tynys.calc.table import AverageTable
    from tynys.domain.configuration import FacilityConfiguration
    from tynys.domain.plan import ComponentPlan
    from tynys.law.averaging import Validity
    from tynys.law.pack import RulePack

EACH_FIRST_LEVEL = "each_first_level"
"""The order of operations that standardises before it averages."""


def each_level_first(pack: RulePack) -> bool:
    """Whether the pack standardises every first level value and averages then."""
    return pack.order_of_operations is not None and pack.order_of_operations.value == EACH_FIRST_LEVEL


def validity_of(pack: RulePack, period: str) -> Validity:
    """What a window of the period must hold to be valid."""
    rule = pack.long_term(period)
    return pack.averaging.short_term.validity if rule is None else rule.validity


def parts_of(windows: Windows, pack: RulePack) -> list[Windows]:
    """The windows in pieces whose first level data fit into memory together, where they are held; else all at once."""
    if not each_level_first(pack):
        return [windows]
    at = range(0, len(windows), WINDOWS_AT_ONCE)
    return [Windows(windows.start_ms[i : i + WINDOWS_AT_ONCE], windows.end_ms[i : i + WINDOWS_AT_ONCE]) for i in at]


class SourceMaker:
    """Makes the averages of one source in either order of operations, through the same chains.

    ``whole`` are its windows; ``made`` goes through the chains: the same, or their first level data, which ``levels`` places in them.
    """

    def __init__(
        self, configuration: FacilityConfiguration, pack: RulePack, signals: Signals, source: str, windows: Windows, period: str
    ) -> None:
        channels = {c.name: c for c in configuration.channels}
        self.period, self.windows, self.validity = period, windows, validity_of(pack, period)
        self.levels: Levels | None = None
        self.whole = self.made = SourceWindows(configuration, pack, signals, channels, source, windows, period, self.validity)
        if each_level_first(pack):
            needed = channels_needed(configuration, source)
            length = level_ms([c for c in channels.values() if c.id in needed], pack, windows)
            self.levels = levels_of(windows, length)
            self.made = SourceWindows(configuration, pack, signals, channels, source, self.levels.fld, period, None)

    def component(self, plans: Sequence[ComponentPlan]) -> AverageTable:
        """The rows of one component."""
        made = self.made.component(self.period, plans, deduct=self.levels is None)
        rule = self.made.pack.deduction(plans[0].component)
        by_limit = self.levels is not None and rule is not None and rule.method is DeductionMethod.SHARE_OF_LIMIT
        deduction = self.whole.deduction(plans[0].component, np.full(len(self.windows), np.nan)) if by_limit else None
        return self._mean(made, deduction)

    def flow(self) -> AverageTable | None:
        """The rows of the flow; absent if the plan has none."""
        made = self.made.flow_table(self.period)
        return None if made is None else self._mean(made)

    def _mean(self, made: AverageTable, deduction: Floats | None = None) -> AverageTable:
        if self.levels is None:
            return made
        return mean_of_levels(made, self.levels, self.windows, self.whole.states, self.validity, deduction)
