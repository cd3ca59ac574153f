"""Averages depend on readings, plan and pack alone: not on order, splitting or company."""

import itertools
import math
from datetime import UTC, datetime, timedelta

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tynys.calc.pipeline import average_windows, channels_needed, longer_windows
from tynys.calc.series import Series, join_blocks
from tynys.calc.table import AverageTable
from tynys.domain.base import to_ms
from tynys.domain.component import Certainty
from tynys.domain.consistency import check_configuration
from tynys.domain.instrument import Acquisition, AcquisitionMode
from tynys.domain.limit import LimitKind
from tynys.domain.plan import CalibrationFunction, MeasuringRange
from tynys.domain.quantity import GasState, Moisture
from tynys.domain.reading import ReadingBlock
from tynys.domain.status import AverageStatus, InstrumentStatus
from tynys.law.deduction import Deduction

MINUTE = 60_000
MIDNIGHT = to_ms(datetime(2025, 3, 9, 19, tzinfo=UTC))  # of 10 March in Almaty
DAY = 86_400_000
REDUNDANT = {"main.so2": 1800.0, "main.o2": 6.3, "main.h2o": 10.0, "spare.so2": 1700.0, "spare.o2": 6.3, "spare.h2o": 10.0}


def day_of(configuration, seed=3, share_bad=0.02):
    rng = np.random.default_rng(seed)
    names = {c.id: c.name for c in configuration.channels}
    readings = {}
    for channel, name in names.items():
        value = REDUNDANT[name] * (1 + 0.05 * rng.standard_normal(1440))
        status = np.where(rng.random(1440) < share_bad, InstrumentStatus.FAULT, InstrumentStatus.VALID).astype(np.uint8)
        readings[channel] = Series(MIDNIGHT + MINUTE * np.arange(1440, dtype=np.int64), value, status)
    return readings


@pytest.fixture(scope="module")
def plant(example):
    return example("redundant-analyser")


@pytest.fixture(scope="module")
def day(plant):
    return day_of(plant)


def same(one, two):
    assert one.rows() == two.rows()
    for name in ("value", "raw", "o2_dry_pct"):
        assert getattr(one, name).tobytes() == getattr(two, name).tobytes()


def test_readings_in_any_order_and_doubled_give_the_same_bytes(plant, pack, day):
    shuffled = {}
    for channel, series in day.items():
        order = np.random.default_rng(5).permutation(np.concatenate([np.arange(1440), np.arange(200)]))
        shuffled[channel] = Series(series.time_ms[order], series.value[order], series.status[order])
    whole = average_windows(plant, pack, day, "PT20M", MIDNIGHT, MIDNIGHT + DAY)
    assert len(whole) == 72
    same(whole, average_windows(plant, pack, shuffled, "PT20M", MIDNIGHT, MIDNIGHT + DAY))


@settings(max_examples=10, deadline=None)
@given(st.lists(st.integers(1, 71), min_size=1, max_size=4, unique=True))
def test_a_day_in_pieces_is_the_day_at_once(plant, pack, day, cuts):
    whole = average_windows(plant, pack, day, "PT20M", MIDNIGHT, MIDNIGHT + DAY)
    edges = [0, *sorted(cuts), 72]
    pieces = [
        average_windows(plant, pack, day, "PT20M", MIDNIGHT + a * 20 * MINUTE, MIDNIGHT + b * 20 * MINUTE)
        for a, b in itertools.pairwise(edges)
    ]
    same(whole, AverageTable.concatenate(pieces))


@pytest.mark.parametrize("period", ["PT1H", "P1D"])
def test_longer_averages_are_the_same_from_readings_and_from_stored_short_ones(plant, pack, day, period):
    direct = average_windows(plant, pack, day, period, MIDNIGHT, MIDNIGHT + DAY)
    rows = average_windows(plant, pack, day, "PT20M", MIDNIGHT, MIDNIGHT + DAY).rows()
    np.random.default_rng(1).shuffle(rows)
    stored = longer_windows(AverageTable.from_rows(rows, period="PT20M"), pack, period, MIDNIGHT, MIDNIGHT + DAY)
    assert [(r.value, r.status, r.count_valid, r.o2_dry_pct) for r in direct.rows()] == [
        (r.value, r.status, r.count_valid, r.o2_dry_pct) for r in stored.rows()
    ]
    assert len(direct) == {"PT1H": 24, "P1D": 1}[period]


