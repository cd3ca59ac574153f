"""Nothing that is only remembered ever becomes "exceeded", a charge or a finding; a remembered way of averaging blocks nothing."""

from collections import defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime

import msgspec
import numpy as np
import pytest
from law_kit import PACKS, example_plant, marked, pack_of, readings
from law_kit import START_MS as DAY_START_MS

from tynys.calc.charges import ChargeOutcome, charge_of
from tynys.calc.compliance.bridge import Averages, abatement, averages_of, ceiling_of_law, ceiling_of_permit, invalid_days, rulings
from tynys.calc.compliance.ruling import Outcome
from tynys.calc.limits import can_be_judged, standing_against
from tynys.calc.pipeline import average_windows
from tynys.calc.table import AverageTable
from tynys.domain.average import Average, Origin
from tynys.domain.component import Certainty
from tynys.domain.fuel import FUELS
from tynys.domain.limit import EACH_AVERAGE, LegalForce, Limit, LimitKind, ScopeKind
from tynys.domain.quantity import Unit
from tynys.domain.status import AverageStatus, PlantState
from tynys.law.certainty import may_judge, weakest
from tynys.law.plant_class import Applicable, Plant
from tynys.law.walk import entries

HOUR_MS = 3_600_000
START_MS = int(datetime(2025, 3, 1, tzinfo=UTC).timestamp() * 1000)
JUDGING = ("limits[", "compliance", "charges")
"""Values a verdict rests on; all others only make the numbers."""
NEVER_JUDGE = defaultdict(
    tuple,
    {
        # years of the index without rates, and coefficients of years without an index
        "kz": ("charges.index[0]", "charges.index[1]", "charges.coefficients[3]", "charges.coefficients[4]"),
        "eu-bat-lcp": ("compliance.excluded_states",),  # all its limits are benchmarks
    },
)
EVERYTHING = [(name, entry.path) for name in PACKS for entry in entries(pack_of(name))]


def averages(pack, level):
    """A day of averages of every period, each at one level."""
    periods = [pack.short_term, *(rule.period for rule in pack.averaging.long_term)]
    start = START_MS + HOUR_MS * np.arange(24, dtype=np.int64)
    no = np.zeros(24, np.bool_)
    return {
        period: Averages(period, start, start + HOUR_MS, np.full(24, level), no, no, ~no, uncertainty_counted=True) for period in periods
    }


def plant_of(limit):
    """A plant of the class a limit is for."""
    fuel = FUELS[limit.fuels[0]] if limit.fuels else FUELS["coal"]
    ends = (limit.thermal_input_from_mw, limit.thermal_input_over_mw, limit.thermal_input_to_mw, limit.thermal_input_below_mw)
    known = [end for end in ends if end is not None]
    return Plant(fuel=fuel, thermal_input_mw=sum(known) / len(known) + (1 if len(known) == 1 else 0))


def rulings_of(limit, pack, plant=None):
    """What is said of averages a hundred times a limit (a hundredth of a least removal)."""
    level = limit.bound / 100 if limit.kind is LimitKind.REMOVAL else limit.bound * 100
    return rulings(ceiling_of_law(Applicable(limit, ())), averages(pack, level), pack, plant or plant_of(limit))


def judgeable(limit):
    return limit.force is LegalForce.BINDING and not limit.condition


def permit(certainty):
    return Limit(
        id="l",
        scope_kind=ScopeKind.SOURCE,
        scope="s",
        component="so2",
        kind=LimitKind.CONCENTRATION,
        value=100.0,
        unit=Unit.MG_NM3,
        period="P1D",
        document="permit",
        certainty=certainty,
        valid_from=datetime(2020, 1, 1, tzinfo=UTC),
    )


