"""The weekly counter: how often an analyser measures outside its valid calibration range, and when that asks for a new QAL2."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from tynys.calc.timegrid import ALMATY, local_date

if TYPE_CHECKING:
    from datetime import date

    from tynys.calc.arrays import Mask, Times

SOME_SHARE, MANY_SHARE = 0.05, 0.40
"""Shares of a week's valid values outside the range beyond which it counts once, or six times (EN 14181, 6.5; German BEP, Annex B 1.6)."""
SOME, MANY = 1, 6
"""What such a week adds; six mean a new QAL2 (more than five weeks, or one week of the worse kind)."""
NEW_QAL2 = 6


@dataclass(frozen=True, slots=True)
class Week:
    """One week from Monday to Sunday of civil time: valid values, those outside the range, what it adds, the counter after it."""

    monday: date
    valid: int
    outside: int
    added: int
    counter: int

    @property
    def new_qal2(self) -> bool:
        """Whether a new QAL2 is due since this week."""
        return self.counter >= NEW_QAL2


def weekly_range(start_ms: Times, valid: Mask, outside: Mask, *, since_ms: int | None = None, zone: str = ALMATY) -> tuple[Week, ...]:
    """Count week by week the valid short-term averages outside the valid calibration range.

    Parameters
    ----------
    start_ms : (n,) int64
        Starts of the averages, in any order. [ms since 1970 UTC]
    valid : (n,) bool
        Which of them are valid.
    outside : (n,) bool
        Which of them lie outside the valid calibration range; only valid ones count.
    since_ms : int or None
        The last QAL2 or AST: what began earlier does not count. [ms since 1970 UTC]
    zone : str
        IANA zone whose weeks count.

    Returns
    -------
    tuple of Week
        Weeks that have a valid value, in order; the counter goes on from week to week.

    Sources
    -------
    EN 14181, 6.5: more than 5 % in more than five weeks, or more than 40 % in one.
    """
    counts: dict[date, list[int]] = {}
    kept = valid if since_ms is None else valid & (start_ms >= since_ms)
    mondays: dict[int, date] = {}
    for moment, out in zip(start_ms[kept].tolist(), outside[kept].tolist(), strict=True):
        hour = moment // 3_600_000
        if hour not in mondays:
            day = local_date(hour * 3_600_000, zone)
            mondays[hour] = day - timedelta(days=day.weekday())
        count = counts.setdefault(mondays[hour], [0, 0])
        count[0] += 1
        count[1] += out
    weeks, counter = [], 0
    for monday, (total, beyond) in sorted(counts.items()):
        share = beyond / total
        added = MANY if share > MANY_SHARE else SOME if share > SOME_SHARE else 0
        counter += added
        weeks.append(Week(monday, total, beyond, added, counter))
    return tuple(weeks)
