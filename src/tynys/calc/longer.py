"""Hours, days, months and years from shorter averages, unrounded."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from tynys.calc.exact import window_means
from tynys.calc.measured import NO_DATA, NOT_OPERATING, TOO_FEW, VALID, validated
from tynys.calc.states import window_states
from tynys.calc.table import COUNTS, HAS_MASS, MEASURES, AverageTable
from tynys.calc.timegrid import window_edges
from tynys.calc.validity import Held, enough, parts_met

if TYPE_CHECKING:
    from tynys.calc.arrays import Codes, Counts, Floats, Mask, Times
    from tynys.law.pack import LongTerm, RulePack


def longer_windows(shorter: AverageTable, pack: RulePack, period: str, start_ms: int, end_ms: int) -> AverageTable:
    """Averages of a longer period, for the windows that start in the half-open span, as means of the valid shorter ones.

    Parameters
    ----------
    shorter : AverageTable
        Averages of the period the pack says the longer one is the mean of, in any order; one a window.
    period : str
        A longer period of the pack.
    start_ms, end_ms : int
        [ms since 1970 UTC]

    Notes
    -----
    Valid if enough shorter windows in operation are valid, or long enough a time of them, as the pack says. A shorter window
    without a row counts as one in operation without data.

    Raises
    ------
    ValueError
        If the pack has no such period, or the table another one than it is the mean of.

    Sources
    -------
    EN 17255-1: long-term averages from unrounded validated short-term averages.
    """
    rule = pack.long_term(period)
    if rule is None or rule.mean_of != shorter.period:
        msg = f"expected averages over {rule.mean_of if rule else 'a period the pack has'} to make {period}, got {shorter.period}"
        raise ValueError(msg)
    zone = pack.averaging.time_zone.value
    edges = window_edges(period, start_ms, end_ms, zone)
    if len(edges) < 2:  # noqa: PLR2004  # a window has two edges
        return made_by(AverageTable.empty(period), pack)
    possible = np.diff(np.searchsorted(window_edges(rule.mean_of, int(edges[0]), int(edges[-1]), zone), edges))
    tables = []
    for index in range(len(shorter.series)):
        part = shorter.take(np.flatnonzero(shorter.series_index == index))
        _, once = np.unique(part.start_ms, return_index=True)
        part = part.take(once)
        part = part.take((part.start_ms >= edges[0]) & (part.start_ms < edges[-1]))
        if len(part):
            tables.append(_means(converted(part, period, pack), edges, possible, pack, rule))
    table = AverageTable.concatenate(tables) if tables else AverageTable.empty(period)
    return made_by(table.take(table.count_expected > 0), pack)


def made_by(table: AverageTable, pack: RulePack) -> AverageTable:
    """The table with the pack it follows: its id, and the digest that tells whether its content was this one."""
    return replace(table, rule_pack=pack.id, rule_pack_digest=pack.digest().hex())


def converted(shorter: AverageTable, period: str, pack: RulePack) -> AverageTable:
    """Shorter averages as a longer period takes them: at reference oxygen where only the shorter one keeps what is measured below it.

    Sources
    -------
    13. BImSchV, § 19: half-hours and days keep it, the year and mass do not; as the rule pack states it.
    """
    rule = pack.oxygen.below_reference
    if rule is None or period in rule.periods or shorter.period not in rule.periods:
        return shorter
    return replace(shorter, value=validated(shorter.standardised, shorter.deduction))


def _means(part: AverageTable, edges: Times, possible: Counts, pack: RulePack, rule: LongTerm) -> AverageTable:
    """The longer averages of one series; ``possible`` counts the shorter windows in each."""
    at = np.searchsorted(part.start_ms, edges)
    first, last = at[:-1], at[1:]
    good = part.status == VALID
    with_mass = HAS_MASS[part.status]

    def mean(name: str) -> Floats:
        values: Floats = getattr(part, name)
        keep = (with_mass if name == "mass_g_s" else good) & ~np.isnan(values)
        own = np.concatenate([[0], np.cumsum(keep)])[at]
        return window_means(values[keep], own[:-1], own[1:])

    counts: dict[str, Any] = {name: _total(getattr(part, name), at) for name in COUNTS}
    measures: dict[str, Any] = {name: mean(name) for name in MEASURES if name != "value"}
    status = _status(part, good, edges, possible, rule)
    for name in ("standardised", "deduction"):
        measures[name] = np.where(status == VALID, measures[name], np.nan)
    n = len(first)
    nearest = np.minimum(first, len(part) - 1)
    return replace(
        part,
        period=rule.period,
        series_index=np.full(n, part.series_index[0], np.int64),
        start_ms=edges[:-1],
        end_ms=edges[1:],
        value=np.where(status == VALID, mean("value"), np.nan),
        status=status,
        plant_state=window_states(part.plant_state, first, last, pack),
        chain_index=part.chain_index[nearest],
        outside_calibration_range=_total(part.outside_calibration_range, at) > 0,
        **counts,
        **measures,
    )


def _total(values: Counts | Mask, at: Counts) -> Counts:
    return np.diff(np.concatenate([[0], np.cumsum(values, dtype=np.int64)])[at])


def _status(part: AverageTable, good: Mask, edges: Times, possible: Counts, rule: LongTerm) -> Codes:
    at = np.searchsorted(part.start_ms, edges)
    n_good = _total(good, at)
    resting = _total(part.status == NOT_OPERATING, at)
    running = possible - resting
    valid_ms = _total(np.where(good, part.end_ms - part.start_ms, 0), at).astype(np.float64)
    met = np.ones(len(possible), np.bool_)
    if rule.validity.parts is not None:
        met = _parts(part, good, edges, rule.validity.parts)
    status = np.full(len(possible), VALID, np.uint8)
    status[~enough(rule.validity, Held(n_good, running, possible, valid_ms, met))] = TOO_FEW
    status[(n_good == 0) & (_total(part.count_valid, at) == 0)] = NO_DATA
    status[(running == 0) & (resting > 0)] = NOT_OPERATING
    return status


def _parts(part: AverageTable, good: Mask, edges: Times, parts: int) -> Mask:
    """Whether each part of a window has a valid shorter average, but for parts in which no shorter window lay in operation."""
    window = np.searchsorted(edges, part.start_ms, side="right") - 1
    at = window * parts + (part.start_ms - edges[window]) * parts // (edges[window + 1] - edges[window])
    n = (len(edges) - 1) * parts
    return parts_met(np.bincount(at[good], minlength=n), np.bincount(at[part.status != NOT_OPERATING], minlength=n), parts)
