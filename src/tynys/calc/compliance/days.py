"""Days without enough valid averages, and too many of them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from tynys.calc.compliance.ruling import Outcome, Reason, Ruling
from tynys.calc.timegrid import local_date
from tynys.domain.component import Certainty

if TYPE_CHECKING:
    from datetime import date

    from tynys.calc.arrays import Counts, Mask, Times


def count_by_day(start_ms: Times, invalid: Mask, zone: str) -> dict[date, int]:
    """How many averages of each civil day are invalid; every day that has an average is there, in order.

    Parameters
    ----------
    start_ms : (n,) int64
        Starts of the averages. [ms since 1970 UTC]
    invalid : (n,) bool
        Averages in operation that are invalid for a failure or maintenance of the instrument.
    zone : str
        IANA zone whose days are counted.

    Sources
    -------
    2010/75/EU, Annex V, Part 3, point 11.
    """
    days: dict[date, int] = {}
    for start, bad in sorted(zip(np.asarray(start_ms).tolist(), np.asarray(invalid).tolist(), strict=True)):
        day = local_date(start, zone)
        days[day] = days.get(day, 0) + int(bad)
    return days


def day_invalid(invalid_averages: Counts, more_than: int) -> Mask:
    """Whether each day is invalid: more than so many of its averages are.

    Parameters
    ----------
    invalid_averages : (n,) int64
        Invalid hours (or half-hours) of each day; a negative count counts as none.
    more_than : int
        3 hours in the directive, 6 half-hours in Germany.

    Sources
    -------
    2010/75/EU, Annex V, Part 3, point 11; 13. BImSchV, § 19(1).
    """
    made: Mask = np.asarray(invalid_averages) > max(more_than, 0)
    return made


def too_many_invalid_days(invalid: Mask, more_than: int | None, certainty: Certainty, clause: str = "") -> Ruling:
    """Whether a calendar year has more invalid days than the rule allows; then the operator must make the system reliable.

    Parameters
    ----------
    invalid : (n,) bool
        Days of one calendar year.
    more_than : int or None
        10 in the directive; None where no rule sets it.

    Sources
    -------
    2010/75/EU, Annex V, Part 3, point 11; 13. BImSchV, § 19(1).
    """
    test = "invalid_days"
    if more_than is None:
        return Ruling(test, Outcome.NOT_SET, clause=clause)
    count = int(np.asarray(invalid).sum())
    sure = certainty is not Certainty.TO_CONFIRM
    outcome = Outcome.CANNOT_BE_JUDGED if not sure else Outcome.EXCEEDED if count > more_than else Outcome.KEPT
    return Ruling(
        test=test,
        outcome=outcome,
        threshold=float(more_than),
        certainty=certainty,
        clause=clause,
        reason=Reason.NONE if sure else Reason.TO_CONFIRM,
        checked=len(invalid),
        over=count,
        worst=float(count),
        share_within=(len(invalid) - count) / len(invalid) if len(invalid) else math.nan,
    )
