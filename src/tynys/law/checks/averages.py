"""Whether the averaging, reference conditions and deductions of a pack make sense together."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from tynys.law.deduction import DeductionMethod

if TYPE_CHECKING:
    from tynys.law.averaging import Averaging, Validity
    from tynys.law.checks.document import Document
    from tynys.law.deduction import Deduction, PermittedUncertainty
    from tynys.law.oxygen import Conditions, Oxygen
    from tynys.law.pack import RulePack

ORDERS = ("en17255", "each_first_level")
"""Known orders of operations.

``en17255``: raw average → calibrated → standardised with averaged peripherals → minus deduction. ``each_first_level``: calibrate and
standardise every first level value, then average.
"""

MIXED_FUELS = ("heat_input_weighted",)
"""Known ways to weight reference oxygen and limits when several fuels burn at once."""

WINDOW_STATES = ("longest_in_operation", "first_in_list")
"""Known ways to tell the state of an average within which the plant's state changes."""

SECONDS = {"S": 1, "M": 60, "H": 3600}
DAYS = {"D": 1, "M": 31, "Y": 366}
"""Greatest lengths of the parts of a period: of a time in seconds, of a civil period in days."""

KELVIN = (200.0, 400.0)
KILOPASCAL = (50.0, 150.0)
"""Outside these a reference temperature or pressure is in another unit. Our own choice, far around every norm in use."""


def check_averages(pack: RulePack, at: Document) -> None:
    """Refuse averaging that cannot be carried out."""
    _averaging(pack.averaging, at)
    if pack.order_of_operations is not None:
        at.one_of("order_of_operations.value", pack.order_of_operations.value, ORDERS)
    if pack.states.window is not None:
        at.one_of("states.window.value", pack.states.window.value, WINDOW_STATES)
    _conditions(pack.conditions, at)
    _oxygen(pack.oxygen, at)
    if pack.oxygen.below_reference is not None:
        known = periods_of(pack)
        for period in pack.oxygen.below_reference.periods:
            at.one_of("oxygen.below_reference.periods", period, known)
    _deductions(pack, at)


def periods_of(pack: RulePack) -> tuple[str, ...]:
    """The periods a pack averages over, the shortest first."""
    return pack.averaging.short_term.period, *(rule.period for rule in pack.averaging.long_term)


def _averaging(averaging: Averaging, at: Document) -> None:
    try:
        ZoneInfo(averaging.time_zone.value)
    except (KeyError, ValueError, OSError):
        at.refuse("averaging.time_zone.value", "an IANA time zone such as Asia/Almaty or Etc/GMT-1", averaging.time_zone.value)
    first, short = averaging.first_level.period, averaging.short_term.period
    at.period("averaging.first_level.period", first)
    at.period("averaging.short_term.period", short)
    if longest_s(first) > longest_s(short):
        at.refuse("averaging.first_level.period", f"no more than the short-term average of {short}", first)
    known = [short]
    _validity(averaging.short_term.validity, short, "averaging.short_term.validity", at)
    for i, rule in enumerate(averaging.long_term):
        key = f"averaging.long_term[{i}]"
        at.period(f"{key}.period", rule.period)
        if rule.mean_of not in known:
            at.refuse(f"{key}.mean_of", f"a period defined before it ({', '.join(known)})", rule.mean_of)
        if rule.period in known:
            at.refuse(f"{key}.period", "each period once", rule.period, "Two rules for one average cannot both be in force.", "law.overlap")
        known.append(rule.period)
        _validity(rule.validity, rule.period, f"{key}.validity", at)


def longest_s(period: str) -> int:
    """The greatest length of a period. [s]."""
    if period.startswith("PT"):
        return int(period[2:-1]) * SECONDS[period[-1]]
    return DAYS[period[-1]] * 86_400


