"""The journal keeps every batch once, in order, and survives being killed."""

from __future__ import annotations

import hashlib
import os
import signal
import sqlite3
import subprocess
import sys
import time
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tynys.domain.errors import NotFoundError, StorageError
from tynys.storage.journal import Journal, JournalEntry
from tynys.storage.journal_index import EpochIndex
from tynys.storage.journal_read import JournalReader
from tynys.storage.journal_verify import verify_journal

GATEWAY = UUID(int=1)
OTHER = UUID(int=2)
EPOCH = UUID(int=10)
DAY_MS = 86_400_000
NOON_MS = 20_000 * DAY_MS + DAY_MS // 2


def entry(seq, *, gateway=GATEWAY, epoch=EPOCH, text="", previous=b"", received_ms=NOON_MS, **more):
    payload = f"{gateway} {epoch} {seq} {text} ".encode() * 20
    start = NOON_MS + seq * 5000
    span = {"span_start_ms": start, "span_end_ms": start + 5000} | more
    return JournalEntry(gateway, epoch, seq, hashlib.sha256(payload).digest(), previous, "k1", b"s" * 64, payload, received_ms, **span)


@pytest.fixture
def journal(tmp_path):
    with Journal.open(tmp_path / "journal", first_seq=0) as opened:
        yield opened


def test_a_batch_comes_back_exactly_as_it_was_appended(journal):
    given_entry = entry(0, readings_from_ms=NOON_MS, readings_to_ms=NOON_MS + 4000)
    (appended,) = journal.append([given_entry])
    assert (appended.position, appended.duplicate, appended.conflict) == (1, False, False)
    assert journal.batch(1).entry == given_entry


def test_positions_rise_by_one_over_groups_and_gateways(journal):
    first = journal.append([entry(0), entry(0, gateway=OTHER)])
    second = journal.append([entry(1)])
    assert [item.position for item in first + second] == [1, 2, 3]
    assert journal.last_position == 3
    assert [stored.position for stored in journal.read(1)] == [2, 3]
    assert [stored.position for stored in journal.read(0, limit=2)] == [1, 2]


