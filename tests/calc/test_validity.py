"""When an average is valid is the pack's to say: each test it may name, for short and for longer averages."""

from dataclasses import replace
from datetime import UTC, datetime

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tynys.calc.longer import longer_windows
from tynys.calc.pipeline import average_windows
from tynys.calc.series import Series
from tynys.calc.table import AverageTable
from tynys.calc.validity import part_edges, parts_met
from tynys.domain.average import Average, Origin
from tynys.domain.base import to_ms
from tynys.domain.component import Certainty
from tynys.domain.status import AverageStatus, InstrumentStatus, PlantState
from tynys.law.averaging import LongTerm, Validity

NOON = to_ms(datetime(2025, 3, 10, 7, tzinfo=UTC))
MINUTE, HOUR = 60_000, 3_600_000
READ = {"main.so2": 1800.0, "main.o2": 6.3, "main.h2o": 10.0, "spare.so2": 1700.0, "spare.o2": 6.3, "spare.h2o": 10.0}
SURE = {"clause": "test", "certainty": Certainty.TRANSCRIBED}


@pytest.fixture
def plant(example):
    found = example("redundant-analyser")
    (component,) = found.plan.components
    only = msgspec.structs.replace(component, chains=component.chains[:1])
    return msgspec.structs.replace(found, plan=msgspec.structs.replace(found.plan, components=(only,)))


def asking(pack, period="PT1H", **tests):
    """The pack with one short-term period and one validity."""
    short = msgspec.structs.replace(pack.averaging.short_term, period=period, validity=Validity(**tests, **SURE))
    return msgspec.structs.replace(pack, averaging=msgspec.structs.replace(pack.averaging, short_term=short, long_term=()))


def hour(plant, read, minutes, valid):
    """An hour of minutes of which those of ``valid`` are."""
    bad = dict.fromkeys(sorted(set(range(60)) - set(valid)), InstrumentStatus.FAULT)
    return read(plant, {**READ, "main.so2": minutes(1800.0, 60, bad=bad)}, 60)


@pytest.mark.parametrize(
    ("tests", "valid", "status"),
    [
        ({"valid_minutes": 45}, range(45), "valid"),
        ({"valid_minutes": 45}, range(44), "too_few_readings"),
        ({"share_of_period": 0.8}, range(48), "valid"),
        ({"share_of_period": 0.8}, range(47), "too_few_readings"),
        ({"parts": 4}, (0, 15, 30, 45), "valid"),
        ({"parts": 4}, range(45), "too_few_readings"),
        ({"parts": 4}, (14, 15, 44, 59), "valid"),
        ({"parts": 4, "share_of_operation": 0.5}, (0, 15, 30, 45), "too_few_readings"),
        ({}, (7,), "valid"),
        ({}, (), "no_data"),
    ],
)
@pytest.mark.parametrize("order", ["en17255", "each_first_level"])
def test_a_short_average_is_valid_when_every_test_named_holds(plant, pack, read, minutes, tests, valid, status, order):
    asked = asking(pack, **tests)
    asked = msgspec.structs.replace(asked, order_of_operations=msgspec.structs.replace(pack.order_of_operations, value=order))
    (row,) = average_windows(plant, asked, hour(plant, read, minutes, valid), "PT1H", NOON, NOON + HOUR).rows()
    assert row.status.value == status


def with_load(example, loads):
    """Four units on one stack, all with the same load each second of an hour, of which instruments see all."""
    configuration = example("four-units-on-one-stack")
    times = NOON + 1000 * np.arange(3600, dtype=np.int64)
    steady = {"o2": 6.0, "temperature": 130.0, "pressure": 100.0, "h2o": 8.0, "so2": 1500.0, "nox": 500.0, "dust": 300.0}
    readings = {}
    for channel in configuration.channels:
        name = channel.name.split(".")[-1]
        value = loads if name in {"load", "coal_flow"} else np.full(3600, steady.get(name, 100.0))
        readings[channel.id] = Series(times, value, np.ones(3600, np.uint8))
    return configuration, readings


def test_only_parts_in_operation_must_have_a_reading(example, pack):
    loads = np.where(np.arange(3600) < 1800, 300.0, 0.0)  # the second half of the hour stands still
    configuration, readings = with_load(example, loads)
    rows = average_windows(configuration, asking(pack, parts=4), readings, "PT1H", NOON, NOON + HOUR).rows()
    so2 = next(row for row in rows if row.component == "so2")
    assert so2.status is AverageStatus.VALID
    assert so2.count_operating < so2.count_expected
    rows = average_windows(configuration, asking(pack, share_of_period=0.8), readings, "PT1H", NOON, NOON + HOUR).rows()
    assert next(row for row in rows if row.component == "so2").status is AverageStatus.TOO_FEW


def shorter(statuses, start_ms=NOON - 12 * HOUR):
    """Hours of a day (from local midnight) with these statuses, value 100 where valid."""
    rows = [
        Average(
            source="s", component="so2", period="PT1H", start_ms=start_ms + i * HOUR, end_ms=start_ms + (i + 1) * HOUR,
            value=100.0 if status is AverageStatus.VALID else None, unit="mg/Nm3", status=status, plant_state=PlantState.OPERATING,
            origin=Origin.COMPUTED, provisional=False, count_valid=60 if status is AverageStatus.VALID else 1, count_expected=60,
            count_operating=0 if status is AverageStatus.NOT_OPERATING else 60,
            standardised=100.0 if status is AverageStatus.VALID else None,
        )
        for i, status in enumerate(statuses)
    ]  # fmt: skip
    return AverageTable.from_rows(rows, period="PT1H")