def said_of(pack, path):
    """Everything the calculation says on the ground of one value of a pack."""
    if path.startswith("limits["):
        return [ruling.outcome for ruling in rulings_of(pack.limits[int(path[7:-1])], pack)]
    if path.startswith("compliance.tests["):
        condition = pack.compliance.tests[int(path[17:-1])]
        own = [limit for limit in pack.limits if limit.test == condition.test and judgeable(limit)]
        name = f"{condition.test}.{condition.period}"
        small = condition.thermal_input_below_mw
        plant = None if small is None else Plant(fuel=FUELS[condition.fuels[0]], thermal_input_mw=small - 1)
        return [ruling.outcome for limit in own for ruling in rulings_of(limit, pack, plant) if ruling.test == name]
    if path == "compliance.excluded_states":
        given = {period: each.take(each.failed) for period, each in averages(pack, 1e9).items()}
        for each in given.values():
            each.by_state[0] = True
        return [r.outcome for limit in pack.limits if judgeable(limit) for r in rulings(ceiling_of_law(Applicable(limit, ())), given, pack)]
    if path.startswith("compliance.invalid_day"):
        return [invalid_days({pack.compliance.invalid_day.period: failed_for_a_fortnight(pack)}, pack).outcome]
    if path == "compliance.abatement_clock":
        return [ruling.outcome for ruling in abatement(broken_for_a_month(), pack)[1]]
    return [charge.outcome for charge in charges_of(pack, path)]


def failed_for_a_fortnight(pack):
    one = averages(pack, np.nan)[pack.compliance.invalid_day.period]
    shift = np.arange(14, dtype=np.int64)[:, None] * 24 * HOUR_MS
    again = {name: np.tile(getattr(one, name), 14) for name in ("values", "resting", "by_state", "failed")}
    return replace(one, start_ms=(one.start_ms + shift).ravel(), end_ms=(one.end_ms + shift).ravel(), **again)


def average(start_ms, state=PlantState.OPERATING, value=200.0, period="P1D"):
    return Average(
        source="s",
        component="so2",
        period=period,
        start_ms=start_ms,
        end_ms=start_ms + HOUR_MS,
        value=value,
        unit=Unit.MG_NM3,
        status=AverageStatus.VALID,
        plant_state=state,
        origin=Origin.COMPUTED,
        provisional=False,
        count_valid=1,
        count_expected=1,
    )


def broken_for_a_month():
    hours = range(720)
    return AverageTable.from_rows(
        (average(START_MS + HOUR_MS * h, PlantState.ABATEMENT_FAILURE, period="PT1H") for h in hours), period="PT1H"
    )


def charges_of(pack, path):
    """Charges for ten tonnes that rest on one value of the charges."""
    charges = pack.charges
    rates, holds = charges.rates, ()
    if path.startswith("charges.rates["):
        rates = [charges.rates[int(path[14:-1])]]
    elif path.startswith("charges.index["):
        rates = [rate for rate in rates if rate.valid_from.year == charges.index[int(path[14:-1])].year]
    elif path.startswith("charges.coefficients["):
        chosen = charges.coefficients[int(path[21:-1])]
        rates = [rate for rate in rates if rate.valid_from == chosen.valid_from]
        holds = (chosen.when,)
    return [charge_of(charges, component, 10.0, rate.valid_from, holds) for rate in rates for component in rate.components]


def can_judge(pack, path):
    """Whether a value could judge if it were sure: a benchmark and a condition only a person sees never do."""
    return not path.startswith("limits[") or judgeable(pack.limits[int(path[7:-1])])


@pytest.mark.parametrize(("name", "path"), EVERYTHING)
def test_a_value_that_is_only_remembered_never_judges_and_never_blocks_what_it_does_not_judge(name, path):
    pack = pack_of(name)
    sure, unsure = marked(pack), marked(pack, {path})
    if path.startswith(JUDGING):
        verdicts = set(said_of(sure, path))
        assert verdicts & {Outcome.EXCEEDED, ChargeOutcome.CHARGED} or path in NEVER_JUDGE[name] or not can_judge(sure, path)
        assert not {Outcome.EXCEEDED, Outcome.KEPT, ChargeOutcome.CHARGED} & set(said_of(unsure, path))
    else:
        (said,) = rulings(ceiling_of_permit(permit(Certainty.VERIFIED)), {"P1D": averages(unsure, 200.0)[unsure.short_term]}, unsure)
        assert said.outcome is Outcome.EXCEEDED
        for limit in unsure.limits:
            if judgeable(limit) and limit.test == EACH_AVERAGE:
                assert {ruling.outcome for ruling in rulings_of(limit, unsure)} == {Outcome.EXCEEDED}
                break


