"""The cache of columns: bounded, the least used goes first, and what it gives is what the files say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from lake_kit import JOURNAL, MIDNIGHT, average

from tynys.storage.lake_cache import ColumnCache
from tynys.storage.lake_reader import LakeReader
from tynys.storage.lake_rows import to_averages
from tynys.storage.lake_writer import LakeWriter

STEP = 1_200_000
EVER = (0, 2**50)


def column(rows=100):
    return pa.chunked_array([np.arange(rows, dtype=np.int64)])


def key(name):
    return ("file", (0,), name)


def test_the_column_not_used_for_longest_gives_way():
    cache = ColumnCache(8 * 800)
    for number in range(8):
        cache.put(key(str(number)), column())
    assert cache.get(key("0")) is not None
    cache.put(key("new"), column())
    assert cache.get(key("1")) is None
    assert cache.get(key("0")) is not None
    assert cache.get(key("new")) is not None
    assert cache.bytes == 8 * 800


def test_a_column_too_large_for_its_share_is_not_kept():
    cache = ColumnCache(8 * 800)
    cache.put(key("large"), column(101))
    assert cache.get(key("large")) is None
    assert cache.bytes == 0


def test_putting_a_column_twice_counts_it_once():
    cache = ColumnCache(8000)
    cache.put(key("a"), column())
    cache.put(key("a"), column())
    assert cache.bytes == 800
    cache.clear()
    assert cache.bytes == 0
    assert cache.get(key("a")) is None


@pytest.mark.parametrize("columns", [None, ("value",), ("value", "status", "unit")])
def test_reading_again_gives_the_same_rows_in_every_choice_of_columns(tmp_path, columns):
    with LakeWriter(tmp_path / "lake", JOURNAL) as writer:
        writer.commit_averages([average(MIDNIGHT + n * STEP, float(n), component=name) for n in range(50) for name in ("so2", "dust")])
    reader = LakeReader(tmp_path / "lake")
    cold = LakeReader(tmp_path / "lake").averages("gres-1.stack-1", ["so2"], "PT20M", *EVER, columns=columns)
    reader.averages("gres-1.stack-1", None, "PT20M", *EVER, columns=("value",))
    for _ in range(2):
        assert reader.averages("gres-1.stack-1", ["so2"], "PT20M", *EVER, columns=columns).to_pylist() == cold.to_pylist()
    assert cold.num_rows == 50


def test_a_revision_is_seen_though_the_row_before_it_was_held(tmp_path):
    first = average(MIDNIGHT, 1.0)
    with LakeWriter(tmp_path / "lake", JOURNAL) as writer:
        writer.commit_averages([first, average(MIDNIGHT + STEP, 2.0)])
        reader = LakeReader(tmp_path / "lake")
        assert [row.value for row in to_averages(reader.averages("gres-1.stack-1", None, "PT20M", *EVER))] == [1.0, 2.0]
        writer.commit_averages([replace(first, value=5.0, known_ms=first.known_ms + 1)])
        reader.refresh(now=True)
        assert [row.value for row in to_averages(reader.averages("gres-1.stack-1", None, "PT20M", *EVER))] == [5.0, 2.0]
