"""The lake holds every reading once, in order, and can be made again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from uuid import UUID

import pyarrow.dataset as ds
import pytest
from deltalake import DeltaTable
from hypothesis import given, settings
from hypothesis import strategies as st
from lake_kit import DAY_MS, GATEWAY, JOURNAL, MIDNIGHT, MINUTE, NOX, SO2, STANDBY, add, batch, block, on_disk, tuples, utc_day

from tynys.domain.errors import StorageError
from tynys.storage.lake_merge import Merger
from tynys.storage.lake_reader import LakeReader
from tynys.storage.lake_rows import reading_blocks
from tynys.storage.lake_writer import LakeWriter

EVER = (0, 2**50)


@pytest.fixture
def lake(tmp_path):
    return tmp_path / "lake"


@pytest.fixture
def writer(lake):
    with LakeWriter(lake, JOURNAL) as opened:
        yield opened


def rows_of(lake, channels=(SO2, NOX), span=EVER, **more):
    return tuples(LakeReader(lake).readings(channels, *span, **more))


def test_readings_come_back_with_their_status_and_gaps(writer, lake):
    add(writer, batch(3, block(gaps=(4,)), block(NOX, base=5.0)))
    flushed = writer.flush()
    assert (flushed.rows, flushed.duplicates, flushed.conflicts, flushed.days) == (20, 0, (), (utc_day(),))
    table = LakeReader(lake).readings([SO2], *EVER)
    assert table.column("time_ms").to_pylist() == [MIDNIGHT + i * 1000 for i in range(10)]
    assert table.column("value").to_pylist() == [100, 101, 102, 103, None, 105, 106, 107, 108, 109]
    assert table.column("status").to_pylist() == [1, 1, 1, 1, 7, 1, 1, 1, 1, 1]
    assert table.column("cause").to_pylist() == [0, 0, 0, 0, 2, 0, 0, 0, 0, 0]
    assert set(table.column("position").to_pylist()) == {3}
    assert set(table.column("gateway").to_pylist()) == {str(GATEWAY)}
    assert set(table.column("simulated").to_pylist()) == {True}
    held = reading_blocks(table)
    assert list(held) == [SO2]
    assert held[SO2][1][3] == 103.0


def test_a_span_is_half_open_and_only_the_asked_channel_comes(writer, lake):
    add(writer, batch(1, block(), block(NOX)))
    writer.flush()
    table = LakeReader(lake).readings([NOX], MIDNIGHT + 2000, MIDNIGHT + 5000)
    assert table.column("time_ms").to_pylist() == [MIDNIGHT + 2000, MIDNIGHT + 3000, MIDNIGHT + 4000]
    assert set(table.column("channel").to_pylist()) == {str(NOX)}
    assert LakeReader(lake).readings([UUID(int=7)], *EVER).num_rows == 0
    assert LakeReader(lake).readings([SO2], MIDNIGHT, MIDNIGHT).num_rows == 0


def test_one_block_over_midnight_lies_in_two_days_and_reads_as_one(writer, lake):
    add(writer, batch(1, block(start_ms=MIDNIGHT - 3500, count=9)))
    assert writer.flush().days == (utc_day(-1), utc_day())
    times = LakeReader(lake).readings([SO2], *EVER).column("time_ms").to_pylist()
    assert times == [MIDNIGHT - 3500 + i * 1000 for i in range(9)]
    table = DeltaTable(str(lake / "readings"))
    assert sorted(item["day"] for item in table.partitions()) == [utc_day(-1), utc_day()]


def test_any_parquet_reader_finds_plain_columns(writer, lake):
    add(writer, batch(1, block()))
    writer.flush()
    (row, *_) = on_disk(lake)
    assert row == {
        "channel": str(SO2),
        "time_ms": MIDNIGHT,
        "value": 100.0,
        "status": 1,
        "cause": 0,
        "device_offset_ms": None,
        "gateway": str(GATEWAY),
        "position": 1,
        "simulated": True,
    }
    schema = ds.dataset(lake / "readings", partitioning="hive", exclude_invalid_files=True).schema
    assert str(schema.field("channel").type) == "string"


def test_a_commit_carries_its_position_and_a_position_behind_is_refused(writer, lake):
    add(writer, batch(5, block()))
    writer.flush()
    with pytest.raises(StorageError, match="after 5, got 5"):
        add(writer, batch(5, block(NOX)))
    with pytest.raises(StorageError, match="after 5, got 5"):
        writer.flush()
    add(writer, batch(7, block(NOX)))
    with pytest.raises(StorageError):
        writer.flush(6)
    writer.flush(8)
    assert writer.position == LakeReader(lake).position == 8
    note = DeltaTable(str(lake / "readings")).history(1)[0]
    assert note["tynys.position"] == "8"
    assert note["tynys.incarnation"] == str(JOURNAL)


def test_a_stretch_of_the_journal_without_readings_moves_the_position_alone(writer, lake):
    writer.flush(4)
    assert LakeReader(lake).position == 4
    assert on_disk(lake) == []


def test_the_position_is_known_after_a_restart(lake):
    with LakeWriter(lake, JOURNAL) as writer:
        add(writer, batch(5, block()))
        writer.flush()
        add(writer, batch(6, block(NOX)))
    with LakeWriter(lake, JOURNAL) as writer:
        assert writer.position == 5
        with pytest.raises(StorageError):
            add(writer, batch(5, block()))
        add(writer, batch(6, block(NOX)))
        writer.flush()
    assert len(rows_of(lake)) == 20


def test_a_second_writer_another_journal_and_a_lake_ahead_are_refused(lake):
    with LakeWriter(lake, JOURNAL) as writer:
        with pytest.raises(StorageError, match="only writer"):
            LakeWriter(lake, JOURNAL)
        add(writer, batch(9, block()))
        writer.flush()
    with pytest.raises(StorageError, match="rebuild-lake"):
        LakeWriter(lake, UUID(int=98))
    with pytest.raises(StorageError, match="reached position 9, the journal ends at 8"):
        LakeWriter(lake, JOURNAL, journal_position=8)
    with LakeWriter(lake, JOURNAL, journal_position=9):
        pass


def test_the_same_readings_again_are_dropped_before_and_after_a_flush(writer, lake):
    add(writer, batch(1, block(gaps=(2,))), batch(2, block(start_ms=MIDNIGHT + 5000, base=105.0)))
    first = writer.flush()
    assert (first.rows, first.duplicates, first.conflicts) == (15, 5, ())
    add(writer, batch(3, block(start_ms=MIDNIGHT + 10_000, base=110.0, count=6)))
    second = writer.flush()
    assert (second.rows, second.duplicates, second.conflicts) == (1, 5, ())
    assert [row[1] for row in rows_of(lake)] == [MIDNIGHT + i * 1000 for i in range(16)]
    assert len(on_disk(lake)) == 16


def test_another_value_for_an_instant_is_reported_and_the_first_stays(writer, lake):
    add(writer, batch(1, block()))
    writer.flush()
    add(writer, batch(4, block(start_ms=MIDNIGHT + 8000, values=[108.0, 7.5, 110.0, 111.0], count=4)))
    flushed = writer.flush()
    assert (flushed.rows, flushed.duplicates) == (2, 1)
    (conflict,) = flushed.conflicts
    assert (conflict.channel, conflict.gateway, conflict.start_ms, conflict.count) == (SO2, GATEWAY, MIDNIGHT + 9000, 1)
    assert (conflict.kept_value, conflict.other_value, conflict.kept_position, conflict.other_position) == (109.0, 7.5, 1, 4)
    assert [row[3] for row in rows_of(lake)] == [100.0 + i for i in range(12)]


def test_a_gap_row_and_a_value_for_one_instant_contradict_each_other(writer):
    add(writer, batch(1, block(gaps=(3,))), batch(2, block()))
    flushed = writer.flush()
    assert (flushed.rows, flushed.duplicates) == (10, 9)
    assert [(item.kept_value, item.other_value) for item in flushed.conflicts] == [(None, 103.0)]


def test_readings_between_those_held_fill_in(writer, lake):
    add(writer, batch(1, block(count=5, interval_ms=2000)))
    writer.flush()
    add(writer, batch(2, block(count=10, values=[100, 0, 101, 1, 102, 2, 103, 3, 104, 4])))
    flushed = writer.flush()
    assert (flushed.rows, flushed.duplicates, flushed.conflicts) == (5, 5, ())
    assert [row[3] for row in rows_of(lake)] == [100, 0, 101, 1, 102, 2, 103, 3, 104, 4]


def test_two_gateways_of_one_channel_are_both_kept_and_one_counts(writer, lake):
    add(
        writer,
        batch(1, block(gaps=(2,))),
        batch(2, block(base=200.0), gateway=STANDBY),
        batch(3, block(NOX), gateway=STANDBY),
    )
    assert writer.flush().rows == 30
    assert len(rows_of(lake, one_row_per_instant=False)) == 30
    reader = LakeReader(lake)
    chosen = reader.readings([SO2], *EVER)
    assert chosen.column("value").to_pylist() == [100, 101, 202, 103, 104, 105, 106, 107, 108, 109]
    ranked = reader.readings([SO2], *EVER, gateway_rank=[STANDBY, GATEWAY])
    assert ranked.column("value").to_pylist() == [200.0 + i for i in range(10)]


def test_compaction_changes_no_row_and_leaves_one_file_a_day(writer, lake):
    for minute in range(6):
        start = MIDNIGHT + minute * MINUTE
        add(writer, batch(minute + 1, block(NOX, start, 60), block(SO2, start, 60), block(SO2, start - DAY_MS, 60)))
        writer.flush()
    before, version = rows_of(lake), DeltaTable(str(lake / "readings")).version()
    assert writer.compact() == 2
    assert rows_of(lake) == before
    table = DeltaTable(str(lake / "readings"))
    assert len(table.file_uris()) == 2
    assert table.version() == version + 2
    assert LakeReader(lake).position == 6
    rows = [(row["channel"], row["time_ms"]) for row in on_disk(lake) if row["time_ms"] >= MIDNIGHT]
    assert rows == sorted(rows)
    assert writer.compact() == 0


def test_many_small_files_are_merged_without_waiting_for_the_hour(writer, lake):
    for number in range(40):
        add(writer, batch(number + 1, block(start_ms=MIDNIGHT + number * 10_000)))
        writer.flush()
    assert len(DeltaTable(str(lake / "readings")).file_uris()) < 24
    assert len(rows_of(lake)) == 400


def test_a_large_day_is_merged_in_runs_of_channels(writer, lake):
    channels = [UUID(int=number) for number in range(20)]
    for turn in range(3):
        add(writer, batch(turn + 1, *(block(channel, MIDNIGHT + turn * 10_000) for channel in channels)))
        writer.flush()
    before = rows_of(lake, channels)
    Merger(writer._readings, rows_at_once=100).merge_dirty()
    assert rows_of(lake, channels) == before
    rows = [(row["channel"], row["time_ms"]) for row in on_disk(lake)]
    assert rows == sorted(rows)


def test_a_reader_of_an_old_version_reads_on_while_files_are_replaced(writer, lake):
    add(writer, batch(1, block()))
    writer.flush()
    reader = LakeReader(lake, max_age_s=3600)
    add(writer, batch(2, block(start_ms=MIDNIGHT + 10_000)))
    writer.flush()
    assert reader.readings([SO2], *EVER).num_rows == 10
    writer.compact(force=True)
    assert reader.readings([SO2], *EVER).num_rows == 20


def test_a_reader_may_come_before_the_lake(lake):
    reader = LakeReader(lake, max_age_s=0)
    assert reader.refresh() == 0
    assert reader.readings([SO2], *EVER).num_rows == 0
    with LakeWriter(lake, JOURNAL) as writer:
        add(writer, batch(1, block()))
        writer.flush()
        assert reader.refresh() == 1
        assert reader.readings([SO2], *EVER).num_rows == 10


def journal_of(*batches):
    def touching(start_ms, end_ms, up_to):
        for item in batches:
            spans = [(part.start_ms, part.time_ms[-1]) for part in item.blocks]
            if item.position <= up_to and any(first < end_ms and last >= start_ms for first, last in spans):
                yield item

    return touching


def test_days_written_to_in_the_last_hour_are_replaced_from_the_journal(lake):
    batches = [
        batch(1, block(start_ms=MIDNIGHT - 5000)),
        batch(2, block(NOX)),
        batch(3, block(start_ms=MIDNIGHT - 5000)),
        batch(4, block(NOX, MIDNIGHT + 3 * DAY_MS)),
        batch(5, block(NOX, MIDNIGHT + 10_000)),
    ]
    with LakeWriter(lake, JOURNAL) as writer:
        add(writer, *batches[:4])
        writer.flush()
        before = rows_of(lake)
    table = DeltaTable(str(lake / "readings"))
    for path in table.get_add_actions(flatten=True).column("path").to_pylist():
        (lake / "readings" / path).write_bytes(b"")
    with LakeWriter(lake, JOURNAL) as writer:
        days = writer.recover(journal_of(*batches), int(time.time() * 1000))
        assert days == (utc_day(-1), utc_day(), utc_day(3))
        assert rows_of(lake) == before
        assert writer.position == 4
        add(writer, batches[4], batch(6, block(NOX)))
        again = writer.flush()
        assert (again.rows, again.duplicates) == (10, 10)
        assert writer.recover(journal_of(*batches), int(time.time() * 1000) + 7_200_000) == ()


def test_a_rebuild_makes_the_same_rows_again(lake):
    batches = [
        batch(n + 1, block(SO2, MIDNIGHT + (n % 7) * 7000, base=100.0 + 7 * (n % 7)), block(NOX, MIDNIGHT - n * 9000)) for n in range(12)
    ]
    with LakeWriter(lake, JOURNAL) as writer:
        for item in batches:
            add(writer, item)
            writer.flush()
        before, disk = rows_of(lake), len(on_disk(lake))
        seen = []
        assert writer.rebuild(iter(batches), seen.append, flush_rows=30) == disk
        assert seen == list(range(1, 13))
        assert rows_of(lake) == before
        assert writer.position == 12
        add(writer, batch(13, block(NOX, MIDNIGHT + DAY_MS)))
        writer.flush()


def test_a_lake_of_another_journal_is_adopted_by_rebuilding_it(lake):
    with LakeWriter(lake, UUID(int=98)) as writer:
        add(writer, batch(50, block(NOX)))
        writer.flush()
    with LakeWriter(lake, JOURNAL, adopt=True) as writer:
        writer.rebuild([batch(1, block())])
        assert writer.position == writer.pending_position == 1
    with LakeWriter(lake, JOURNAL, journal_position=1) as writer:
        assert writer.position == 1
    assert {row[0] for row in rows_of(lake)} == {str(SO2)}


def test_a_damaged_log_is_named_and_a_rebuild_begins_anew(lake):
    with LakeWriter(lake, JOURNAL) as writer:
        add(writer, batch(1, block()))
        writer.flush()
    for path in (lake / "readings" / "_delta_log").glob("*.json"):
        path.write_bytes(b"\0" * 10)
    with pytest.raises(StorageError, match="rebuild-lake"):
        LakeWriter(lake, JOURNAL)
    with LakeWriter(lake, JOURNAL, adopt=True) as writer:
        assert writer.rebuild([batch(1, block())]) == 10
    assert len(rows_of(lake)) == 10


def test_a_failing_flush_loses_nothing_and_leaves_no_file(writer, lake, monkeypatch):
    add(writer, batch(1, block(), block(start_ms=MIDNIGHT + DAY_MS)))
    written = writer._readings.write

    def fail(rows, partition, **more):
        if partition["day"] == utc_day(1):
            raise OSError(28, "No space left on device")
        return written(rows, partition, **more)

    monkeypatch.setattr(writer._readings, "write", fail)
    with pytest.raises(OSError, match="No space"):
        writer.flush()
    assert list((lake / "readings").rglob("*.parquet")) == []
    monkeypatch.undo()
    assert writer.flush().rows == 20


@given(
    order=st.permutations(range(9)),
    cuts=st.lists(st.booleans(), min_size=9, max_size=9),
    overlap=st.integers(0, 3),
)
@settings(max_examples=25, deadline=None)
def test_batches_in_any_order_and_any_flushing_give_the_same_lake(tmp_path_factory, order, cuts, overlap):
    lake = tmp_path_factory.mktemp("lake")
    with LakeWriter(lake, JOURNAL) as writer:
        for position, number in enumerate(order, start=1):
            start = MIDNIGHT - 20_000 + number * 5000
            add(writer, batch(position, block(start_ms=start, count=5 + overlap, base=float(number * 5)), block(NOX, start, 5)))
            if cuts[number]:
                writer.flush()
        if writer.pending_position > writer.position:
            writer.flush()
        held = rows_of(lake)
    expected = [(str(SO2), MIDNIGHT - 20_000 + i * 1000, str(GATEWAY), float(i), 1, 0) for i in range(45 + overlap)]
    expected += [(str(NOX), MIDNIGHT - 20_000 + i * 1000, str(GATEWAY), 100.0 + i % 5, 1, 0) for i in range(45)]
    assert held == sorted(expected)


READER = """
import json, sys, time
from pathlib import Path
from uuid import UUID
from tynys.storage.lake_reader import LakeReader
reader = LakeReader(Path(sys.argv[1]), max_age_s=0.0)
seen = []
deadline = time.monotonic() + 20
while time.monotonic() < deadline:
    position = reader.refresh()
    table = reader.readings([UUID(int=0xA)], 0, 2**50)
    seen.append([position, table.num_rows])
    if position >= 30:
        break
print(json.dumps(seen))
"""


def test_a_reader_in_another_process_sees_whole_commits_while_they_are_made(writer, lake):
    process = subprocess.Popen([sys.executable, "-c", READER, str(lake)], stdout=subprocess.PIPE, text=True, env=os.environ)
    time.sleep(0.5)
    for number in range(30):
        add(writer, batch(number + 1, block(start_ms=MIDNIGHT + number * 10_000)))
        writer.flush()
        if number % 10 == 9:
            writer.compact()
    out, _ = process.communicate(timeout=30)
    seen = json.loads(out)
    assert seen[-1] == [30, 300]
    assert all(rows == position * 10 for position, rows in seen)
    assert [position for position, _ in seen] == sorted(position for position, _ in seen)