def test_the_day_is_the_mean_of_unrounded_short_averages(plant, pack, day):
    short = average_windows(plant, pack, day, "PT20M", MIDNIGHT, MIDNIGHT + DAY)
    (row,) = average_windows(plant, pack, day, "P1D", MIDNIGHT, MIDNIGHT + DAY).rows()
    assert row.value == math.fsum(short.value) / 72
    assert row.count_expected == 1440


def hours(plant, valid_minutes):
    readings = {}
    for channel in plant.channels:
        status = np.full(1440, InstrumentStatus.FAULT, np.uint8)
        status[:valid_minutes] = InstrumentStatus.VALID
        readings[channel.id] = Series(MIDNIGHT + MINUTE * np.arange(1440, dtype=np.int64), np.full(1440, REDUNDANT[channel.name]), status)
    return readings


@pytest.mark.parametrize(
    ("valid_minutes", "status"),
    [(340, AverageStatus.TOO_FEW), (360, AverageStatus.VALID), (0, AverageStatus.NO_DATA), (330, AverageStatus.TOO_FEW)],
)
def test_a_day_needs_six_hours_of_valid_short_averages(plant, pack, valid_minutes, status):
    (row,) = average_windows(plant, pack, hours(plant, valid_minutes), "P1D", MIDNIGHT, MIDNIGHT + DAY).rows()
    assert row.status is status
    assert (row.value is not None) == (status is AverageStatus.VALID)


@pytest.mark.parametrize(
    ("valid", "status"), [(20, "valid"), (14, "valid"), (13, "too_few_readings"), (1, "too_few_readings"), (0, "no_data")]
)
def test_two_thirds_of_the_readings_make_a_short_average(plant, pack, read, minutes, valid, status):
    bad = dict.fromkeys(range(valid, 20), InstrumentStatus.COMMUNICATION_LOST)
    plain = msgspec.structs.replace(plant, plan=msgspec.structs.replace(plant.plan, components=(main_only(plant),)))
    values = {**REDUNDANT, "main.so2": minutes(1800.0, bad=bad)}
    start = 1_741_590_000_000
    (row,) = average_windows(plain, pack, read(plain, values), "PT20M", start, start + 20 * MINUTE).rows()
    assert (row.status.value, row.count_valid, row.count_expected) == (status, valid, 20)


def main_only(plant):
    (component,) = plant.plan.components
    return msgspec.structs.replace(component, chains=component.chains[:1])


def test_missing_rows_count_like_gap_rows(plant, pack, day):
    shorter = {channel: Series(s.time_ms[:700], s.value[:700], s.status[:700]) for channel, s in day.items()}
    rows = average_windows(plant, pack, shorter, "PT20M", MIDNIGHT, MIDNIGHT + DAY).rows()
    assert [r.status.value for r in rows] == ["valid"] * 35 + ["no_data"] * 37
    assert {r.count_expected for r in rows} == {20}


def test_nothing_is_owed_before_a_channel_was_declared(plant, pack):
    before = to_ms(datetime(2024, 12, 1, tzinfo=UTC))
    assert len(average_windows(plant, pack, {}, "PT20M", before, before + DAY)) == 0
    assert len(average_windows(plant, pack, {}, "PT1H", before, before + DAY)) == 0
    assert len(average_windows(plant, pack, {}, "PT20M", before, before)) == 0


def test_a_period_the_pack_does_not_have_is_refused(plant, pack, day):
    with pytest.raises(ValueError, match="PT30M"):
        average_windows(plant, pack, day, "PT30M", MIDNIGHT, MIDNIGHT + DAY)
    short = average_windows(plant, pack, day, "PT20M", MIDNIGHT, MIDNIGHT + DAY)
    with pytest.raises(ValueError, match="expected averages over"):
        longer_windows(short, pack, "PT30M", MIDNIGHT, MIDNIGHT + DAY)


