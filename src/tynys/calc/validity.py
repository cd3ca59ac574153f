"""Whether an average has enough that is valid, by the tests its rule pack names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from tynys.calc.arrays import Counts, Floats, Mask, Times
    from tynys.law.averaging import Validity

MS_PER_MINUTE = 60_000


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """What some windows hold; every array is (n,), counted in first level data or in shorter averages.

    Parameters
    ----------
    valid, operating, due : (n,) int64
        How many are valid, how many lie in operation, how many the window has in all.
    valid_ms : (n,) float64
        How long a time the valid ones stand for. [ms]
    parts_met : (n,) bool
        Whether each part of the window that lies in operation has a valid one.
    """

    valid: Counts
    operating: Counts
    due: Counts
    valid_ms: Floats
    parts_met: Mask


def enough(rule: Validity, held: Held) -> Mask:
    """Whether each window passes every test the pack names; one without anything valid passes none.

    Sources
    -------
    EN 17255-1 (share of operation; least lengths for day and month); (EU) 2018/2066, Article 44 (80 % of the period); 40 CFR 75.10(d)(1)
    (quadrants of the hour); HJ 75-2017 (45 minutes of the hour): each as the rule pack states it.
    """
    passed: Mask = held.valid > 0
    if rule.share_of_operation is not None:
        passed &= held.valid >= rule.share_of_operation * held.operating
    if rule.share_of_period is not None:
        passed &= held.valid >= rule.share_of_period * held.due
    if rule.valid_minutes is not None:
        passed &= held.valid_ms >= rule.valid_minutes * MS_PER_MINUTE
    return passed & held.parts_met


def part_edges(start_ms: Times, end_ms: Times, parts: int) -> tuple[Times, Times]:
    """Starts and ends of the equal parts of each window, window after window. (n,) to (n · parts,). [ms since 1970 UTC]."""
    steps = np.arange(parts + 1, dtype=np.int64)
    edges = start_ms[:, None] + (end_ms - start_ms)[:, None] * steps // parts
    return edges[:, :-1].ravel(), edges[:, 1:].ravel()


def parts_met(valid: Counts, operating: Counts, parts: int) -> Mask:
    """Whether every part in operation has something valid, from counts of the parts, window after window. (n · parts,) to (n,)."""
    met: Mask = ((operating == 0) | (valid > 0)).reshape(-1, parts).all(axis=1)
    return met
