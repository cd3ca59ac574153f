"""The compiled kernels make the bytes NumPy makes, of anything a line may carry, on any processor."""

import hashlib
import os
import subprocess
import sys
from datetime import UTC, datetime
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tynys.calc import bulk, summary
from tynys.calc.averaging import Windows, channel_means, due
from tynys.calc.series import Series
from tynys.calc.states import PLANT_STATES, StateTrack, in_operation, state_at
from tynys.domain.instrument import Acquisition, AcquisitionMode

ORIGIN, WINDOW = 1_741_590_000_000, 60_000
NEVER = 10**12
VALUES = st.one_of(
    st.integers(-(10**6), 10**6).map(lambda i: i / 1000),
    st.floats(-1e6, 1e6),
    st.sampled_from([0.0, -0.0, 0.1, 1.8e6, 16_999_999.999999, 2.0**-60, 1e-300, 1e300, np.nan, np.inf, -np.inf, np.pi * 1e5]),
)
DECIMALS = st.integers(-(10**6), 10**6).map(lambda i: i / 1000)
STATUSES = st.sampled_from([1, 1, 1, 1, 1, 1, 2, 6, 7])


def path(threshold):
    return mock.patch.object(bulk, "LARGE", threshold)


@st.composite
def series(draw, windows=4, most=60):
    times = sorted(draw(st.sets(st.integers(0, windows * WINDOW // 500 + 10), min_size=1, max_size=most)))
    n = len(times)
    values = draw(st.lists(draw(st.sampled_from([VALUES, DECIMALS])), min_size=n, max_size=n))
    status = draw(st.lists(STATUSES, min_size=n, max_size=n))
    return Series(ORIGIN - 2500 + 500 * np.array(times, np.int64), np.array(values, np.float64), np.array(status, np.uint8))


@st.composite
def tracks(draw, windows=4):
    times = sorted(draw(st.sets(st.integers(-10, windows * WINDOW // 500), max_size=20)))
    codes = draw(st.lists(st.integers(0, len(PLANT_STATES) - 1), min_size=len(times), max_size=len(times)))
    hold = draw(st.sampled_from([500, 1000, 7000, 10**7]))
    return StateTrack(ORIGIN + 500 * np.array(times, np.int64), np.array(codes, np.uint8), hold)


@st.composite
def spans(draw):
    starts = ORIGIN + WINDOW * np.array(sorted(draw(st.sets(st.integers(0, 4), min_size=1))), np.int64)
    return Windows(starts, starts + draw(st.sampled_from([WINDOW, WINDOW - 7000])))


@st.composite
def acquisitions(draw):
    cut = draw(st.sampled_from([None, ORIGIN + 65_000, ORIGIN + 90_500]))
    intervals = draw(st.lists(st.sampled_from([500, 1000, 7000, 11_000, 30_000]), min_size=2, max_size=2))
    spans_ms = [(0, None)] if cut is None else [(0, cut), (cut, None)]
    return tuple(
        Acquisition(
            interval_ms=interval,
            mode=AcquisitionMode.MEASURED,
            valid_from=datetime.fromtimestamp(begin / 1000, UTC),
            valid_to=None if end is None else datetime.fromtimestamp(end / 1000, UTC),
        )
        for (begin, end), interval in zip(spans_ms, intervals, strict=False)
    )


def means(given_, acquisition, windows, track, pack):
    made = channel_means(given_, due(acquisition, windows, track, pack), windows, track, pack)
    names = ("mean", "count_valid", "count_expected", "count_operating", "fld_valid", "fld_operating")
    return {name: np.asarray(getattr(made, name)).tobytes() for name in names}


@settings(deadline=None, max_examples=200)
@given(series(), acquisitions(), spans(), tracks())
def test_means_and_counts_are_the_same_bytes(pack, given_, acquisition, windows, track):
    with path(NEVER):
        plain = means(given_, acquisition, windows, track, pack)
    with path(0):
        assert means(given_, acquisition, windows, track, pack) == plain


@settings(deadline=None, max_examples=200)
@given(series())
def test_summaries_are_the_same_bytes(given_):
    edges = ORIGIN + WINDOW * np.arange(5)
    with path(NEVER):
        plain = summary._channel("a", given_, edges, np.array([60, 0, 60, 60]), "PT1M").columns()
    with path(0):
        compiled = summary._channel("a", given_, edges, np.array([60, 0, 60, 60]), "PT1M").columns()
    for name, column in plain.items():
        assert np.asarray(column).tobytes() == np.asarray(compiled[name]).tobytes(), name


@given(tracks(), st.lists(st.integers(-30_000, 300_000), max_size=50))
def test_runs_in_operation_are_what_the_track_of_states_says_at_any_instant(pack, track, offsets):
    times = ORIGIN + np.array([*offsets, *(track.time_ms - ORIGIN), *(track.time_ms + track.hold_ms - ORIGIN)], np.int64)
    runs = bulk.operating_runs(track, pack)
    assert (runs.start_ms[1:] > runs.end_ms[:-1]).all()
    inside = [bool(np.any((runs.start_ms <= t) & (t < runs.end_ms))) for t in times.tolist()]
    assert inside == in_operation(state_at(track, times), pack).tolist()


def test_the_common_denominator_may_grow_too_large_for_the_kernels(pack):
    sizes = [97, 89, 83, 79, 73]
    times = ORIGIN + np.array([10_000 * i + 100 * k for i, size in enumerate(sizes) for k in range(size)], np.int64)
    for value in (np.round(np.sin(times), 3), np.sin(times), np.full(len(times), 1.6e7)):
        given_ = Series(times, value, np.ones(len(times), np.uint8))
        windows = Windows(np.array([ORIGIN]), np.array([ORIGIN + WINDOW]))
        acquisition = (Acquisition(interval_ms=100, mode=AcquisitionMode.MEASURED, valid_from=datetime.fromtimestamp(0, UTC)),)
        track = StateTrack(times[:0], np.empty(0, np.uint8), 0)
        with path(NEVER):
            plain = means(given_, acquisition, windows, track, pack)
        with path(0):
            assert means(given_, acquisition, windows, track, pack) == plain


def test_windows_that_overlap_are_left_to_numpy():
    start = np.array([0, 5])
    assert not bulk.is_large(NEVER, start, np.array([10, 15]))
    assert bulk.is_large(NEVER, start, np.array([5, 10]))


def test_a_status_nobody_knows_is_not_counted_and_harms_nothing():
    n = 120
    status = np.ones(n, np.uint8)
    status[::3] = 200
    given_ = Series(ORIGIN + 1000 * np.arange(n), np.ones(n), status)
    edges = ORIGIN + WINDOW * np.arange(3)
    for threshold in (0, NEVER):
        with path(threshold):
            assert summary._channel("a", given_, edges, np.array([60, 60]), "PT1M").count_by_status.sum() == 80


def digest():
    """A hash of everything a channel gives, of decimal values, of others, with gaps; made in whatever process this runs."""
    from importlib.resources import files

    from tynys.law import load_pack

    pack = load_pack((files("tynys.law") / "packs" / "kz.toml").read_text(encoding="utf-8"), "kz.toml")
    n = 36_000
    rng = np.random.Generator(np.random.PCG64(11))
    steps = rng.integers(-(10**6), 10**6, n)
    times = ORIGIN + 100 * np.flatnonzero(rng.integers(0, 10, n) < 9)
    whole = steps[: len(times)] / 1000
    state = hashlib.sha256()
    acquisition = (Acquisition(interval_ms=100, mode=AcquisitionMode.MEASURED, valid_from=datetime.fromtimestamp(0, UTC)),)
    track = StateTrack(times[::50], np.asarray(rng.integers(0, len(PLANT_STATES), len(times[::50])), np.uint8), 6000)
    windows = Windows.of_edges(ORIGIN + WINDOW * np.arange(61))
    for value in (whole, whole / 3, whole * 1e-200, 1800 + whole * 1e-7):
        status = np.asarray(1 + 5 * (rng.integers(0, 50, len(times)) == 0), np.uint8)
        given_ = Series(times, value, status)
        for column in means(given_, acquisition, windows, track, pack).values():
            state.update(column)
        made = summary._channel("a", given_, ORIGIN + WINDOW * np.arange(61), np.full(60, 600), "PT1M")
        for column in made.columns().values():
            state.update(np.asarray(column).tobytes())
    return state.hexdigest()


@pytest.mark.parametrize("threshold", [0, NEVER])
def test_the_same_bytes_with_the_processors_features_switched_off(threshold):
    with path(threshold):
        here = digest()
    program = f"import importlib.util as u, sys; s = u.spec_from_file_location('t', {__file__!r}); m = u.module_from_spec(s); "
    program += f"s.loader.exec_module(m); m.bulk.LARGE = {threshold}; sys.stdout.write(m.digest())"
    plain_processor = {"NPY_DISABLE_CPU_FEATURES": " ".join(dispatched()), "NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": ""}
    there = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program],
        env={**os.environ, **plain_processor},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert there.stdout == here, there.stderr


def dispatched():
    """Features NumPy can be told to do without on this machine."""
    from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__

    return [name for name in __cpu_dispatch__ if __cpu_features__.get(name)]


def test_a_plant_and_a_closing_window_load_no_compiler():
    program = """
import sys
import numpy as np
import tynys.cli, tynys.plant.gateway, tynys.centre.kernel_job
from tynys.calc import bulk
from tynys.calc.averaging import Windows
assert not bulk.is_large(14_400, np.array([0]), np.array([1_200_000]))
assert "numba" not in sys.modules and "llvmlite" not in sys.modules
"""
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", program], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr


def test_where_no_machine_code_can_be_kept_kernels_are_compiled_all_the_same(monkeypatch):
    from tynys.calc.compiled import jit

    asked = []

    def njit(*_signature, cache, **_options):
        asked.append(cache)
        if cache:
            raise RuntimeError("cannot cache function: no locator available")
        return lambda function: function

    monkeypatch.setattr(jit.numba, "njit", njit)
    assert jit.kernel()(abs) is abs
    assert asked == [True, False]
