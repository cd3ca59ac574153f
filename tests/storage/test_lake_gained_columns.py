"""A lake from before the averages gained columns: it is read, written on and merged, and nothing in it is lost."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pyarrow as pa
import pytest

from tests.storage.lake_kit import JOURNAL, MIDNIGHT, average
from tynys.centre.average_rows import pack, unpack
from tynys.storage.delta import Change, DeltaFolder
from tynys.storage.lake_order import file_columns
from tynys.storage.lake_reader import LakeReader
from tynys.storage.lake_rows import averages_table, to_averages
from tynys.storage.lake_schema import AVERAGES, AVERAGES_LAYOUT, SUPERSEDED, SUPERSEDED_LAYOUT
from tynys.storage.lake_writer import LakeWriter

GAINED = ("standardised", "o2_reference_pct", "deduction", "fld_valid", "fld_operating", "rule_pack_digest")
STEP = 1_200_000


def without(schema, names):
    return pa.schema([item for item in schema if item.name not in names])


@pytest.fixture
def older(tmp_path):
    """A lake of two averages in the older columns."""
    layout = replace(AVERAGES_LAYOUT, schema=without(AVERAGES, GAINED), values=("value",))
    kept = replace(SUPERSEDED_LAYOUT, schema=without(SUPERSEDED, GAINED), values=("value",))
    DeltaFolder(tmp_path / "averages_superseded", kept, create=True)
    table = DeltaFolder(tmp_path / "averages", layout, create=True)
    rows = averages_table([average(MIDNIGHT, 100.0), average(MIDNIGHT + STEP, 101.0)], simulated=True)
    month = rows.column("month")[0].as_py()
    table.commit(Change(adds=[table.write(file_columns(rows, layout), {"period": "PT20M", "month": month})]))
    return tmp_path


def test_rows_written_before_are_read_with_the_new_columns_empty(older):
    found = to_averages(LakeReader(older).averages(None, None, "PT20M", MIDNIGHT, MIDNIGHT + 2 * STEP))
    assert found == [average(MIDNIGHT, 100.0), average(MIDNIGHT + STEP, 101.0)]


def test_a_writer_adds_the_columns_and_revises_old_rows(older):
    later = average(
        MIDNIGHT, 90.0, standardised=100.0, deduction=10.0, o2_reference_pct=6.0, fld_valid=120, rule_pack_digest="ab", revision=1
    )
    with LakeWriter(older, UUID(str(JOURNAL))) as writer:
        done = writer.commit_averages(averages_table([later], simulated=True))
    assert (done.new, done.revised) == (0, 1)
    with LakeWriter(older, UUID(str(JOURNAL))) as writer:
        writer.compact(force=True)
    reader = LakeReader(older)
    assert to_averages(reader.averages(None, None, "PT20M", MIDNIGHT, MIDNIGHT + 2 * STEP)) == [later, average(MIDNIGHT + STEP, 101.0)]
    revisions = to_averages(reader.average_revisions(later.source, later.component, "PT20M", MIDNIGHT))
    assert [(row.value, row.rule_pack_digest) for row in revisions] == [(100.0, ""), (90.0, "ab")]


def test_averages_on_their_way_to_the_lake_get_the_new_columns_too():
    rows = averages_table([average(MIDNIGHT, 100.0)], simulated=True)
    older = rows.select([name for name in rows.column_names if name not in GAINED])
    assert to_averages(unpack(pack(older))) == [average(MIDNIGHT, 100.0)]
