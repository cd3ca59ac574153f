"""What one component gave over all windows, by one chain, by the chain that counts, or by several points together."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from tynys.calc.mass import mass_rate_g_s
from tynys.calc.standardise import Around, highest_oxygen, to_reference_oxygen_of
from tynys.calc.table import HAS_MASS, STATUS_CODE, AverageTable, SeriesKey
from tynys.domain.quantity import Unit
from tynys.domain.status import AverageStatus

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tynys.calc.arrays import Codes, Counts, Floats, Mask
    from tynys.calc.averaging import Windows
    from tynys.law.pack import RulePack

VALID, TOO_FEW, NO_DATA, PERIPHERAL_MISSING, NOT_OPERATING, O2_TOO_HIGH = (
    STATUS_CODE[s]
    for s in (
        AverageStatus.VALID,
        AverageStatus.TOO_FEW,
        AverageStatus.NO_DATA,
        AverageStatus.PERIPHERAL_MISSING,
        AverageStatus.NOT_OPERATING,
        AverageStatus.O2_TOO_HIGH,
    )
)
"""Codes of the statuses an average from readings can have."""


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """One component over all windows; every array is (n,) and absent values are NaN.

    ``dry`` is at measured oxygen, ``standardised`` at reference oxygen, ``value`` the same or what the pack keeps unconverted; nothing is
    deducted yet. ``flow`` is that of the point, ``uncertainty`` the site's, ``chain`` indexes ``chains``.
    """

    chains: tuple[str, ...]
    unit: Unit
    chain: Counts
    status: Codes
    raw: Floats
    calibrated: Floats
    dry: Floats
    value: Floats
    standardised: Floats
    around: Around
    count_valid: Counts
    count_expected: Counts
    count_operating: Counts
    fld_valid: Counts
    fld_operating: Counts
    outside_range: Mask
    flow: Floats
    o2_reference_pct: Floats
    uncertainty: Floats


def first_valid(chains: Sequence[Measured]) -> Measured:
    """The first chain whose average is valid, window by window; the main chain where none is (EN 14181 redundancy)."""
    if len(chains) == 1:
        return chains[0]
    pick = np.zeros(len(chains[0].status), np.int64)
    for i in range(len(chains) - 1, -1, -1):
        pick[chains[i].status == VALID] = i

    def chosen(name: str) -> Floats:
        return np.choose(pick, [getattr(c, name) for c in chains])

    def nearby(name: str) -> Floats:
        return np.choose(pick, [getattr(c.around, name) for c in chains])

    return Measured(
        chains=tuple(c.chains[0] for c in chains),
        unit=chains[0].unit,
        chain=pick,
        status=chosen("status").astype(np.uint8),
        raw=chosen("raw"),
        calibrated=chosen("calibrated"),
        dry=chosen("dry"),
        value=chosen("value"),
        standardised=chosen("standardised"),
        around=Around(nearby("o2_dry_pct"), nearby("h2o_pct"), nearby("temperature_c"), nearby("pressure_kpa")),
        count_valid=chosen("count_valid").astype(np.int64),
        count_expected=chosen("count_expected").astype(np.int64),
        count_operating=chosen("count_operating").astype(np.int64),
        fld_valid=chosen("fld_valid").astype(np.int64),
        fld_operating=chosen("fld_operating").astype(np.int64),
        outside_range=chosen("outside_range").astype(np.bool_),
        flow=chains[0].flow,
        o2_reference_pct=chosen("o2_reference_pct"),
        uncertainty=chosen("uncertainty"),
    )


def mixed(points: Sequence[Measured], o2_reference_pct: Floats, pack: RulePack, *, keep: bool = False) -> Measured:
    """Several points of one source as the gas would be where they meet: concentrations and oxygen weighted by dry flow.

    A point whose units do not operate adds nothing. One point in operation without a valid value or flow leaves the source without one.

    Sources
    -------
    Mass balance: c = Σ c·V / Σ V, dry, at normal conditions and measured oxygen.
    """
    if len(points) == 1:
        return points[0]
    n = len(points[0].status)
    resting = np.stack([p.status == NOT_OPERATING for p in points])
    flows = np.where(resting, 0.0, np.stack([p.flow for p in points]))
    total = flows.sum(axis=0)
    total = np.where(total > 0, total, np.nan)

    def weighted(values: Sequence[Floats]) -> Floats:
        share = np.where(flows > 0, flows * np.stack(list(values)), np.where(resting, 0.0, flows))
        result: Floats = share.sum(axis=0) / total
        return result

    dry = weighted([p.dry for p in points])
    given = Around(*(weighted([getattr(p.around, name) for p in points]) for name in Around.__slots__))
    wanted = ~np.isnan(o2_reference_pct)
    standardised = np.where(wanted, to_reference_oxygen_of(dry, given.o2_dry_pct, o2_reference_pct, pack), dry)
    value = np.where(given.o2_dry_pct <= o2_reference_pct, dry, standardised) if keep else standardised
    status = np.full(n, VALID, np.uint8)
    status[np.isnan(value)] = PERIPHERAL_MISSING
    status[wanted & (given.o2_dry_pct >= highest_oxygen(pack))] = O2_TOO_HIGH
    for point in reversed(points):
        bad = (point.status != VALID) & (point.status != NOT_OPERATING)
        status[bad] = point.status[bad]
    status[resting.all(axis=0)] = NOT_OPERATING
    return replace(
        points[0],
        chains=("+".join(p.chains[0] for p in points),),
        chain=np.zeros(n, np.int64),
        status=status,
        raw=np.full(n, np.nan),
        calibrated=np.full(n, np.nan),
        dry=dry,
        value=value,
        standardised=standardised,
        around=given,
        count_valid=np.sum([p.count_valid for p in points], axis=0),
        count_expected=np.sum([p.count_expected for p in points], axis=0),
        count_operating=np.sum([p.count_operating for p in points], axis=0),
        fld_valid=np.sum([p.fld_valid for p in points], axis=0),
        fld_operating=np.sum([p.fld_operating for p in points], axis=0),
        outside_range=np.any([p.outside_range for p in points], axis=0),
        flow=flows.sum(axis=0),
        o2_reference_pct=o2_reference_pct,
        uncertainty=weighted([p.uncertainty for p in points]),
    )


def validated(standardised: Floats, deduction: Floats) -> Floats:
    """A standardised value less what is deducted, not below zero; a negative one stays as it is, as does one nothing is deducted from.

    Sources
    -------
    2010/75/EU, Annex V, Part 3, point 9; EN 17255-1 (validated value).
    """
    taken = np.nan_to_num(deduction)
    return np.where((standardised > 0) & (taken > 0), np.maximum(standardised - taken, 0.0), standardised)


def to_table(
    key: tuple[str, str], period: str, windows: Windows, states: Codes, made: Measured, deduction: Floats, *, deduct: bool = True
) -> AverageTable:
    """The rows of one component: the value only where the status allows it, mass from the undeducted concentration.

    First level data are not deducted from (``deduct``): their average is. All time in operation counts: where oxygen is missing or too
    high to correct a concentration, as at start-up, its mass is known.
    """
    n = len(windows)
    mass = mass_rate_g_s(made.dry, made.flow) if made.unit is Unit.MG_NM3 else np.full(n, np.nan)
    valid = made.status == VALID
    return AverageTable(
        period=period,
        series=(SeriesKey(*key, str(made.unit)),),
        chains=made.chains,
        series_index=np.zeros(n, np.int64),
        start_ms=windows.start_ms,
        end_ms=windows.end_ms,
        value=np.where(valid, validated(made.value, deduction) if deduct else made.value, np.nan),
        status=made.status,
        plant_state=states,
        count_valid=made.count_valid,
        count_expected=made.count_expected,
        count_operating=made.count_operating,
        fld_valid=made.fld_valid,
        fld_operating=made.fld_operating,
        raw=made.raw,
        calibrated=made.calibrated,
        o2_dry_pct=made.around.o2_dry_pct,
        h2o_pct=made.around.h2o_pct,
        temperature_c=made.around.temperature_c,
        pressure_kpa=made.around.pressure_kpa,
        flow_dry_nm3_h=made.flow,
        mass_g_s=np.where(HAS_MASS[made.status], mass, np.nan),
        chain_index=made.chain,
        outside_calibration_range=made.outside_range & valid,
        standardised=np.where(valid, made.standardised, np.nan),
        o2_reference_pct=made.o2_reference_pct,
        deduction=np.where(valid, deduction, np.nan),
    )
