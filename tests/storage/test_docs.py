"""The page of reference leaves nothing out, and its recipe for the journal's digest is the one that is used."""

import hashlib
import re
import sqlite3
from pathlib import Path
from uuid import UUID

import pytest

from tynys.domain.average import Origin
from tynys.domain.status import GapCause, InstrumentStatus
from tynys.storage.journal_records import JournalEntry, row_digest
from tynys.storage.journal_segments import SegmentMeta, create_segment
from tynys.storage.lake_schema import LAYOUTS

PAGE = (Path(__file__).parents[2] / "docs/reference/storage.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    return re.split(r"\n##+ ", PAGE.split(f"# {title}\n", 1)[1])[0]


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
def test_every_column_of_the_lake_is_on_the_page(layout):
    said = section(f"`{layout.name}`")
    columns = set(layout.schema.names)
    if layout.name == "averages_superseded":
        columns -= set(re.findall(r"`(\w+)`", section("`averages`")))
    assert {name for name in columns if f"`{name}`" not in said} <= {"month", "period"} & set(layout.partition)


def test_every_column_of_the_journal_is_on_the_page(tmp_path):
    meta = SegmentMeta(UUID(int=1), 1, bytes(32), None, None)
    segment = create_segment(tmp_path, 1, "2026-01-01", meta)
    with sqlite3.connect(segment.path) as db:
        columns = [row[1] for row in db.execute("PRAGMA table_info(batches)")]
        tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        keys = [key for (key,) in db.execute("SELECT key FROM meta")]
    said = section("The journal")
    assert [name for name in (*columns, *tables) if f"`{name}`" not in said] == []
    assert set(keys) - set(re.findall(r"`(\w+)`", said)) <= {"format", "ordinal", "day"}  # they are in the file's name


def test_every_status_cause_and_origin_is_on_the_page_with_its_number():
    for number in (*InstrumentStatus, *GapCause):
        if number:
            assert re.search(rf"\b{number:d} (over measuring range|{number.name.lower().replace('_', ' ')})", PAGE)
    assert all(f"`{origin}`" in PAGE for origin in Origin)


def test_the_digest_of_a_row_is_made_as_the_page_says():
    entry = JournalEntry(
        gateway=UUID(int=7),
        epoch=UUID(int=9),
        seq=3,
        hash=b"h" * 32,
        previous_hash=b"",
        key_id="00ff",
        signature=b"s" * 64,
        received_ms=1_790_000_000_123,
        span_start_ms=-5,
        span_end_ms=0,
        readings_from_ms=None,
        readings_to_ms=None,
        payload=b"payload",
    )
    told = hashlib.sha256(b"tynys.journal.v1" + b"\x11" * 32 + (41).to_bytes(8, "big") + UUID(int=7).bytes + UUID(int=9).bytes)
    for number in (3, 1_790_000_000_123, -5, 0):
        told.update(number.to_bytes(8, "big", signed=True))
    for text in (b"h" * 32, b"", b"00ff", b"s" * 64):
        told.update(len(text).to_bytes(4, "big") + text)
    told.update(b"\x01")
    assert row_digest(b"\x11" * 32, 41, entry, conflict=True) == told.digest()
