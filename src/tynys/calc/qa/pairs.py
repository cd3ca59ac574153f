"""Parallel measurements of an analyser (AMS) and the reference method (SRM), and the states they are compared in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from tynys.calc.reference import O2_AIR_PCT, to_actual, to_dry, to_normal, to_reference_oxygen, to_wet
from tynys.domain.quality import Basis

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tynys.calc.arrays import Floats, Mask, Times


__all__ = ["Basis", "Note", "Pairs", "ams_at_standard", "from_columns", "srm_as_ams", "srm_at_standard"]


@dataclass(frozen=True, slots=True)
class Note:
    """Something a reader of the result must know: a message key and its values."""

    key: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Parallel measurements, one entry a pair; NaN where there is no value.

    Parameters
    ----------
    x : (n,) float64
        AMS signal before any calibration. [the signal's unit]
    y : (n,) float64
        SRM result, in ``srm_basis``. [mg Nm⁻³]
    o2_dry_pct, h2o_pct : (n,) float64
        Of the gas, by the reference method. [vol %, dry; vol %]
    ams_o2_dry_pct, ams_h2o_pct : (n,) float64
        Of the gas, by the plant's own instruments; NaN takes the reference method's. [vol %, dry; vol %]
    reference : (n,) bool
        Reference material given to the AMS instead of a parallel measurement; ``y`` is its value in the state the AMS measures in.
    excluded : tuple of str
        Why a pair does not count; empty where it does.
    time_ms : (n,) int64 or None
        Starts of the measurements. [ms since 1970 UTC]
    ams_basis, srm_basis : Basis
        State of what the AMS measures, and of ``y``. The SRM is `Basis.WET` or `Basis.STANDARD`.
    ams_temperature_c, ams_pressure_kpa : (n,) float64 or None
        Of the gas where an AMS that is not standard measures at the gas's own temperature and pressure (dust in the stack); without them
        it measures at normal ones. [°C, kPa]
    """

    x: Floats
    y: Floats
    o2_dry_pct: Floats
    h2o_pct: Floats
    ams_o2_dry_pct: Floats
    ams_h2o_pct: Floats
    reference: Mask
    excluded: tuple[str, ...]
    time_ms: Times | None = None
    ams_basis: Basis = Basis.WET
    srm_basis: Basis = Basis.WET
    ams_temperature_c: Floats | None = None
    ams_pressure_kpa: Floats | None = None

    @property
    def used(self) -> Mask:
        """The pairs that count: parallel measurements nobody excluded."""
        return ~self.reference & ~np.array([bool(reason) for reason in self.excluded], np.bool_)

    @property
    def materials(self) -> Mask:
        """The reference materials that count."""
        return self.reference & ~np.array([bool(reason) for reason in self.excluded], np.bool_)

    @property
    def ams_state(self) -> Basis:
        """The state the calibration function gives: with a standard SRM and no oxygen or moisture at all it is the standard one."""
        without = not np.any(np.isfinite(np.concatenate([self.o2_dry_pct, self.h2o_pct, self.ams_o2_dry_pct, self.ams_h2o_pct])))
        return Basis.STANDARD if self.srm_basis is Basis.STANDARD and without else self.ams_basis


def from_columns(x: Floats, y: Floats, **columns: Floats) -> Pairs:
    """Parallel measurements of columns of one length; ``o2_dry_pct`` and the like are all NaN where they are not given.

    Parameters
    ----------
    x, y : (n,) float64
        See `Pairs`.
    **columns
        Any of ``o2_dry_pct``, ``h2o_pct``, ``ams_o2_dry_pct``, ``ams_h2o_pct``.
    """
    absent = np.full(len(x), np.nan)
    return Pairs(
        x=np.asarray(x, np.float64),
        y=np.asarray(y, np.float64),
        o2_dry_pct=columns.get("o2_dry_pct", absent),
        h2o_pct=columns.get("h2o_pct", absent),
        ams_o2_dry_pct=columns.get("ams_o2_dry_pct", absent),
        ams_h2o_pct=columns.get("ams_h2o_pct", absent),
        reference=np.zeros(len(x), np.bool_),
        excluded=("",) * len(x),
    )


def srm_at_standard(pairs: Pairs, o2_reference_pct: float) -> Floats:
    """Results of the reference method at standard conditions, by its own oxygen and moisture. [mg Nm⁻³].

    Sources
    -------
    EN 14181, 6.5; 2010/75/EU, Annex V.
    """
    if pairs.srm_basis is Basis.STANDARD:
        return pairs.y
    dry = to_dry(pairs.y, pairs.h2o_pct)
    return to_reference_oxygen(dry, pairs.o2_dry_pct, o2_reference_pct, o2_highest_pct=O2_AIR_PCT)


def srm_as_ams(pairs: Pairs, o2_reference_pct: float) -> Floats:
    """Results of the reference method in the state the AMS measures in: what its signal is calibrated against. [mg Nm⁻³].

    Reference materials are given in that state already. A wet SRM beside a wet AMS is taken as it is: both look at the same gas.

    Sources
    -------
    EN 14181, 6.4.
    """
    state, o2, h2o = pairs.ams_state, *_of_ams(pairs)
    seen = pairs.y
    if state is not pairs.srm_basis:
        if pairs.srm_basis is Basis.WET:
            seen = to_dry(pairs.y, pairs.h2o_pct) if state is Basis.DRY else srm_at_standard(pairs, o2_reference_pct)
        else:
            seen = to_reference_oxygen(pairs.y, np.full(len(o2), o2_reference_pct), o2, o2_highest_pct=O2_AIR_PCT)
            seen = to_wet(seen, h2o) if state is Basis.WET else seen
    if state is not Basis.STANDARD and pairs.ams_temperature_c is not None and pairs.ams_pressure_kpa is not None:
        seen = to_actual(seen, pairs.ams_temperature_c, pairs.ams_pressure_kpa)
    return np.where(pairs.reference, pairs.y, seen)


def ams_at_standard(pairs: Pairs, calibrated: Floats, o2_reference_pct: float) -> Floats:
    """Calibrated values of the AMS at standard conditions, by the plant's own oxygen and moisture. [mg Nm⁻³].

    Sources
    -------
    EN 14181, 6.5; 2010/75/EU, Annex V.
    """
    if pairs.ams_state is Basis.STANDARD:
        return calibrated
    o2, h2o = _of_ams(pairs)
    normal = calibrated
    if pairs.ams_temperature_c is not None and pairs.ams_pressure_kpa is not None:
        normal = to_normal(calibrated, pairs.ams_temperature_c, pairs.ams_pressure_kpa)
    dry = to_dry(normal, h2o) if pairs.ams_state is Basis.WET else normal
    return to_reference_oxygen(dry, o2, o2_reference_pct, o2_highest_pct=O2_AIR_PCT)


def _of_ams(pairs: Pairs) -> tuple[Floats, Floats]:
    """Oxygen and moisture by the plant's own instruments, by the reference method's where it has none. [vol %, vol %]."""
    return (
        np.where(np.isfinite(pairs.ams_o2_dry_pct), pairs.ams_o2_dry_pct, pairs.o2_dry_pct),
        np.where(np.isfinite(pairs.ams_h2o_pct), pairs.ams_h2o_pct, pairs.h2o_pct),
    )
