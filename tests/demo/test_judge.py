"""The exit rule of a counted run fails for every fault it names, and only then."""

from __future__ import annotations

import pytest

from tynys.cli.demo.counted import judge

GOOD = {
    "readings_due": 1000,
    "readings_sent": 995,
    "gap_rows": 5,
    "gap_rows_not_measuring": 0,
    "readings_stored": 1000,
    "lost": 0,
    "duplicated": 0,
    "altered": 0,
    "not_on_offer": 0,
    "not_due": 0,
    "receipts_verified": 40,
    "receipts_failed": 0,
    "averages_live": 66,
    "averages_compared": 60,
    "averages_different": 0,
    "history_different": 0,
    "speed_reached": 55.0,
}


def failures(**changed: object) -> tuple[str, ...]:
    injected = bool(changed.pop("injected", False))
    return judge(GOOD | changed, injected=injected, seconds=60, speed=60).failures


def test_a_good_run_passes_without_a_word():
    assert judge(dict(GOOD), injected=False, seconds=60, speed=60) == judge(dict(GOOD), injected=False, seconds=60, speed=60)
    assert failures() == ()


FAULTS = ["lost", "duplicated", "altered", "not_on_offer", "not_due", "receipts_failed", "history_different", "averages_different"]


@pytest.mark.parametrize("fault", FAULTS)
def test_any_fault_fails_the_run(fault):
    assert len(failures(**{fault: 1})) == 1


def test_a_reading_neither_sent_nor_explained_fails_the_run():
    assert len(failures(readings_sent=994)) == 1


def test_too_many_gaps_fail_the_run_unless_a_fault_was_injected():
    assert len(failures(readings_sent=980, gap_rows=20)) == 1
    assert failures(readings_sent=980, gap_rows=20, injected=True) == ()


def test_the_daily_check_of_an_instrument_is_no_fault_of_the_run():
    assert failures(readings_sent=940, gap_rows=60, gap_rows_not_measuring=55) == ()
    assert len(failures(readings_sent=940, gap_rows=60, gap_rows_not_measuring=45)) == 1


def test_a_run_without_readings_receipts_or_averages_fails():
    assert failures(readings_due=0, readings_sent=0, gap_rows=0)
    assert failures(receipts_verified=0)
    assert failures(averages_live=0)


def test_a_run_of_hours_in_which_no_average_could_be_compared_fails():
    long = {"injected": False, "seconds": 120, "speed": 60}
    assert judge(GOOD, **long).failures == ()
    assert len(judge(GOOD | {"averages_compared": 0}, **long).failures) == 1


def test_a_short_run_need_not_close_a_window():
    assert judge(GOOD | {"averages_live": 0}, injected=False, seconds=5, speed=10).failures == ()


def test_a_slow_machine_is_a_warning_not_a_failure():
    result = judge(GOOD | {"speed_reached": 12.0}, injected=False, seconds=60, speed=60)
    assert result.failures == ()
    assert len(result.warnings) == 1
