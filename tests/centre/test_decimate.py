"""Decimation keeps extremes."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tynys.centre.decimate import decimate


@given(st.lists(st.one_of(st.floats(-1e6, 1e6), st.just(float("nan"))), min_size=1, max_size=300), st.integers(1, 40))
def test_no_extreme_is_hidden(values, buckets):
    value = np.asarray(values)
    times = np.arange(len(values), dtype=np.int64) * 1000
    status = np.arange(len(values)).astype(np.uint8)
    got = decimate(times, value, value, value, status, start_ms=0, end_ms=len(values) * 1000, buckets=buckets)
    assert len(got.start_ms) <= max(buckets, 1) or len(values) <= buckets
    present = value[~np.isnan(value)]
    if len(present):
        assert np.nanmin(got.minimum) == present.min()
        assert np.nanmax(got.maximum) == present.max()
    else:
        assert np.isnan(got.mean).all()
    assert got.status.max() == status.max()


def test_few_rows_pass_as_they_are():
    value = np.asarray([1.0, np.nan, 3.0])
    times = np.asarray([0, 1, 2], np.int64)
    got = decimate(times, value, value, value, np.ones(3, np.uint8), start_ms=0, end_ms=3, buckets=3)
    assert got.minimum is value
