"""The last readings in memory."""

import uuid

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tynys.centre.rings import LEAST_INSTANTS, ChannelRing, Rings
from tynys.domain.reading import ReadingBlock
from tynys.domain.status import GapCause, InstrumentStatus

CHANNEL = uuid.UUID(int=7)
HOUR_MS = 3_600_000


def block(start, values, interval=HOUR_MS):
    value = np.asarray(values, np.float64)
    cause = np.where(np.isnan(value), GapCause.LINE_CUT, 0).astype(np.uint8)
    return ReadingBlock(CHANNEL, start * interval, interval, value, np.full(len(value), InstrumentStatus.VALID, np.uint8), cause)


@given(st.lists(st.tuples(st.integers(1, 300), st.integers(1, 20)), min_size=1, max_size=12))
def test_a_ring_tells_what_it_was_told_first_as_far_back_as_it_reaches(pieces):
    ring, told, newest = ChannelRing(HOUR_MS), {}, 0
    for number, (start, count) in enumerate(pieces):
        ring.put(block(start, [1000.0 * number + i for i in range(count)]))
        newest = max(newest, start + count - 1)
        for i in range(count):
            told.setdefault(start + i, 1000.0 * number + i)
        told = {at: value for at, value in told.items() if at > newest - LEAST_INSTANTS}
    cut = ring.cut(CHANNEL, 0, (newest + 5) * HOUR_MS)
    assert cut is not None
    heard = {int(at) // HOUR_MS: value for at, value in zip(cut.time_ms, cut.value.tolist(), strict=True) if value == value}  # noqa: PLR0124
    assert heard == told
    silent = cut.cause == GapCause.NOT_REPORTED
    assert {int(at) // HOUR_MS for at in cut.time_ms[~silent]} == set(told)


def test_an_instant_nobody_told_is_a_gap_with_its_cause():
    rings = Rings()
    rings.put([block(10, [1.0]), block(12, [3.0])])
    (cut,) = rings.cut([CHANNEL], 0, 100 * HOUR_MS)
    assert cut.cause.tolist() == [0, GapCause.NOT_REPORTED, 0]
    assert cut.status.tolist() == [1, InstrumentStatus.COMMUNICATION_LOST, 1]
    assert np.isnan(cut.value[1])


def test_the_newest_instant_carries_its_cause_when_it_has_no_value():
    rings = Rings()
    rings.put([block(10, [1.0, np.nan])])
    latest = rings.latest(CHANNEL)
    assert latest is not None
    assert (latest.time_ms, latest.value, latest.cause) == (11 * HOUR_MS, None, GapCause.LINE_CUT)


def test_a_recorded_past_on_another_grid_does_not_disturb_the_present():
    rings = Rings()
    rings.put([block(1_000_000, [1.0], 1000)])
    rings.put([block(3, [9.0] * 20, 60_000)])
    assert rings.latest(CHANNEL).value == 1.0
    rings.put([block(1_000_060_000 // 60_000, [5.0], 60_000)])
    assert rings.latest(CHANNEL).value == 5.0


def test_a_ring_knows_from_when_on_it_holds_everything():
    rings = Rings()
    assert rings.holds_since([CHANNEL]) == 0
    rings.put([block(1000, [1.0])])
    assert rings.holds_since([CHANNEL]) == (1000 - LEAST_INSTANTS + 1) * HOUR_MS
