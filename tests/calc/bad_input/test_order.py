"""Whatever comes, in whatever order and pieces: the same bytes."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from support import COUNT, END_MS, FEW, MINUTE, T0_MS, WINDOW, good, hours, rounded_off, same_bytes, shuffled, unusable_rows, with_readings

from tynys.calc.pipeline import longer_windows
from tynys.calc.series import Series, in_order
from tynys.calc.table import AverageTable


@FEW
@given(hours(), st.integers(0, 2**32 - 1))
def test_the_order_of_readings_changes_no_bit_of_any_average(averaged, summed_up, running, readings, seed):
    other = {name: shuffled(series, seed) for name, series in readings.items()}
    for period in ("PT20M", "PT1H"):
        same_bytes(averaged(readings, period=period), averaged(other, period=period))
    same_bytes(summed_up(readings), summed_up(other))
    assert [rounded_off(row) for row in running(readings)] == [rounded_off(row) for row in running(other)]


@FEW
@given(hours(), unusable_rows(), st.integers(0, 2**32 - 1))
def test_so_it_is_where_each_first_level_is_standardised_before_it_is_averaged(averaged, each_level, readings, bad, seed):
    other = dict(readings)
    for name, at, (value, status) in bad:
        other[name] = with_readings(other[name], [at], [value], [status])
    other = {name: shuffled(series, seed) for name, series in other.items()}
    same_bytes(averaged(readings, pack=each_level), averaged(other, pack=each_level))


@FEW
@given(hours(), st.lists(st.integers(0, COUNT + 25), max_size=4), st.integers(0, 2**32 - 1))
def test_readings_in_pieces_that_overlap_give_the_same(averaged, readings, cuts, seed):
    """Pieces come again after a lost receipt, in another order."""
    again = {}
    for name, series in readings.items():
        pieces = np.split(np.arange(len(series)), sorted(cut for cut in cuts if cut < len(series)))
        order = np.random.default_rng(seed).permutation(len(pieces))
        at = np.concatenate([*(pieces[i] for i in order), *(pieces[i] for i in order[:2])]).astype(np.int64)
        again[name] = Series(series.time_ms[at], series.value[at], series.status[at])
    same_bytes(averaged(readings), averaged(again))


@FEW
@given(hours())
def test_each_window_alone_is_what_it_is_among_others(averaged, summed_up, readings):
    starts = range(T0_MS, END_MS, WINDOW)
    whole = averaged(readings).rows()
    alone = [row for start in starts for row in averaged(readings, start_ms=start, end_ms=start + WINDOW).rows()]
    key = lambda row: (row.component, row.start_ms)  # noqa: E731 - a key is no function of its own
    assert [repr(row) for row in sorted(whole, key=key)] == [repr(row) for row in sorted(alone, key=key)]
    rows = [row for start in starts for row in summed_up(readings, start_ms=start, end_ms=start + WINDOW).rows()]
    key = lambda row: (row.channel, row.start_ms)  # noqa: E731
    assert [repr(row) for row in sorted(summed_up(readings).rows(), key=key)] == [repr(row) for row in sorted(rows, key=key)]


@FEW
@given(hours(), st.integers(0, 2**32 - 1))
def test_an_hour_of_stored_averages_in_any_order_is_the_hour(averaged, pack, readings, seed):
    rows = averaged(readings).rows()
    np.random.default_rng(seed).shuffle(rows)
    doubled = AverageTable.from_rows([*rows, *rows[:3]], period="PT20M")
    made = longer_windows(doubled, pack, "PT1H", T0_MS, END_MS)
    key = lambda row: row.component  # noqa: E731
    direct = sorted(averaged(readings, period="PT1H").rows(), key=key)
    assert [(r.component, repr(r.value), r.status, r.count_valid) for r in direct] == [
        (r.component, repr(r.value), r.status, r.count_valid) for r in sorted(made.rows(), key=key)
    ]


@FEW
@given(hours(), st.integers(1, COUNT - 1), st.booleans())
def test_readings_after_now_do_not_reach_the_open_window(running, readings, minute, spoil):
    """A clock that ran ahead and was set back leaves readings of the future."""
    now_ms = T0_MS + minute * MINUTE
    told = {}
    for name, series in readings.items():
        keep = series.time_ms <= now_ms if spoil else np.ones(len(series), np.bool_)
        told[name] = Series(series.time_ms[keep], series.value[keep], series.status[keep])
    assert [rounded_off(row) for row in running(readings, minute)] == [rounded_off(row) for row in running(told, minute)]


def test_of_two_zeros_at_one_instant_it_does_not_matter_which_came_first(summed_up):
    series = good()["gas.so2"]
    both = Series(np.append(series.time_ms, T0_MS), np.append(series.value, 0.0), np.append(series.status, np.uint8(1)))
    both.value[0] = -0.0
    turned = Series(both.time_ms[::-1], both.value[::-1], both.status[::-1])
    assert in_order(both).value.tobytes() == in_order(turned).value.tobytes()
    same_bytes(summed_up({"gas.so2": both}), summed_up({"gas.so2": turned}))
