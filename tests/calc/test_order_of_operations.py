"""The order of operations is a parameter of the pack; both orders go through the same chain."""

import math
from datetime import UTC, datetime

import msgspec
import numpy as np
import pytest

from tynys.calc.pipeline import average_windows
from tynys.calc.series import Series
from tynys.domain.base import to_ms
from tynys.domain.component import Certainty
from tynys.domain.status import AverageStatus, InstrumentStatus
from tynys.law.deduction import Deduction
from tynys.law.values import Choice

NOON = to_ms(datetime(2025, 3, 10, 7, tzinfo=UTC))
MINUTE = 60_000
READ = {"main.so2": 1800.0, "main.o2": 6.3, "main.h2o": 10.0, "spare.so2": 1700.0, "spare.o2": 6.3, "spare.h2o": 10.0}


@pytest.fixture
def plant(example):
    """The main analyser alone."""
    found = example("redundant-analyser")
    (component,) = found.plan.components
    only = msgspec.structs.replace(component, chains=component.chains[:1])
    return msgspec.structs.replace(found, plan=msgspec.structs.replace(found.plan, components=(only,)))


@pytest.fixture(scope="module")
def each(pack):
    order = Choice(value="each_first_level", clause="HJ 75-2017", certainty=Certainty.TRANSCRIBED)
    return msgspec.structs.replace(pack, order_of_operations=order)


def one(plant, pack, readings, n=1):
    return average_windows(plant, pack, readings, "PT20M", NOON, NOON + n * 20 * MINUTE).rows()


def test_with_steady_peripherals_both_orders_agree(plant, pack, each, read):
    so2 = [1700.0 + 10.0 * i for i in range(20)]
    readings = read(plant, {**READ, "main.so2": so2})
    (averaged,), (levels,) = one(plant, pack, readings), one(plant, each, readings)
    assert levels.value == pytest.approx(averaged.value, rel=1e-13)
    assert (levels.raw, levels.fld_valid, levels.fld_operating) == (averaged.raw, averaged.fld_valid, averaged.fld_operating)


def test_each_first_level_is_standardised_with_its_own_oxygen(plant, each, pack, read):
    so2 = [1500.0 + 30.0 * i for i in range(20)]
    oxygen = [5.0 + 0.3 * i for i in range(20)]
    readings = read(plant, {**READ, "main.so2": so2, "main.o2": oxygen})
    (chain,) = plant.plan.components[0].chains
    (function,) = chain.calibrations
    # by hand: calibrate, dry, bring to 6 % with the oxygen of that minute (wet, so dried too), then average
    by_hand = [(function.intercept + function.slope * c) * 100 / 90 * 15 / (21 - o * 100 / 90) for c, o in zip(so2, oxygen, strict=True)]
    (row,) = one(plant, each, readings)
    assert row.value == pytest.approx(math.fsum(by_hand) / 20, rel=1e-13)
    assert row.standardised == row.value
    (averaged,) = one(plant, pack, readings)
    assert abs(averaged.value / row.value - 1) > 1e-3  # the order matters where both move


def test_a_first_level_value_without_its_peripheral_is_not_valid(plant, each, read, minutes):
    for lost, status in ((6, AverageStatus.VALID), (7, AverageStatus.PERIPHERAL_MISSING)):
        bad = dict.fromkeys(range(lost), InstrumentStatus.FAULT)
        (row,) = one(plant, each, read(plant, {**READ, "main.o2": minutes(6.3, bad=bad)}))
        assert (row.status, row.fld_valid, row.fld_operating, row.count_valid) == (status, 20 - lost, 20, 20)
        assert (row.value is None) == (status is not AverageStatus.VALID)


def test_first_level_data_of_too_much_oxygen_are_not_valid_and_their_mass_counts(plant, each, read):
    (row,) = one(plant, each, read(plant, {**READ, "main.o2": [6.3] * 5 + [18.9] * 15}))
    assert (row.status, row.value) == (AverageStatus.O2_TOO_HIGH, None)


def test_too_few_and_no_readings_read_as_in_the_other_order(plant, each, pack, read, minutes):
    for valid, status in ((14, "valid"), (13, "too_few_readings"), (0, "no_data")):
        bad = dict.fromkeys(range(valid, 20), InstrumentStatus.COMMUNICATION_LOST)
        readings = read(plant, {**READ, "main.so2": minutes(1800.0, bad=bad)})
        assert [row.status.value for row in (*one(plant, each, readings), *one(plant, pack, readings))] == [status, status]


def test_first_levels_of_many_windows_in_pieces_are_those_at_once(plant, each, monkeypatch):
    rng = np.random.default_rng(4)
    times = NOON + MINUTE * np.arange(240, dtype=np.int64)
    names = {c.id: c.name for c in plant.channels}
    readings = {
        channel: Series(times, READ[name] * (1 + 0.1 * rng.random(240)), np.where(rng.random(240) < 0.1, 6, 1).astype(np.uint8))
        for channel, name in names.items()
    }
    whole = one(plant, each, readings, 12)
    monkeypatch.setattr("tynys.calc.maker.WINDOWS_AT_ONCE", 5)
    assert one(plant, each, readings, 12) == whole
    assert len(whole) == 12


def test_what_is_deducted_is_taken_off_the_average_once(plant, each, pack, read):
    sure = {"clause": "test", "certainty": Certainty.TRANSCRIBED}
    rule = Deduction(component="so2", share_of_limit=0.1, limit_period="PT20M", **sure)
    readings = read(plant, {**READ, "main.so2": [1500.0 + 30.0 * i for i in range(20)]})
    for order in (each, pack):
        (plain,) = one(plant, order, readings)
        (less,) = one(plant, msgspec.structs.replace(order, deductions=(rule,)), readings)
        assert less.deduction == 0.1 * plant.limits[0].value
        assert less.standardised == plain.value
        assert less.value == plain.value - less.deduction
