"""Whether charges, substitution and duty of a pack make sense, each in force once at a time."""

from __future__ import annotations

from datetime import date
from itertools import combinations
from typing import TYPE_CHECKING

from tynys.domain.component import CATALOGUE, ComponentKind
from tynys.law.substitution import SubstitutionMethod

if TYPE_CHECKING:
    from tynys.law.charges import ChargeCoefficient, ChargeRate, Charges
    from tynys.law.checks.document import Document
    from tynys.law.pack import RulePack
    from tynys.law.substitution import Substitution

CURRENCY_LETTERS = 3
"""ISO 4217."""

SUBSTANCES = (ComponentKind.POLLUTANT, ComponentKind.GREENHOUSE_GAS)
ONE_ENDS = "End the older one with valid_to, on the day the newer one begins."


def check_money(pack: RulePack, at: Document) -> None:
    """Refuse charges, substitution and duties that cannot be applied."""
    if pack.charges is not None:
        _charges(pack.charges, at)
    for i, line in enumerate(pack.substitution):
        _substitution(line, f"substitution[{i}]", at)
    seen: set[str] = set()
    for i, duty in enumerate(pack.duty):
        if duty.id in seen:
            at.refuse(f"duty[{i}].id", "each criterion once", duty.id, "Remove one of the two.", "law.overlap")
        seen.add(duty.id)
        for component in duty.components:
            at.component(f"duty[{i}].components", component)
        for name in ("emission_from_t", "capacity_from_mw", "thermal_input_from_mw"):
            at.above_zero(f"duty[{i}].{name}", getattr(duty, name))
    if pack.rounding is not None and pack.rounding.digits_beyond_limit < 0:
        at.refuse("rounding.digits_beyond_limit", "a count from 0", pack.rounding.digits_beyond_limit)


def _charges(charges: Charges, at: Document) -> None:
    currency = charges.currency.value
    if not (len(currency) == CURRENCY_LETTERS and currency.isalpha() and currency.isupper()):
        at.refuse("charges.currency.value", "a currency of ISO 4217 such as KZT", currency, code="law.wrong_unit")
    years: set[int] = set()
    for i, index in enumerate(charges.index):
        at.above_zero(f"charges.index[{i}].value", index.value)
        if index.year in years:
            at.refuse(f"charges.index[{i}].year", "one index for each year", index.year, "Remove one of the two.", "law.overlap")
        years.add(index.year)
    _rates(charges.rates, at)
    _coefficients(charges.coefficients, at)


def _rates(rates: tuple[ChargeRate, ...], at: Document) -> None:
    for i, rate in enumerate(rates):
        key = f"charges.rates[{i}]"
        _span(rate, key, at)
        at.above_zero(f"{key}.mci_per_t", rate.mci_per_t)
        for component in rate.components:
            at.component(f"{key}.components", component)
            if CATALOGUE[component].kind not in SUBSTANCES:
                at.refuse(f"{key}.components", "substances, which have a mass", component, code="law.wrong_unit")
    for (_, first), (i, rate) in combinations(enumerate(rates), 2):
        both = [component for component in rate.components if component in first.components]
        if both and _together(first, rate):
            came = f"two rates of {both[0]}: from {first.valid_from.isoformat()} and from {rate.valid_from.isoformat()}"
            at.refuse(f"charges.rates[{i}]", "one rate of a component at one time", came, ONE_ENDS, "law.overlap")


def _coefficients(coefficients: tuple[ChargeCoefficient, ...], at: Document) -> None:
    for i, coefficient in enumerate(coefficients):
        _span(coefficient, f"charges.coefficients[{i}]", at)
        if coefficient.value < 0:
            at.refuse(f"charges.coefficients[{i}].value", "a number from 0", coefficient.value)
    for (_, one), (i, other) in combinations(enumerate(coefficients), 2):
        if one.when == other.when and _together(one, other):
            at.refuse(f"charges.coefficients[{i}]", "one coefficient at one time", f"two for {other.when}", ONE_ENDS, "law.overlap")


def _span(rule: ChargeRate | ChargeCoefficient, key: str, at: Document) -> None:
    if rule.valid_to is not None and not rule.valid_from < rule.valid_to:
        at.refuse(f"{key}.valid_to", f"a day after {rule.valid_from.isoformat()}", rule.valid_to.isoformat())


def _together(one: ChargeRate | ChargeCoefficient, other: ChargeRate | ChargeCoefficient) -> bool:
    """Whether both are in force on some day."""
    return max(one.valid_from, other.valid_from) < min(one.valid_to or date.max, other.valid_to or date.max)


def _substitution(line: Substitution, key: str, at: Document) -> None:
    for component in line.components:
        at.component(f"{key}.components", component)
    for name in ("availability_from_pct", "availability_below_pct", "percentile"):
        number = getattr(line, name)
        if number is not None and not 0 <= number <= 100:  # noqa: PLR2004
            at.refuse(f"{key}.{name}", "0 to 100 %", number, code="law.wrong_unit")
    for name in ("gap_to_h", "lookback_h"):
        at.above_zero(f"{key}.{name}", getattr(line, name), "hours")
    low, high = line.availability_from_pct, line.availability_below_pct
    if low is not None and high is not None and not low < high:
        at.refuse(f"{key}.availability_below_pct", f"more than {low:g}", high)
    if line.gap_over_h is not None and line.gap_to_h is not None and not line.gap_over_h < line.gap_to_h:
        at.refuse(f"{key}.gap_to_h", f"more than {line.gap_over_h:g}", line.gap_to_h)
    if (line.method is SubstitutionMethod.PERCENTILE_OR_NEIGHBOURS) != (line.percentile is not None):
        at.refuse(f"{key}.percentile", "a percentile with percentile_or_neighbours, and only there", line.percentile)
    if line.method in {SubstitutionMethod.PERCENTILE_OR_NEIGHBOURS, SubstitutionMethod.HIGHEST} and line.lookback_h is None:
        at.refuse(key, '"lookback_h"', None, "Say of how many last valid hours.")
