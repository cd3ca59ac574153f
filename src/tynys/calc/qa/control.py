"""QAL3 by other charts: Shewhart's rules and the exponentially weighted moving average (EWMA)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tynys.calc.arrays import Floats, Mask

WARNING, ACTION = 2.0, 3.0
"""Lines of a Shewhart chart, in s_AMS (practice of EN 14181, Annex C; Western Electric 1956)."""
RULES = ("beyond_action", "two_of_three", "four_of_five", "eight_on_one_side")
"""One beyond 3 s; two of three beyond 2 s, four of five beyond 1 s, eight in a row, each on one side of the reference."""
_ZONES = ((2, 3, WARNING), (4, 5, 1.0), (8, 8, 0.0))
LAMBDA, WIDTH = 0.25, 3.0
"""Weight of the newest check and half-width of the limits of an EWMA, where nothing else is asked for (practice of EN 14181)."""


@dataclass(frozen=True, slots=True, eq=False)
class Shewhart:
    """A Shewhart chart, an entry a check: rules broken there, and whether the check is beyond the warning line."""

    rules: tuple[tuple[str, ...], ...]
    warning: Mask
    alarm: Mask


@dataclass(frozen=True, slots=True, eq=False)
class Ewma:
    """An EWMA, an entry a check: its value, its limit on either side, and whether it is beyond. [unit of the reading]."""

    z: Floats
    limit: Floats
    alarm: Mask


def shewhart(difference: Floats, *, s_ams: float, adjusted: Mask | None = None) -> Shewhart:
    """Which of Shewhart's rules each check breaks, looking back no further than the last adjustment.

    Parameters
    ----------
    difference : (n,) float64
        Reading minus reference in the order of time; finite. [unit of the reading]
    s_ams : float
        Standard deviation of the AMS at this point; above zero. [unit of the reading]
    adjusted : (n,) bool or None
        Where the analyser was adjusted after the check.

    Sources
    -------
    EN 14181, Annex C; Western Electric, Statistical Quality Control Handbook (1956).
    """
    scaled = (difference / s_ams).tolist()
    rules, first = [], 0
    for index in range(len(scaled)):
        rules.append(tuple(_broken(scaled[first : index + 1])))
        first = index + 1 if adjusted is not None and adjusted[index] else first
    warning = np.abs(difference) > WARNING * s_ams
    return Shewhart(tuple(rules), warning, np.array([bool(each) for each in rules], np.bool_))


def _broken(scaled: list[float]) -> Iterator[str]:
    """Rules the last of some checks breaks."""
    if abs(scaled[-1]) > ACTION:
        yield RULES[0]
    for rule, (needed, of, line) in zip(RULES[1:], _ZONES, strict=True):
        last = scaled[-of:]
        if any(sign * last[-1] > line and sum(sign * each > line for each in last) >= needed for sign in (1.0, -1.0)):
            yield rule


def ewma(difference: Floats, *, s_ams: float, weight: float = LAMBDA, width: float = WIDTH, adjusted: Mask | None = None) -> Ewma:
    """Smooth the checks and hold the result against limits that widen to their final value.

    z_t = λ·d_t + (1 − λ)·z_{t−1}, z_0 = 0; limits ±L·s_AMS·√(λ/(2 − λ)·(1 − (1 − λ)^{2t})).

    Parameters
    ----------
    difference : (n,) float64
        Reading minus reference in the order of time; finite. [unit of the reading]
    s_ams : float
        Standard deviation of the AMS at this point; above zero. [unit of the reading]
    weight, width : float
        λ in (0, 1] and L above zero.
    adjusted : (n,) bool or None
        Where the analyser was adjusted after the check: z and t begin again.

    Sources
    -------
    EN 14181, Annex C; S. W. Roberts, Technometrics 1 (1959) 239.
    """
    n = len(difference)
    z, limit = np.zeros(n), np.zeros(n)
    value, t = 0.0, 0
    for index, d in enumerate(difference.tolist()):
        value, t = weight * d + (1.0 - weight) * value, t + 1
        z[index] = value
        limit[index] = width * s_ams * (weight / (2.0 - weight) * (1.0 - (1.0 - weight) ** (2 * t))) ** 0.5
        if adjusted is not None and adjusted[index]:
            value, t = 0.0, 0
    return Ewma(z, limit, np.abs(z) > limit)