OK, BAD, REST = AverageStatus.VALID, AverageStatus.TOO_FEW, AverageStatus.NOT_OPERATING


def long_pack(pack, period="P1D", mean_of="PT1H", **tests):
    rule = LongTerm(period=period, mean_of=mean_of, validity=Validity(**tests, **SURE), **SURE)
    return msgspec.structs.replace(asking(pack), averaging=msgspec.structs.replace(asking(pack).averaging, long_term=(rule,)))


@pytest.mark.parametrize(
    ("tests", "statuses", "status"),
    [
        ({"valid_minutes": 360}, [OK] * 6 + [BAD] * 18, OK),  # EN 17255: a day of at least six hours
        ({"valid_minutes": 360}, [OK] * 5 + [BAD] * 19, BAD),
        ({"share_of_period": 0.8}, [OK] * 20 + [BAD] * 4, OK),
        ({"share_of_period": 0.8}, [OK] * 19 + [REST] * 5, BAD),
        ({"share_of_operation": 0.8}, [OK] * 19 + [REST] * 5, OK),
        ({"parts": 4}, [OK, *[BAD] * 5] * 4, OK),
        ({"parts": 4}, [OK] * 18 + [BAD] * 6, BAD),
        ({"parts": 4}, [OK] * 18 + [REST] * 6, OK),
        ({}, [REST] * 24, REST),
    ],
)
def test_a_longer_average_is_valid_when_every_test_named_holds(pack, tests, statuses, status):
    (row,) = longer_windows(shorter(statuses), long_pack(pack, **tests), "P1D", NOON - 12 * HOUR, NOON + 12 * HOUR).rows()
    assert row.status is status


def test_a_month_and_a_year_are_means_of_days_by_the_local_calendar(pack):
    rules = tuple(
        LongTerm(period=period, mean_of=mean_of, validity=Validity(**tests, **SURE), **SURE)
        for period, mean_of, tests in (
            ("P1D", "PT1H", {"valid_minutes": 360}),
            ("P1M", "P1D", {"valid_minutes": 72 * 60}),  # EN 17255: a month of at least 72 hours
            ("P1Y", "P1M", {"share_of_operation": 0.5}),
        )
    )
    asked = msgspec.structs.replace(asking(pack), averaging=msgspec.structs.replace(asking(pack).averaging, long_term=rules))
    start = to_ms(datetime(2023, 12, 31, 18, tzinfo=UTC))  # local midnight of 1 January 2024, UTC+6 then
    days = shorter([OK] * (366 * 24 + 1), start)  # the leap year has one hour more: 29 February 2024 had 25
    end = to_ms(datetime(2024, 12, 31, 19, tzinfo=UTC))  # UTC+5 since March
    value = np.where(days.start_ms < to_ms(datetime(2024, 1, 31, 18, tzinfo=UTC)), 124.0, 100.0)
    day = longer_windows(replace(days, value=value, standardised=value), asked, "P1D", start, end)
    month = longer_windows(day, asked, "P1M", start, end)
    (year,) = longer_windows(month, asked, "P1Y", start, end).rows()
    assert (len(day), len(month)) == (366, 12)
    assert month.value.tolist() == [124.0] + [100.0] * 11
    assert (year.value, year.start_ms, year.end_ms, year.status) == (102.0, start, end, OK)
    assert month.rows()[1].count_expected == (29 * 24 + 1) * 60


def test_a_month_of_less_than_72_valid_hours_is_not_valid(pack):
    start = to_ms(datetime(2025, 2, 28, 19, tzinfo=UTC))
    for days, status in ((3, OK), (2, BAD)):
        rows = shorter([OK] * (days * 24) + [BAD] * ((31 - days) * 24), start)
        day = longer_windows(rows, long_pack(pack, valid_minutes=360), "P1D", start, start + 31 * 24 * HOUR)
        asked = long_pack(pack, "P1M", "P1D", valid_minutes=72 * 60)
        rules = (*long_pack(pack).averaging.long_term, *asked.averaging.long_term)
        asked = msgspec.structs.replace(asked, averaging=msgspec.structs.replace(asked.averaging, long_term=rules))
        (row,) = longer_windows(day, asked, "P1M", start, start + 31 * 24 * HOUR).rows()
        assert row.status is status


@given(st.integers(1, 8), st.integers(1, 10_000), st.integers(0, 10**12))
def test_parts_cover_their_window_without_overlap(parts, length, start):
    first, last = part_edges(np.array([start]), np.array([start + length]), parts)
    assert (first[0], last[-1]) == (start, start + length)
    assert first[1:].tolist() == last[:-1].tolist()


def test_a_part_without_operation_asks_for_nothing():
    assert parts_met(np.array([1, 0, 0, 0]), np.array([1, 0, 1, 0]), 2).tolist() == [True, False]
