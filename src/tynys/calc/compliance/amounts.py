"""Amounts and rates held against limits of mass: tonnes a period, grams a second, grams a kilowatt-hour."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from tynys.calc.compliance.ceilings import none_above
from tynys.calc.compliance.ruling import Outcome, Reason
from tynys.calc.mass import amount_per_energy_g_kwh

if TYPE_CHECKING:
    from tynys.calc.compliance.ceilings import Grounds
    from tynys.calc.compliance.ruling import Ruling
    from tynys.calc.mass import MassTotal


def amount_within(total: MassTotal, limit_t: float, grounds: Grounds) -> Ruling:
    """Whether the amount of a span keeps its limit; one that is not complete may exceed it, and cannot be said to keep it.

    Parameters
    ----------
    total : MassTotal
        Of the limit's span; a lower bound where something is missing.
    limit_t : float
        [t]

    Sources
    -------
    Ecological permit: tonnes a year; EN 17255-1 (mass from all operating time).
    """
    made = none_above(np.array([total.amount_t]), limit_t, grounds)
    if made.outcome is Outcome.KEPT and not total.complete:
        return replace(made, outcome=Outcome.CANNOT_BE_JUDGED, reason=Reason.INCOMPLETE)
    return made


def ratio_within(total: MassTotal, energy_mwh: float, limit_g_kwh: float, grounds: Grounds) -> Ruling:
    """Whether the specific emission of a span keeps its limit; without output, or with a part missing, it cannot be said to.

    Parameters
    ----------
    energy_mwh : float
        Output of the span; zero, negative or NaN gives no specific emission. [MWh]
    limit_g_kwh : float
        [g kWh⁻¹]

    Sources
    -------
    Definition: mass over energy of the same time.
    """
    made = none_above(amount_per_energy_g_kwh(np.array([total.amount_t]), np.array([energy_mwh])), limit_g_kwh, grounds)
    if made.outcome is Outcome.KEPT and not total.complete:
        return replace(made, outcome=Outcome.CANNOT_BE_JUDGED, reason=Reason.INCOMPLETE)
    return made