def test_a_long_reading_goes_on_over_pages_and_days_and_may_leave_the_payloads_out(journal):
    entries = [entry(seq, received_ms=NOON_MS + seq // 50 * DAY_MS) for seq in range(150)]
    for each in entries:
        journal.append([each])
    assert [stored.entry for stored in journal.read(0, 140)] == entries[:140]
    bare = list(journal.read(5, 1000, payloads=False))
    assert [stored.position for stored in bare] == list(range(6, 151))
    assert {stored.entry.payload for stored in bare} == {b""}
    assert [stored.entry.hash for stored in bare] == [each.hash for each in entries[5:]]


def test_a_batch_is_followed_once_one_that_names_it_is_stored(journal):
    one, two = entry(0), entry(1, previous=entry(0).hash)
    assert not journal.followed(GATEWAY, one.hash)
    journal.append([two])
    assert journal.followed(GATEWAY, one.hash)
    assert not journal.followed(OTHER, one.hash)
    assert not journal.followed(GATEWAY, two.hash)


def test_the_same_batch_again_is_a_duplicate_with_its_first_position(journal):
    journal.append([entry(0), entry(1)])
    again = journal.append([entry(1, received_ms=NOON_MS + 1), entry(2), entry(2)])
    assert [(item.position, item.duplicate) for item in again] == [(2, True), (3, False), (3, True)]
    assert journal.last_position == 3


def test_another_payload_under_a_held_number_is_kept_as_evidence(journal):
    journal.append([entry(0)])
    (conflict,) = journal.append([entry(0, text="forged")])
    assert (conflict.position, conflict.duplicate, conflict.conflict) == (2, False, True)
    (again,) = journal.append([entry(0, text="forged")])
    assert (again.position, again.duplicate, again.conflict) == (2, True, True)
    assert [stored.conflict for stored in journal.read(0)] == [False, True]
    assert journal.contains(GATEWAY, EPOCH, 0) == entry(0).hash


def test_numbers_stay_unique_over_days_and_restarts(tmp_path):
    folder = tmp_path / "journal"
    with Journal.open(folder, first_seq=0) as journal:
        journal.append([entry(0), entry(1)])
        journal.append([entry(2, received_ms=NOON_MS + DAY_MS)])
        journal.append([entry(0, text="forged", received_ms=NOON_MS + 2 * DAY_MS)])
        incarnation = journal.incarnation
    with Journal.open(folder, first_seq=0) as journal:
        assert journal.incarnation == incarnation
        results = journal.append([entry(0), entry(2), entry(3), entry(0, text="forged")])
        assert [(item.position, item.duplicate, item.conflict) for item in results] == [
            (1, True, False),
            (3, True, False),
            (5, False, False),
            (4, True, True),
        ]
        assert [stored.position for stored in journal.read(0)] == [1, 2, 3, 4, 5]
        assert [stored.position for stored in journal.read(2, limit=2)] == [3, 4]
    assert len(list(folder.glob("*.sqlite"))) == 3
    assert verify_journal(folder) == []


def test_a_clock_set_back_keeps_appending_to_the_newest_segment(journal, tmp_path):
    journal.append([entry(0, received_ms=NOON_MS + DAY_MS)])
    journal.append([entry(1, received_ms=NOON_MS)])
    assert len(list((tmp_path / "journal").glob("*.sqlite"))) == 1


def test_heads_and_missing_numbers_are_known_by_epoch(journal):
    later = UUID(int=11)
    journal.append([entry(0), entry(1), entry(5), entry(3), entry(2, epoch=later)])
    assert [(gap.epoch, gap.from_seq, gap.to_seq) for gap in journal.missing(GATEWAY)] == [
        (EPOCH, 2, 2),
        (EPOCH, 4, 4),
        (later, 0, 1),
    ]
    assert [(head.epoch, head.seq, head.position) for head in journal.heads(GATEWAY)] == [(EPOCH, 5, 3), (later, 2, 5)]
    assert journal.heads(OTHER) == []
    assert journal.missing(OTHER) == []


def test_missing_numbers_survive_a_restart_over_days(tmp_path):
    with Journal.open(tmp_path, first_seq=0) as journal:
        journal.append([entry(0), entry(4)])
        journal.append([entry(2, received_ms=NOON_MS + DAY_MS)])
    with Journal.open(tmp_path, first_seq=0) as journal:
        assert [(gap.from_seq, gap.to_seq) for gap in journal.missing(GATEWAY)] == [(1, 1), (3, 3)]
        (head,) = journal.heads(GATEWAY)
        assert (head.seq, head.hash) == (4, entry(4).hash)


def test_chain_facts_tell_first_linked_gap_and_fork(journal):
    zero = entry(0)
    facts = journal.chain_facts(GATEWAY, EPOCH, 0, b"", zero.hash)
    assert facts.first_of_gateway
    one = entry(1, previous=zero.hash)
    journal.append([zero, one])
    linked = journal.chain_facts(GATEWAY, EPOCH, 1, zero.hash, one.hash)
    assert (linked.predecessor_hash, linked.previous_position, linked.siblings) == (zero.hash, 1, ())
    gap = journal.chain_facts(GATEWAY, EPOCH, 3, b"unknown", b"new")
    assert (gap.predecessor_hash, gap.previous_position, gap.siblings) == (None, None, ())
    restored = UUID(int=11)
    branch = entry(0, epoch=restored, previous=zero.hash)
    fork = journal.chain_facts(GATEWAY, restored, 0, zero.hash, branch.hash)
    assert (fork.previous_position, fork.siblings) == (1, (2,))
    journal.append([branch])
    assert journal.chain_facts(GATEWAY, EPOCH, 1, zero.hash, one.hash).siblings == (3,)


def test_chain_facts_are_the_same_after_days_and_a_restart(tmp_path):
    zero = entry(0)
    one = entry(1, previous=zero.hash)
    branch = entry(0, epoch=UUID(int=11), previous=zero.hash)
    with Journal.open(tmp_path, first_seq=0) as journal:
        journal.append([zero, one])
        journal.append([branch, entry(1, epoch=UUID(int=11), previous=branch.hash, received_ms=NOON_MS + DAY_MS)])
        journal.append([entry(2, previous=one.hash, received_ms=NOON_MS + 2 * DAY_MS)])
    with Journal.open(tmp_path, first_seq=0) as journal:
        assert journal.chain_facts(GATEWAY, EPOCH, 1, zero.hash, one.hash).siblings == (3,)
        assert journal.chain_facts(GATEWAY, branch.epoch, 0, zero.hash, branch.hash).siblings == (2,)
        assert journal.chain_facts(GATEWAY, EPOCH, 3, entry(2, previous=one.hash).hash, b"new").previous_position == 5


def test_a_second_writer_is_refused_with_the_first_ones_process(journal, tmp_path):
    with pytest.raises(StorageError, match=str(os.getpid())):
        Journal.open(tmp_path / "journal")


def test_a_reader_knows_the_incarnation_before_the_first_batch_and_none_where_no_journal_is(journal, tmp_path):
    with JournalReader(tmp_path / "journal") as reader, JournalReader(tmp_path / "elsewhere") as nobody:
        assert reader.incarnation == journal.incarnation
        assert nobody.incarnation is None
        before = journal.incarnation
        journal.append([entry(0)])
        assert reader.incarnation == journal.incarnation == before


def test_another_reader_sees_what_is_committed_and_follows(journal, tmp_path):
    with JournalReader(tmp_path / "journal") as reader:
        assert reader.last_position == 0
        journal.append([entry(0)])
        assert reader.incarnation == journal.incarnation
        assert [stored.position for stored in reader.read(0)] == [1]
        journal.append([entry(1), entry(2, received_ms=NOON_MS + DAY_MS)])
        assert [stored.position for stored in reader.read(1)] == [2, 3]
        assert reader.last_position == 3


def test_batches_of_a_span_are_found_wherever_they_were_received(journal):
    old = entry(0, readings_from_ms=NOON_MS - 10 * DAY_MS, readings_to_ms=NOON_MS - 9 * DAY_MS - 1)
    new = entry(1, readings_from_ms=NOON_MS, readings_to_ms=NOON_MS + 4000, received_ms=NOON_MS + DAY_MS)
    unknown = entry(2, received_ms=NOON_MS + DAY_MS)
    journal.append([old])
    journal.append([new, unknown])
    reader = journal._reader
    assert [item.position for item in reader.overlapping(NOON_MS, NOON_MS + 1, 99)] == [2, 3]
    assert [item.position for item in reader.overlapping(NOON_MS - 10 * DAY_MS, NOON_MS - 9 * DAY_MS, 99)] == [1, 3]
    assert [item.position for item in reader.overlapping(NOON_MS, NOON_MS + 1, 2, page=1)] == [2]


def test_an_unknown_position_is_not_found(journal):
    with pytest.raises(NotFoundError, match="position 7"):
        journal.batch(7)


def test_a_restored_journal_begins_a_new_incarnation_with_a_signed_break(tmp_path):
    with Journal.open(tmp_path, first_seq=0) as journal:
        journal.append([entry(0)])
        before = journal.incarnation
        after = journal.begin_incarnation("restored from tape", NOON_MS + 5000, lambda record: ("k9", hashlib.sha256(record).digest()))
        assert after != before
        assert journal.append([entry(1)])[0].position == 2
    with Journal.open(tmp_path, first_seq=0) as journal:
        assert journal.incarnation == after
        assert journal.append([entry(0)])[0].duplicate
    assert verify_journal(tmp_path) == []
    newest = max(tmp_path.glob("*.sqlite"))
    with sqlite3.connect(newest) as db:
        position, record, key_id = db.execute("SELECT position, record, key_id FROM breaks").fetchone()
    db.close()
    assert (position, key_id) == (1, "k9")
    assert b"restored from tape" in record


def test_an_altered_row_a_lost_row_and_a_lost_segment_are_seen(tmp_path):
    with Journal.open(tmp_path, first_seq=0) as journal:
        journal.append([entry(0), entry(1)])
        journal.append([entry(2, received_ms=NOON_MS + DAY_MS)])
        journal.append([entry(3, received_ms=NOON_MS + 2 * DAY_MS)])
    first, second, _ = sorted(tmp_path.glob("*.sqlite"))
    db = sqlite3.connect(first)
    db.execute("UPDATE batches SET received_ms = received_ms + 1 WHERE position = 1")
    db.commit()
    assert any("position 1" in line for line in verify_journal(tmp_path))
    db.execute("UPDATE batches SET received_ms = received_ms - 1 WHERE position = 1")
    db.execute("UPDATE batches SET payload = ?, codec = 'raw' WHERE position = 2", (b"other",))
    db.commit()
    assert any("position 2" in line for line in verify_journal(tmp_path))
    db.execute("DELETE FROM batches WHERE position = 2")
    db.commit()
    db.close()
    assert verify_journal(tmp_path)
    second.unlink()
    with pytest.raises(StorageError, match="expected segment 2"):
        Journal.open(tmp_path)


WRITER = """
import sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from test_journal import entry
from tynys.storage.journal import Journal
journal = Journal.open(Path({folder!r}), first_seq=0)
seq = journal.heads()[-1].seq + 1 if journal.heads() else 0
while True:
    group = [entry(seq + i, received_ms={noon} + (seq // 400) * 86400000) for i in range(20)]
    positions = [item.position for item in journal.append(group)]
    seq += 20
    print(positions[-1], flush=True)
"""


def test_what_was_acknowledged_before_a_kill_is_there_after_it(tmp_path):
    folder = tmp_path / "journal"
    script = WRITER.format(tests=os.path.dirname(__file__), folder=str(folder), noon=NOON_MS)  # noqa: PTH120
    acknowledged = 0
    for _ in range(3):
        process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
        started = time.monotonic()
        for line in process.stdout:
            acknowledged = int(line)
            if time.monotonic() - started > 0.3 and acknowledged > 100:
                break
        process.send_signal(signal.SIGKILL)
        acknowledged = max([acknowledged, *(int(line) for line in process.stdout.read().splitlines() if line)])
        process.stdout.close()
        process.wait()
        with Journal.open(folder, first_seq=0) as journal:
            assert journal.last_position >= acknowledged
            positions = [stored.position for stored in journal.read(0, limit=10**6)]
            assert positions == list(range(1, journal.last_position + 1))
            assert journal.last_position % 20 == 0
            assert journal.missing(GATEWAY) == []
    assert verify_journal(folder) == []


@given(st.permutations(range(24)), st.lists(st.integers(0, 2), min_size=24, max_size=24))
@settings(max_examples=60, deadline=None)
def test_ranges_hold_the_same_numbers_in_any_order(order, ordinals):
    index = EpochIndex()
    for seq in order:
        assert index.ordinal_of(seq) is None
        index.add(seq, seq, ordinals[seq])
    assert [index.ordinal_of(seq) for seq in range(24)] == ordinals
    assert all(before.last < after.first for before, after in pairwise(index.ranges))
    assert list(index.missing(EPOCH, 0)) == []