AVERAGING = ("averaging", "oxygen", "conditions", "states", "order_of_operations", "deductions")


@pytest.mark.parametrize("name", ["kz", "de-13bimschv"])
def test_averages_made_by_remembered_rules_still_exceed_a_sure_limit(name):
    paths = {entry.path for entry in entries(pack_of(name)) if entry.path.startswith(AVERAGING)}
    pack = marked(pack_of(name), paths)
    assert len(paths) > 15
    table = average_windows(example_plant(), pack, readings(60), pack.short_term, DAY_START_MS, DAY_START_MS + 4 * HOUR_MS)
    limit = msgspec.structs.replace(permit(Certainty.VERIFIED), period=pack.short_term)
    (given,) = [given for key, given in averages_of(table, pack).items() if key.component == "so2"]
    (said,) = rulings(ceiling_of_permit(limit), {pack.short_term: given}, pack)
    assert (said.outcome, said.certainty, said.over) == (Outcome.EXCEEDED, Certainty.VERIFIED, len(given.values))
    newest = [row for row in table.rows() if row.component == "so2"][-1]
    assert standing_against(limit, newest, None, None) == "exceeding"


@pytest.mark.parametrize("name", PACKS)
def test_no_pack_as_it_is_judges_by_what_is_to_be_confirmed(name):
    pack = pack_of(name)
    for limit in pack.limits:
        for ruling in rulings_of(limit, pack):
            grounds = [limit, *(t for t in (pack.compliance.tests if pack.compliance else ()) if f"{t.test}.{t.period}" == ruling.test)]
            if not may_judge(*grounds):
                assert ruling.outcome is Outcome.CANNOT_BE_JUDGED


def test_the_packs_that_can_judge_do_and_the_directive_whose_tests_are_remembered_does_not():
    outcomes = {
        name: {ruling.outcome for limit in pack_of(name).limits for ruling in rulings_of(limit, pack_of(name))}
        for name in PACKS
        if pack_of(name).limits
    }
    assert outcomes["de-13bimschv"] == {Outcome.EXCEEDED, Outcome.CANNOT_BE_JUDGED}
    assert outcomes["eu-ied"] == {Outcome.CANNOT_BE_JUDGED}
    assert outcomes["eu-bat-lcp"] == {Outcome.CANNOT_BE_JUDGED}


def test_kazakhstans_charges_of_2026_are_shown_and_not_told():
    charge = charge_of(pack_of("kz").charges, "so2", 1.0, date(2026, 6, 30), ())
    assert (charge.outcome, charge.mci_per_t, charge.index) == (ChargeOutcome.CANNOT_BE_JUDGED, 20.0, 4325.0)
    assert np.isnan(charge.charge)


def test_kazakhstans_charges_of_2025_wait_for_the_index_of_that_year():
    charge = charge_of(pack_of("kz").charges, "so2", 1.0, date(2025, 6, 30), ())
    assert charge.outcome is ChargeOutcome.CANNOT_BE_JUDGED
    assert charge_of(marked(pack_of("kz")).charges, "so2", 1.0, date(2025, 6, 30), ()).charge == 78_640.0


@pytest.mark.parametrize("certainty", list(Certainty))
def test_a_permits_limit_exceeds_only_if_it_is_sure(certainty):
    limit = permit(certainty)
    closed = average(START_MS)
    sure = certainty is not Certainty.TO_CONFIRM
    assert can_be_judged(limit) is sure
    assert standing_against(limit, closed, 300.0, 400.0) == ("exceeding" if sure else "cannot_be_judged")


def test_a_verdict_is_as_sure_as_its_weakest_ground():
    verified, transcribed, to_confirm, simulated = (
        Certainty.VERIFIED,
        Certainty.TRANSCRIBED,
        Certainty.TO_CONFIRM,
        Certainty.SIMULATED,
    )
    assert weakest(verified, transcribed) is transcribed
    assert weakest(transcribed, simulated) is simulated
    assert weakest(simulated, to_confirm, verified) is to_confirm
    assert weakest() is to_confirm
    assert may_judge(verified, transcribed, simulated)
    assert not may_judge(verified, to_confirm)
    assert not may_judge()
