"""From a pack's records and averages to rulings, for a permit's limits and for those of the law."""

from dataclasses import replace
from importlib.resources import files

import msgspec
import numpy as np
import pytest

from tynys.calc.compliance.bridge import (
    Averages,
    Ceiling,
    abatement,
    averages_of,
    ceiling_of_law,
    ceiling_of_permit,
    invalid_days,
    rulings,
)
from tynys.calc.compliance.ruling import Outcome, Reason
from tynys.calc.pipeline import average_windows
from tynys.calc.states import PLANT_STATES
from tynys.domain.component import Certainty
from tynys.domain.fuel import FUELS
from tynys.domain.limit import LegalForce
from tynys.domain.quantity import Moisture
from tynys.domain.status import PlantState
from tynys.law import load_pack
from tynys.law.compliance import AbatementClock, Compliance, ComplianceTest, InvalidDay, InvalidDays
from tynys.law.deduction import Rounding, RoundingMode
from tynys.law.plant_class import Applicable, Plant
from tynys.law.states import StateList

SURE = {"clause": "clause", "certainty": Certainty.VERIFIED}
T0_MS = 1_741_590_000_000
NAN = np.nan

PART_4 = (
    ComplianceTest(test="part_4", period="P1M", factor=1.0, **SURE),
    ComplianceTest(test="part_4", period="P1D", factor=1.1, **SURE),
    ComplianceTest(test="part_4", period="P1D", factor=1.5, thermal_input_below_mw=50.0, fuels=("coal", "lignite"), **SURE),
    ComplianceTest(test="part_4", period="PT1H", factor=2.0, share_of_averages=0.95, over="P1Y", **SURE),
)
LARGE = Plant(fuel=FUELS["coal"], thermal_input_mw=1400.0)
SMALL = Plant(fuel=FUELS["coal"], thermal_input_mw=49.9)
ELV = Ceiling(200.0, "P1M", "part_4", Certainty.VERIFIED, "Annex V")


@pytest.fixture
def lawful(pack):
    """A pack with the tests of Part 4, sure ones."""

    def make(*, tests=PART_4, rounding=None, **keys):
        return msgspec.structs.replace(pack, compliance=Compliance(tests=tests, **keys), rounding=rounding)

    return make


def by_test(made):
    return {r.test: r for r in made}


def test_part_4_asks_months_days_and_hours(lawful, averages):
    given = {
        "P1M": averages([150.0, 200.0], "P1M", hours=720),
        "P1D": averages([220.0] * 30, "P1D", hours=24),
        "PT1H": averages(np.concatenate([np.full(400, 401.0), np.full(7600, 100.0)])),
    }
    made = by_test(rulings(ELV, given, lawful(), LARGE))
    assert {name: r.outcome for name, r in made.items()} == {
        "part_4.P1M": Outcome.KEPT,
        "part_4.P1D": Outcome.KEPT,
        "part_4.PT1H": Outcome.KEPT,
    }
    assert {name: r.threshold for name, r in made.items()} == {"part_4.P1M": 200.0, "part_4.P1D": 220.0, "part_4.PT1H": 400.0}
    assert made["part_4.P1M"].clause == "clause; Annex V"
    worse = given | {"PT1H": averages(np.concatenate([np.full(401, 401.0), np.full(7599, 100.0)]))}
    assert by_test(rulings(ELV, worse, lawful(), LARGE))["part_4.PT1H"].outcome is Outcome.EXCEEDED


@pytest.mark.parametrize(("plant", "outcome"), [(LARGE, Outcome.EXCEEDED), (SMALL, Outcome.KEPT)])
def test_a_small_coal_boiler_has_150_per_cent_for_its_days(lawful, averages, plant, outcome):
    made = by_test(rulings(ELV, {"P1D": averages([300.0], "P1D", hours=24)}, lawful(), plant))
    assert made["part_4.P1D"].outcome is outcome


