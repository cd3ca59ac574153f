"""Rulings about limits and charges as sentences, filled with what they rest on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tynys.calc.charges import Charge
    from tynys.calc.compliance.ruling import Ruling
    from tynys.present.voice import Voice

MONEY_PLACES: Final = 2
"""Decimals of money."""
AMOUNT_PLACES: Final = 3
"""Decimals of an amount in tonnes: kilograms."""


def ruling_sentence(ruling: Ruling, unit: str, say: Voice) -> str:
    """What a test of a limit found, with the counts and the worst value it rests on.

    Parameters
    ----------
    unit : str
        Of the values: of a limit, ``mg/Nm3``; empty for days and hours.
    """
    shown = f"\u00a0{say.unit(unit)}" if unit else ""
    return say.t(
        ruling.message,
        over=say.number(ruling.over),
        checked=say.number(ruling.checked),
        threshold=say.measured(ruling.threshold) + shown,
        worst=say.beside(ruling.worst, ruling.threshold) + shown,
    )


def charge_sentence(charge: Charge, say: Voice) -> str:
    """A charge with its parts, or why there is none."""
    return say.t(
        charge.message,
        charge=say.number(charge.charge, MONEY_PLACES),
        currency=charge.currency,
        amount=say.number(charge.amount_t, AMOUNT_PLACES),
        rate=say.measured(charge.mci_per_t),
        index=say.number(charge.index),
        coefficient=say.measured(charge.coefficient),
    )
