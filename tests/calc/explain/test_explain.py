"""Every number can say how it was made: the steps give the stored value to the last bit, whatever its status."""

import collections
from datetime import UTC, datetime
from fractions import Fraction
from importlib.resources import files

import msgspec
import numpy as np
import pytest

from tests.calc.explain.replay import replayed
from tests.calc.test_examples import two_points
from tynys.calc.explain import explain
from tynys.calc.explain.explaining import shorter_period
from tynys.calc.pipeline import average_windows
from tynys.calc.series import Series
from tynys.domain.base import to_ms
from tynys.domain.component import CATALOGUE, Certainty, ComponentKind
from tynys.domain.status import AverageStatus, InstrumentStatus
from tynys.law import load_pack
from tynys.law.deduction import Deduction
from tynys.law.oxygen import BelowReference
from tynys.law.values import Choice

MIDNIGHT = to_ms(datetime(2025, 3, 9, 19, tzinfo=UTC))  # of 10 March in Almaty
MINUTE, DAY, WINDOW = 60_000, 86_400_000, 1_200_000
SURE = {"clause": "test", "certainty": Certainty.TRANSCRIBED}
LEVELS = {
    "o2": 6.0, "h2o": 8.0, "temperature": 130.0, "pressure": 99.0, "velocity": 14.0, "so2": 1500.0, "nox": 480.0, "no": 300.0, "no2": 20.0,
    "dust": 210.0, "co": 90.0, "load": 300.0, "coal_flow": 200.0, "gas_flow": 9000.0, "mazut_flow": 4.0,
}  # fmt: skip
EXAMPLES = ("redundant-analyser", "four-units-on-one-stack", "bypass", "dry-extractive-beside-in-situ-dust", "gas-fired-unit")


def levels(channel):
    return LEVELS.get(channel.component, LEVELS.get(channel.name.split(".")[-1], 50.0))


def day_of(configuration, seed=7):
    """A day with everything in it: noise, faults, hours without a value, a stand-still, oxygen near air."""
    rng = np.random.default_rng(seed)
    times = MIDNIGHT + MINUTE * np.arange(1440, dtype=np.int64)
    readings = {}
    for channel in configuration.channels:
        value = levels(channel) * (1 + 0.03 * rng.standard_normal(1440))
        if channel.component == "o2":
            value[300:340] = 20.7  # too much oxygen to correct
            value[340:380] = 3.0  # below the reference
        status = np.where(rng.random(1440) < 0.02, InstrumentStatus.FAULT, InstrumentStatus.VALID).astype(np.uint8)
        if channel.of_unit is not None:
            value[60:100], status[60:100] = 0.0, InstrumentStatus.VALID  # the plant stands still
        else:
            status[400:420] = InstrumentStatus.COMMUNICATION_LOST
            status[424:440] = InstrumentStatus.MAINTENANCE
        if channel.component in {"o2", "h2o"}:
            status[480:520] = InstrumentStatus.CALIBRATION  # the peripheral alone is missing
        value[(status == InstrumentStatus.COMMUNICATION_LOST)] = np.nan
        if channel.component == "so2":
            value[560:580] = -3.0
        readings[channel.id] = Series(times, value, status)
    return readings


@pytest.fixture(scope="module")
def plants(example):
    return {name: example(name) for name in EXAMPLES}


def packs(pack):
    each = Choice(value="each_first_level", **SURE)
    keep = msgspec.structs.replace(pack.oxygen, below_reference=BelowReference(periods=("PT20M",), abated_only=False, **SURE))
    off = tuple(Deduction(component=c, share_of_limit=0.123, limit_period="PT20M", **SURE) for c in ("so2", "nox", "dust"))
    return {
        "as it is": pack,
        "with deductions, kept below the reference": msgspec.structs.replace(pack, oxygen=keep, deductions=off),
        "each first level value": msgspec.structs.replace(pack, order_of_operations=each, deductions=off),
    }


