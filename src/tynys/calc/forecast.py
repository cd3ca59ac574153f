"""Where a running average will end, what the rest of its window may still average, and how likely it is to exceed its limit."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tynys.calc.ar1 import exceedance, fit_ar1, remaining_mean

if TYPE_CHECKING:
    from tynys.calc.arrays import Floats


@dataclass(frozen=True, slots=True)
class Forecast:
    """In the unit of the mean; None where it cannot be said (nothing measured, no limit, nothing left of the window).

    ``exceedance_probability`` is that of the whole window's mean lying above the limit, 0..1; None as well where too few steps are known.
    """

    forecast: float | None
    permissible_remaining: float | None
    exceedance_probability: float | None


def forecast_window(
    mean: float | None, share: float, current: float | None, limit: float | None, *, recent: Floats | None = None, steps_left: int = 0
) -> Forecast:
    """Forecast of a window's mean from the mean so far, the present value and the steps before it.

    Parameters
    ----------
    mean : float or None
        Mean so far. [unit of the limit]
    share : float
        Share of the window's readings that the mean so far stands for, 0..1.
    current : float or None
        Present value, held for the rest of the window where the steps tell too little; the mean so far where absent.
    limit : float or None
        The limit of the window's mean.
    recent : (n,) float64 or None
        Means over equal steps up to now, the newest last, NaN where there is none; may begin before the window.
    steps_left : int
        Steps until the window ends, the last of them perhaps in part.

    Notes
    -----
    permissible = (limit - s·mean) / (1 - s), shown not below 0. The steps are taken for an autoregression of first order (`ar1.fit_ar1`):
    the rest of the window then averages E ± sd, the forecast is s·mean + (1 - s)·E, and the window exceeds with probability
    1 - Φ((permissible - E) / sd), above one half exactly where the forecast is above the limit. With fewer steps the present value is held
    and nothing is said of the probability; once nothing is left the mean alone decides.

    Sources
    -------
    Closed form of the AR(1) process, see `ar1.remaining_mean`.
    """
    if mean is None or not math.isfinite(mean):
        return Forecast(None, None, None)
    share = min(max(share, 0.0), 1.0)
    if share >= 1.0:
        return Forecast(mean, None, None if limit is None else float(mean > limit))
    rest = _rest(recent, steps_left)
    expected = rest[0] if rest is not None else mean if current is None or not math.isfinite(current) else current
    forecast = share * mean + (1.0 - share) * expected
    if limit is None:
        return Forecast(forecast, None, None)
    permissible = (limit - share * mean) / (1.0 - share)
    return Forecast(forecast, max(0.0, permissible), None if rest is None else exceedance(*rest, permissible))


def _rest(recent: Floats | None, steps_left: int) -> tuple[float, float] | None:
    """Expectation and standard deviation of the mean over the rest of the window; None where the steps tell too little."""
    process = None if recent is None or steps_left < 1 else fit_ar1(recent)
    if recent is None or process is None:
        return None
    newest = int(np.flatnonzero(np.isfinite(recent))[-1])
    made = remaining_mean(process, float(recent[newest]), steps_left, gap=len(recent) - 1 - newest)
    return made if all(map(math.isfinite, made)) else None
