"""Short-term averages are means of first level data, exactly: the oracle is whole fractions."""

import math
from datetime import UTC, datetime
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tynys.calc.averaging import Windows, channel_means, due
from tynys.calc.exact import LARGEST
from tynys.calc.first_level import FirstLevelGrid, first_level_counts, first_level_means
from tynys.calc.series import Series
from tynys.calc.states import ALWAYS_UNKNOWN
from tynys.domain.instrument import Acquisition, AcquisitionMode
from tynys.domain.status import InstrumentStatus

WINDOW, FLD, ORIGIN = 1_200_000, 10_000, 1_741_590_000_000
TEN = FirstLevelGrid(np.empty(0, np.int64), np.array([FLD]))
DECIMAL = st.integers(-(10**9), 10**9).map(lambda cents: cents / 1000)
BINARY = st.floats(-1e6, 1e6, allow_nan=False)
ANY = st.floats(-LARGEST, LARGEST, allow_nan=False)


def instants(most=40, window=WINDOW, step=500):
    return st.lists(st.integers(0, window // step - 1), min_size=1, max_size=most, unique=True).map(lambda a: [step * i for i in sorted(a)])


def levels_of(times, values, fld=FLD):
    groups = {}
    for t, v in zip(times, values, strict=True):
        groups.setdefault(t // fld, []).append(v)
    return list(groups.values())


def true_mean(levels, exact):
    means = [sum(map(exact, level), Fraction(0)) / len(level) for level in levels]
    return sum(means, Fraction(0)) / len(means)


def one(times, values, grid=TEN):
    times = ORIGIN + np.array(times, np.int64)
    mean, count = first_level_means(np.array(values, np.float64), times, np.array([0]), np.array([len(times)]), np.array([ORIGIN]), grid)
    return mean[0], count[0]


@given(instants(), st.data())
def test_the_mean_of_decimal_first_level_data_is_the_nearest_float_to_the_true_one(times, data):
    values = data.draw(st.lists(DECIMAL, min_size=len(times), max_size=len(times)))
    levels = levels_of(times, values)
    mean, count = one(times, values)
    assert mean == float(true_mean(levels, lambda v: Fraction(repr(v))))
    assert count == len(levels)


@given(instants(), st.data())
def test_the_mean_of_other_first_level_data_is_an_error_free_weighted_sum_rounded_once_and_divided(times, data):
    values = [math.pi, *data.draw(st.lists(st.one_of(BINARY, ANY), min_size=len(times) - 1, max_size=len(times) - 1))]
    levels = levels_of(times, values)
    common = math.lcm(*map(len, levels))
    total = sum((Fraction(v) * (common // len(level)) for level in levels for v in level), Fraction(0))
    assert one(times, values)[0] == float(total) / (common * len(levels))


@given(instants(most=120, window=10 * FLD, step=100), st.data())
def test_many_readings_of_different_number_in_each_keep_the_mean_within_two_roundings(times, data):
    values = data.draw(st.lists(st.one_of(DECIMAL, BINARY), min_size=len(times), max_size=len(times)))
    mean, _ = one(times, values)
    written = all(abs(v) < 1e7 and float(f"{v:.6f}") == v for v in values)
    true = true_mean(levels_of(times, values), (lambda v: Fraction(repr(v))) if written else Fraction)
    assert abs(Fraction(mean) - true) <= abs(true) * (Fraction(2) ** -52 + Fraction(2) ** -105) + Fraction(2) ** -1074


def test_a_common_denominator_that_grows_too_large_gives_the_nearest_float():
    sizes = [97, 89, 83, 79, 73]
    times = [10_000 * i + 100 * k for i, size in enumerate(sizes) for k in range(size)]
    for scale in (0.001, math.sqrt(2)):
        values = [scale * ((7 * i) % 1013) for i in range(len(times))]
        exact = Fraction if scale != 0.001 else (lambda v: Fraction(round(v * 1000), 1000))
        values = values if scale != 0.001 else [round(v, 3) for v in values]
        assert one(times, values)[0] == float(true_mean(levels_of(times, values), exact))


@given(st.lists(BINARY, min_size=1, max_size=30), st.integers(1, 10))
def test_first_level_data_of_equally_many_readings_average_like_the_readings(values, each):
    values = values[: len(values) // each * each] or [values[0]] * each
    times = [FLD * (i // each) + 1000 * (i % each) for i in range(len(values))]
    decimal = all(abs(v) < 1e7 and float(f"{v:.6f}") == v for v in values)
    plain = float(sum(Fraction(repr(v)) for v in values) / len(values)) if decimal else math.fsum(values) / len(values)
    assert one(times, values)[0] == plain


@given(st.lists(instants(most=15), min_size=1, max_size=5), st.data())
def test_a_window_gives_the_same_bits_alone_as_among_others(windows, data):
    kind = data.draw(st.sampled_from([DECIMAL, BINARY]))
    values = [data.draw(st.lists(kind, min_size=len(w), max_size=len(w))) for w in windows]
    times = np.array([ORIGIN + i * WINDOW + t for i, w in enumerate(windows) for t in w], np.int64)
    at = np.cumsum([0, *map(len, windows)])
    start = ORIGIN + WINDOW * np.arange(len(windows))
    together, _ = first_level_means(np.concatenate(values), times, at[:-1], at[1:], start, TEN)
    alone = [one(w, v)[0] for w, v in zip(windows, values, strict=True)]
    assert together.tobytes() == np.array(alone).tobytes()


def test_a_first_level_of_one_reading_weighs_as_much_as_one_of_ten():
    times = [*range(0, 10_000, 1000), 10_000]
    assert one(times, [1.0] * 10 + [3.0]) == (2.0, 2)


def test_windows_may_overlap_or_leave_readings_out():
    times = ORIGIN + 1000 * np.arange(60)
    values = np.arange(60.0)
    first, last = np.array([0, 50, 25]), np.array([60, 60, 30])
    mean, count = first_level_means(values, times, first, last, times[first], TEN)
    assert mean.tolist() == [29.5, 54.5, 27.0]
    assert count.tolist() == [6, 1, 1]


def acquisition(interval_ms, at_ms=0, until_ms=None):
    return Acquisition(
        interval_ms=interval_ms,
        mode=AcquisitionMode.MEASURED,
        valid_from=datetime.fromtimestamp(at_ms / 1000, UTC),
        valid_to=None if until_ms is None else datetime.fromtimestamp(until_ms / 1000, UTC),
    )


def test_a_channel_read_less_often_than_the_first_level_has_one_of_each_reading(pack):
    grid = FirstLevelGrid.of((acquisition(60_000),), pack)
    times = ORIGIN + 60_000 * np.arange(20)
    assert first_level_counts(times, np.array([0]), np.array([20]), np.array([ORIGIN]), grid).tolist() == [20]


def test_a_change_of_interval_in_a_window_begins_another_first_level(pack):
    cut = ORIGIN + 605_000
    declared = (acquisition(1000, until_ms=cut), acquisition(30_000, at_ms=cut))
    grid = FirstLevelGrid.of(declared, pack)
    times = np.concatenate([np.arange(ORIGIN, cut, 1000), np.arange(cut, ORIGIN + WINDOW, 30_000)])
    assert first_level_counts(times, np.array([0]), np.array([len(times)]), np.array([ORIGIN]), grid).tolist() == [61 + 20]


@given(st.sets(st.integers(0, 1199), max_size=40), st.sets(st.integers(0, 1199), max_size=40))
def test_an_invalid_reading_more_never_changes_a_mean(gone, bad):
    pack = _pack()
    at = np.array([i for i in range(1200) if i not in gone])
    value = np.round(100 + np.sin(at), 3)
    windows = Windows(np.array([ORIGIN]), np.array([ORIGIN + WINDOW]))
    owed = due((acquisition(1000),), windows, ALWAYS_UNKNOWN, pack)
    status = np.where(np.isin(at, list(bad)), InstrumentStatus.FAULT, InstrumentStatus.VALID).astype(np.uint8)
    whole = Series(ORIGIN + 1000 * at, value, status)
    good = status == InstrumentStatus.VALID
    without = Series(whole.time_ms[good], value[good], status[good])
    one_, two = (channel_means(s, owed, windows, ALWAYS_UNKNOWN, pack) for s in (whole, without))
    assert one_.mean.tobytes() == two.mean.tobytes()
    assert one_.fld_valid == two.fld_valid == len({i // 10 for i in at[good].tolist()})


def test_validity_is_the_share_of_first_level_data(pack):
    windows = Windows(np.array([ORIGIN]), np.array([ORIGIN + WINDOW]))
    owed = due((acquisition(1000),), windows, ALWAYS_UNKNOWN, pack)
    every_tenth = np.arange(0, 1200, 10)
    sparse = Series(ORIGIN + 1000 * every_tenth, np.ones(120), np.full(120, InstrumentStatus.VALID, np.uint8))
    made = channel_means(sparse, owed, windows, ALWAYS_UNKNOWN, pack)
    assert (made.count_valid[0], made.fld_valid[0], made.fld_operating[0]) == (120, 120, 120)
    assert made.enough(1.0).all()
    half = channel_means(Series(sparse.time_ms[:60], sparse.value[:60], sparse.status[:60]), owed, windows, ALWAYS_UNKNOWN, pack)
    assert not half.enough(0.667).any()
    assert half.enough(0.5).all()


def _pack():
    from importlib.resources import files

    from tynys.law import load_pack

    return load_pack((files("tynys.law") / "packs" / "kz.toml").read_text(encoding="utf-8"), "kz.toml")


@pytest.mark.parametrize("at", [0.0, 1.5, 1e15])
def test_one_reading_is_its_own_mean(at):
    assert one([5000], [at]) == (at, 1)