@pytest.mark.parametrize("kind", ["as it is", "with deductions, kept below the reference", "each first level value"])
def test_the_steps_of_every_window_of_a_day_give_the_stored_value_to_the_last_bit(plants, pack, kind):
    asked = packs(pack)[kind]
    seen = collections.Counter()
    for configuration in plants.values():
        readings = day_of(configuration)
        for row in average_windows(configuration, asked, readings, "PT20M", MIDNIGHT, MIDNIGHT + DAY // 2).rows():
            explanation = explain(row, configuration, asked, cut(readings, row))
            assert explanation.basis == "from_readings"
            assert explanation.agrees is True, row
            check(row, explanation, asked, configuration)
            seen[row.status] += 1
    assert set(seen) >= {AverageStatus(s) for s in ("valid", "too_few_readings", "no_data", "not_operating", "o2_too_high")}
    assert seen[AverageStatus.PERIPHERAL_MISSING] > 0


def cut(readings, row):
    """Readings of the window alone."""
    found = {}
    for channel, series in readings.items():
        inside = (series.time_ms >= row.start_ms) & (series.time_ms < row.end_ms)
        found[channel] = Series(series.time_ms[inside], series.value[inside], series.status[inside])
    return found


def check(row, explanation, pack, configuration):
    made = replayed(explanation)
    known = CATALOGUE[row.component]
    if row.value is not None and known.kind is ComponentKind.POLLUTANT:
        last = "c_val" if row.deduction is not None else "c_ref" if row.o2_reference_pct is not None else "c_dry"
        assert made[last] == row.value
    if row.mass_g_s is not None:
        assert made["E"] == row.mass_g_s
    if row.component == "flow" and row.value is not None:
        assert made["V"] == row.value
    if row.deduction is not None:
        assert made["D"] == row.deduction
    validity = next(step for step in explanation.steps if step.kind == "validity")
    assert (f"status.{row.status.value}", ()) in validity.notes


def test_several_points_and_mixed_fuels_are_explained_to_the_last_bit_too(example, pack):
    configuration = two_points(example)
    readings = day_of(configuration)
    kinds = set()
    for row in average_windows(configuration, pack, readings, "PT20M", MIDNIGHT, MIDNIGHT + DAY // 3).rows():
        explanation = explain(row, configuration, pack, cut(readings, row))
        assert explanation.agrees is True
        check(row, explanation, pack, configuration)
        kinds |= {step.formula for step in explanation.steps}
    assert {"flow_weighted", "sum", "oxygen", "mass"} <= kinds


def test_the_reference_oxygen_of_several_fuels_is_shown_with_their_heat(example, pack):
    configuration = example("four-units-on-one-stack")
    units = tuple(
        msgspec.structs.replace(u, fuels=("ekibastuz_coal",) if i < 2 else ("natural_gas",)) for i, u in enumerate(configuration.units)
    )
    mixed = msgspec.structs.replace(configuration, units=units)
    readings = day_of(mixed)
    found = collections.Counter()
    for row in average_windows(mixed, pack, readings, "PT20M", MIDNIGHT, MIDNIGHT + DAY // 6).rows():
        explanation = explain(row, mixed, pack, cut(readings, row))
        assert explanation.agrees is True
        made = replayed(explanation)
        found.update(step.formula for step in explanation.steps if step.kind == "reference")
        if row.o2_reference_pct is not None and row.value is not None:
            assert made["O2_ref"] == row.o2_reference_pct
    assert found["heat_weighted"] > 0


def test_the_first_step_counts_the_readings_and_names_the_query_that_reaches_them(plants, pack):
    configuration = plants["redundant-analyser"]
    readings = day_of(configuration)
    names = {str(c.id): c for c in configuration.channels}
    for row in average_windows(configuration, pack, readings, "PT20M", MIDNIGHT, MIDNIGHT + DAY // 2).rows():
        step = next(step for step in explain(row, configuration, pack, readings).steps if step.kind == "readings")
        for read in step.channels:
            series = readings[names[read.channel].id]
            inside = (series.time_ms >= read.start_ms) & (series.time_ms < read.end_ms)
            assert (read.start_ms, read.end_ms) == (row.start_ms, row.end_ms)
            assert read.count_by_status == tuple(int((series.status[inside] == s).sum()) for s in InstrumentStatus)
            good = series.value[inside][series.status[inside] == InstrumentStatus.VALID]
            if len(good) and row.status is AverageStatus.VALID:
                exact = sum((Fraction(v) for v in good.tolist()), Fraction(0)) / len(good)
                assert read.mean == pytest.approx(float(exact), rel=1e-15)


def test_every_step_with_a_rule_names_its_clause(plants, pack):
    configuration = plants["redundant-analyser"]
    readings = day_of(configuration)
    row = next(r for r in average_windows(configuration, pack, readings, "PT20M", MIDNIGHT, MIDNIGHT + DAY).rows() if r.value is not None)
    explanation = explain(row, configuration, pack, readings)
    for step in explanation.steps:
        if step.kind != "chains":
            assert step.clause, step.kind
    report = next(step for step in explanation.steps if step.kind == "calibration")
    assert {q.of for q in report.inputs if q.origin == "plan"} == {configuration.plan.components[0].chains[0].calibrations[0].report}


@pytest.mark.parametrize("period", ["PT1H", "P1D"])
def test_longer_averages_are_explained_by_the_shorter_ones(plants, pack, period):
    configuration = plants["redundant-analyser"]
    readings = day_of(configuration)
    short = average_windows(configuration, pack, readings, "PT20M", MIDNIGHT, MIDNIGHT + DAY).rows()
    for row in average_windows(configuration, pack, readings, period, MIDNIGHT, MIDNIGHT + DAY).rows():
        assert shorter_period(row, configuration, pack) == "PT20M"
        inside = [s for s in short if row.start_ms <= s.start_ms < row.end_ms]
        explanation = explain(row, configuration, pack, None, inside)
        assert (explanation.basis, explanation.agrees) == ("from_shorter", True)
        made = replayed(explanation)
        assert (row.value is None) or made["c_val"] == row.value
        step = explanation.steps[0]
        assert [m.start_ms for m in step.members] == [s.start_ms for s in inside]
        assert [m.counts for m in step.members] == [s.status is AverageStatus.VALID for s in inside]


def test_a_stored_value_that_the_readings_do_not_give_is_said_to_differ(plants, pack):
    configuration = plants["redundant-analyser"]
    readings = day_of(configuration)
    row = next(r for r in average_windows(configuration, pack, readings, "PT20M", MIDNIGHT, MIDNIGHT + DAY).rows() if r.value is not None)
    other = type(row)(**{name: getattr(row, name) for name in row.__dataclass_fields__} | {"value": np.nextafter(row.value, 0)})
    assert explain(other, configuration, pack, readings).agrees is False


def test_what_is_not_known_is_said(plants, pack):
    configuration = plants["redundant-analyser"]
    (row, *_) = average_windows(configuration, pack, day_of(configuration), "PT20M", MIDNIGHT, MIDNIGHT + DAY).rows()
    explanation = explain(row, None, None)
    assert (explanation.basis, explanation.agrees) == ("stored_only", None)
    assert [s.result.value for s in explanation.steps if s.kind == "oxygen"] == [row.standardised]


PACKS = sorted(path.name for path in (files("tynys.law") / "packs").iterdir() if path.name.endswith(".toml"))


@pytest.mark.parametrize("name", PACKS)
def test_by_every_shipped_pack_the_steps_give_the_value_to_the_last_bit(example, name):
    pack = load_pack((files("tynys.law") / "packs" / name).read_text(encoding="utf-8"), name)
    configuration = example("redundant-analyser")
    readings = day_of(configuration)
    values = 0
    for row in average_windows(configuration, pack, readings, pack.short_term, MIDNIGHT, MIDNIGHT + DAY).rows():
        explanation = explain(row, configuration, pack, cut(readings, row))
        assert explanation.agrees is True
        check(row, explanation, pack, configuration)
        values += row.value is not None
    assert values > 12