def test_a_class_that_is_not_known_blocks_the_verdict(lawful, averages):
    made = by_test(rulings(ELV, {"P1D": averages([300.0], "P1D", hours=24)}, lawful()))
    assert (made["part_4.P1D"].outcome, made["part_4.P1D"].reason) == (Outcome.CANNOT_BE_JUDGED, Reason.CLASS_UNKNOWN)


def test_each_civil_year_is_judged_for_itself(lawful, averages):
    first_of_2026_ms = 1_767_207_600_000
    hours = averages(np.full(200, 401.0), start_ms=first_of_2026_ms - 100 * 3_600_000)
    found = [r for r in rulings(ELV, {"PT1H": hours}, lawful(), LARGE) if r.test == "part_4.PT1H"]
    assert [r.checked for r in found] == [100, 100]
    assert found[1].start_ms == found[0].end_ms == first_of_2026_ms


def test_a_test_that_is_only_remembered_is_no_verdict_whatever_the_limit(lawful, averages):
    tests = tuple(msgspec.structs.replace(t, certainty=Certainty.TO_CONFIRM) for t in PART_4)
    for value in (1.0, 900.0):
        made = rulings(ELV, {"P1M": averages([value], "P1M", hours=720)}, lawful(tests=tests), LARGE)
        assert {r.outcome for r in made} == {Outcome.CANNOT_BE_JUDGED}
    remembered = replace(ELV, certainty=Certainty.TO_CONFIRM)
    made = rulings(remembered, {"P1M": averages([900.0], "P1M", hours=720)}, lawful(), LARGE)
    assert by_test(made)["part_4.P1M"].reason is Reason.TO_CONFIRM


def test_states_that_are_left_out_weaken_a_verdict_only_where_they_left_something_out(lawful, averages):
    states = StateList(value=(PlantState.START_UP,), clause="c", certainty=Certainty.TO_CONFIRM)
    ceiling = Ceiling(200.0, "PT1H", "each_average", Certainty.VERIFIED, "permit")
    made = lawful(excluded_states=states)
    assert rulings(ceiling, {"PT1H": averages([250.0, 100.0])}, made)[0].outcome is Outcome.EXCEEDED
    (out,) = rulings(ceiling, {"PT1H": averages([250.0, 100.0], by_state=[True, False])}, made)
    assert (out.outcome, out.reason, out.excluded) == (Outcome.CANNOT_BE_JUDGED, Reason.TO_CONFIRM, 1)
    known = lawful(excluded_states=msgspec.structs.replace(states, certainty=Certainty.VERIFIED))
    assert rulings(ceiling, {"PT1H": averages([250.0, 100.0], by_state=[True, False])}, known)[0].outcome is Outcome.KEPT


def test_rounding_before_the_comparison_is_the_packs(lawful, averages):
    given = {"P1D": averages([220.1], "P1D", hours=24)}
    rounds = Rounding(mode=RoundingMode.HALF_UP, before_comparison=True, **SURE)
    only_reports = msgspec.structs.replace(rounds, before_comparison=False)
    finer = msgspec.structs.replace(rounds, digits_beyond_limit=1)
    outcome = {
        name: by_test(rulings(ELV, given, lawful(rounding=rule), LARGE))["part_4.P1D"].outcome
        for name, rule in {"none": None, "rounds": rounds, "reports": only_reports, "finer": finer}.items()
    }
    assert outcome == {"none": Outcome.EXCEEDED, "rounds": Outcome.KEPT, "reports": Outcome.EXCEEDED, "finer": Outcome.EXCEEDED}


def test_a_test_nobody_wrote_and_averages_nobody_made_are_said(pack, lawful, averages):
    (made,) = rulings(ELV, {"P1M": averages([1.0], "P1M")}, pack)
    assert (made.outcome, made.reason) == (Outcome.CANNOT_BE_JUDGED, Reason.TEST_UNKNOWN)
    ceiling = Ceiling(200.0, "PT1H", "each_average", Certainty.VERIFIED, "permit")
    assert rulings(ceiling, {}, pack)[0].reason is Reason.NO_VALUES
    assert rulings(ceiling, {"PT1H": averages([])}, pack)[0].reason is Reason.NO_VALUES
    day = by_test(rulings(ELV, {}, lawful(), LARGE))["part_4.P1D"]
    assert (day.outcome, day.reason, day.threshold) == (Outcome.CANNOT_BE_JUDGED, Reason.NO_VALUES, 220.0)