def hourly(plant):
    """The main analyser replayed once an hour, already standardised."""
    begin = datetime(2025, 1, 1, tzinfo=UTC)
    acquisition = (Acquisition(interval_ms=3_600_000, mode=AcquisitionMode.REPLAYED, valid_from=begin),)
    (channel,) = [c for c in plant.channels if c.name == "main.so2"]
    basis = msgspec.structs.replace(channel.basis, moisture=Moisture.DRY, gas_state=GasState.NORMAL, o2_reference_pct=15.0, calibrated=True)
    channel = msgspec.structs.replace(channel, acquisition=acquisition, basis=basis)
    component = main_only(plant)
    chain = msgspec.structs.replace(component.chains[0], o2=None, h2o=None, calibrations=())
    component = msgspec.structs.replace(component, chains=(chain,), o2_reference_pct=15.0)
    return msgspec.structs.replace(
        plant, channels=(channel,), limits=(), plan=msgspec.structs.replace(plant.plan, components=(component,))
    ), channel.id


@pytest.mark.parametrize("seed", [1, 2])
def test_an_hourly_replay_comes_out_as_the_same_decimal_numbers(plant, pack, seed):
    configuration, channel = hourly(plant)
    assert check_configuration(configuration) == ()
    values = np.round(np.random.default_rng(seed).uniform(20, 120, 48), 3)
    readings = {channel: Series(MIDNIGHT + 3_600_000 * np.arange(48, dtype=np.int64), values, np.ones(48, np.uint8))}
    table = average_windows(configuration, pack, readings, "PT1H", MIDNIGHT, MIDNIGHT + 2 * DAY)
    assert [str(r.value) for r in table.rows()] == [str(v) for v in values.tolist()]
    assert len(average_windows(configuration, pack, readings, "PT20M", MIDNIGHT, MIDNIGHT + DAY)) == 0
    (one, _) = average_windows(configuration, pack, readings, "P1D", MIDNIGHT, MIDNIGHT + 2 * DAY).rows()
    assert one.value == pytest.approx(values[:24].mean(), rel=1e-12)
    assert one.count_expected == 24


def test_history_each_minute_and_live_each_second_meet_in_one_channel(plant, pack):
    change = datetime(2025, 3, 10, 0, tzinfo=UTC)
    old = Acquisition(interval_ms=MINUTE, mode=AcquisitionMode.REPLAYED, valid_from=datetime(2025, 1, 1, tzinfo=UTC), valid_to=change)
    new = Acquisition(interval_ms=1000, valid_from=change)
    configuration = msgspec.structs.replace(
        plant, channels=tuple(msgspec.structs.replace(c, acquisition=(old, new)) for c in plant.channels)
    )
    at = to_ms(change)
    times = np.concatenate([np.arange(at - 20 * MINUTE, at, MINUTE), np.arange(at, at + 20 * MINUTE, 1000)]).astype(np.int64)
    readings = {c.id: Series(times, np.full(len(times), REDUNDANT[c.name]), np.ones(len(times), np.uint8)) for c in configuration.channels}
    rows = average_windows(configuration, pack, readings, "PT20M", at - 20 * MINUTE, at + 20 * MINUTE).rows()
    assert [(r.count_valid, r.count_expected) for r in rows] == [(20, 20), (1200, 1200)]
    assert rows[0].value == rows[1].value


def test_a_deduction_takes_a_share_of_the_limit_off_and_stops_at_zero(plant, pack, day):
    rule = Deduction(component="so2", share_of_limit=0.2, limit_period="PT20M", clause="test", certainty=Certainty.TO_CONFIRM)
    deducting = msgspec.structs.replace(pack, deductions=(rule,))
    plain = average_windows(plant, pack, day, "PT20M", MIDNIGHT, MIDNIGHT + DAY)
    less = average_windows(plant, deducting, day, "PT20M", MIDNIGHT, MIDNIGHT + DAY)
    assert plant.limits[0].kind is LimitKind.CONCENTRATION
    assert less.value == pytest.approx(plain.value - 0.2 * plant.limits[0].value)
    assert less.mass_g_s.tobytes() == plain.mass_g_s.tobytes()
    huge = msgspec.structs.replace(pack, deductions=(msgspec.structs.replace(rule, share_of_limit=0.999),))
    assert set(average_windows(plant, huge, day, "PT20M", MIDNIGHT, MIDNIGHT + DAY).value) == {0.0}


def calibrated(plant, **choice):
    component = main_only(plant)
    begin = datetime(2025, 1, 1, tzinfo=UTC)
    base = CalibrationFunction(intercept=0.0, slope=1.0, valid_range_max=1e6, report="first", valid_from=begin)
    special = CalibrationFunction(intercept=5.0, slope=2.0, valid_range_max=100.0, report="second", **{"valid_from": begin, **choice})
    chain = msgspec.structs.replace(component.chains[0], calibrations=(base, special))
    return msgspec.structs.replace(
        plant, plan=msgspec.structs.replace(plant.plan, components=(msgspec.structs.replace(component, chains=(chain,)),))
    )


