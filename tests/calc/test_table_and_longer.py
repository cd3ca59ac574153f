"""Tables survive the way to records and back; longer averages count rest, doubt and absence."""

from dataclasses import fields

import numpy as np
import pytest

from tynys.calc.longer import longer_windows
from tynys.calc.pipeline import average_windows
from tynys.calc.table import AverageTable
from tynys.domain.average import Average, Origin
from tynys.domain.status import AverageStatus, PlantState

T0_MS, MINUTE = 1_741_590_000_000, 60_000
GAS = {"main.so2": 1800.0, "main.o2": 6.3, "main.h2o": 10.0, "spare.so2": 1700.0, "spare.o2": 6.3, "spare.h2o": 10.0}


def short(i, value, status=AverageStatus.VALID, state=PlantState.OPERATING, chain="main"):
    start = T0_MS + i * 20 * MINUTE
    return Average(
        source="s.stack-1", component="so2", period="PT20M", start_ms=start, end_ms=start + 20 * MINUTE,
        value=value, unit="mg/Nm3", status=status, plant_state=state, origin=Origin.COMPUTED, provisional=False,
        count_valid=20 if status is AverageStatus.VALID else 3, count_expected=20, count_operating=20, chain=chain, mass_g_s=value,
    )  # fmt: skip


def hour(pack, *rows):
    table = AverageTable.from_rows(rows, period="PT20M")
    return longer_windows(table, pack, "PT1H", T0_MS, T0_MS + 60 * MINUTE).rows()


VALID, TOO_FEW, OFF = AverageStatus.VALID, AverageStatus.TOO_FEW, AverageStatus.NOT_OPERATING


def test_an_hour_is_the_mean_of_its_three(pack):
    (row,) = hour(pack, short(0, 100.0), short(1, 200.0), short(2, 330.0))
    assert (row.value, row.mass_g_s, row.status, row.count_valid, row.count_expected) == (210.0, 210.0, VALID, 60, 60)


def test_mass_of_an_hour_counts_windows_whose_oxygen_was_too_high_and_none_with_too_few_readings(pack):
    (row,) = hour(pack, short(0, 100.0), short(1, 200.0), short(2, 600.0, AverageStatus.O2_TOO_HIGH))
    assert (row.value, row.mass_g_s, row.status) == (150.0, 300.0, VALID)
    (row,) = hour(pack, short(0, 100.0), short(1, 200.0), short(2, 600.0, TOO_FEW))
    assert (row.value, row.mass_g_s, row.status) == (150.0, 150.0, VALID)


def test_two_of_three_in_operation_are_enough_and_one_is_not(pack):
    (row,) = hour(pack, short(0, 100.0), short(1, 200.0), short(2, None, TOO_FEW))
    assert (row.value, row.status) == (150.0, VALID)
    (row,) = hour(pack, short(0, 100.0), short(1, None, TOO_FEW), short(2, None, TOO_FEW))
    assert (row.value, row.status) == (None, TOO_FEW)


def test_rest_is_not_held_against_an_hour(pack):
    off = {"status": OFF, "state": PlantState.NOT_OPERATING}
    (row,) = hour(pack, short(0, 100.0), short(1, None, **off), short(2, None, **off))
    assert (row.value, row.status, row.plant_state) == (100.0, VALID, PlantState.OPERATING)
    (row,) = hour(pack, *(short(i, None, **off) for i in range(3)))
    assert (row.value, row.status, row.plant_state) == (None, OFF, PlantState.NOT_OPERATING)


def test_a_short_window_that_has_no_row_is_one_without_data(pack):
    (row,) = hour(pack, short(0, 100.0))
    assert (row.value, row.status) == (None, TOO_FEW)


def test_a_window_given_twice_counts_once(pack):
    (row,) = hour(pack, short(0, 100.0), short(0, 100.0), short(1, 200.0), short(2, 330.0))
    assert (row.value, row.count_expected) == (210.0, 60)


def test_a_table_survives_the_way_to_records_and_back(example, pack, read):
    configuration = example("redundant-analyser")
    readings = read(configuration, {**GAS, "main.so2": [1.5] * 20 + [float("nan")] * 20}, 40)
    table = average_windows(configuration, pack, readings, "PT20M", T0_MS, T0_MS + 40 * MINUTE, provisional=True, known_ms=77)
    rows = table.rows()
    back = AverageTable.from_rows(rows, period="PT20M")
    assert back.rows() == rows
    assert {(r.provisional, r.known_ms, r.rule_pack, r.configuration) for r in rows} == {(True, 77, "kz", configuration.digest().hex())}
    assert [r.chain for r in rows] == ["main", "spare"]


def test_columns_are_the_fields_of_an_average(example, pack, read):
    configuration = example("redundant-analyser")
    table = average_windows(configuration, pack, read(configuration, GAS), "PT20M", T0_MS, T0_MS + 1)
    columns = table.columns()
    assert set(columns) == {f.name for f in fields(Average)}
    (row,) = table.rows()
    for name, column in columns.items():
        (value,) = column.tolist() if isinstance(column, np.ndarray) else column
        expected = getattr(row, name)
        assert value == expected or (expected is None and np.isnan(value))


def test_nothing_concatenates_to_nothing():
    empty = AverageTable.empty("PT20M")
    assert len(empty) == 0
    assert AverageTable.concatenate([empty, empty]).rows() == []


@pytest.mark.parametrize("period", ["PT1H", "P1D"])
def test_no_windows_give_an_empty_table(pack, period):
    assert len(longer_windows(AverageTable.empty("PT20M"), pack, period, T0_MS, T0_MS)) == 0
    assert len(longer_windows(AverageTable.empty("PT20M"), pack, period, T0_MS, T0_MS + 86_400_000)) == 0
