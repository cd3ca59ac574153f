"""Amounts of a span: all operating time counts, what is filled is told."""

import math
from dataclasses import replace
from importlib.resources import files

import msgspec
import numpy as np
import pytest

from tynys.calc.emitted import emitted, tier_of
from tynys.calc.pipeline import average_windows
from tynys.calc.substitution import PART_75_SO2
from tynys.domain.component import Certainty
from tynys.domain.status import InstrumentStatus
from tynys.law import load_pack
from tynys.law.substitution import Substitution, SubstitutionMethod

T0_MS = 1_741_590_000_000
HOURS = 3
MINUTES = 60 * HOURS
END_MS = T0_MS + MINUTES * 60_000
READ = {
    **{f"unit-{n}.{signal}": 0.0 for n in (2, 3, 4) for signal in ("load", "coal_flow")},
    "stack-1.o2": 6.3,
    "stack-1.h2o": 10.0,
    "stack-1.temperature": 136.575,
    "stack-1.pressure": 101.325,
    "stack-1.velocity": 20.0,
    "unit-1.load": 400.0,
    "unit-1.coal_flow": 250.0,
}
FLOW = 20 * 50 * 3600 * 2 / 3 * 0.9  # dry, normal: 600 Nm³/s
SO2 = 1800.0
RATE_G_S = SO2 / 0.9 * 600 / 1000


def rule(method, **keys):
    return Substitution(method=SubstitutionMethod(method), clause="rule", certainty=Certainty.TRANSCRIBED, **keys)


@pytest.fixture
def span(example, pack, read, minutes):
    """Averages of three hours of the example plant and the pack, with some readings changed and some rules of substitution."""

    def make(*rules, **changed):
        plant = example("four-units-on-one-stack")
        given = READ | {"stack-1.so2": SO2} | {name.replace("__", "."): value for name, value in changed.items()}
        readings = read(plant, {name.replace("_1.", "-1."): value for name, value in given.items()}, MINUTES)
        return average_windows(plant, pack, readings, "PT20M", T0_MS, END_MS), msgspec.structs.replace(pack, substitution=rules)

    return make


def so2_of(table, pack, **options):
    (made,) = emitted(table, pack, T0_MS, END_MS, **options)
    assert (made.source, made.component) == ("four-units.stack-1", "so2")
    return made


def lost(minutes, *windows):
    """SO2 at another value in each window; lost in those given."""
    values = np.repeat(SO2 * (1 + 0.1 * np.arange(9)), 20)
    bad = {20 * w + m: InstrumentStatus.FAULT for w in windows for m in range(20)}
    return minutes(list(values), bad=bad)


def test_three_hours_emit_what_their_rate_gives(span):
    made = so2_of(*span())
    assert made.total.amount_t == pytest.approx(RATE_G_S * 10_800 / 1e6, rel=1e-12)
    assert (made.total.share_measured, made.total.complete, made.certainty) == (1.0, True, None)


def test_without_a_rule_what_is_missing_stays_missing(span, minutes):
    table, pack = span(stack_1__so2=lost(minutes, 3))
    made = so2_of(table, pack)
    assert made.total.share_missing == pytest.approx(1 / 9)
    assert not made.total.complete
    assert made.total.method == "none"


def test_the_last_valid_concentration_meets_the_flow_that_was_measured(span, minutes):
    table, pack = span(rule("last_valid", components=("so2",)), stack_1__so2=lost(minutes, 3))
    made = so2_of(table, pack)
    assert made.total.substituted_t == pytest.approx(RATE_G_S * 1.2 * 1200 / 1e6, rel=1e-12)
    assert made.total.share_substituted == pytest.approx(1 / 9)
    assert (made.total.complete, made.total.method, made.certainty) == (True, "last_valid", Certainty.TRANSCRIBED)


