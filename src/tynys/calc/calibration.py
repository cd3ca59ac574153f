"""Which calibration function applies in a window, and its result (EN 14181)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tynys.calc.states import PLANT_STATES
from tynys.domain.base import to_ms

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tynys.calc.arrays import Codes, Floats, Mask, Times
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


def calibrate(chain: MeasuringChain, raw: Floats, given: Circumstances) -> Floats:
    """Apply to each window the last listed function that fits its start, range, fuel and mode; the raw value where none does.

    Sources
    -------
    EN 14181: y = a + b·x, of the averaged raw signal.
    """
    value = raw
    for function in chain.calibrations:
        value = np.where(_applies(function, chain, given), function.intercept + function.slope * raw, value)
    return value


def highest_calibrated(chain: MeasuringChain, given: Circumstances) -> Floats:
    """Upper end of the valid calibration range of each window, as a standardised value; infinite where no function applies."""
    highest = np.full(len(given.starts), np.inf)
    for function in chain.calibrations:
        highest = np.where(_applies(function, chain, given), function.valid_range_max, highest)
    return highest