def test_a_permit_is_judged_where_it_speaks_of_every_average(example):
    (limit, *_) = example("dry-extractive-beside-in-situ-dust").limits
    assert ceiling_of_permit(limit).reason is Reason.NONE
    for change, reason in (
        ({"force": LegalForce.BENCHMARK}, Reason.BENCHMARK),
        ({"fuel": "natural_gas"}, Reason.CONDITION),
        ({"moisture": Moisture.WET}, Reason.CONDITION),
    ):
        assert ceiling_of_permit(msgspec.structs.replace(limit, **change)).reason is reason


@pytest.fixture(scope="module")
def packs():
    folder = files("tynys.law") / "packs"
    return {p.name[:-5]: load_pack(p.read_text(encoding="utf-8"), p.name) for p in folder.iterdir() if p.name.endswith(".toml")}


def test_no_pack_makes_a_verdict_of_what_is_only_remembered(packs, averages):
    """Every limit of every pack against averages far above and far below it."""
    seen = 0
    for pack in packs.values():
        for limit in pack.limits:
            found = ceiling_of_law(Applicable(limit, ()))
            for factor in (0.01, 100.0):
                periods = ("PT20M", "PT30M", "PT1H", "P1D", "P1M", "P1Y")
                given = {p: averages(np.full(40, found.value * factor), p) for p in periods}
                for ruling in rulings(found, given, pack, LARGE):
                    seen += 1
                    if ruling.certainty is Certainty.TO_CONFIRM or found.reason is not Reason.NONE:
                        assert ruling.outcome is Outcome.CANNOT_BE_JUDGED, ruling
                    else:
                        assert ruling.outcome in {Outcome.KEPT, Outcome.EXCEEDED}, ruling
    assert seen > 100


def test_the_german_rule_lets_no_average_above_and_half_hours_up_to_twice_the_day(packs, averages):
    pack = packs["de-13bimschv"]
    limits = [x for x in pack.limits if x.test == "day_and_half_hour" and x.certainty is Certainty.VERIFIED and not x.condition]
    assert limits
    found = ceiling_of_law(Applicable(limits[0], ()))
    kept = {"P1D": averages([found.value], "P1D", hours=24), "PT30M": averages([2 * found.value], "PT30M", hours=0.5)}
    assert {r.outcome for r in rulings(found, kept, pack, LARGE)} == {Outcome.KEPT}
    day = kept | {"P1D": averages([found.value * 1.001], "P1D", hours=24)}
    assert sorted(r.outcome for r in rulings(found, day, pack, LARGE)) == [Outcome.EXCEEDED, Outcome.KEPT]
    half_hour = kept | {"PT30M": averages([2 * found.value * 1.001], "PT30M", hours=0.5)}
    assert sorted(r.outcome for r in rulings(found, half_hour, pack, LARGE)) == [Outcome.EXCEEDED, Outcome.KEPT]


def test_a_limit_whose_class_is_not_known_to_hold_is_not_judged(packs, averages):
    (limit, *_) = packs["de-13bimschv"].limits
    found = ceiling_of_law(Applicable(limit, ("plant_class",)))
    assert rulings(found, {limit.period: averages([1e6], limit.period)}, packs["de-13bimschv"])[0].reason is Reason.CLASS_UNKNOWN


RULES = {
    "invalid_day": InvalidDay(period="PT1H", more_than=3, **SURE),
    "invalid_days": InvalidDays(more_than=10, **SURE),
    "abatement_clock": AbatementClock(restore_within_h=24.0, notify_within_h=48.0, most_h=120.0, over_months=12, **SURE),
}