NOON = datetime(2025, 3, 10, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("choice", "applies"),
    [
        ({}, [True, True]),
        ({"valid_from": NOON + timedelta(minutes=20)}, [False, True]),
        ({"valid_to": NOON + timedelta(minutes=20)}, [True, False]),
        ({"fuel": "ekibastuz_coal"}, [True, True]),
        ({"fuel": "natural_gas"}, [False, False]),
        ({"mode": "unknown"}, [True, True]),
        ({"mode": "start_up"}, [False, False]),
    ],
)
def test_the_last_calibration_that_fits_applies(plant, pack, read, choice, applies):
    configuration = calibrated(plant, **choice)
    start = to_ms(NOON)
    rows = average_windows(configuration, pack, read(configuration, REDUNDANT, 40), "PT20M", start, start + 40 * MINUTE).rows()
    assert [r.calibrated for r in rows] == [3605.0 if a else 1800.0 for a in applies]
    assert [r.outside_calibration_range for r in rows] == applies


@pytest.mark.parametrize("in_high", [True, False])
@pytest.mark.parametrize("order", [("low", "high"), ("high", "low")])
def test_each_range_has_its_own_calibration_whatever_the_order_they_are_listed_in(plant, pack, read, order, in_high):
    component = main_only(plant)
    begin = datetime(2025, 1, 1, tzinfo=UTC)
    signal = "spare.so2"
    bands = {"low": MeasuringRange(name="low", span=500.0), "high": MeasuringRange(name="high", span=4000.0, selection_channel=signal)}
    slopes = {"low": 2.0, "high": 3.0}
    functions = tuple(
        CalibrationFunction(intercept=0.0, slope=slopes[name], valid_range_max=1e6, report=name, valid_from=begin, range=name)
        for name in order
    )
    chain = msgspec.structs.replace(component.chains[0], ranges=tuple(bands[name] for name in order), calibrations=functions)
    plan = msgspec.structs.replace(plant.plan, components=(msgspec.structs.replace(component, chains=(chain,)),))
    configuration = msgspec.structs.replace(plant, plan=plan)
    readings = read(configuration, REDUNDANT | {signal: 1.0 if in_high else 0.0}, 20)
    (row,) = average_windows(configuration, pack, readings, "PT20M", to_ms(NOON), to_ms(NOON) + 20 * MINUTE).rows()
    assert row.calibrated == 1800.0 * (3.0 if in_high else 2.0)


def test_blocks_in_any_order_join_to_one_series(plant, pack, day):
    blocks = []
    for channel, s in day.items():
        for i in range(0, 1440, 100):
            part = slice(i, i + 100)
            cause = np.zeros(len(s.value[part]), np.uint8)
            blocks.append(ReadingBlock(channel, int(s.time_ms[i]), MINUTE, s.value[part], s.status[part], cause))
    np.random.default_rng(2).shuffle(blocks)
    joined = join_blocks(blocks + blocks[:3])
    whole = average_windows(plant, pack, day, "PT20M", MIDNIGHT, MIDNIGHT + DAY)
    same(whole, average_windows(plant, pack, joined, "PT20M", MIDNIGHT, MIDNIGHT + DAY))


def test_everything_a_source_needs_is_named(example):
    configuration = example("four-units-on-one-stack")
    assert channels_needed(configuration, "four-units.stack-1") == {c.id for c in configuration.channels}
    needed = channels_needed(configuration, "elsewhere")
    assert {c.name for c in configuration.channels if c.id in needed} == {
        f"unit-{n}.{signal}" for n in (1, 2, 3, 4) for signal in ("load", "coal_flow")
    }


def test_a_reading_no_instrument_could_give_is_not_averaged(plant, pack, read, minutes):
    values = [1800.0] * 18 + [1e308, float("inf")]
    start = to_ms(NOON)
    rows = average_windows(plant, pack, read(plant, {**REDUNDANT, "main.so2": minutes(values)}), "PT20M", start, start + 1).rows()
    assert (rows[0].raw, rows[0].count_valid) == (1800.0, 18)
