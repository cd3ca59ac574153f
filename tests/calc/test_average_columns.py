"""What an average carries beside its value: standardised, reference oxygen, deduction, first level data."""

from datetime import UTC, datetime

import msgspec
import numpy as np
import pytest

from tynys.calc.pipeline import average_windows
from tynys.domain.base import to_ms
from tynys.domain.component import Certainty
from tynys.domain.status import InstrumentStatus
from tynys.law.deduction import Deduction

NOON = to_ms(datetime(2025, 3, 10, 7, tzinfo=UTC))
MINUTE = 60_000
READ = {"main.so2": 1800.0, "main.o2": 6.3, "main.h2o": 10.0, "spare.so2": 1700.0, "spare.o2": 6.3, "spare.h2o": 10.0}


@pytest.fixture
def plant(example):
    return example("redundant-analyser")


def test_the_standardised_value_is_the_one_before_the_deduction(plant, pack, read):
    rule = Deduction(component="so2", share_of_limit=0.2, limit_period="PT20M", clause="test", certainty=Certainty.TO_CONFIRM)
    deducting = msgspec.structs.replace(pack, deductions=(rule,))
    (plain,) = average_windows(plant, pack, read(plant, READ), "PT20M", NOON, NOON + 20 * MINUTE).rows()
    (less,) = average_windows(plant, deducting, read(plant, READ), "PT20M", NOON, NOON + 20 * MINUTE).rows()
    assert plain.deduction is None
    assert plain.standardised == plain.value == less.standardised
    assert less.deduction == 0.2 * plant.limits[0].value
    assert less.value == less.standardised - less.deduction


def test_the_reference_oxygen_is_the_one_the_value_was_brought_to(plant, pack, read):
    (row,) = average_windows(plant, pack, read(plant, READ), "PT20M", NOON, NOON + 20 * MINUTE).rows()
    assert row.o2_reference_pct == 6.0
    # dry: · 100 / 90; then (21 − 6) / (21 − O2)
    assert row.standardised == pytest.approx(row.calibrated * 100 / 90 * 15 / (21 - row.o2_dry_pct), rel=1e-14)


def test_first_level_data_are_counted_beside_the_readings(plant, pack, read, minutes):
    bad = dict.fromkeys(range(15, 20), InstrumentStatus.FAULT)
    readings = read(plant, {**READ, "main.so2": minutes(1800.0, bad=bad)})
    (row,) = average_windows(plant, pack, readings, "PT20M", NOON, NOON + 20 * MINUTE).rows()
    assert (row.fld_valid, row.fld_operating) == (15, 20)


def test_longer_averages_carry_the_same_columns(plant, pack, read):
    rule = Deduction(component="so2", share_of_limit=0.2, limit_period="PT20M", clause="test", certainty=Certainty.TO_CONFIRM)
    deducting = msgspec.structs.replace(pack, deductions=(rule,))
    table = average_windows(plant, deducting, read(plant, READ, 60), "PT1H", NOON, NOON + 60 * MINUTE)
    (row,) = table.rows()
    assert (row.o2_reference_pct, row.deduction, row.fld_valid, row.fld_operating) == (6.0, 0.2 * plant.limits[0].value, 60, 60)
    assert row.value == pytest.approx(row.standardised - row.deduction, rel=1e-12)
    assert not np.isnan(table.standardised).any()


@pytest.mark.parametrize("period", ["PT20M", "PT1H"])
def test_an_average_names_the_content_of_its_rule_pack(plant, pack, read, period):
    (row, *_) = average_windows(plant, pack, read(plant, READ, 60), period, NOON, NOON + 60 * MINUTE).rows()
    assert (row.rule_pack, row.rule_pack_digest) == (pack.id, pack.digest().hex())
    other = msgspec.structs.replace(pack, deductions=(), oxygen=msgspec.structs.replace(pack.oxygen, highest_pct=None))
    (row, *_) = average_windows(plant, other, read(plant, READ, 60), period, NOON, NOON + 60 * MINUTE).rows()
    assert (row.rule_pack, row.rule_pack_digest) == (pack.id, other.digest().hex())
    assert other.digest() != pack.digest()