def _validity(validity: Validity, period: str, key: str, at: Document) -> None:
    at.share(f"{key}.share_of_operation", validity.share_of_operation)
    at.share(f"{key}.share_of_period", validity.share_of_period)
    at.above_zero(f"{key}.valid_minutes", validity.valid_minutes, "minutes")
    most = longest_s(period) / SECONDS["M"]
    if validity.valid_minutes is not None and validity.valid_minutes > most:
        hint = "Is it in minutes? No average could ever be valid."
        at.refuse(f"{key}.valid_minutes", f"at most the {most:g} minutes of {period}", validity.valid_minutes, hint, "law.wrong_unit")
    at.above_zero(f"{key}.parts", validity.parts, "a whole number of parts")


def _conditions(conditions: Conditions, at: Document) -> None:
    for key, number, (low, high), unit in (
        ("temperature_k", conditions.temperature_k, KELVIN, "kelvin"),
        ("pressure_kpa", conditions.pressure_kpa, KILOPASCAL, "kilopascal"),
    ):
        if not low <= number.value <= high:
            hint = f"Is it in {unit}? 0 °C is 273.15 K; one atmosphere is 101.325 kPa."
            at.refuse(f"conditions.{key}.value", f"{low:g} to {high:g} {unit}", number.value, hint, "law.wrong_unit")
    if conditions.moisture.value != "dry":
        at.refuse("conditions.moisture.value", '"dry"', conditions.moisture.value)


def _oxygen(oxygen: Oxygen, at: Document) -> None:
    at.one_of("oxygen.mixed_fuels.value", oxygen.mixed_fuels.value, MIXED_FUELS)
    air = oxygen.air_pct.value
    if not 20 <= air <= 22:  # noqa: PLR2004  (vol %: a share of 0.21 or parts per million are another unit)
        at.refuse("oxygen.air_pct.value", "20 to 22 vol %", air, "Oxygen is in per cent of the volume.", "law.wrong_unit")
    seen: set[tuple[str, str]] = set()
    for i, reference in enumerate(oxygen.reference):
        key = f"oxygen.reference[{i}]"
        if not 0 <= reference.value < air:
            at.refuse(f"{key}.value", f"a content from 0 to under {air} vol %", reference.value)
        if (reference.unit, reference.fuel) in seen:
            at.refuse(key, "each unit and fuel once", f"{reference.unit}, {reference.fuel}", "Remove one of the two.", "law.overlap")
        seen.add((reference.unit, reference.fuel))
    highest = oxygen.highest_pct
    if highest is not None and not 0 < highest.value <= air:
        at.refuse("oxygen.highest_pct.value", f"a content above 0 and up to {air} vol %", highest.value)


def _deductions(pack: RulePack, at: Document) -> None:
    for i, permitted in enumerate(pack.uncertainties):
        _share_of_limit(permitted, f"uncertainties[{i}]", at)
    for i, deduction in enumerate(pack.deductions):
        key = f"deductions[{i}]"
        if deduction.method is DeductionMethod.SHARE_OF_LIMIT:
            _share_of_limit(deduction, key, at)
        elif deduction.share_of_limit or deduction.limit_period:
            at.refuse(f"{key}.method", "no share_of_limit and no limit_period beside site_uncertainty", "both")
    for name, components in (
        ("uncertainties", [permitted.component for permitted in pack.uncertainties]),
        ("deductions", [deduction.component for deduction in pack.deductions]),
    ):
        for i, component in enumerate(components):
            at.component(f"{name}[{i}].component", component)
            if component in components[:i]:
                at.refuse(f"{name}[{i}].component", "each component once", component, "Remove one of the two.", "law.overlap")


def _share_of_limit(rule: Deduction | PermittedUncertainty, key: str, at: Document) -> None:
    if not 0 < rule.share_of_limit < 1:
        hint = "A share has no unit: 20 % is written 0.2."
        at.refuse(f"{key}.share_of_limit", "a share above 0 and under 1", rule.share_of_limit, hint, "law.wrong_unit")
    at.period(f"{key}.limit_period", rule.limit_period)
