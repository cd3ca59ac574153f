"""What becomes of each bad value: one row of the table in the reference, one test."""

import numpy as np
import pytest
from support import COUNT, T0_MS, VALID, good, with_readings

from tynys.calc.series import Series
from tynys.domain.status import AverageStatus


def constant(readings, name, value, *, first=0, last=COUNT):
    """The readings with one channel at a value for some of its instants."""
    series = readings[name]
    values = series.value.copy()
    values[first:last] = value
    return {**readings, name: Series(series.time_ms, values, series.status)}


def test_negative_concentrations_stay_in_the_mean_and_emit_nothing(row_of):
    row = row_of(constant(good(), "gas.so2", -3.0), "so2")
    assert row.status is AverageStatus.VALID
    assert row.raw == -3.0
    assert row.value < 0
    assert row.mass_g_s == 0.0


def test_negative_noise_about_zero_averages_out(row_of):
    readings = constant(good(), "gas.so2", 3.0)
    readings["gas.so2"].value[::2] = -3.0
    row = row_of(readings, "so2")
    assert (row.raw, row.value, row.mass_g_s) == (0.0, 0.0, 0.0)


@pytest.mark.parametrize("oxygen", [21.0, 21.5, 100.0, 1e12])
def test_oxygen_of_air_or_more_has_no_value_but_its_mass(row_of, oxygen):
    row = row_of(constant(good(), "gas.o2", oxygen), "so2")
    assert (row.status, row.value) == (AverageStatus.O2_TOO_HIGH, None)
    assert row.raw == pytest.approx(610.0, rel=0.03)
    assert row.mass_g_s > 0


def test_oxygen_up_to_the_guard_of_the_pack_is_corrected(row_of, pack):
    highest = pack.oxygen.highest_pct.value
    below, above = (row_of(constant(good(), "gas.o2", oxygen), "so2") for oxygen in (np.nextafter(highest, 0.0), highest))
    assert (below.status, above.status) == (AverageStatus.VALID, AverageStatus.O2_TOO_HIGH)
    assert below.value == pytest.approx(below.standardised)
    assert below.value > 20 * below.raw


def test_a_single_reading_of_air_does_not_spoil_the_window(row_of):
    """Oxygen is averaged first; one flushing is an honest part of the mean."""
    row = row_of(constant(good(), "gas.o2", 20.95, first=4, last=5), "so2")
    assert row.status is AverageStatus.VALID
    assert row.o2_dry_pct == pytest.approx((6.8 * 19 + 20.95) / 20, rel=0.02)


def test_negative_oxygen_is_a_number_like_any_other(row_of):
    assert row_of(constant(good(), "gas.o2", -0.2), "so2").status is AverageStatus.VALID


def test_a_flow_of_zero_emits_nothing_and_leaves_the_concentration(row_of):
    readings = constant(good(), "stack-1.velocity", 0.0)
    row = row_of(readings, "so2")
    assert (row.status, row.mass_g_s, row.flow_dry_nm3_h) == (AverageStatus.VALID, 0.0, 0.0)
    assert row.value == row_of(good(), "so2").value
    assert row_of(readings, "flow").value == 0.0


def test_a_negative_flow_emits_nothing(row_of):
    row = row_of(constant(good(), "stack-1.velocity", -2.0), "so2")
    assert (row.status, row.mass_g_s) == (AverageStatus.VALID, 0.0)
    assert row.flow_dry_nm3_h < 0


@pytest.mark.parametrize(("name", "value"), [("stack-1.temperature", -273.15), ("stack-1.temperature", -300.0), ("stack-1.pressure", 0.0),
                                             ("stack-1.pressure", -1.0)])  # fmt: skip
def test_a_gas_that_cannot_be_has_no_normal_state(row_of, name, value):
    readings = constant(good(), name, value)
    dust = row_of(readings, "dust")
    assert (dust.status, dust.value, dust.mass_g_s) == (AverageStatus.PERIPHERAL_MISSING, None, None)
    assert dust.raw == pytest.approx(180.0, rel=0.03)
    assert row_of(readings, "so2").status is AverageStatus.VALID, "gas at normal conditions needs neither"


def test_a_missing_peripheral_is_told_from_a_missing_value(row_of):
    readings = {name: series for name, series in good().items() if name != "gas.o2"}
    row = row_of(readings, "so2")
    assert (row.status, row.value) == (AverageStatus.PERIPHERAL_MISSING, None)


def test_a_value_too_great_for_any_reading_is_left_out_and_the_greatest_possible_is_not(row_of):
    readings = constant(good(), "gas.so2", 2.0**901, first=0, last=3)
    assert row_of(readings, "so2").count_valid == 17
    row = row_of(constant(good(), "gas.so2", 2.0**900), "so2")
    assert row.raw == 2.0**900
    assert (row.value is None) == (row.status is not AverageStatus.VALID)


def test_no_reading_at_all_is_no_data(averaged, running):
    assert {row.status for row in averaged({}).rows()} == {AverageStatus.NO_DATA}
    assert all((row.mean, row.forecast, row.exceedance_probability, row.current_ms) == (None,) * 4 for row in running({}))


def test_a_reading_nobody_planned_changes_nothing(averaged, plant, pack):
    readings = good()
    before = averaged(readings)
    readings["no.such.channel"] = with_readings(readings["gas.so2"], [T0_MS], [1e9], [VALID])
    assert averaged(readings).rows() == before.rows()
