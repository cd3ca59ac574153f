"""Which calibration function applies in a window, and its result (EN 14181)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tynys.calc.states import PLANT_STATES
from tynys.domain.base import to_ms

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tynys.calc.arrays import Codes, Counts, Floats, Mask, Times
    from tynys.domain.plan import CalibrationFunction, MeasuringChain, MeasuringRange

_SELECTED = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Circumstances:
    """What the choice of a calibration function depends on, one entry a window.

    Parameters
    ----------
    starts : (n,) int64
        Starts of the windows. [ms since 1970 UTC]
    states : (n,) uint8
        Index into `PLANT_STATES`.
    fuels : sequence of str
        The main fuel of each window.
    mean : callable
        Window means of a channel by name, for range selection signals.
    """

    starts: Times
    states: Codes
    fuels: Callable[[], Sequence[str]]
    mean: Callable[[str], Floats]


def _applies(function: CalibrationFunction, chain: MeasuringChain, given: Circumstances) -> Mask:
    applies: Mask = given.starts >= to_ms(function.valid_from)
    if function.valid_to is not None:
        applies &= given.starts < to_ms(function.valid_to)
    if function.mode is not None:
        applies &= np.array([PLANT_STATES[code].value == function.mode for code in given.states], np.bool_)
    if function.fuel is not None:
        applies &= np.array([fuel == function.fuel for fuel in given.fuels()], np.bool_)
    if function.range is not None:
        band = next((r for r in chain.ranges if r.name == function.range), None)
        if band is not None:
            applies &= _selected(band, chain, given)
    return applies


def _selected(band: MeasuringRange, chain: MeasuringChain, given: Circumstances) -> Mask:
    """Whether a range's signal is on; the range without one is measured in where no other's is."""
    if band.selection_channel is not None:
        return given.mean(band.selection_channel) >= _SELECTED
    others = [given.mean(other.selection_channel) >= _SELECTED for other in chain.ranges if other.selection_channel is not None]
    return ~np.any(others, axis=0) if others else np.ones(len(given.starts), np.bool_)


def applicable(chain: MeasuringChain, given: Circumstances) -> Counts:
    """Index into ``chain.calibrations`` of the last listed function that fits each window's start, range, fuel and mode; -1 for none."""
    chosen = np.full(len(given.starts), -1, np.int64)
    for index, function in enumerate(chain.calibrations):
        chosen[_applies(function, chain, given)] = index
    return chosen


def calibrate(chain: MeasuringChain, raw: Floats, chosen: Counts) -> Floats:
    """Apply to each window the function `applicable` chose; the raw value where there is none.

    Sources
    -------
    EN 14181: y = a + b·x, of the averaged raw signal.
    """
    value = raw
    for index, function in enumerate(chain.calibrations):
        value = np.where(chosen == index, function.intercept + function.slope * raw, value)
    return value


def highest_calibrated(chain: MeasuringChain, chosen: Counts) -> Floats:
    """Upper end of the valid calibration range of each window, as a standardised value; infinite where no function applies."""
    highest = np.full(len(chosen), np.inf)
    for index, function in enumerate(chain.calibrations):
        highest = np.where(chosen == index, function.valid_range_max, highest)
    return highest


def site_uncertainty(chain: MeasuringChain, chosen: Counts) -> Floats:
    """Half-width of the 95 % confidence interval found with each window's function; NaN where it states none. [standardised value]."""
    found = np.full(len(chosen), np.nan)
    for index, function in enumerate(chain.calibrations):
        if function.uncertainty is not None:
            found = np.where(chosen == index, function.uncertainty, found)
    return found
