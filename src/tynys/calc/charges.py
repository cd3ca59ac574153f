"""What an emission costs: tonnes times a rate in monthly calculation indices (MCI), times the index, times a coefficient.

A charge is money: it is told only where every part of it is sure. Where one is only remembered, the parts are shown and the charge is
"cannot be judged".
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from tynys.law.certainty import may_judge, weakest_of

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from tynys.domain.component import Certainty
    from tynys.law.charges import ChargeCoefficient, ChargeRate, Charges, IndexValue


class ChargeOutcome(StrEnum):
    """What may be said of a charge."""

    CHARGED = "charged"
    CANNOT_BE_JUDGED = "cannot_be_judged"
    NOT_SET = "not_set"


class ChargeReason(StrEnum):
    """Why there is no charge; empty where there is one."""

    NONE = ""
    TO_CONFIRM = "to_confirm"
    NO_AMOUNT = "no_amount"
    CLASS_UNKNOWN = "class_unknown"
    NO_RATE = "no_rate"
    NO_INDEX = "no_index"


@dataclass(frozen=True, slots=True)
class Charge:
    """A charge and its parts.

    Parameters
    ----------
    amount_t : float
        [t]
    mci_per_t : float
        Rate; NaN where none is set. [MCI t⁻¹]
    index : float
        Value of the MCI; NaN where none is set. [currency]
    coefficient : float
        1 where none applies. [1]
    charge : float
        Amount times rate times index times coefficient, worked in decimals; NaN unless ``outcome`` is charged. [currency]
    certainty : Certainty
        The weakest of the parts.
    clauses : tuple of str
        Of the rate, the index and the coefficient.
    """

    component: str
    outcome: ChargeOutcome
    reason: ChargeReason
    amount_t: float
    mci_per_t: float
    index: float
    coefficient: float
    charge: float
    currency: str
    certainty: Certainty
    clauses: tuple[str, ...]

    @property
    def message(self) -> str:
        """The key of the sentence that says it."""
        return f"charge.{self.outcome}.{self.reason}" if self.reason else f"charge.{self.outcome}"


def charge_of(charges: Charges | None, component: str, amount_t: float, on: date, holds: Collection[str] | None) -> Charge:
    """The charge for an amount of one component emitted on or about a day.

    Parameters
    ----------
    charges : Charges or None
        Of the rule pack; None where it has none.
    amount_t : float
        NaN, infinite or negative gives no charge. [t]
    on : date
        The day that chooses rate, index and coefficient.
    holds : collection of str or None
        What holds of the plant, in the words of the coefficients; None where it is not known: then no charge is told while the pack has
        coefficients in force. Of several that apply the lowest stands.

    Sources
    -------
    The clauses of the pack's rate, index and coefficient.
    """
    rate = None if charges is None else next((r for r in charges.rates if component in r.components and _in_force(r, on)), None)
    index = None if charges is None else next((i for i in charges.index if i.year == on.year), None)
    in_force = [] if charges is None else [c for c in charges.coefficients if _in_force(c, on)]
    applying = min((c for c in in_force if holds is not None and c.when in holds), key=lambda c: c.value, default=None)
    parts = [part for part in (rate, index, applying, None if charges is None else charges.currency) if part is not None]
    outcome, reason = _outcome(rate, index, amount_t, unknown=holds is None and bool(in_force), sure=may_judge(*parts))
    coefficient = 1.0 if applying is None else applying.value
    return Charge(
        component=component,
        outcome=outcome,
        reason=reason,
        amount_t=amount_t,
        mci_per_t=math.nan if rate is None else rate.mci_per_t,
        index=math.nan if index is None else index.value,
        coefficient=coefficient,
        charge=_product(amount_t, rate.mci_per_t, index.value, coefficient)
        if outcome is ChargeOutcome.CHARGED and rate and index
        else math.nan,
        currency="" if charges is None else charges.currency.value,
        certainty=weakest_of(parts),
        clauses=tuple(part.clause for part in parts[: 3 if applying is not None else 2]),
    )


def _in_force(part: ChargeRate | ChargeCoefficient, on: date) -> bool:
    return part.valid_from <= on and (part.valid_to is None or on < part.valid_to)


def _outcome(
    rate: ChargeRate | None, index: IndexValue | None, amount_t: float, *, unknown: bool, sure: bool
) -> tuple[ChargeOutcome, ChargeReason]:
    if rate is None:
        return ChargeOutcome.NOT_SET, ChargeReason.NO_RATE
    if index is None:
        return ChargeOutcome.NOT_SET, ChargeReason.NO_INDEX
    if not sure:
        return ChargeOutcome.CANNOT_BE_JUDGED, ChargeReason.TO_CONFIRM
    if unknown:
        return ChargeOutcome.CANNOT_BE_JUDGED, ChargeReason.CLASS_UNKNOWN
    if not (math.isfinite(amount_t) and amount_t >= 0):
        return ChargeOutcome.CANNOT_BE_JUDGED, ChargeReason.NO_AMOUNT
    return ChargeOutcome.CHARGED, ChargeReason.NONE


def _product(*factors: float) -> float:
    made = Decimal(1)
    for factor in factors:
        made *= Decimal(repr(float(factor)))
    return float(made)
