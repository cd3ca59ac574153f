"""Gaps are spans a person can read, the newest first, whatever order they came in."""

from uuid import UUID

import numpy as np

from tynys.centre.gaps import KEPT, Gaps
from tynys.domain.reading import ReadingBlock
from tynys.domain.status import GapCause, InstrumentStatus

CHANNEL = UUID(int=5)
DAY_MS = 86_400_000


def block(start_ms: int, causes: list[int]) -> ReadingBlock:
    cause = np.array(causes, np.uint8)
    value = np.where(cause == 0, 1.0, np.nan)
    status = np.where(cause == 0, InstrumentStatus.VALID, InstrumentStatus.COMMUNICATION_LOST).astype(np.uint8)
    return ReadingBlock(CHANNEL, start_ms, 1000, value, status, cause)


def spans(gaps: Gaps, **arguments) -> list[tuple[int, int, int, str]]:
    return [(gap.start_ms, gap.end_ms, gap.count, gap.cause) for gap in gaps.newest(**arguments)]


def test_a_gap_that_goes_on_in_the_next_batch_is_one_gap():
    gaps = Gaps()
    gaps.note("g", [block(0, [0, 0, GapCause.NO_ANSWER])], {})
    gaps.note("g", [block(3000, [GapCause.NO_ANSWER, 0])], {})
    assert spans(gaps) == [(2000, 4000, 2, "no_answer")]


def test_another_cause_is_another_gap():
    gaps = Gaps()
    gaps.note("g", [block(0, [GapCause.NO_ANSWER, GapCause.STALE])], {})
    assert spans(gaps) == [(1000, 2000, 1, "stale"), (0, 1000, 1, "no_answer")]


def test_a_history_that_arrives_newest_day_first_keeps_its_newest_gaps():
    gaps = Gaps()
    days = range(KEPT + 50, 0, -1)
    for day in days:
        gaps.note("g", [block(day * DAY_MS, [GapCause.NOT_MEASURING, 0])], {})
    found = spans(gaps, limit=KEPT)
    assert [start // DAY_MS for start, *_ in found] == list(days)[:KEPT]
