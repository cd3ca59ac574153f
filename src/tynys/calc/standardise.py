"""From the raw mean of a window to its standardised value, in the order of EN 17255-1, for one chain of one component."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tynys.calc.calibration import applicable, calibrate, highest_calibrated, site_uncertainty
from tynys.calc.reference import ppm_to_mg_nm3, to_dry, to_normal, to_reference_oxygen
from tynys.domain.component import component
from tynys.domain.plan import OnFailure, PeripheralSource
from tynys.domain.quantity import GasState, Moisture, Unit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tynys.calc.arrays import Floats, Mask
    from tynys.calc.calibration import Circumstances
    from tynys.domain.instrument import Channel
    from tynys.domain.plan import FlowPlan, MeasuringChain, Peripheral
    from tynys.domain.quantity import Basis
    from tynys.law.pack import RulePack

_MASS_UNITS = (Unit.MG_M3, Unit.MG_NM3, Unit.PPM)


@dataclass(frozen=True, slots=True, eq=False)
class Around:
    """Window means of what a chain is standardised with; NaN where absent. [vol % dry, vol %, °C, kPa]."""

    o2_dry_pct: Floats
    h2o_pct: Floats
    temperature_c: Floats
    pressure_kpa: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Standardised:
    """A chain's values.

    Parameters
    ----------
    calibrated : (n,) float64
        After the calibration function, in the channel's unit and basis.
    dry : (n,) float64
        Dry, at normal conditions and measured oxygen: what mass emission is made of. [mg Nm⁻³ or the unit]
    value : (n,) float64
        The same at reference oxygen, or kept where the pack keeps what was measured at or below it. [mg Nm⁻³ or the unit]
    standardised : (n,) float64
        The same at reference oxygen, always. [mg Nm⁻³ or the unit]
    unit : Unit
        Of ``dry``, ``value`` and ``standardised``.
    o2_reference_pct : (n,) float64
        Reference oxygen ``value`` was brought to; NaN where it stays at measured oxygen. [vol %]
    uncertainty : (n,) float64
        Half-width of the 95 % confidence interval found with the calibration function; NaN where it states none. [mg Nm⁻³ or the unit]
    missing, o2_too_high, outside_range : (n,) bool
        Whether a peripheral was missing; oxygen was too high to correct; the value left the valid calibration range.
    """

    calibrated: Floats
    dry: Floats
    value: Floats
    standardised: Floats
    unit: Unit
    o2_reference_pct: Floats
    uncertainty: Floats
    missing: Mask
    o2_too_high: Mask
    outside_range: Mask


def around(plan: MeasuringChain | FlowPlan, channels: Mapping[str, Channel], mean: Callable[[str], Floats], n: int) -> Around:
    """The peripherals of a chain or of a flow; oxygen of wet gas is brought to dry gas."""
    h2o = _peripheral(plan.h2o, mean, n)
    o2 = _peripheral(plan.o2, mean, n)
    name = plan.o2.channel if plan.o2 is not None and plan.o2.source is PeripheralSource.CHANNEL else None
    if plan.o2 is not None and name is not None and name in channels:
        basis = channels[name].basis
        if basis is not None and basis.moisture is Moisture.WET:
            o2 = to_dry(o2, h2o)
            if plan.o2.on_failure is OnFailure.CONSTANT and plan.o2.constant is not None:
                o2 = np.where(np.isnan(mean(name)), plan.o2.constant, o2)
    return Around(o2, h2o, _peripheral(plan.temperature, mean, n), _peripheral(plan.pressure, mean, n))


def _peripheral(given: Peripheral | None, mean: Callable[[str], Floats], n: int) -> Floats:
    """Window values of one peripheral: its channel's means or its constant; the constant fills failures where the plan says so."""
    constant = np.full(n, np.nan if given is None or given.constant is None else given.constant)
    if given is None or given.source is not PeripheralSource.CHANNEL or given.channel is None:
        return constant
    measured = mean(given.channel)
    return np.where(np.isnan(measured), constant, measured) if given.on_failure is OnFailure.CONSTANT else measured


