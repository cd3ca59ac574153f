"""Values on their way to a comparison: their uncertainty counts once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from tynys.calc.arrays import Floats


@dataclass(frozen=True, slots=True, eq=False)
class Assessed:
    """Values on their way to a comparison, and whether their uncertainty has been counted: it counts once.

    Parameters
    ----------
    values : (n,) float64
        Standardised, or validated where the uncertainty has been taken off. [unit of the limit]
    uncertainty_counted : bool
        True once the uncertainty was taken off.
    """

    values: Floats
    uncertainty_counted: bool = False

    def minus_uncertainty(self, half_width: Floats | float) -> Assessed:
        """The validated values: less the half-width of the confidence interval, not below zero; a negative value stays.

        Raises
        ------
        ValueError
            If the uncertainty of these values has been counted already.

        Sources
        -------
        2010/75/EU, Annex V, Part 3, point 9; EN 17255-1.
        """
        if self.uncertainty_counted:
            msg = "expected values whose uncertainty has not been counted yet, got validated ones; it enters a comparison once"
            raise ValueError(msg)
        width = np.where(np.isfinite(half_width) & (np.asarray(half_width) >= 0), half_width, np.nan)
        less = np.where(self.values > 0, np.maximum(self.values - width, 0.0), self.values + 0.0 * width)
        return Assessed(less, uncertainty_counted=True)