def test_concentration_and_flow_are_filled_each_by_its_own_line(span, minutes):
    dead = minutes(20.0, MINUTES, bad={60 + m: InstrumentStatus.FAULT for m in range(20)})
    rules = rule("mean_plus_two_sigma", components=("so2",)), rule("last_valid", components=("flow",))
    table, pack = span(*rules, stack_1__so2=lost(minutes, 3), stack_1__velocity=dead)
    made = so2_of(table, pack)
    known = SO2 / 0.9 * (1 + 0.1 * np.array([0, 1, 2, 4, 5, 6, 7, 8]))
    filled = known.mean() + 2 * known.std(ddof=1)
    assert made.total.substituted_t == pytest.approx(filled * 600 / 1000 * 1200 / 1e6, rel=1e-12)
    only_so2 = so2_of(*span(rules[0], stack_1__so2=lost(minutes, 3), stack_1__velocity=dead))
    assert only_so2.total.share_missing == pytest.approx(1 / 9)


def test_a_window_without_a_row_counts_as_one_without_data(span):
    table, pack = span()
    made = so2_of(table.take(table.start_ms != T0_MS + 1_200_000), pack)
    assert made.total.share_missing == pytest.approx(1 / 9)
    assert made.total.operating_s == 10_800.0


def test_a_source_at_rest_emits_nothing(span):
    made = so2_of(*span(unit_1__load=0.0, unit_1__coal_flow=0.0))
    assert (made.total.amount_t, made.total.operating_s) == (0.0, 0.0)
    half = so2_of(*span(unit_1__load=[0.0] * 90 + [400.0] * 90, unit_1__coal_flow=[0.0] * 90 + [250.0] * 90))
    assert half.total.operating_s == 5400.0
    assert half.total.amount_t == pytest.approx(RATE_G_S * 5400 / 1e6, rel=1e-12)


def test_an_empty_span_has_no_amounts(span):
    table, pack = span()
    assert emitted(table, pack, T0_MS, T0_MS) == ()
    assert emitted(replace(table, series=()), pack, T0_MS, END_MS) == ()


def test_a_look_back_falls_back_on_the_highest_potential_value(span, minutes):
    table, pack = span(rule("highest_possible", components=("so2",)), stack_1__so2=lost(minutes, 3))
    made = so2_of(table, pack, highest_potential={"so2": 9000.0})
    assert made.total.substituted_t == pytest.approx(9000 * 600 / 1000 * 1200 / 1e6, rel=1e-12)
    assert so2_of(table, pack).total.share_missing == pytest.approx(1 / 9)
    means, pack = span(rule("mean_of_neighbours"), stack_1__so2=lost(minutes, 3))
    assert so2_of(means, pack).total.substituted_t == pytest.approx(RATE_G_S * 1.3 * 1200 / 1e6, rel=1e-12)


def test_the_table_of_part_75_is_the_pack_of_part_75():
    text = (files("tynys.law") / "packs" / "us-part75.toml").read_text(encoding="utf-8")
    lines = [line for line in load_pack(text, "us-part75.toml").substitution if "so2" in line.components]
    for availability in (99.0, 95.0, 94.9, 90.0, 89.9, 80.0, 79.9):
        for hours in (1, 8, 9, 24, 25, 1000):
            law = next(t for t in (tier_of(line, 1.0) for line in lines) if t.fits(availability, hours))
            ours = next((t for t in PART_75_SO2 if t.fits(availability, hours)), None)
            assert law.highest_potential == (ours is None)
            assert ours is None or law.percentile == ours.percentile
    twenty_minutes = tier_of(rule(SubstitutionMethod.PERCENTILE_OR_NEIGHBOURS, percentile=90.0, gap_over_h=24.0, lookback_h=720), 1 / 3)
    assert (twenty_minutes.hours_over, twenty_minutes.lookback, math.isinf(twenty_minutes.hours)) == (pytest.approx(72.0), 2160, True)


def test_an_average_that_counts_no_instants_counts_as_operation_throughout(span):
    table, pack = span()
    none = np.zeros(len(table), np.int64)
    made = so2_of(replace(table, count_expected=none, count_operating=none, count_valid=none), pack)
    assert made.total.operating_s == 10_800.0
    assert made.total.amount_t == pytest.approx(RATE_G_S * 10_800 / 1e6, rel=1e-12)