def standardise(
    chain: MeasuringChain,
    channel: Channel,
    component_id: str,
    raw: Floats,
    given: Around,
    o2_reference_pct: Floats,
    circumstances: Circumstances,
    pack: RulePack,
    *,
    keep: bool = False,
) -> Standardised:
    """Bring a chain's raw means to dry gas at normal conditions and reference oxygen; what already is there passes unchanged.

    Parameters
    ----------
    channel : Channel
        The first of the chain: all share its unit and basis.
    component_id : str
        What the chain measures; a volume share is weighed as this species unless the basis names another.
    raw : (n,) float64
        In the channel's unit and basis.
    given : Around
        The chain's peripherals.
    o2_reference_pct : (n,) float64
        Reference oxygen of each window; NaN where none applies: the value stays at measured oxygen. [vol %]
    keep : bool
        Whether what was measured at or below the reference oxygen stays as it is.

    Sources
    -------
    EN 17255-1: calibration, then temperature and pressure, moisture, oxygen.
    """
    basis = channel.basis
    chosen = applicable(chain, circumstances)
    calibrated = raw if basis is not None and basis.calibrated else calibrate(chain, raw, chosen)
    uncertainty, highest = site_uncertainty(chain, chosen), highest_calibrated(chain, chosen)
    none = np.zeros(len(raw), np.bool_)
    unit = unit_of_averages(channel)
    if channel.unit not in _MASS_UNITS or basis is None:
        value = to_dry(calibrated, given.h2o_pct) if _wants_drying(channel, chain) else calibrated
        unreferenced, missing = np.full(len(raw), np.nan), np.isnan(value) & ~np.isnan(raw)
        return Standardised(calibrated, value, value, value, unit, unreferenced, uncertainty, missing, none, value > highest)
    value = to_dry_normal(calibrated, channel, basis, component_id, given, pack)
    dry, standardised, too_high = _to_reference(value, basis, given, o2_reference_pct, pack)
    value = np.where(given.o2_dry_pct <= o2_reference_pct, dry, standardised) if keep else standardised
    missing = np.isnan(value) & ~np.isnan(raw) & ~too_high
    own = np.nan if basis.o2_reference_pct is None else basis.o2_reference_pct
    reached = np.where(np.isnan(o2_reference_pct), own, o2_reference_pct)
    return Standardised(calibrated, dry, value, standardised, unit, reached, uncertainty, missing, too_high, standardised > highest)


def unit_of_averages(channel: Channel) -> Unit:
    """What a chain with this channel is averaged in: mg/Nm³ where a concentration states its basis, else the channel's own unit."""
    return Unit.MG_NM3 if channel.unit in _MASS_UNITS and channel.basis is not None else channel.unit


def _wants_drying(channel: Channel, chain: MeasuringChain) -> bool:
    return channel.basis is not None and channel.basis.moisture is Moisture.WET and chain.h2o is not None


def to_dry_normal(value: Floats, channel: Channel, basis: Basis, component_id: str, given: Around, pack: RulePack) -> Floats:
    """A calibrated value as mass of dry gas at normal conditions and measured oxygen, by what its basis says it lacks of that."""
    if channel.unit is Unit.PPM:
        value = ppm_to_mg_nm3(value, component(basis.expressed_as or component_id).molar_mass_g_mol or np.nan)
    elif basis.gas_state is GasState.ACTUAL:
        normal = pack.conditions
        value = to_normal(
            value, given.temperature_c, given.pressure_kpa, normal_k=normal.temperature_k.value, normal_kpa=normal.pressure_kpa.value
        )
    return to_dry(value, given.h2o_pct) if basis.moisture is Moisture.WET else value


def _to_reference(value: Floats, basis: Basis, given: Around, o2_reference_pct: Floats, pack: RulePack) -> tuple[Floats, Floats, Mask]:
    """The value at measured and at reference oxygen, and where oxygen was too high to bring it there."""
    air = pack.oxygen.air_pct.value
    wanted = ~np.isnan(o2_reference_pct)
    if basis.o2_reference_pct is None:
        corrected = to_reference_oxygen_of(value, given.o2_dry_pct, o2_reference_pct, pack)
        too_high = wanted & (given.o2_dry_pct >= highest_oxygen(pack)) & ~np.isnan(value)
        return value, np.where(wanted, corrected, value), too_high
    at_measured = value * (air - given.o2_dry_pct) / (air - basis.o2_reference_pct)
    differs = wanted & (o2_reference_pct != basis.o2_reference_pct)
    moved = value * (air - o2_reference_pct) / (air - basis.o2_reference_pct)
    return at_measured, np.where(differs, moved, value), np.zeros(len(value), np.bool_)


def highest_oxygen(pack: RulePack) -> float:
    """From here upwards no correction is made. [vol %, dry]."""
    return pack.oxygen.air_pct.value if pack.oxygen.highest_pct is None else pack.oxygen.highest_pct.value


def to_reference_oxygen_of(dry: Floats, o2_dry_pct: Floats, o2_reference_pct: Floats, pack: RulePack) -> Floats:
    """The correction to reference oxygen with a pack's parameters; NaN where no reference applies. [mg Nm⁻³]."""
    return to_reference_oxygen(dry, o2_dry_pct, o2_reference_pct, o2_highest_pct=highest_oxygen(pack), o2_air_pct=pack.oxygen.air_pct.value)
