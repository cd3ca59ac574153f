"""Gaps are spans a person can read, the newest first, whatever order they came in."""

from uuid import UUID

import numpy as np

from tynys.centre.gaps import KEPT, MOST_RUNNING, Gaps, age
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


def test_pages_of_gaps_that_ended_together_tell_each_once():
    gaps = Gaps()
    for number in range(25):
        gaps.add("g", f"channel {number}", 0, 1000, 1, "no_answer")
    told, before = [], None
    while page := gaps.newest(4, before=before):
        told += [gap.channel for gap in page]
        before = age(page[-1])
    assert sorted(told) == sorted(f"channel {number}" for number in range(25))


def test_however_many_causes_a_gateway_invents_only_so_many_gaps_are_held():
    gaps = Gaps()
    for number in range(MOST_RUNNING + KEPT + 50):
        gaps.add("g", None, number, number + 1, 1, f"cause {number}")
    assert len(gaps.newest(10**6)) == MOST_RUNNING + KEPT


def test_a_history_that_arrives_newest_day_first_keeps_its_newest_gaps():
    gaps = Gaps()
    days = range(KEPT + 50, 0, -1)
    for day in days:
        gaps.note("g", [block(day * DAY_MS, [GapCause.NOT_MEASURING, 0])], {})
    found = spans(gaps, limit=KEPT)
    assert [start // DAY_MS for start, *_ in found] == list(days)[:KEPT]
