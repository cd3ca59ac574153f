"""The other order of operations: every first level value calibrated and standardised, then averaged (HJ 75, 40 CFR 75).

The FLD of each window are windows themselves and go through the very chain that the other order sends whole windows through.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from tynys.calc.averaging import Windows
from tynys.calc.exact import window_means
from tynys.calc.measured import NO_DATA, NOT_OPERATING, O2_TOO_HIGH, PERIPHERAL_MISSING, TOO_FEW, VALID, validated
from tynys.calc.table import COUNTS, HAS_MASS, MEASURES, AverageTable
from tynys.calc.timegrid import shortest_length_ms
from tynys.calc.validity import Held, enough, parts_met

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tynys.calc.arrays import Codes, Counts, Floats, Mask
    from tynys.domain.instrument import Channel
    from tynys.law.averaging import Validity
    from tynys.law.pack import RulePack

WINDOWS_AT_ONCE = 2000
"""Windows whose FLD are held in memory together."""


@dataclass(frozen=True, slots=True, eq=False)
class Levels:
    """The FLD of some windows: FLD ``first[i]:last[i]`` are those of window i."""

    fld: Windows
    first: Counts
    last: Counts

    def total(self, values: Counts | Mask) -> Counts:
        """What the FLD of each window count together."""
        so_far = np.concatenate([[0], np.cumsum(values, dtype=np.int64)])
        return np.asarray(so_far[self.last] - so_far[self.first], np.int64)


def level_ms(channels: Iterable[Channel], pack: RulePack, windows: Windows) -> int:
    """How long an FLD is: the pack's period, or the longest interval of what is read at least once a window, so that each has all. [ms]."""
    shortest = int((windows.end_ms - windows.start_ms).min())
    intervals = [a.interval_ms for channel in channels for a in channel.acquisition if a.interval_ms <= shortest]
    return max([shortest_length_ms(pack.averaging.first_level.period), *intervals])


def levels_of(windows: Windows, length_ms: int) -> Levels:
    """The FLD of each window, counted from its start; the last one is shorter where they do not divide it."""
    count = -(-(windows.end_ms - windows.start_ms) // length_ms)
    last = np.cumsum(count)
    first = last - count
    number = np.arange(int(last[-1]), dtype=np.int64) - np.repeat(first, count)
    start = np.repeat(windows.start_ms, count) + number * length_ms
    return Levels(Windows(start, np.minimum(start + length_ms, np.repeat(windows.end_ms, count))), first, last)


def mean_of_levels(
    made: AverageTable, levels: Levels, windows: Windows, states: Codes, validity: Validity | None, deduction: Floats | None = None
) -> AverageTable:
    """The averages of one component from its standardised FLD, one row of ``made`` for each, less the windows' own ``deduction``.

    Notes
    -----
    An FLD is valid if it is standardised: one whose peripheral is missing or whose oxygen is too high is not. What the pack deducts is
    taken off the average, not off each FLD.
    """
    good = made.status == VALID
    with_mass = HAS_MASS[made.status]
    measured: Mask = made.count_valid > 0
    first, last = levels.first, levels.last

    def mean(name: str) -> Floats:
        values: Floats = getattr(made, name)
        keep = {"mass_g_s": with_mass, "raw": measured, "calibrated": measured}.get(name, good) & ~np.isnan(values)
        so_far = np.concatenate([[0], np.cumsum(keep)])
        return window_means(values[keep], so_far[first], so_far[last])

    measures: dict[str, Any] = {name: mean(name) for name in MEASURES}
    counts: dict[str, Any] = {name: levels.total(getattr(made, name)) for name in COUNTS}
    counts |= {"fld_valid": levels.total(good), "fld_operating": levels.total(made.count_operating > 0)}
    status = _status(made, levels, windows, counts["fld_operating"], validity)
    valid = status == VALID
    n = len(windows)
    own = _constant(made.deduction, good, measures["deduction"], first, last) if deduction is None else deduction
    measures["deduction"] = own
    for name in ("standardised", "deduction"):
        measures[name] = np.where(valid, measures[name], np.nan)
    value = validated(measures.pop("value"), measures["deduction"])
    return replace(
        made,
        start_ms=windows.start_ms,
        end_ms=windows.end_ms,
        series_index=np.zeros(n, np.int64),
        value=np.where(valid, value, np.nan),
        status=status,
        plant_state=states,
        chain_index=_most_used(made, good, levels),
        outside_calibration_range=(levels.total(made.outside_calibration_range) > 0) & valid,
        **measures,
        **counts,
    )


def _constant(values: Floats, good: Mask, mean: Floats, first: Counts, last: Counts) -> Floats:
    """What is the same in all valid FLD of a window as it is, to the last bit; the mean of what is not."""
    least = np.minimum.reduceat(np.where(good, values, np.inf), first)
    most = np.maximum.reduceat(np.where(good, values, -np.inf), first)
    return np.where((least == most) & (last > first), least, mean)


def _most_used(made: AverageTable, good: Mask, levels: Levels) -> Counts:
    """The chain that gave most of the valid FLD; the main one where none did."""
    used = np.stack([levels.total(good & (made.chain_index == index)) for index in range(len(made.chains))])
    return np.asarray(np.argmax(used, axis=0), np.int64)


def _status(made: AverageTable, levels: Levels, windows: Windows, operating: Counts, validity: Validity | None) -> Codes:
    def passed(valid: Mask) -> Mask:
        if validity is None:
            return levels.total(valid) > 0
        met = np.ones(len(windows), np.bool_)
        if validity.parts is not None:
            met = _parts(made, valid, levels, windows, validity.parts)
        length = np.where(valid, levels.fld.end_ms - levels.fld.start_ms, 0)
        due, valid_ms = levels.total(made.count_expected > 0), levels.total(length).astype(np.float64)
        return enough(validity, Held(levels.total(valid), operating, due, valid_ms, met))

    status = np.full(len(windows), VALID, np.uint8)
    missing, diluted = levels.total(made.status == PERIPHERAL_MISSING), levels.total(made.status == O2_TOO_HIGH)
    short = ~passed(made.status == VALID)
    status[short] = np.where(diluted > missing, O2_TOO_HIGH, PERIPHERAL_MISSING)[short]
    status[~passed(made.count_valid > 0)] = TOO_FEW
    status[levels.total(made.count_valid > 0) == 0] = NO_DATA
    status[operating == 0] = NOT_OPERATING
    return status


def _parts(made: AverageTable, valid: Mask, levels: Levels, windows: Windows, parts: int) -> Mask:
    """Whether each part of a window with an FLD in operation has a valid one."""
    count = levels.last - levels.first
    start, end = np.repeat(windows.start_ms, count), np.repeat(windows.end_ms, count)
    at = np.repeat(np.arange(len(windows)), count) * parts + (levels.fld.start_ms - start) * parts // (end - start)
    n = len(windows) * parts
    return parts_met(np.bincount(at[valid], minlength=n), np.bincount(at[made.count_operating > 0], minlength=n), parts)
