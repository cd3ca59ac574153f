"""Averages: one current row per key, every earlier revision still to be read."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa
import pytest
from deltalake import DeltaTable
from hypothesis import given, settings
from hypothesis import strategies as st
from lake_kit import DAY_MS, JOURNAL, MIDNIGHT, SO2, average, on_disk

from tynys.domain.average import Origin, Summary
from tynys.domain.status import AverageStatus
from tynys.storage.lake_reader import LakeReader
from tynys.storage.lake_rows import averages_table, summaries_table, to_averages, to_summaries
from tynys.storage.lake_writer import AveragesCommitted, LakeWriter

STEP = 1_200_000
EVER = (0, 2**50)
STACK = "gres-1.stack-1"


@pytest.fixture
def lake(tmp_path):
    return tmp_path / "lake"


@pytest.fixture
def writer(lake):
    with LakeWriter(lake, JOURNAL) as opened:
        yield opened


def read(lake, source=STACK, components=None, period="PT20M", span=EVER, **more):
    return to_averages(LakeReader(lake).averages(source, components, period, *span, **more))


def test_averages_come_back_as_they_were_made(writer, lake):
    rows = [
        average(MIDNIGHT + STEP, 7.25, component="dust", o2_dry_pct=6.5, mass_g_s=1.5, outside_calibration_range=True, chain="main"),
        average(MIDNIGHT, None, status=AverageStatus.TOO_FEW, raw=None, provisional=True),
        average(MIDNIGHT, 3.5, component="dust"),
    ]
    assert writer.commit_averages(rows, simulated=True) == AveragesCommitted(3, 0, 0)
    assert read(lake) == sorted(rows, key=lambda row: (row.component, row.start_ms))
    assert read(lake, components=["so2"]) == [rows[1]]
    assert read(lake, span=(MIDNIGHT + 1, MIDNIGHT + STEP + 1)) == [rows[0]]
    assert read(lake, source=None, period="PT1H") == []
    assert LakeReader(lake).averages(STACK, None, "PT20M", *EVER).column("simulated").to_pylist() == [True] * 3


def test_the_same_again_changes_nothing(writer, lake):
    rows = [average(MIDNIGHT + n * STEP, float(n)) for n in range(5)]
    writer.commit_averages(rows)
    version = DeltaTable(str(lake / "averages")).version()
    again = [replace(row, known_ms=row.known_ms + 5, configuration="other") for row in rows]
    assert writer.commit_averages(again) == AveragesCommitted(0, 0, 5)
    assert DeltaTable(str(lake / "averages")).version() == version
    assert read(lake) == rows


@pytest.mark.parametrize(
    "change",
    [
        {"value": 101.0},
        {"value": None, "status": AverageStatus.TOO_FEW},
        {"count_valid": 1199},
        {"count_expected": 1300},
        {"count_operating": 7},
        {"provisional": True},
        {"mass_g_s": 4.0},
    ],
)
def test_a_change_of_value_status_or_counts_is_a_revision(writer, lake, change):
    first = average()
    second = replace(first, known_ms=first.known_ms + 60_000, **change)
    writer.commit_averages([first, average(MIDNIGHT + STEP)])
    assert writer.commit_averages([second]) == AveragesCommitted(0, 1, 0)
    (current, other) = read(lake)
    assert current == replace(second, revision=1)
    assert other == average(MIDNIGHT + STEP)
    revisions = to_averages(LakeReader(lake).average_revisions(STACK, "so2", "PT20M", MIDNIGHT))
    assert revisions == [first, replace(second, revision=1)]
    (old,) = on_disk(lake, "averages_superseded")
    assert (old["revision"], old["superseded_ms"]) == (0, second.known_ms)
    assert len(on_disk(lake, "averages")) == 2


def test_what_was_known_on_a_day_stays_readable(writer, lake):
    first = average(value=1.0, known_ms=1000)
    for revision, known in ((1.0, 1000), (2.0, 2000), (3.0, 3000)):
        writer.commit_averages([replace(first, value=revision, known_ms=known)])
    other = average(MIDNIGHT + STEP, 9.0, known_ms=2500)
    writer.commit_averages([other])

    def known(at):
        return [(row.value, row.revision) for row in read(lake, known_ms=at)]

    assert known(999) == []
    assert known(1000) == [(1.0, 0)]
    assert known(2999)[-1:] == [(9.0, 0)]
    assert [value for value, _ in known(10_000)] == [row.value for row in read(lake)]
    writer.compact()
    assert known(1500) == [(1.0, 0)]


def test_several_revisions_in_one_commit_are_taken_in_order(writer, lake):
    rows = [average(value=float(n), known_ms=1000 * n) for n in range(1, 5)]
    assert writer.commit_averages(rows) == AveragesCommitted(1, 3, 0)
    assert [(row.value, row.revision) for row in to_averages(LakeReader(lake).average_revisions(STACK, "so2", "PT20M", MIDNIGHT))] == [
        (1.0, 0),
        (2.0, 1),
        (3.0, 2),
        (4.0, 3),
    ]


def test_a_commit_repeated_after_a_crash_says_nothing_new(writer, lake, monkeypatch):
    rows = [average(value=float(n), known_ms=1000, revision=n) for n in range(3)]
    writer.commit_averages(rows)
    assert writer.commit_averages(rows) == AveragesCommitted(0, 0, 3)
    later = average(value=9.0, known_ms=2000, revision=3)
    commit = writer._tables["averages"].commit
    monkeypatch.setattr(writer._tables["averages"], "commit", lambda change: (_ for _ in ()).throw(OSError("cut")))
    with pytest.raises(OSError, match="cut"):
        writer.commit_averages([later])
    monkeypatch.setattr(writer._tables["averages"], "commit", commit)
    assert writer.commit_averages([later]) == AveragesCommitted(0, 1, 0)
    revisions = to_averages(LakeReader(lake).average_revisions(STACK, "so2", "PT20M", MIDNIGHT))
    assert [(row.value, row.revision) for row in revisions] == [(0.0, 0), (1.0, 1), (2.0, 2), (9.0, 3)]
    assert read(lake, known_ms=1999) == [rows[2]]


def test_averages_of_several_origins_stand_beside_each_other(writer, lake):
    ours, theirs = average(value=1.0), average(value=2.0, origin=Origin.REPORTED)
    writer.commit_averages([ours, theirs])
    assert read(lake) == [ours, theirs]
    assert read(lake, origins=[Origin.COMPUTED]) == [ours]


def test_one_commit_may_touch_several_months_and_periods(writer, lake):
    rows = [average(MIDNIGHT - n * 20 * DAY_MS, float(n)) for n in range(4)] + [average(period="P1D"), average(period="PT1H")]
    writer.commit_averages(rows)
    version = DeltaTable(str(lake / "averages")).version()
    changed = [replace(row, value=50.0, known_ms=row.known_ms + 1) for row in rows]
    assert writer.commit_averages(changed) == AveragesCommitted(0, 6, 0)
    assert DeltaTable(str(lake / "averages")).version() == version + 1
    assert [row.value for period in ("PT20M", "PT1H", "P1D") for row in read(lake, period=period)] == [50.0] * 6


def test_many_commits_leave_few_files_and_compaction_one_a_month(writer, lake):
    rows = [average(MIDNIGHT + n * STEP, float(n)) for n in range(60)]
    for row in rows:
        writer.commit_averages([row])
    assert len(DeltaTable(str(lake / "averages")).file_uris()) < 20
    assert read(lake) == rows
    writer.compact()
    assert len(DeltaTable(str(lake / "averages")).file_uris()) == len({(row["start_ms"] // 1) and "m" for row in on_disk(lake, "averages")})
    assert read(lake) == rows
    writer.commit_averages([replace(rows[7], value=-1.0)])
    assert [row.value for row in read(lake)][6:9] == [6.0, -1.0, 8.0]


def test_a_year_of_a_source_reads_only_some_columns(writer, lake):
    writer.commit_averages([average(MIDNIGHT + n * STEP, float(n)) for n in range(3)])
    table = LakeReader(lake).averages(STACK, ["so2"], "PT20M", *EVER, columns=["start_ms", "value"])
    assert set(table.column_names) == {"start_ms", "value", "source", "component", "origin"}
    assert table.column("value").to_pylist() == [0.0, 1.0, 2.0]


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3), st.booleans()), min_size=1, max_size=25))
@settings(max_examples=20, deadline=None)
def test_any_sequence_of_revisions_agrees_with_a_plain_record_of_them(tmp_path_factory, steps):
    lake = tmp_path_factory.mktemp("lake")
    current, superseded, group = {}, [], []
    with LakeWriter(lake, JOURNAL) as writer:
        for known, (window, value, commit) in enumerate(steps, start=1):
            row = average(MIDNIGHT + window * STEP, float(value), known_ms=known)
            held = current.get(window)
            if held is None or held.value != row.value:
                current[window] = replace(row, revision=held.revision + 1 if held else 0)
                superseded += [held] if held else []
            group.append(row)
            if commit:
                writer.commit_averages(group)
                group = []
        writer.commit_averages(averages_table(group, simulated=False))
    assert read(lake) == [current[window] for window in sorted(current)]
    assert sorted((row["start_ms"], row["revision"], row["value"]) for row in on_disk(lake, "averages_superseded")) == sorted(
        (row.start_ms, row.revision, row.value) for row in superseded
    )


def summary(start_ms=MIDNIGHT, mean=5.0, *, channel=str(SO2), digest=b"\1" * 32):
    return Summary(channel, start_ms, start_ms + STEP, 1200, (1190, 0, 0, 10, 0, 0, 0), 1.0, 9.0, mean, 0.5, None, 3, 900, digest)


def test_summaries_are_replaced_when_their_values_change(writer, lake):
    first = [summary(), summary(MIDNIGHT + STEP)]
    table = summaries_table(first, "PT20M", known_ms=1, simulated=True)
    assert writer.commit_summaries(table, simulated=True) == 2
    assert writer.commit_summaries(table, simulated=True) == 0
    assert to_summaries(LakeReader(lake).summaries([SO2], *EVER)) == first
    changed = summary(mean=6.0, digest=b"\2" * 32)
    assert writer.commit_summaries(summaries_table([changed], "PT20M", known_ms=2, simulated=True)) == 1
    found = LakeReader(lake).summaries([SO2], *EVER, "PT20M")
    assert to_summaries(found) == [changed, first[1]]
    assert found.column("revision").to_pylist() == [1, 0]
    assert isinstance(found, pa.Table)
