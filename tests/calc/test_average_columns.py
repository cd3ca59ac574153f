"""What an average carries beside its value: standardised, reference oxygen, deduction, first level data."""

from datetime import UTC, datetime

import msgspec
import numpy as np
import pytest

from tynys.calc.measured import validated
from tynys.calc.pipeline import average_windows
from tynys.domain.base import to_ms
from tynys.domain.component import Certainty
from tynys.domain.facility import AbatementDevice, AbatementKind
from tynys.domain.status import InstrumentStatus
from tynys.law.deduction import Deduction, DeductionMethod
from tynys.law.oxygen import BelowReference

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


SURE = {"clause": "13. BImSchV", "certainty": Certainty.TRANSCRIBED}


def keeping(pack, *, abated_only=False):
    rule = BelowReference(periods=("PT20M", "P1D"), abated_only=abated_only, **SURE)
    return msgspec.structs.replace(pack, oxygen=msgspec.structs.replace(pack.oxygen, below_reference=rule))


def test_oxygen_at_or_below_the_reference_leaves_the_value_and_the_standardised_one_tells_what_it_would_be(plant, pack, read):
    low = read(plant, {**READ, "main.o2": 3.6})  # 4 % dry, reference 6 %
    (row,) = average_windows(plant, keeping(pack), low, "PT20M", NOON, NOON + 20 * MINUTE).rows()
    dry = row.calibrated * 100 / 90
    assert row.value == pytest.approx(dry, rel=1e-14)
    assert row.standardised == pytest.approx(dry * 15 / 17, rel=1e-14)
    (always,) = average_windows(plant, pack, low, "PT20M", NOON, NOON + 20 * MINUTE).rows()
    assert always.value == always.standardised == row.standardised
    assert always.mass_g_s == row.mass_g_s


def test_above_the_reference_and_in_other_periods_every_value_is_converted(plant, pack, read):
    (row,) = average_windows(plant, keeping(pack), read(plant, READ), "PT20M", NOON, NOON + 20 * MINUTE).rows()
    assert row.value == row.standardised
    low = read(plant, {**READ, "main.o2": 3.6}, 60)
    (hour,) = average_windows(plant, keeping(pack), low, "PT1H", NOON, NOON + 60 * MINUTE).rows()
    (short, *_) = average_windows(plant, keeping(pack), low, "PT20M", NOON, NOON + 60 * MINUTE).rows()
    assert hour.value == pytest.approx(short.standardised, rel=1e-14)
    assert short.value > short.standardised


def test_only_what_is_cleaned_is_kept_where_the_pack_says_so(plant, pack, read):
    low = read(plant, {**READ, "main.o2": 3.6})
    asked = keeping(pack, abated_only=True)
    (row,) = average_windows(plant, asked, low, "PT20M", NOON, NOON + 20 * MINUTE).rows()
    assert row.value == row.standardised
    fgd = AbatementDevice(id="fgd", unit=plant.ducts[0].unit, kind=AbatementKind.FGD, removes=("so2",))
    (row,) = average_windows(msgspec.structs.replace(plant, abatement=(fgd,)), asked, low, "PT20M", NOON, NOON + 20 * MINUTE).rows()
    assert row.value > row.standardised


def with_uncertainty(plant, uncertainty):
    (component,) = plant.plan.components
    chains = tuple(
        msgspec.structs.replace(c, calibrations=tuple(msgspec.structs.replace(f, uncertainty=uncertainty) for f in c.calibrations))
        for c in component.chains
    )
    plan = msgspec.structs.replace(plant.plan, components=(msgspec.structs.replace(component, chains=chains),))
    return msgspec.structs.replace(plant, plan=plan)


@pytest.mark.parametrize("uncertainty", [37.5, None])
def test_the_uncertainty_of_the_site_is_deducted_once_and_nothing_where_the_report_states_none(plant, pack, read, uncertainty):
    rule = Deduction(component="so2", method=DeductionMethod.SITE_UNCERTAINTY, **SURE)
    deducting = msgspec.structs.replace(pack, deductions=(rule,))
    configuration = with_uncertainty(plant, uncertainty)
    readings = read(configuration, READ, 60)
    (short, *_) = average_windows(configuration, deducting, readings, "PT20M", NOON, NOON + 60 * MINUTE).rows()
    (hour,) = average_windows(configuration, deducting, readings, "PT1H", NOON, NOON + 60 * MINUTE).rows()
    assert short.deduction == uncertainty
    assert short.value == short.standardised - (uncertainty or 0.0)
    assert hour.value == pytest.approx(short.value, rel=1e-14)  # of an average of validated values nothing is taken off again


def test_a_negative_value_stays_negative_and_nothing_is_deducted_from_it(plant, pack, read):
    rule = Deduction(component="so2", share_of_limit=0.2, limit_period="PT20M", **SURE)
    deducting = msgspec.structs.replace(pack, deductions=(rule,))
    (row,) = average_windows(plant, deducting, read(plant, {**READ, "main.so2": -20.0}), "PT20M", NOON, NOON + 20 * MINUTE).rows()
    assert row.value == row.standardised < 0
    assert row.deduction == 0.2 * plant.limits[0].value  # what the pack would take off, were there anything to take it off
    assert validated(np.array([-1.0, 0.0, 5.0, 50.0]), np.full(4, 20.0)).tolist() == [-1.0, 0.0, 0.0, 30.0]
