"""Readings as bad as they come: a plant that measures well, and every way in which that can go wrong."""

from __future__ import annotations

from dataclasses import astuple, fields, replace

import numpy as np
from hypothesis import Phase, settings
from hypothesis import strategies as st

from tynys.calc.series import Series
from tynys.domain.status import InstrumentStatus

FEW = settings(max_examples=25, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
"""Of whole plants: few, and a failing one is shown as it is; to shrink an hour of readings takes minutes."""
T0_MS, MINUTE = 1_741_590_000_000, 60_000  # 10 March 2025, noon in Almaty
WINDOW = 20 * MINUTE
WINDOWS = 3
COUNT = 20 * WINDOWS
END_MS = T0_MS + WINDOWS * WINDOW
GOOD = {
    "gas.so2": 610.0,
    "gas.no": 250.0,
    "gas.no2": 12.0,
    "gas.o2": 6.8,
    "stack-1.dust": 180.0,
    "stack-1.temperature": 132.0,
    "stack-1.pressure": 95.4,
    "stack-1.velocity": 21.0,
}
VALID = int(InstrumentStatus.VALID)
NOT_VALID = [int(s) for s in InstrumentStatus if s is not InstrumentStatus.VALID]
UNUSABLE = [np.nan, np.inf, -np.inf, 1e300, -1e300, 2.0**901]
ODD = [0.0, -0.0, -5.0, -1e-300, 5e-324, 20.999999, 21.0, 21.5, 100.0, 150.0, -273.15, -300.0, 1e12, -1e12, 2.0**900, 1 / 3]


def good(seed=1):
    """An hour of readings by channel name, once a minute; binary fractions, so that no sum of them is short."""
    rng = np.random.default_rng(seed)
    times = T0_MS + MINUTE * np.arange(COUNT, dtype=np.int64)
    return {
        name: Series(times, value * (1 + 0.03 * rng.standard_normal(COUNT)), np.full(COUNT, VALID, np.uint8))
        for name, value in GOOD.items()
    }


def with_readings(series, times, values, statuses):
    """The series and more readings behind it."""
    return Series(
        np.concatenate([series.time_ms, np.asarray(times, np.int64)]),
        np.concatenate([series.value, np.asarray(values, np.float64)]),
        np.concatenate([series.status, np.asarray(statuses, np.uint8)]),
    )


def shuffled(series, seed):
    """The same readings in another order."""
    order = np.random.default_rng(seed).permutation(len(series))
    return Series(series.time_ms[order], series.value[order], series.status[order])


def by_id(configuration, readings):
    """Readings under the channels' UUIDs."""
    return {c.id: readings[c.name] for c in configuration.channels if c.name in readings}


def same_bytes(one, two):
    """Two tables of averages or summaries, to the last bit of every column."""
    for field in fields(one):
        a, b = getattr(one, field.name), getattr(two, field.name)
        if isinstance(a, np.ndarray):
            assert a.dtype == b.dtype, field.name
            assert a.tobytes() == b.tobytes(), (field.name, a, b)
        else:
            assert a == b, field.name


def rounded_off(row):
    """A running average as text, so that equal means equal bits."""
    return [repr(each) for each in astuple(replace(row, limit=None))]


instants = st.integers(T0_MS - 2 * MINUTE, END_MS + 2 * MINUTE)
on_grid = st.integers(0, COUNT - 1).map(lambda i: T0_MS + i * MINUTE)
statuses = st.one_of(st.just(VALID), st.sampled_from(NOT_VALID), st.sampled_from([0, 8, 99, 255]))
values = st.one_of(st.sampled_from([*UNUSABLE, *ODD]), st.floats(allow_nan=True, allow_infinity=True))
names = st.sampled_from(sorted(GOOD))
rows = st.lists(st.tuples(names, st.one_of(on_grid, instants), values, statuses), max_size=25)
"""Readings that nobody asked for: channel, instant, value, status."""


@st.composite
def hours(draw):
    """An hour of a plant with holes, nonsense, doubles and readings off the grid."""
    readings = good(draw(st.integers(0, 3)))
    for name, at, value, status in draw(rows):
        readings[name] = with_readings(readings[name], [at], [value], [status])
    for name, first, length in draw(st.lists(st.tuples(names, st.integers(0, COUNT), st.integers(0, 30)), max_size=3)):
        keep = np.ones(len(readings[name]), np.bool_)
        keep[first : first + length] = False
        series = readings[name]
        readings[name] = Series(series.time_ms[keep], series.value[keep], series.status[keep])
    return readings


@st.composite
def unusable_rows(draw):
    """Readings that may enter no average, anywhere in the hour: on the grid or off it, beside good ones or alone."""
    value_and_status = st.one_of(
        st.tuples(st.sampled_from(UNUSABLE), st.just(VALID)),
        st.tuples(values, st.sampled_from([*NOT_VALID, 0, 8, 255])),
    )
    return draw(st.lists(st.tuples(names, st.one_of(on_grid, instants), value_and_status), min_size=1, max_size=20))
