"""Hours and days from shorter averages, unrounded."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from tynys.calc.exact import window_means
from tynys.calc.states import window_states
from tynys.calc.table import STATUS_CODE, WITH_MASS, AverageTable
from tynys.calc.timegrid import window_edges
from tynys.domain.status import AverageStatus

if TYPE_CHECKING:
    from tynys.calc.arrays import Codes, Counts, Floats, Mask, Times
    from tynys.law.pack import LongTerm, RulePack

MS_PER_MINUTE = 60_000
MEASURES = (
    "raw",
    "calibrated",
    "o2_dry_pct",
    "h2o_pct",
    "temperature_c",
    "pressure_kpa",
    "flow_dry_nm3_h",
    "mass_g_s",
    "standardised",
    "o2_reference_pct",
    "deduction",
)
COUNTS = ("count_valid", "count_expected", "count_operating", "fld_valid", "fld_operating")
VALID, TOO_FEW, NO_DATA, NOT_OPERATING = (
    STATUS_CODE[s] for s in (AverageStatus.VALID, AverageStatus.TOO_FEW, AverageStatus.NO_DATA, AverageStatus.NOT_OPERATING)
)


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
            tables.append(_means(part, edges, possible, pack, rule))
    table = AverageTable.concatenate(tables) if tables else AverageTable.empty(period)
    return made_by(table.take(table.count_expected > 0), pack)


def made_by(table: AverageTable, pack: RulePack) -> AverageTable:
    """The table with the pack it follows: its id, and the digest that tells whether its content was this one."""
    return replace(table, rule_pack=pack.id, rule_pack_digest=pack.digest().hex())


def _means(part: AverageTable, edges: Times, possible: Counts, pack: RulePack, rule: LongTerm) -> AverageTable:
    """The longer averages of one series; ``possible`` counts the shorter windows in each."""
    at = np.searchsorted(part.start_ms, edges)
    first, last = at[:-1], at[1:]
    good = part.status == VALID
    with_mass = np.isin(part.status, list(WITH_MASS))

    def mean(name: str) -> Floats:
        values: Floats = getattr(part, name)
        keep = (with_mass if name == "mass_g_s" else good) & ~np.isnan(values)
        own = np.concatenate([[0], np.cumsum(keep)])[at]
        return window_means(values[keep], own[:-1], own[1:])

    counts: dict[str, Any] = {name: _total(getattr(part, name), at) for name in COUNTS}
    measures: dict[str, Any] = {name: mean(name) for name in MEASURES}
    status = _status(part, good, at, possible, rule)
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


def _status(part: AverageTable, good: Mask, at: Counts, possible: Counts, rule: LongTerm) -> Codes:
    n_good = _total(good, at)
    resting = _total(part.status == NOT_OPERATING, at)
    running = possible - resting
    status = np.full(len(possible), VALID, np.uint8)
    if rule.validity.share_of_operation is not None:
        status[n_good < rule.validity.share_of_operation * running] = TOO_FEW
    if rule.validity.valid_minutes is not None:
        valid_ms = _total(np.where(good, part.end_ms - part.start_ms, 0), at)
        status[valid_ms < rule.validity.valid_minutes * MS_PER_MINUTE] = TOO_FEW
    status[n_good == 0] = TOO_FEW
    status[(n_good == 0) & (_total(part.count_valid, at) == 0)] = NO_DATA
    status[(running == 0) & (resting > 0)] = NOT_OPERATING
    return status
