"""Since when a component stands where it stands."""

import uuid

import numpy as np

from tynys.centre.rings import Rings
from tynys.centre.since import answered_ms, began_ms
from tynys.centre.views import Standing
from tynys.domain.average import Average, Origin
from tynys.domain.reading import ReadingBlock
from tynys.domain.status import AverageStatus, GapCause, InstrumentStatus, PlantState

CHANNEL = uuid.UUID(int=3)
VALID, HELD, LOST = InstrumentStatus.VALID, InstrumentStatus.HELD, InstrumentStatus.COMMUNICATION_LOST
WINDOW_MS = 1_200_000


def rings(*statuses, start=100):
    """Rings of one channel that told one status a second."""
    status = np.array(statuses, np.uint8)
    value = np.where(status == VALID, 1.0, np.nan)
    cause = np.where(status == LOST, GapCause.NO_ANSWER, 0).astype(np.uint8)
    found = Rings()
    found.put([ReadingBlock(CHANNEL, start * 1000, 1000, value, status, cause)])
    return found


def closed(start, value, status=AverageStatus.VALID):
    end = start + WINDOW_MS
    return Average("s", "so2", "PT20M", start, end, value, "mg/Nm3", status, PlantState.OPERATING, Origin.COMPUTED, False, 1, 1)  # noqa: FBT003


def test_rows_of_a_lost_line_are_no_sign_of_life():
    assert answered_ms(rings(VALID, HELD, LOST, LOST), CHANNEL) == 101_000
    assert began_ms(Standing.SILENT, rings(VALID, HELD, LOST, LOST), CHANNEL, {}, None) == 101_000


def test_an_instrument_never_heard_is_silent_since_its_first_row():
    assert answered_ms(rings(LOST, LOST, LOST), CHANNEL) == 100_000
    assert answered_ms(Rings(), CHANNEL) is None


def test_readings_are_not_valid_since_the_last_valid_one_whoever_looked_and_when():
    assert began_ms(Standing.INVALID, rings(VALID, VALID, HELD, HELD), CHANNEL, {}, 200.0) == 101_000
    assert began_ms(Standing.INVALID, rings(VALID, VALID), CHANNEL, {}, 200.0) is None


def test_a_limit_is_exceeded_since_the_unbroken_row_of_averages_over_it_began():
    values = {0: 300.0, WINDOW_MS: 100.0, 2 * WINDOW_MS: 201.0, 3 * WINDOW_MS: 202.0}
    recent = {start: closed(start, value) for start, value in values.items()}
    assert began_ms(Standing.EXCEEDING, rings(VALID), CHANNEL, recent, 200.0) == 2 * WINDOW_MS
    recent[2 * WINDOW_MS] = closed(2 * WINDOW_MS, None, AverageStatus.NO_DATA)
    assert began_ms(Standing.EXCEEDING, rings(VALID), CHANNEL, recent, 200.0) == 3 * WINDOW_MS
    del recent[2 * WINDOW_MS]
    assert began_ms(Standing.EXCEEDING, rings(VALID), CHANNEL, recent, 200.0) == 3 * WINDOW_MS
    assert began_ms(Standing.WITHIN, rings(VALID), CHANNEL, recent, 200.0) is None
