"""A small trial of the benchmark of the numbers: every engine agrees, every figure is there, a peer that errs is found out."""

import numpy as np
import polars as pl
import pytest

from benchmarks import numbers
from benchmarks.numbers import Bench, Size, measure
from benchmarks.numbers_plant import LEVELS, Days, in_memory, plant
from benchmarks.peers import frames

SMALL = Size(days=2, summary_days=1, year_days=3, seconds=2400, rounds=1, windows=2)


def test_all_engines_agree_and_every_figure_is_there():
    told = []
    figures = measure(told.append, SMALL)
    assert [each.unit for each in figures] == ["s"] * 5 + ["s", "MB"] + ["s"] * 2 + ["ms"] + ["s"] * 2
    assert {each.benchmark for each in figures} == {"numbers"}
    assert all(each.value > 0 for each in figures)
    beside = [each.peer_name.partition(",")[0] for each in figures if each.peer is not None]
    assert beside == ["Polars", "DuckDB", "pandas", "Polars", "DuckDB", "Polars", "DuckDB", "Polars", "DuckDB"]
    assert "57,600 readings" in figures[0].note
    assert any("day 3 of 3" in text for text in told), "making the readings shows how far it is"


@pytest.fixture
def bench(tmp_path):
    configuration, pack = plant()
    readings = in_memory(configuration, Days(seconds=2400), 2, lambda _day: None)
    with Bench(configuration, pack, readings, tmp_path, SMALL) as made:
        yield made


@pytest.mark.parametrize(
    ("column", "complaint"), [("mean", "other means"), ("enough", "another validity"), ("n4", "other counts of status 4")]
)
def test_a_peer_that_gives_something_else_is_not_timed(bench, monkeypatch, column, complaint):
    right = frames.duckdb_raw

    def wrong(*given):
        found = right(*given)
        altered = ~pl.col(column) if column == "enough" else pl.col(column) + 1
        return found.with_columns(altered.alias(column))

    monkeypatch.setattr(numbers.frames, "duckdb_raw", wrong)
    with pytest.raises(AssertionError, match=f"DuckDB: {complaint}"):
        bench.raw()


def test_the_plant_has_twelve_channels_a_second_and_its_days_are_the_same_each_time():
    configuration, _ = plant()
    assert len(configuration.channels) == len(LEVELS) == 12
    one, two = Days(seconds=600).day(5), Days(seconds=600).day(5)
    assert all(np.array_equal(one[name][0], two[name][0], equal_nan=True) for name in LEVELS)
    stop = Days().day(19)["unit-1.flame_on"][0]
    assert np.nansum(stop == 0.0) > 20_000, "on the twentieth day the unit stops"
