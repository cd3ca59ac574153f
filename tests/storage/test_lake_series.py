"""A channel's readings as arrays are the rows of the lake, however its files are cut and whoever reported them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lake_kit import DAY_MS, GATEWAY, JOURNAL, MIDNIGHT, NOX, SO2, STANDBY, add, batch, block

from tynys.storage import lake_series, lake_writer
from tynys.storage.delta_file import row_groups
from tynys.storage.lake_reader import LakeReader
from tynys.storage.lake_rows import reading_blocks
from tynys.storage.lake_schema import LAYOUTS, READINGS_LAYOUT
from tynys.storage.lake_writer import LakeWriter

EVER = (0, 2**50)
SMALL = replace(READINGS_LAYOUT, own_group_rows=50, group_rows=200)
"""Row groups as long channels have them, in a lake of few rows."""


@pytest.fixture(autouse=True)
def small_groups(monkeypatch):
    monkeypatch.setattr(lake_writer, "LAYOUTS", tuple(SMALL if layout is READINGS_LAYOUT else layout for layout in LAYOUTS))


def as_rows(reader, channels, span, rank=()):
    rows = reading_blocks(reader.readings(channels, *span, gateway_rank=rank))
    return {c: (t.tolist(), v.tobytes(), s.tolist()) for c, (t, v, s, _) in rows.items()}


def as_series(reader, channels, span, rank=()):
    found = reader.series(channels, *span, gateway_rank=rank)
    return {c: (s.time_ms.tolist(), np.asarray(s.value).tobytes(), s.status.tolist()) for c, s in found.items()}


def groups_of(lake):
    return [
        pq.ParquetFile(path).metadata.row_group(i).num_rows
        for path in sorted(lake.glob("readings/*/*.parquet"))
        for i in range(pq.ParquetFile(path).metadata.num_row_groups)
    ]


@pytest.mark.parametrize("compact", [False, True])
@pytest.mark.parametrize(
    "span", [EVER, (MIDNIGHT + 30_000, MIDNIGHT + DAY_MS + 70_000), (MIDNIGHT, MIDNIGHT), (MIDNIGHT + DAY_MS, MIDNIGHT)]
)
def test_the_arrays_are_the_rows(tmp_path, compact, span):
    with LakeWriter(tmp_path, JOURNAL) as writer:
        for day in range(3):
            at = MIDNIGHT + day * DAY_MS
            add(writer, batch(day + 1, block(start_ms=at, count=300, gaps=(3, 299)), block(NOX, start_ms=at, count=70, base=0.5)))
            writer.flush()
        if compact:
            writer.compact()
    reader = LakeReader(tmp_path)
    for channels in ([SO2, NOX], [NOX], []):
        assert as_series(reader, channels, span) == as_rows(reader, channels, span)


def test_long_channels_are_read_without_comparing_rows_and_short_ones_are_not(tmp_path, monkeypatch):
    with LakeWriter(tmp_path, JOURNAL) as writer:
        add(writer, batch(1, block(count=300), block(NOX, count=40)))
        writer.flush()
    assert groups_of(tmp_path) == [200, 100, 40]
    reader = LakeReader(tmp_path)
    monkeypatch.setattr(LakeReader, "readings", None)
    assert len(reader.series([SO2, NOX], *EVER)[SO2]) == 300


def test_two_gateways_of_one_channel_are_compared_row_by_row(tmp_path):
    with LakeWriter(tmp_path, JOURNAL) as writer:
        add(writer, batch(1, block(count=300, gaps=(5,))), batch(2, block(count=300, base=7.0), gateway=STANDBY))
        writer.flush()
        writer.compact()
    reader = LakeReader(tmp_path)
    for rank in ((), (GATEWAY,), (STANDBY, GATEWAY)):
        assert as_series(reader, [SO2], EVER, rank) == as_rows(reader, [SO2], EVER, rank)


def test_files_that_reach_into_each_others_time_are_compared_row_by_row(tmp_path):
    with LakeWriter(tmp_path, JOURNAL) as writer:
        add(writer, batch(1, block(count=100, interval_ms=2000)))
        writer.flush()
        add(writer, batch(2, block(start_ms=MIDNIGHT + 1000, count=100, interval_ms=2000, base=500.0)))
        writer.flush()
    reader = LakeReader(tmp_path)
    assert as_series(reader, [SO2], EVER) == as_rows(reader, [SO2], EVER)
    assert len(reader.series([SO2], *EVER)[SO2]) == 200


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_lake_gives_the_same_arrays_as_rows(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("lake")
    with LakeWriter(folder, JOURNAL) as writer:
        for position in range(1, data.draw(st.integers(2, 5))):
            blocks = [
                block(
                    data.draw(st.sampled_from([SO2, NOX])),
                    MIDNIGHT + 1000 * data.draw(st.integers(0, 400)) + DAY_MS * data.draw(st.integers(0, 1)),
                    data.draw(st.integers(1, 260)),
                    interval_ms=data.draw(st.sampled_from([1000, 3000])),
                    gaps=(0,) if data.draw(st.booleans()) else (),
                )
            ]
            add(writer, batch(position, *blocks, gateway=data.draw(st.sampled_from([GATEWAY, STANDBY]))))
            if data.draw(st.booleans()):
                writer.flush()
        if writer.pending_rows:
            writer.flush()
        if data.draw(st.booleans()):
            writer.compact()
    reader = LakeReader(folder)
    first = MIDNIGHT + 1000 * data.draw(st.integers(-10, 500))
    for span in (EVER, (first, first + 1000 * data.draw(st.integers(1, 90_000)))):
        assert as_series(reader, [SO2, NOX], span) == as_rows(reader, [SO2, NOX], span)


def test_a_file_of_an_older_cut_is_read_all_the_same(tmp_path, monkeypatch):
    old = replace(READINGS_LAYOUT, own_group_rows=None, group_rows=70, values=("value",))
    monkeypatch.setattr(lake_writer, "LAYOUTS", tuple(old if layout is READINGS_LAYOUT else layout for layout in LAYOUTS))
    with LakeWriter(tmp_path, JOURNAL) as writer:
        add(writer, batch(1, block(count=100), block(NOX, count=100)))
        writer.flush()
        writer.compact()
    reader = LakeReader(tmp_path)
    assert as_series(reader, [SO2, NOX], EVER) == as_rows(reader, [SO2, NOX], EVER)


def test_row_groups_hold_every_row_once_and_in_order():
    import pyarrow as pa

    for lengths in ([10], [60, 10, 10, 400, 20, 55], [30, 30], [0]):
        rows = pa.table(
            {"channel": [str(i) for i, n in enumerate(lengths) for _ in range(n)]}, schema=pa.schema([("channel", pa.string())])
        )
        cuts = row_groups(rows, SMALL)
        assert [cut for cut in cuts if cut[0] == cut[1]] == []
        assert [place for begin, end in cuts for place in range(begin, end)] == list(range(sum(lengths)))
        assert all(end - begin <= SMALL.group_rows for begin, end in cuts)


def test_what_is_plain_is_told_from_the_footers_alone():
    low, high = {"channel": "b", "time_ms": 5, "gateway": "g"}, {"channel": "b", "time_ms": 9, "gateway": "g"}
    assert lake_series._judge(low, high, {"b"}, (0, 10)) == lake_series._WANTED
    assert lake_series._judge(low, high, {"a"}, (0, 10)) == lake_series._NOTHING
    assert lake_series._judge(low, high, {"b"}, (10, 20)) == lake_series._NOTHING
    assert lake_series._judge(low, high | {"gateway": "h"}, {"b"}, (0, 10)) == lake_series._MIXED
    assert lake_series._judge(low, high | {"channel": "d"}, {"c"}, (0, 10)) == lake_series._MIXED
    assert lake_series._judge({"channel": "b"}, high, {"b"}, (0, 10)) == lake_series._MIXED
