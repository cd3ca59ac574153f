"""QAL2 against worked examples of its three procedures, and what it refuses."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from qa_vectors import CO, NOX, SO2, floats

from tynys.calc.qa.pairs import Basis, from_columns
from tynys.calc.qa.qal2 import choose, qal2
from tynys.domain.errors import ConfigurationError

TERMS = {"elv": 200.0, "permitted_uncertainty_pct": 20.0, "o2_reference_pct": 6.0}


def so2(**changes):
    return dataclasses.replace(from_columns(**SO2), **changes)


def nox(**changes):
    return dataclasses.replace(from_columns(**NOX), srm_basis=Basis.STANDARD, **changes)


def co(**changes):
    return dataclasses.replace(from_columns(**CO), srm_basis=Basis.STANDARD, reference=np.arange(17) > 14, **changes)


def keys(result):
    return [note.key for note in result.notes]


def test_procedure_a_finds_the_line_of_the_worked_example():
    got = qal2(so2(), **TERMS)
    assert got.procedure == "a"
    assert got.slope == pytest.approx(12.0239793474, abs=5e-11)
    assert got.intercept == pytest.approx(-46.9548701230, abs=5e-11)
    assert got.r2 == pytest.approx(0.9983489, abs=5e-8)
    assert got.spread == pytest.approx(82.92, abs=5e-3)
    assert (got.srm_standard.min(), got.srm_standard.max()) == pytest.approx((35.0499, 117.9671), abs=1e-4)


def test_the_variability_of_the_worked_example_passes():
    got = qal2(so2(), **TERMS)
    assert got.d_mean == pytest.approx(0.0000925, abs=5e-8)
    assert got.s_d == pytest.approx(1.1157893, abs=5e-8)
    assert got.sigma_0 == pytest.approx(20.4081633, abs=5e-8)
    assert got.k_v == pytest.approx(0.9761175, abs=5e-8)
    assert got.limit == pytest.approx(19.9207645, abs=5e-8)
    assert got.valid_range_max == pytest.approx(130.5257, abs=5e-5)
    assert got.passed
    assert got.notes == ()


def test_the_first_pair_goes_the_way_of_the_worked_example():
    got = qal2(so2(), **TERMS)
    first = (got.calibrated[0], got.srm_standard[0], got.ams_standard[0], got.difference[0])
    assert first == pytest.approx((38.4154, 41.7001, 42.8322, -1.1321), abs=5e-5)


def test_procedure_b_goes_through_the_zero_and_the_middle_of_the_cluster():
    got = qal2(nox(), zero=4.0, **TERMS)
    assert got.procedure == "b"
    assert got.slope == pytest.approx(25.0201775626, abs=5e-11)
    assert got.intercept == pytest.approx(-100.0807102502, abs=5e-11)
    assert got.s_d == pytest.approx(0.4729104, abs=5e-8)
    assert got.valid_range_max == pytest.approx(116.6941, abs=5e-5)


def test_procedure_c_fits_reference_materials_but_tests_pairs_alone():
    got = qal2(co(), elv=50.0, permitted_uncertainty_pct=10.0, o2_reference_pct=6.0)
    assert got.procedure == "c"
    assert got.intercept == pytest.approx(-39.4437208978, abs=5e-11)
    assert got.slope == pytest.approx(9.8625206441, abs=5e-11)
    assert got.s_d == pytest.approx(0.1359988, abs=5e-8)
    assert got.limit == pytest.approx(2.4900956, abs=5e-8)
    assert got.n_pairs == 15
    assert np.isnan(got.difference[15:]).all()


@pytest.mark.parametrize(
    ("results", "procedure"),
    [("10 50", "a"), ("10 49.9", "c"), ("30 69.9", "b"), ("29.9 69.8", "c")],
)
def test_the_spread_and_the_lowest_result_choose_the_procedure(results, procedure):
    assert choose(floats(results), elv=200.0, permitted=40.0) == procedure


def test_a_low_cluster_has_a_fifth_of_the_limit_as_its_valid_range():
    assert qal2(co(), elv=50.0, permitted_uncertainty_pct=10.0, o2_reference_pct=6.0).valid_range_max == 10.0


def test_a_dust_monitors_range_reaches_twice_as_far_as_its_highest_value():
    gas, dust = qal2(so2(), **TERMS), qal2(so2(), range_margin=1.0, **TERMS)
    assert dust.valid_range_max == pytest.approx(gas.valid_range_max / 1.1 * 2)


def test_an_excluded_pair_changes_nothing_but_the_count_of_rows():
    wild = {name: np.append(column, 99.0 if name in "xy" else 7.0) for name, column in SO2.items()}
    with_it = dataclasses.replace(from_columns(**wild), excluded=("",) * 15 + ("probe blocked",))
    assert qal2(with_it, **TERMS).slope == qal2(so2(), **TERMS).slope
    assert qal2(with_it, **TERMS).n_pairs == 15


def test_an_excluded_pair_may_lack_its_numbers():
    without = so2(excluded=("",) * 14 + ("reference method failed",), y=np.append(SO2["y"][:-1], np.nan))
    assert np.isfinite(qal2(without, **TERMS).s_d)


def test_fourteen_pairs_are_no_calibration():
    got = qal2(so2(excluded=("probe blocked",) + ("",) * 14), **TERMS)
    assert got.variability_passed
    assert not got.passed
    assert keys(got) == ["qa.note.too_few_pairs"]


def test_a_scattered_analyser_fails():
    got = qal2(
        from_columns(SO2["x"], SO2["y"] + 60.0 * (-1.0) ** np.arange(15), o2_dry_pct=SO2["o2_dry_pct"], h2o_pct=SO2["h2o_pct"]), **TERMS
    )
    assert got.s_d > got.limit
    assert not got.passed


def test_pairs_of_one_day_and_close_together_are_told():
    half_hours = 1_741_590_000_000 + 1_800_000 * np.arange(15, dtype=np.int64)
    got = qal2(so2(time_ms=half_hours), **TERMS)
    assert keys(got) == ["qa.note.too_few_days", "qa.note.too_close"]
    assert got.passed


def test_pairs_of_three_days_two_hours_apart_are_a_whole_campaign():
    times = 1_741_590_000_000 + np.array([day * 86_400_000 + hour * 7_200_000 for day in range(3) for hour in range(5)], np.int64)
    assert qal2(so2(time_ms=times), **TERMS).notes == ()


def test_a_campaign_of_five_weeks_is_told():
    times = 1_741_590_000_000 + 2 * 86_400_000 * np.arange(18, dtype=np.int64)[:15] + np.where(np.arange(15) == 14, 7 * 86_400_000, 0)
    assert keys(qal2(so2(time_ms=times), **TERMS)) == ["qa.note.too_long"]


def test_procedure_b_without_a_zero_is_refused_in_words():
    with pytest.raises(ConfigurationError, match=r"reading at zero for procedure b") as told:
        qal2(nox(), **TERMS)
    assert told.value.error_code == "qa.zero_needed"
    assert "--zero" in told.value.hint


def test_procedure_c_without_reference_materials_is_refused_in_words():
    low = co(excluded=("",) * 15 + ("cylinder expired",) * 2)
    with pytest.raises(ConfigurationError, match="reference materials for procedure c"):
        qal2(low, elv=50.0, permitted_uncertainty_pct=10.0, o2_reference_pct=6.0)


def test_a_frozen_signal_is_refused_in_words():
    with pytest.raises(ConfigurationError, match="a signal that moves, got 8 throughout"):
        qal2(so2(x=np.full(15, 8.0)), **TERMS)


def test_two_pairs_are_refused_in_words():
    with pytest.raises(ConfigurationError, match="at least 3 pairs that count, got 2"):
        qal2(so2(excluded=("",) * 2 + ("lost",) * 13), **TERMS)


def test_reference_materials_of_a_spread_out_campaign_are_told_to_be_unused():
    more = {name: np.append(column, 5.0) for name, column in SO2.items()}
    pairs = dataclasses.replace(from_columns(**more), reference=np.arange(16) == 15)
    got = qal2(pairs, **TERMS)
    assert keys(got) == ["qa.note.materials_unused"]
    assert got.slope == qal2(so2(), **TERMS).slope


@given(st.permutations(range(15)))
def test_the_order_of_the_pairs_does_not_matter_to_the_last_bit(order):
    turned = from_columns(**{name: column[list(order)] for name, column in SO2.items()})
    one, other = qal2(so2(), **TERMS), qal2(turned, **TERMS)
    assert (one.intercept, one.slope, one.s_d, one.r2) == (other.intercept, other.slope, other.s_d, other.r2)


@given(st.floats(-40, 40), st.floats(0.5, 20))
def test_an_analyser_that_follows_a_line_is_given_that_line(intercept, slope):
    x = np.linspace(4.0, 20.0, 15)
    pairs = dataclasses.replace(from_columns(x, intercept + slope * x), srm_basis=Basis.STANDARD)
    got = qal2(pairs, elv=5.0, permitted_uncertainty_pct=10.0, o2_reference_pct=6.0)
    assert (got.intercept, got.slope) == pytest.approx((intercept, slope), abs=1e-9)
    assert got.s_d < 1e-9
