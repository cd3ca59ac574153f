"""What may not enter an average changes none: not a mean, not a count, not a status."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import (
    FEW,
    GOOD,
    MINUTE,
    NOT_VALID,
    ODD,
    T0_MS,
    UNUSABLE,
    VALID,
    good,
    hours,
    same_bytes,
    shuffled,
    unusable_rows,
    with_readings,
)

from tynys.calc.series import Series, in_order
from tynys.calc.summary import STATUSES
from tynys.domain.status import AverageStatus


@FEW
@given(hours(), unusable_rows(), st.integers(0, 2**32 - 1))
def test_adding_invalid_readings_never_changes_an_average(averaged, summed_up, readings, bad, seed):
    more = dict(readings)
    for name, at, (value, status) in bad:
        more[name] = shuffled(with_readings(more[name], [at], [value], [status]), seed)
    for period in ("PT20M", "PT1H"):
        same_bytes(averaged(readings, period=period), averaged(more, period=period))
    before, after = summed_up(readings), summed_up(more)
    for name in ("mean", "minimum", "maximum", "standard_deviation", "lag1_correlation", "longest_run", "distinct"):
        assert getattr(before, name).tobytes() == getattr(after, name).tobytes(), name
    assert before.values_hash == after.values_hash


@pytest.mark.parametrize("value", UNUSABLE)
@pytest.mark.parametrize("name", sorted(GOOD))
def test_a_value_that_is_no_number_is_no_reading_whatever_its_status_says(averaged, row_of, name, value):
    readings = good()
    spoilt, missing = dict(readings), dict(readings)
    series = readings[name]
    broken = series.value.copy()
    broken[3:9] = value
    spoilt[name] = Series(series.time_ms, broken, series.status)
    keep = np.r_[0:3, 9 : len(series)]
    missing[name] = Series(series.time_ms[keep], series.value[keep], series.status[keep])
    same_bytes(averaged(spoilt), averaged(missing))
    component = {"gas.no": "nox", "gas.no2": "nox", "gas.so2": "so2", "stack-1.dust": "dust"}.get(name)
    if component is not None:
        row = row_of(spoilt, component)
        assert (row.count_valid, row.status, np.isfinite(row.value)) == (14, AverageStatus.VALID, True)


@pytest.mark.parametrize("beside", [(np.nan, VALID), (-np.inf, VALID), (-1e300, VALID), (1.0, 0), (1.0, NOT_VALID[0]), (1.0, 255)])
def test_of_two_readings_of_one_instant_the_usable_one_stays(beside):
    value, status = beside
    for order in ([0, 1], [1, 0]):
        pair = Series(np.array([T0_MS, T0_MS]), np.array([180.0, value])[order], np.array([VALID, status], np.uint8)[order])
        kept = in_order(pair)
        assert (kept.time_ms.tolist(), kept.value.tolist(), kept.status.tolist()) == ([T0_MS], [180.0], [VALID])


def test_of_two_usable_readings_of_one_instant_the_lower_stays():
    pair = Series(np.array([T0_MS] * 3), np.array([181.0, 180.0, np.nan]), np.array([VALID] * 3, np.uint8))
    assert in_order(pair).value.tolist() == [180.0]


@pytest.mark.parametrize("status", [0, 8, 99, 255])
def test_a_status_nobody_knows_is_not_valid_and_counted_nowhere(averaged, summed_up, status):
    readings = good()
    series = readings["gas.so2"]
    unknown = series.status.copy()
    unknown[25:30] = status
    readings["gas.so2"] = Series(series.time_ms, series.value, unknown)
    made = {row.start_ms: row for row in averaged(readings).rows() if row.component == "so2"}
    assert [made[T0_MS + i * 20 * MINUTE].count_valid for i in range(3)] == [20, 15, 20]
    table = summed_up({"gas.so2": readings["gas.so2"]})
    assert table.count_by_status[:, STATUSES.index(1)].tolist() == [20, 15, 20]
    assert table.count_by_status.sum(axis=1).tolist() == [20, 15, 20]


@FEW
@given(st.lists(st.one_of(st.sampled_from([*UNUSABLE, *ODD]), st.floats()), min_size=20, max_size=20), st.sampled_from(sorted(GOOD)))
def test_no_value_of_any_channel_makes_an_average_that_is_no_number(averaged, running, values, name):
    readings = good()
    series = readings[name]
    readings[name] = Series(series.time_ms, np.append(values, series.value[20:]), series.status)
    for row in averaged(readings).rows():
        assert (row.value is not None) == (row.status is AverageStatus.VALID)
        assert all(each is None or np.isfinite(each) for each in (row.value, row.raw, row.calibrated, row.mass_g_s, row.flow_dry_nm3_h)), (
            row
        )
    for row in running(readings, 19):
        assert all(each is None or np.isfinite(each) for each in (row.mean, row.forecast, row.permissible_remaining)), row
        assert row.exceedance_probability is None or 0.0 <= row.exceedance_probability <= 1.0
