"""Summaries against the standard library's statistics, window by window."""

import hashlib
import itertools
import statistics
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tynys.calc.series import Series
from tynys.calc.summary import STATUSES, summaries
from tynys.domain.status import InstrumentStatus

T0_MS, MINUTE, WINDOW = 1_741_590_000_000, 60_000, 1_200_000
READING = st.tuples(st.one_of(st.floats(-1e4, 1e4), st.sampled_from([1.0, 2.0])), st.sampled_from(InstrumentStatus))


@pytest.fixture(scope="module")
def plant(example):
    return example("redundant-analyser")


def series_of(readings, gaps=frozenset()):
    keep = [i for i in range(len(readings)) if i not in gaps]
    return Series(
        np.array([T0_MS + MINUTE * i for i in keep], np.int64),
        np.array([readings[i][0] for i in keep], np.float64),
        np.array([readings[i][1] for i in keep], np.uint8),
    )


@settings(max_examples=60, deadline=None)
@given(st.lists(READING, min_size=1, max_size=45), st.sets(st.integers(0, 44), max_size=20))
def test_every_window_is_what_statistics_say(plant, readings, gaps):
    channel = plant.channels[0]
    table = summaries(plant, {channel.id: series_of(readings, gaps)}, "PT20M", T0_MS, T0_MS + 3 * WINDOW)
    rows = table.rows()
    assert len(rows) == 3
    for n, row in enumerate(rows):
        inside = [readings[i] for i in range(20 * n, min(20 * n + 20, len(readings))) if i not in gaps]
        values = [v for v, status in inside if status is InstrumentStatus.VALID]
        assert row.count_expected == 20
        assert row.count_by_status == tuple(sum(s is status for _, s in inside) for status in STATUSES)
        assert (row.minimum, row.maximum) == ((min(values), max(values)) if values else (None, None))
        assert row.distinct == len(set(values))
        assert row.longest_run == max((len(list(g)) for _, g in itertools.groupby(values)), default=0)
        assert row.values_hash == hashlib.sha256(struct.pack(f"<{len(values)}d", *values)).digest()
        if values:
            assert row.mean == pytest.approx(statistics.mean(values), rel=1e-12, abs=1e-12)
        if len(values) > 1:
            assert row.standard_deviation == pytest.approx(statistics.stdev(values), rel=1e-9, abs=1e-9)
        else:
            assert row.standard_deviation is None


def test_lag_one_correlation_by_hand(plant):
    values = [1.0, 2.0, 4.0, 3.0, 5.0]
    readings = [(v, InstrumentStatus.VALID) for v in values]
    (row,) = summaries(plant, {plant.channels[0].id: series_of(readings)}, "PT20M", T0_MS, T0_MS + 1).rows()
    # deviations -2 -1 1 0 2: (2 - 1 + 0 + 0) / 10
    assert row.lag1_correlation == pytest.approx(0.1)


def test_a_frozen_value_has_no_correlation_and_one_long_run(plant):
    readings = [(82.5, InstrumentStatus.VALID)] * 20
    (row,) = summaries(plant, {plant.channels[0].id: series_of(readings)}, "PT20M", T0_MS, T0_MS + 1).rows()
    assert (row.standard_deviation, row.lag1_correlation, row.longest_run, row.distinct) == (0.0, None, 20, 1)


def test_the_columns_hold_what_the_rows_say(plant):
    readings = [(float(i % 7), InstrumentStatus.VALID) for i in range(40)]
    table = summaries(plant, {c.id: series_of(readings) for c in plant.channels[:2]}, "PT20M", T0_MS, T0_MS + 2 * WINDOW)
    columns = table.columns()
    rows = table.rows()
    assert len(table) == len(rows) == 4
    for name, column in columns.items():
        values = column.tolist() if isinstance(column, np.ndarray) else column
        expected = [getattr(row, name) for row in rows]
        assert [tuple(v) if isinstance(v, list) else v for v in values] == expected


def test_nothing_in_gives_nothing_out(plant):
    assert len(summaries(plant, {}, "PT20M", T0_MS, T0_MS + WINDOW)) == 0
    assert summaries(plant, {}, "PT20M", T0_MS, T0_MS).rows() == []
    empty = Series(np.empty(0, np.int64), np.empty(0), np.empty(0, np.uint8))
    (row,) = summaries(plant, {plant.channels[0].id: empty}, "PT20M", T0_MS, T0_MS + 1).rows()
    assert (row.mean, row.minimum, row.count_expected) == (None, None, 20)
