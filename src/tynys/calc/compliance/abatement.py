"""The clock of an abatement breakdown: restored in time, told in time, and not too long without in any twelve months."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tynys.calc.compliance.ruling import Outcome, Reason, Ruling
from tynys.domain.base import from_ms, to_ms
from tynys.domain.component import Certainty

if TYPE_CHECKING:
    from datetime import datetime

    from tynys.calc.arrays import Floats, Mask, Times

MS_PER_H = 3_600_000.0


@dataclass(frozen=True, slots=True, eq=False)
class Breakdowns:
    """Spans in which the plant ran without its abatement, in order, none overlapping; arrays are (n,).

    Parameters
    ----------
    start_ms, end_ms : (n,) int64
        [ms since 1970 UTC]
    hours : (n,) float64
        Length of each. [h]
    late : (n,) bool
        Longer than normal operation may take to return: the plant should have been reduced or closed.
    notify_by_ms : (n,) int64
        Until when the authority must have been told. [ms since 1970 UTC]
    hours_in_span : (n,) float64
        Hours without abatement in the months that end with each breakdown. [h]
    """

    start_ms: Times
    end_ms: Times
    hours: Floats
    late: Mask
    notify_by_ms: Times
    hours_in_span: Floats


def breakdowns(start_ms: Times, end_ms: Times, *, restore_within_h: float, notify_within_h: float, over_months: int) -> Breakdowns:
    """The breakdowns of a plant, each with its own clock and the hours of the rolling months before its end.

    Parameters
    ----------
    start_ms, end_ms : (n,) int64
        Half-open spans in operation without abatement, in any order; overlapping or touching ones are one breakdown; one that ends before
        it starts is none. An open one ends at the moment of asking. [ms since 1970 UTC]
    restore_within_h, notify_within_h : float
        [h]
    over_months : int
        Length of the rolling span: calendar months in UTC, half-open, ending with the breakdown.

    Notes
    -----
    The sum over a rolling span is highest where a breakdown ends: elsewhere it can only stay or fall.

    Sources
    -------
    2010/75/EU, Article 37; 13. BImSchV, § 12.
    """
    starts, ends = _merged(np.asarray(start_ms, np.int64), np.asarray(end_ms, np.int64))
    hours = (ends - starts) / MS_PER_H
    since = np.array([to_ms(months_before(from_ms(int(end)), over_months)) for end in ends], np.int64)
    inside = (_without_before(ends, starts, ends) - _without_before(since, starts, ends)) / MS_PER_H
    return Breakdowns(
        start_ms=starts,
        end_ms=ends,
        hours=hours,
        late=hours > restore_within_h,
        notify_by_ms=starts + round(notify_within_h * MS_PER_H),
        hours_in_span=np.asarray(inside, np.float64),
    )


def _merged(start_ms: Times, end_ms: Times) -> tuple[Times, Times]:
    made: list[list[int]] = []
    for start, end in sorted((s, e) for s, e in zip(start_ms.tolist(), end_ms.tolist(), strict=True) if e > s):
        if made and start <= made[-1][1]:
            made[-1][1] = max(made[-1][1], end)
        else:
            made.append([start, end])
    spans = np.array(made, np.int64).reshape(-1, 2)
    return spans[:, 0], spans[:, 1]


def _without_before(moment_ms: Times, start_ms: Times, end_ms: Times) -> Times:
    """Time without abatement before each moment. [ms]."""
    so_far = np.concatenate([[0], np.cumsum(end_ms - start_ms)])
    begun = np.searchsorted(start_ms, moment_ms, side="right")
    last = np.maximum(begun - 1, 0)
    ahead = np.maximum(end_ms[last] - moment_ms, 0) if len(start_ms) else np.zeros(len(moment_ms), np.int64)
    return np.asarray(so_far[begun] - np.where(begun > 0, ahead, 0), np.int64)


def months_before(moment: datetime, months: int) -> datetime:
    """The same day and time so many calendar months earlier; the last day of the month where it has no such day.

    Sources
    -------
    Regulation (EEC, Euratom) 1182/71, Article 3 (periods in months).
    """
    whole = moment.year * 12 + moment.month - 1 - months
    year, month = whole // 12, whole % 12 + 1
    return moment.replace(year=year, month=month, day=min(moment.day, monthrange(year, month)[1]))


def unabated_hours(made: Breakdowns, most_h: float | None, certainty: Certainty, clause: str = "") -> Ruling:
    """Whether the plant ran longer without abatement than the rule allows in any of its rolling spans.

    Parameters
    ----------
    most_h : float or None
        120 in the directive; None where no rule sets it. [h]

    Sources
    -------
    2010/75/EU, Article 37(2); 13. BImSchV, § 12.
    """
    longest = np.asarray(made.hours_in_span)
    return _ruling("unabated_hours", longest, most_h, certainty, clause)


def restored_in_time(made: Breakdowns, restore_within_h: float | None, certainty: Certainty, clause: str = "") -> Ruling:
    """Whether every breakdown ended, or the plant was reduced or closed, within the time the rule allows.

    Parameters
    ----------
    restore_within_h : float or None
        24 in the directive; None where no rule sets it. [h]

    Sources
    -------
    2010/75/EU, Article 37(1); 13. BImSchV, § 12.
    """
    return _ruling("abatement_restored", np.asarray(made.hours), restore_within_h, certainty, clause)


def _ruling(test: str, hours: Floats, most_h: float | None, certainty: Certainty, clause: str) -> Ruling:
    if most_h is None:
        return Ruling(test, Outcome.NOT_SET, clause=clause)
    over = int((hours > most_h).sum())
    at = int(np.argmax(hours)) if len(hours) else -1
    sure = certainty is not Certainty.TO_CONFIRM
    outcome = Outcome.CANNOT_BE_JUDGED if not sure else Outcome.EXCEEDED if over else Outcome.KEPT
    return Ruling(
        test=test,
        outcome=outcome,
        threshold=most_h,
        certainty=certainty,
        clause=clause,
        reason=Reason.NONE if sure else Reason.TO_CONFIRM,
        checked=len(hours),
        over=over,
        worst=float(hours[at]) if at >= 0 else 0.0,
        worst_at=at,
        share_within=(len(hours) - over) / len(hours) if len(hours) else 1.0,
    )
