"""Charges are told only where every part is sure; against the worked figures of the Kazakh reference."""

import math
from datetime import date

import msgspec
import pytest

from tynys.calc.charges import ChargeOutcome, ChargeReason, charge_of
from tynys.domain.component import Certainty
from tynys.law.charges import ChargeCoefficient, ChargeRate, Charges, IndexValue
from tynys.law.values import Choice

SURE = {"clause": "clause", "certainty": Certainty.TRANSCRIBED}
FIRST = date(2025, 1, 1)
CHARGES = Charges(
    currency=Choice(value="KZT", **SURE),
    index=(IndexValue(year=2025, value=3932.0, **SURE), IndexValue(year=2026, value=4325.0, **SURE)),
    rates=(
        ChargeRate(substance="sulphur oxides", components=("so2",), mci_per_t=20.0, valid_from=FIRST, **SURE),
        ChargeRate(substance="carbon monoxide", components=("co",), mci_per_t=0.32, valid_from=FIRST, **SURE),
        ChargeRate(substance="dust", components=("dust",), mci_per_t=10.0, valid_from=FIRST, valid_to=date(2026, 1, 1), **SURE),
    ),
    coefficients=(
        ChargeCoefficient(when="integrated_permit", value=0.0, valid_from=FIRST, **SURE),
        ChargeCoefficient(when="category_1", value=2.0, valid_from=FIRST, **SURE),
    ),
)
DAY = date(2026, 6, 1)


def charge(component="so2", amount_t=1.0, on=DAY, holds=(), charges=CHARGES):
    return charge_of(charges, component, amount_t, on, holds)


@pytest.mark.parametrize(
    ("component", "on", "per_tonne"),
    [("so2", date(2025, 6, 1), 78_640.0), ("so2", DAY, 86_500.0), ("dust", date(2025, 6, 1), 39_320.0), ("co", DAY, 1384.0)],
)
def test_a_tonne_costs_rate_times_index(component, on, per_tonne):
    made = charge(component, on=on)
    assert (made.outcome, made.charge, made.currency) == (ChargeOutcome.CHARGED, per_tonne, "KZT")
    assert made.certainty is Certainty.TRANSCRIBED
    assert made.message == "charge.charged"


def test_money_carries_no_binary_dust():
    assert charge("co", 0.1).charge == 138.4
    assert charge(amount_t=1234.567, holds=("category_1",)).charge == 213_580_091.0


def test_of_several_coefficients_the_lowest_stands_and_none_is_one():
    assert charge(holds=("category_1",)).coefficient == 2.0
    assert charge(holds=("category_1", "integrated_permit")).charge == 0.0
    assert charge(holds=("something else",)).coefficient == 1.0


@pytest.mark.parametrize("part", ["currency", "index", "rates", "coefficients"])
def test_one_part_from_memory_makes_no_charge_and_shows_its_parts(part):
    def remembered(value):
        if isinstance(value, tuple):
            return tuple(remembered(v) for v in value)
        return msgspec.structs.replace(value, certainty=Certainty.TO_CONFIRM)

    made = charge(holds=("category_1",), charges=msgspec.structs.replace(CHARGES, **{part: remembered(getattr(CHARGES, part))}))
    assert (made.outcome, made.reason) == (ChargeOutcome.CANNOT_BE_JUDGED, ChargeReason.TO_CONFIRM)
    assert math.isnan(made.charge)
    assert (made.mci_per_t, made.index, made.coefficient, made.certainty) == (20.0, 4325.0, 2.0, Certainty.TO_CONFIRM)
    assert made.message == "charge.cannot_be_judged.to_confirm"


def test_what_nobody_set_is_not_set():
    assert charge("nh3").reason is ChargeReason.NO_RATE
    assert charge("dust").reason is ChargeReason.NO_RATE  # its rate ended
    assert charge(on=date(2031, 1, 1)).reason is ChargeReason.NO_INDEX
    none = charge(charges=None)
    assert (none.outcome, none.currency, none.clauses) == (ChargeOutcome.NOT_SET, "", ())
    assert none.certainty is Certainty.TO_CONFIRM


@pytest.mark.parametrize("amount", [math.nan, math.inf, -0.1])
def test_an_amount_that_cannot_be_costs_nothing_that_can_be_told(amount):
    made = charge(amount_t=amount)
    assert (made.outcome, made.reason) == (ChargeOutcome.CANNOT_BE_JUDGED, ChargeReason.NO_AMOUNT)
    assert math.isnan(made.charge)


def test_a_plant_of_which_nothing_is_known_is_not_charged():
    assert charge(holds=None).reason is ChargeReason.CLASS_UNKNOWN
    without = msgspec.structs.replace(CHARGES, coefficients=())
    assert charge(holds=None, charges=without).outcome is ChargeOutcome.CHARGED


def test_the_kazakh_pack_charges_nothing_it_only_remembers(pack):
    made = [charge_of(pack.charges, c, 1.0, on, ()) for c in ("so2", "no2", "dust", "co") for on in (date(2025, 6, 1), DAY)]
    assert {m.outcome for m in made} == {ChargeOutcome.CANNOT_BE_JUDGED}  # the index of 2025 and the rates of 2026 are remembered
    assert [m.mci_per_t * m.index for m in made][:2] == [78_640.0, 86_500.0]


def test_a_rate_holds_from_its_first_day_to_the_day_before_its_last():
    assert charge("dust", on=FIRST, holds=("category_1",)).charge == 78_640.0
    assert charge("dust", on=date(2025, 12, 31)).outcome is ChargeOutcome.CHARGED
    assert charge("dust", on=date(2024, 12, 31)).reason is ChargeReason.NO_RATE
