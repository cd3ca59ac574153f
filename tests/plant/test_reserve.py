"""The reserve takes losses when nothing else can be written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tynys.plant.reserve import SLOT_BYTES, SLOTS, Reserve
from tynys.wire.bounds import MAX_COUNT

if TYPE_CHECKING:
    from pathlib import Path


def test_the_file_is_as_large_at_the_beginning_as_it_ever_gets(tmp_path: Path) -> None:
    reserve = Reserve.open(tmp_path / "r")
    size = (tmp_path / "r").stat()
    for number in range(3 * SLOTS):
        reserve.add(number * 1000, number * 1000 + 1000, 60, f"cause {number}")
    assert (tmp_path / "r").stat().st_size == size.st_size == SLOTS * SLOT_BYTES
    assert (tmp_path / "r").stat().st_blocks == size.st_blocks
    reserve.close()


def test_a_loss_that_goes_on_is_one_record(tmp_path: Path) -> None:
    reserve = Reserve.open(tmp_path / "r")
    for second in range(10):
        reserve.add(second * 1000, second * 1000 + 1000, 60, "spool.full")
    (entry,) = reserve.pending(0)
    assert (entry.loss.start_ms, entry.loss.end_ms, entry.loss.count, entry.loss.cause) == (0, 10_000, 600, "spool.full")
    reserve.close()


def test_a_loss_that_goes_on_for_months_stays_within_what_a_record_may_say(tmp_path: Path) -> None:
    reserve = Reserve.open(tmp_path / "r")
    reserve.add(0, 1000, MAX_COUNT - 10, "spool.full")
    reserve.add(1000, 2000, 60, "spool.full")
    (entry,) = reserve.pending(0)
    assert (entry.loss.end_ms, entry.loss.count) == (2000, MAX_COUNT)
    reserve.close()


def test_losses_are_still_there_after_the_program_died(tmp_path: Path) -> None:
    Reserve.open(tmp_path / "r").add(1000, 2000, 7, "spool.full")
    (entry,) = Reserve.open(tmp_path / "r").pending(0)
    assert entry.loss.count == 7


def test_a_loss_the_spool_has_taken_over_is_not_given_again_and_frees_its_slot(tmp_path: Path) -> None:
    reserve = Reserve.open(tmp_path / "r")
    reserve.add(0, 1000, 1, "spool.full")
    reserve.add(5000, 6000, 2, "spool.full", taken=1)
    assert [(entry.number, entry.loss.count) for entry in reserve.pending(1)] == [(2, 2)]
    reserve.close()


def test_when_every_slot_is_used_the_newest_widens_and_no_count_is_lost(tmp_path: Path) -> None:
    reserve = Reserve.open(tmp_path / "r")
    for number in range(SLOTS + 5):
        reserve.add(number * 1000, number * 1000 + 1000, 3, f"cause {number}")
    pending = reserve.pending(0)
    assert len(pending) == SLOTS
    assert sum(entry.loss.count for entry in pending) == 3 * (SLOTS + 5)
    assert pending[-1].loss.end_ms == (SLOTS + 5) * 1000
    reserve.close()


def test_a_torn_or_damaged_slot_costs_only_itself(tmp_path: Path) -> None:
    reserve = Reserve.open(tmp_path / "r")
    reserve.add(0, 1000, 1, "a")
    reserve.add(1000, 2000, 2, "b")
    reserve.close()
    with (tmp_path / "r").open("r+b") as file:
        file.seek(20)
        file.write(b"\xff\xff")
    (entry,) = Reserve.open(tmp_path / "r").pending(0)
    assert entry.loss.cause == "b"
