"""When each quality assurance of an analyser is due again, and how it stands today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

QAL2_YEARS, AST_YEARS = 5, 1
"""The longest time between two QAL2, and between two tests of a function (EN 14181, 6.1 and 8.1; Germany: QAL2 every 3 years)."""
SOON = timedelta(days=60)
"""So long before its date a laboratory should be ordered (practice of test laboratories)."""
_YEAR_MONTHS = 12


class Standing(StrEnum):
    """How a quality assurance stands, worst first."""

    OVERDUE = "overdue"
    SOON = "soon"
    OK = "ok"
    NOT_SET = "not_set"


@dataclass(frozen=True, slots=True)
class Due:
    """One quality assurance: when it was last done, when it is due again, how it stands; None where nobody has said so."""

    last: date | None
    next: date | None
    standing: Standing


def due_on(next_day: date | None, today: date, *, last: date | None = None, soon: timedelta = SOON) -> Due:
    """How something stands that is due on a day; the day itself is not yet overdue.

    Parameters
    ----------
    next_day : date or None
        The last day it may be done, or on which a certificate is valid.
    today, last : date
        Civil dates.
    soon : timedelta
        From so long before the day on it is due soon.
    """
    if next_day is None:
        return Due(last, None, Standing.NOT_SET)
    standing = Standing.OVERDUE if today > next_day else Standing.SOON if next_day - today <= soon else Standing.OK
    return Due(last, next_day, standing)


def due_after(last: date | None, today: date, *, months: int = 0, days: int = 0, soon: timedelta = SOON) -> Due:
    """How something stands that is due again some months or days after it was last done; "not set" where it never was.

    Parameters
    ----------
    last : date or None
        The day it was last done, None if never.
    today : date
        The civil date.
    months, days : int
        The interval; with neither nothing is due. 29 February and the like go to the last day of a shorter month.
    soon : timedelta
        See `due_on`; never more than half the interval.

    Sources
    -------
    EN 14181, 6.1 (QAL2), 7 (QAL3: the maintenance interval of the QAL1 certificate), 8.1 (AST).
    """
    if last is None or not (months or days):
        return Due(last, None, Standing.NOT_SET)
    following = _add_months(last, months) + timedelta(days=days)
    return due_on(following, today, last=last, soon=min(soon, (following - last) / 2))


def _add_months(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, _YEAR_MONTHS)
    first = date(day.year + years, month + 1, 1)
    following = date(first.year + first.month // _YEAR_MONTHS, first.month % _YEAR_MONTHS + 1, 1)
    return min(first + timedelta(days=day.day - 1), following - timedelta(days=1))


WORST = (Standing.OVERDUE, Standing.SOON, Standing.NOT_SET, Standing.OK)
"""Standings in the order a reader should look at them."""


def worst(*items: Due) -> Standing:
    """The standing to look at first among several; OK if there are none."""
    return min((each.standing for each in items), key=WORST.index, default=Standing.OK)
