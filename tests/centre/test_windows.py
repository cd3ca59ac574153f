"""When windows are due."""

import uuid

from tynys.centre.coverage import Coverage
from tynys.centre.windows import CLOSE_AFTER_MS, QUIET_S, Made, OpenWindows

END = 1_200_000
ONE, TWO = uuid.UUID(int=1), uuid.UUID(int=2)
A, B = uuid.UUID(int=11), uuid.UUID(int=12)


def due(windows, *, covered=False, now_ms=0, now_s=0.0):
    return [(w.start_ms, provisional) for w, provisional in windows.due(lambda *_: covered, now_ms=now_ms, now_s=now_s)]


def test_a_window_is_final_as_soon_as_stored_spans_cover_it():
    windows = OpenWindows()
    windows.open("PT20M", 0, END, touched_s=0.0)
    assert due(windows) == []
    assert due(windows, covered=True) == [(0, False)]


def test_a_window_nobody_covers_is_provisional_a_minute_after_its_end():
    windows = OpenWindows()
    windows.open("PT20M", 0, END)
    assert due(windows, now_ms=END + CLOSE_AFTER_MS - 1) == []
    assert due(windows, now_ms=END + CLOSE_AFTER_MS) == [(0, True)]


def test_a_provisional_window_rests_until_data_touches_it_and_is_final_when_the_gap_closes():
    windows = OpenWindows()
    window = windows.open("PT20M", 0, END)
    windows.start(window)
    windows.done(window, provisional=True)
    assert windows.active == 0
    assert due(windows, now_ms=10 * END) == []
    windows.open("PT20M", 0, END, touched_s=5.0)
    assert due(windows, now_s=5.1) == []
    assert due(windows, covered=True, now_s=5.1) == [(0, False)]


def test_late_data_that_does_not_close_the_gap_is_worked_in_after_quiet():
    windows = OpenWindows()
    window = windows.open("PT20M", 0, END, made=Made.PROVISIONAL, touched_s=5.0)
    windows.open("PT20M", 0, END, touched_s=20.0)
    assert due(windows, now_s=5.0 + QUIET_S) == []
    assert due(windows, now_s=20.0 + QUIET_S) == [(0, True)]
    windows.start(window)
    windows.done(window, provisional=True)
    assert due(windows, now_s=1000.0) == []


def test_a_closed_window_is_made_again_when_more_data_came_and_then_was_quiet():
    windows = OpenWindows()
    windows.open("PT20M", 0, END, made=Made.FINAL, touched_s=0.0)
    assert due(windows, covered=True, now_s=1.0) == []
    assert due(windows, covered=True, now_s=QUIET_S) == [(0, False)]


def test_data_that_comes_while_a_window_is_being_made_counts_as_new():
    windows = OpenWindows()
    window = windows.open("PT20M", 0, END, touched_s=0.0)
    windows.start(window)
    assert due(windows, covered=True) == []
    windows.open("PT20M", 0, END, touched_s=1.0)
    windows.done(window, provisional=False)
    assert len(windows) == 1
    assert due(windows, covered=True, now_s=1.0 + QUIET_S) == [(0, False)]


def test_a_window_that_failed_is_tried_again_later_and_not_at_once():
    windows = OpenWindows()
    window = windows.open("PT20M", 0, END, touched_s=0.0)
    windows.start(window)
    windows.failed(window, at_s=1.0)
    assert due(windows, covered=True, now_s=2.0) == []
    assert due(windows, covered=True, now_s=1.0 + QUIET_S) == [(0, False)]


def test_a_live_gateway_that_is_behind_keeps_the_window_open_although_another_one_has_it():
    coverage = Coverage()
    coverage.add(ONE, {A}, 0, 100, live=True)
    coverage.add(TWO, {B}, 0, 50, live=True)
    assert not coverage.covered(0, 100)
    coverage.add(TWO, {B}, 50, 100, live=True)
    assert coverage.covered(0, 100)


def test_gateways_that_share_a_channel_complete_spans_for_each_other():
    coverage = Coverage()
    coverage.add(ONE, {A}, 0, 50, live=True)
    assert coverage.add(TWO, {A, B}, 50, 100, live=False) is False
    assert coverage.covered(0, 100)
    assert len(coverage.groups) == 1
    assert coverage.add(TWO, {A, B}, 90, 120, live=False) is True


def test_a_window_before_the_first_live_batch_asks_nothing_of_the_live_gateway():
    coverage = Coverage()
    coverage.add(ONE, {A}, 1000, 1005, live=True)
    coverage.add(TWO, {B}, 0, 100, live=False)
    assert coverage.covered(0, 100)
    assert not coverage.covered(200, 300)


def test_groups_unite_when_a_gateway_turns_out_to_share_a_channel():
    coverage = Coverage()
    coverage.add(ONE, {A}, 0, 10, live=True)
    coverage.add(TWO, {B}, 10, 20, live=True)
    assert len(coverage.groups) == 2
    coverage.add(TWO, {A, B}, 20, 30, live=True)
    assert len(coverage.groups) == 1
    assert coverage.covered(0, 30)
    assert coverage.live_from_ms == 0
