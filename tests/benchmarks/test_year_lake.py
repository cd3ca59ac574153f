"""The lake of the year: as many windows as a year has, in the published columns, gaps where they are due."""

import numpy as np

from benchmarks.year_lake import COMPONENTS, GAP_SHARE, POINTS, WINDOW_MS, series, year_starts
from tynys.storage.lake_schema import AVERAGES


def test_a_year_has_so_many_windows_without_a_hole():
    starts = year_starts()
    assert len(starts) == POINTS == 365 * 72
    assert set(np.diff(starts).tolist()) == {WINDOW_MS}
    assert starts[0] % 86_400_000 == 0


def test_a_series_is_a_table_as_the_lake_publishes_it():
    table = series("gres-1.stack-1", COMPONENTS[0], year_starts()[:7200], np.random.default_rng(1))
    assert table.schema == AVERAGES
    gone = table.filter(np.asarray(table["value"].is_null()))
    assert set(gone["status"].to_pylist()) == {"too_few_readings"}
    assert 0.5 * GAP_SHARE < gone.num_rows / table.num_rows < 2 * GAP_SHARE
    assert table["value"].null_count == table["mass_g_s"].null_count
