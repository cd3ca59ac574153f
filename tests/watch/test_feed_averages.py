"""Imported rows as averages in the lake."""

from __future__ import annotations

from uuid import uuid4

import pytest

from tynys.domain.average import Origin
from tynys.domain.errors import NotFoundError, StorageError
from tynys.domain.status import AverageStatus
from tynys.storage.lake_reader import LakeReader
from tynys.storage.lake_rows import to_averages
from tynys.storage.lake_schema import AVERAGES
from tynys.storage.lake_writer import LakeWriter
from tynys.storage.registry import Registry
from tynys.watch.feed_averages import imported_averages
from tynys.watch.feed_check import check_feed
from tynys.watch.feed_faults import sample_bytes, with_fault
from tynys.watch.feed_sample import sample
from tynys.watch.feed_store import import_feed, keep, kept

NOW = 1_800_000_000_000
CLEAN = sample(days=1)


def averages_of(made):
    checked = check_feed(sample_bytes(made), made.profile, now_ms=NOW)
    return imported_averages(checked.feed, made.profile, file_sha256="ab" * 32, known_ms=NOW, simulated=True)


class Lake:
    def __init__(self, folder):
        self.writer = LakeWriter(folder, uuid4())
        self.folder = folder

    def take(self, table):
        done = self.writer.commit_averages(table)
        return {"new": done.new, "revised": done.revised, "unchanged": done.unchanged}


def test_rows_become_averages_of_origin_imported():
    done = averages_of(CLEAN)
    assert done.table.schema == AVERAGES
    rows = to_averages(done.table)
    assert {row.origin for row in rows} == {Origin.IMPORTED}
    assert {row.status for row in rows} == {AverageStatus.VALID}
    assert len(rows) == 72 * (4 * 5 + 5 + 2)
    so2 = next(row for row in rows if row.component == "so2")
    assert so2.unit == "mg/m3"
    assert 4 < so2.o2_dry_pct < 8
    assert so2.mass_g_s > 0
    assert so2.end_ms - so2.start_ms == 1_200_000
    assert (so2.configuration, so2.rule_pack) == ("ab" * 32, "generated")
    assert all(done.table["simulated"].to_pylist())
    assert (done.without_instant, done.without_component, done.second_of_an_instant) == (0, 0, 0)


def test_a_row_that_cannot_be_true_is_there_with_its_number_and_reason():
    rows = [row for row in to_averages(averages_of(with_fault(CLEAN, "F9")).table) if row.status is AverageStatus.CANNOT_BE_TRUE]
    assert len(rows) == 8
    assert {(row.value, row.raw, row.chain) for row in rows} == {(None, -0.7, "negative")}


def test_an_impossible_alpha_takes_only_the_oxygen():
    rows = [row for row in to_averages(averages_of(with_fault(CLEAN, "F1")).table) if row.chain]
    assert {row.chain for row in rows} == {"alpha_impossible", "alpha_overflow"}
    assert all(row.status is AverageStatus.VALID and row.value is not None and row.o2_dry_pct is None for row in rows)


def test_second_rows_of_an_instant_are_counted():
    done = averages_of(with_fault(CLEAN, "F12"))
    assert done.second_of_an_instant == 72 * 39
    assert done.table.num_rows == averages_of(CLEAN).table.num_rows


def test_a_file_is_imported_checked_kept_and_noted_and_a_second_time_changes_nothing(tmp_path):
    lake, registry = Lake(tmp_path / "lake"), Registry.open(f"sqlite:///{tmp_path / 'registry.sqlite'}")
    made = with_fault(CLEAN, "F9")
    data = sample_bytes(made) + b"rubbish\n"
    how = {"sink": lake, "registry": registry, "archive": tmp_path / "databank", "now_ms": NOW, "simulated": True, "by": "test"}
    first = import_feed(data, "june.csv", made.profile, **how)
    again = import_feed(data, "june.csv", made.profile, **how)
    assert first.stored == {"new": 72 * 27, "revised": 0, "unchanged": 0}
    assert again.stored["unchanged"] == 72 * 27
    assert [line.line for line in first.checked.broken] == [len(made.feed.rows) + 2]
    assert kept(tmp_path / "databank", first.sha256[:8]) == data
    assert [(row.file, row.rows, row.refused) for row in registry.imports()] == [("june.csv", len(made.feed.rows), 1)] * 2
    assert [finding.check for finding in registry.findings()] == ["NBD-NEGATIVE"]
    assert registry.feed_profile("generated")["zone"]["certainty"] == "to_confirm"
    lake.writer.close()
    registry.close()
    held = LakeReader(lake.folder).averages(None, ["so2"], "PT20M", 0, NOW)
    assert held.num_rows == 4 * 72


def test_a_kept_file_that_is_damaged_or_absent_is_named(tmp_path):
    sha256 = keep(tmp_path, b"content")
    assert keep(tmp_path, b"content") == sha256
    with pytest.raises(NotFoundError, match="0 kept files"):
        kept(tmp_path, "00" if not sha256.startswith("00") else "11")
    file = tmp_path / f"{sha256}.csv.zst"
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    with pytest.raises(StorageError, match="damaged"):
        kept(tmp_path, sha256)
