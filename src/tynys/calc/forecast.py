"""Where a running average will end if the gas stays as it is, and what the rest of the window may still average."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Forecast:
    """In the unit of the mean; None where it cannot be said (nothing measured, no limit, nothing left of the window)."""

    forecast: float | None
    permissible_remaining: float | None


def forecast_window(mean: float | None, elapsed_share: float, current: float | None, limit: float | None) -> Forecast:
    """Forecast of a window's mean from the mean so far and the present value.

    Parameters
    ----------
    mean : float or None
        Mean so far. [unit of the limit]
    elapsed_share : float
        Share of the window that has passed, 0..1.
    current : float or None
        Present value, held for the rest of the window; the mean so far where absent.
    limit : float or None
        The limit of the window's mean.

    Notes
    -----
    forecast = s·mean + (1 - s)·current; permissible = (limit - s·mean) / (1 - s), at least 0.
    """
    if mean is None or not math.isfinite(mean):
        return Forecast(None, None)
    share = min(max(elapsed_share, 0.0), 1.0)
    held = mean if current is None or not math.isfinite(current) else current
    forecast = share * mean + (1.0 - share) * held
    if limit is None or share >= 1.0:
        return Forecast(forecast, None)
    return Forecast(forecast, max(0.0, (limit - share * mean) / (1.0 - share)))