@pytest.mark.parametrize(("hours", "days", "outcome"), [(3, 365, Outcome.KEPT), (4, 10, Outcome.KEPT), (4, 11, Outcome.EXCEEDED)])
def test_eleven_days_with_four_hours_lost_are_too_many(lawful, averages, hours, days, outcome):
    lost = np.zeros((365, 24), np.bool_)
    lost[:days, :hours] = True
    given = averages(np.where(lost, NAN, 100.0).ravel())
    assert invalid_days({"PT1H": given}, lawful(**RULES)).outcome is outcome


def test_days_are_not_judged_without_a_rule_or_without_hours(pack, lawful):
    assert invalid_days({}, pack).outcome is Outcome.NOT_SET
    assert invalid_days({}, lawful(**RULES)).reason is Reason.NO_VALUES


READ = {
    **{f"unit-{n}.{signal}": 0.0 for n in (2, 3, 4) for signal in ("load", "coal_flow")},
    "stack-1.so2": 1800.0,
    "stack-1.o2": 6.3,
    "stack-1.h2o": 10.0,
    "stack-1.temperature": 136.575,
    "stack-1.pressure": 101.325,
    "stack-1.velocity": 20.0,
    "unit-1.coal_flow": 250.0,
}


@pytest.fixture
def table(example, pack, read):
    """An hour of the example plant: 20 minutes in start-up, 40 in operation."""
    plant = example("four-units-on-one-stack")
    readings = read(plant, READ | {"unit-1.load": [20.0] * 20 + [400.0] * 40}, 60)
    return average_windows(plant, pack, readings, "PT20M", T0_MS, T0_MS + 3_600_000)


def test_averages_of_the_pipeline_come_ready_for_a_test(table, lawful):
    states = StateList(value=(PlantState.START_UP,), **SURE)
    pack = lawful(excluded_states=states, **RULES)
    (so2,) = [made for key, made in averages_of(table, pack).items() if key.component == "so2"]
    assert isinstance(so2, Averages)
    assert so2.by_state.tolist() == [True, False, False]
    assert not so2.resting.any()
    assert not so2.failed.any()
    ceiling = Ceiling(2200.0, "PT20M", "each_average", Certainty.VERIFIED, "permit")
    (made,) = rulings(ceiling, {"PT20M": so2}, pack)
    assert (made.outcome, made.checked, made.excluded) == (Outcome.KEPT, 2, 1)
    assert made.worst == pytest.approx(1800.0 / 0.9 * 15 / 14)
    assert (made.start_ms, made.end_ms) == (T0_MS, T0_MS + 3_600_000)


def test_the_abatement_clock_reads_the_states_of_a_source(table, lawful, pack):
    flow = table.take(np.flatnonzero([table.series[i].component == "flow" for i in table.series_index]))
    failing = replace(flow, plant_state=np.full(len(flow), PLANT_STATES.index(PlantState.ABATEMENT_FAILURE), np.uint8))
    found, made = abatement(failing, lawful(**RULES))
    assert found.hours.tolist() == [1.0]
    assert [r.outcome for r in made] == [Outcome.KEPT, Outcome.KEPT]
    assert abatement(failing, pack)[0] is None
    assert {r.outcome for r in abatement(failing, pack)[1]} == {Outcome.NOT_SET}


def test_the_uncertainty_of_averages_is_taken_off_once(lawful, averages):
    given = averages([210.0, 100.0])
    ceiling = Ceiling(200.0, "PT1H", "each_average", Certainty.VERIFIED, "permit")
    (whole,) = rulings(ceiling, {"PT1H": given}, lawful())
    (less,) = rulings(ceiling, {"PT1H": given.minus_uncertainty(40.0)}, lawful())
    assert (whole.outcome, whole.uncertainty_counted) == (Outcome.EXCEEDED, False)
    assert (less.outcome, less.worst, less.uncertainty_counted) == (Outcome.KEPT, 170.0, True)
    with pytest.raises(ValueError, match="once"):
        averages([1.0], counted=True).minus_uncertainty(40.0)


def test_averages_a_pack_has_deducted_from_say_so(table, pack):
    deducted = replace(table, deduction=np.where(np.isnan(table.value), NAN, 40.0))
    with pytest.raises(ValueError, match="once"):
        next(iter(averages_of(deducted, pack).values())).minus_uncertainty(40.0)
