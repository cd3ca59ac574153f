"""The outside join sees every way a row can go wrong, and nothing where nothing is."""

from __future__ import annotations

import numpy as np
import pytest

from tynys_checker.join import Count, Rows, join_channel

SECOND = 1000
DUE = np.arange(0, 60 * SECOND, SECOND, dtype=np.int64)
VALUE = np.linspace(100.0, 200.0, len(DUE))


def count_of(sealed: Rows, stored: Rows, offered: Rows | None = None) -> Count:
    count = Count()
    join_channel(count, "so2", DUE, offered or Rows(DUE, VALUE), sealed, stored, SECOND)
    return count


def good() -> Rows:
    return Rows(DUE.copy(), VALUE.copy())


def faults(count: Count) -> dict[str, int]:
    names = ("lost", "duplicated", "altered", "not_on_offer", "not_due")
    return {name: getattr(count, name) for name in names if getattr(count, name)}


def test_a_faultless_run_counts_every_row_and_no_fault():
    count = count_of(good(), good())
    assert (count.due, count.sent, count.gap_rows, count.stored) == (60, 60, 0, 60)
    assert faults(count) == {}


def test_the_order_of_stored_rows_does_not_matter():
    assert faults(count_of(good(), Rows(DUE[::-1].copy(), VALUE[::-1].copy()))) == {}


def test_a_deleted_row_is_lost():
    assert faults(count_of(good(), Rows(np.delete(DUE, 7), np.delete(VALUE, 7)))) == {"lost": 1}


def test_an_altered_row_is_seen():
    value = VALUE.copy()
    value[7] += 1e-9
    assert faults(count_of(good(), Rows(DUE.copy(), value))) == {"altered": 1}


def test_a_doubled_row_is_seen():
    assert faults(count_of(good(), Rows(np.append(DUE, DUE[7]), np.append(VALUE, VALUE[7])))) == {"duplicated": 1}


def test_an_instant_that_was_never_sealed_is_lost():
    fewer = Rows(np.delete(DUE, 0), np.delete(VALUE, 0))
    assert faults(count_of(fewer, fewer)) == {"lost": 1}


def test_a_gap_row_stands_for_its_instant():
    value = VALUE.copy()
    value[3:9] = np.nan
    count = count_of(Rows(DUE, value), Rows(DUE, value))
    assert (count.sent, count.gap_rows) == (54, 6)
    assert faults(count) == {}


def test_a_gap_row_that_became_a_value_is_altered():
    value = VALUE.copy()
    value[3] = np.nan
    assert faults(count_of(Rows(DUE, value), good())) == {"altered": 1}


def test_a_row_that_was_never_due_is_seen():
    more = Rows(np.append(DUE, 60 * SECOND), np.append(VALUE, 5.0))
    assert faults(count_of(more, more, Rows(np.append(DUE, 60 * SECOND), np.append(VALUE, 5.0)))) == {"not_due": 1}


def test_a_value_that_was_never_on_offer_is_seen():
    value = VALUE.copy()
    value[30] = 999.0
    assert faults(count_of(Rows(DUE, value), Rows(DUE, value))) == {"not_on_offer": 1}


@pytest.mark.parametrize("shift", [-1, 1])
def test_a_value_may_be_one_interval_off(shift):
    rolled = Rows(DUE, np.roll(VALUE, shift))
    assert faults(count_of(rolled, rolled)) == {"not_on_offer": 1}  # only the one that rolled round


def test_a_value_two_intervals_off_was_not_on_offer():
    value = np.roll(VALUE, 2)
    assert count_of(Rows(DUE, value), Rows(DUE, value)).not_on_offer == 60


def test_an_offered_value_holds_until_the_next_is_offered():
    offered = Rows(np.array([0, 30 * SECOND]), np.array([1.0, 2.0]))
    value = np.where(DUE < 30 * SECOND, 1.0, 2.0)
    assert faults(count_of(Rows(DUE, value), Rows(DUE, value), offered)) == {}
