"""What a series of parallel measurements lacks: pairs, days, distance from each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tynys.calc.qa.pairs import Note
from tynys.calc.timegrid import ALMATY, local_date

if TYPE_CHECKING:
    from tynys.calc.qa.pairs import Pairs

HOUR_MS = 3_600_000
LONGEST_MS = 28 * 24 * HOUR_MS
"""A campaign lasts four weeks at most (EN 14181, 6.3). [ms]"""


def programme_of(pairs: Pairs, *, least_pairs: int, least_days: int, zone: str = ALMATY) -> tuple[Note, ...]:
    """Shortcomings of a campaign as notes; of its times only where they are given.

    Parameters
    ----------
    pairs : Pairs
        Parallel measurements.
    least_pairs, least_days : int
        Pairs that count, and civil days they are spread over.
    zone : str
        IANA zone whose days count.

    Sources
    -------
    EN 14181, 6.3 (QAL2) and 8.3 (AST).
    """
    used = pairs.used
    count = int(used.sum())
    notes = []
    if count < least_pairs:
        notes.append(Note("qa.note.too_few_pairs", {"count": count, "least": least_pairs}))
    if pairs.time_ms is None or not count:
        return tuple(notes)
    times = np.sort(pairs.time_ms[used])
    days = len({local_date(int(moment), zone) for moment in times})
    if days < least_days:
        notes.append(Note("qa.note.too_few_days", {"count": days, "least": least_days}))
    if int(times[-1] - times[0]) > LONGEST_MS:
        notes.append(Note("qa.note.too_long", {"days": int(times[-1] - times[0]) // (24 * HOUR_MS)}))
    close = int(np.sum(np.diff(times) < HOUR_MS))
    if close:
        notes.append(Note("qa.note.too_close", {"count": close}))
    return tuple(notes)
