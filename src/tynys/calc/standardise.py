"""From a raw window mean to the standardised value, in the order of EN 17255-1, for one chain of one component."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tynys.calc.reference import ppm_to_mg_nm3, to_dry, to_normal, to_reference_oxygen
from tynys.domain.base import to_ms
from tynys.domain.component import component
from tynys.domain.plan import OnFailure, PeripheralSource
from tynys.domain.quantity import GasState, Moisture, Unit

if TYPE_CHECKING:
    from collections.abc import Callable

    from tynys.calc.arrays import Floats, Mask, Times
    from tynys.domain.instrument import Channel
    from tynys.domain.plan import MeasuringChain, Peripheral
    from tynys.law.pack import RulePack

_MASS_UNITS = (Unit.MG_M3, Unit.MG_NM3, Unit.PPM)


@dataclass(frozen=True, slots=True, eq=False)
class Conditions:
    """Window means of what a chain is standardised with; NaN where absent. [vol % dry, vol %, °C, kPa]."""

    o2_dry_pct: Floats
    h2o_pct: Floats
    temperature_c: Floats
    pressure_kpa: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Standardised:
    """A chain's values: calibrated, dry at normal conditions and measured O2, at reference O2; and what it needed and lacked."""

    calibrated: Floats
    dry_mg_nm3: Floats
    value: Floats
    unit: Unit
    missing: Mask
    o2_too_high: Mask
    outside_range: Mask


def conditions(chain: MeasuringChain, channels: dict[str, Channel], mean: Callable[[str], Floats], n: int) -> Conditions:
    """The peripherals of a chain; oxygen of wet gas is brought to dry gas."""
    h2o = peripheral(chain.h2o, mean, n)
    o2 = peripheral(chain.o2, mean, n)
    if chain.o2 is not None and chain.o2.source is PeripheralSource.CHANNEL and chain.o2.channel in channels:
        basis = channels[chain.o2.channel].basis
        if basis is not None and basis.moisture is Moisture.WET:
            o2 = to_dry(o2, h2o)
    return Conditions(o2, h2o, peripheral(chain.temperature, mean, n), peripheral(chain.pressure, mean, n))


def peripheral(given: Peripheral | None, mean: Callable[[str], Floats], n: int) -> Floats:
    """Window values of one peripheral: its channel's means, or its constant; the constant fills failures where the plan says so."""
    constant = np.full(n, np.nan if given is None or given.constant is None else given.constant)
    if given is None or given.source is not PeripheralSource.CHANNEL or given.channel is None:
        return constant
    measured = mean(given.channel)
    return np.where(np.isnan(measured), constant, measured) if given.on_failure is OnFailure.CONSTANT else measured


def calibrate(chain: MeasuringChain, raw: Floats, starts: Times) -> tuple[Floats, Mask]:
    """Apply to each window the calibration function in force at its start (EN 14181); also whether it left the valid range."""
    value, outside = raw, np.zeros(len(raw), np.bool_)
    for function in chain.calibrations:
        inside = starts >= to_ms(function.valid_from)
        if function.valid_to is not None:
            inside &= starts < to_ms(function.valid_to)
        value = np.where(inside, function.intercept + function.slope * raw, value)
        outside |= inside & (value > function.valid_range_max)
    return value, outside


def standardise(
    chain: MeasuringChain, channel: Channel, raw: Floats, starts: Times, around: Conditions, o2_reference_pct: Floats, pack: RulePack
) -> Standardised:
    """Bring a chain's raw means to dry gas at normal conditions and reference oxygen; what already is there passes unchanged.

    Parameters
    ----------
    raw : (n,) float64
        In the channel's unit and basis.
    o2_reference_pct : (n,) float64
        Reference oxygen of each window; NaN where none applies, then the value stays at measured oxygen. [vol %]
    """
    basis = channel.basis
    calibrated, outside = (raw, np.zeros(len(raw), np.bool_)) if basis is not None and basis.calibrated else calibrate(chain, raw, starts)
    value, unit = calibrated, channel.unit
    if channel.unit not in _MASS_UNITS or basis is None:
        if basis is not None and basis.moisture is Moisture.WET and chain.h2o is not None:
            value = to_dry(value, around.h2o_pct)
        return Standardised(calibrated, value, value, unit, np.isnan(value) & ~np.isnan(raw), np.zeros(len(raw), np.bool_), outside)
    if unit is Unit.PPM:
        value = ppm_to_mg_nm3(value, component(basis.expressed_as or channel.component).molar_mass_g_mol or np.nan)
    elif basis.gas_state is GasState.ACTUAL:
        value = to_normal(value, around.temperature_c, around.pressure_kpa)
    if basis.moisture is Moisture.WET:
        value = to_dry(value, around.h2o_pct)
    dry = value
    too_high = np.zeros(len(raw), np.bool_)
    wanted = ~np.isnan(o2_reference_pct)
    if basis.o2_reference_pct is None:
        highest = pack.oxygen.highest_pct.value if pack.oxygen.highest_pct is not None else pack.oxygen.air_pct.value
        corrected = to_reference_oxygen(dry, around.o2_dry_pct, o2_reference_pct, o2_highest_pct=highest)
        too_high = wanted & (around.o2_dry_pct >= highest)
        value = np.where(wanted, corrected, dry)
    else:
        differs = wanted & (o2_reference_pct != basis.o2_reference_pct)
        air = pack.oxygen.air_pct.value
        value = np.where(differs, dry * (air - o2_reference_pct) / (air - basis.o2_reference_pct), dry)
    return Standardised(calibrated, dry, value, Unit.MG_NM3, np.isnan(value) & ~np.isnan(raw) & ~too_high, too_high, outside)
