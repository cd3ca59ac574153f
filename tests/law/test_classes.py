"""Which limit a plant has: its class decides, several fuels are weighted by heat, and what is not known is said."""

import random
from dataclasses import replace
from datetime import date
from fractions import Fraction

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from law_kit import marked, pack_of

from tynys.domain.component import Certainty
from tynys.domain.fuel import FUELS
from tynys.domain.quantity import Unit
from tynys.law.limits import EmissionLimit, PlantClass, Technology
from tynys.law.mixed import limit_in_use, weighted
from tynys.law.plant_class import Plant, limit_of, limits_of, overlap
from tynys.law.values import Choice

TODAY = date(2026, 6, 1)
RULE = Choice(value="heat_input_weighted", clause="Article 40", certainty=Certainty.TRANSCRIBED)


def limit(value, certainty=Certainty.VERIFIED, component="so2", **keys):
    return EmissionLimit(component=component, period="P1D", unit=Unit.MG_NM3, value=value, clause="test", certainty=certainty, **keys)


def known(**keys):
    plant = Plant(
        fuel=FUELS["coal"],
        thermal_input_mw=600.0,
        technology=Technology.PULVERISED,
        plant_class=PlantClass.EXISTING,
        commissioned=date(1990, 1, 1),
        hours=6000.0,
    )
    return replace(plant, **keys)


@pytest.mark.parametrize(
    ("unknown", "component"), [("technology", "nox"), ("commissioned", "dust"), ("plant_class", "dust"), ("hours", "dust")]
)
def test_what_is_not_known_of_a_plant_is_named_and_gives_no_limit(unknown, component):
    pack = pack_of("eu-bat-lcp")
    assert limit_of(pack, known(), component, "P1Y", TODAY) is not None
    plant = known(**{unknown: None})
    assert limit_of(pack, plant, component, "P1Y", TODAY) is None
    missing = {name for a in limits_of(pack, plant, TODAY) if a.limit.component == component for name in a.missing}
    assert unknown in missing


def test_a_condition_only_a_person_sees_is_listed_and_never_sure():
    found = [a for a in limits_of(pack_of("eu-ied"), known(thermal_input_mw=80.0), TODAY) if a.limit.component == "so2"]
    assert {(a.limit.bound, a.sure) for a in found} == {(400.0, True), (800.0, False), (80.0, False)}


def test_a_limit_is_in_force_from_its_first_day_until_before_its_last():
    pack = pack_of("eu-ied")
    assert limits_of(pack, known(), date(2015, 12, 31)) == ()
    assert limits_of(pack, known(), date(2016, 1, 1)) != ()


SIZES = ("from", "over", "to", "below")


@st.composite
def classes(draw):
    low, high = draw(st.sampled_from(["from", "over", None])), draw(st.sampled_from(["to", "below", None]))
    one, other = sorted(draw(st.lists(st.integers(1, 6), min_size=2, max_size=2, unique=True)))
    keys = {}
    if low:
        keys[f"thermal_input_{low}_mw"] = float(one)
    if high:
        keys[f"thermal_input_{high}_mw"] = float(other)
    return limit(1.0, plant_class=draw(st.sampled_from([None, *PlantClass])), **keys)


@given(classes(), classes())
def test_two_classes_overlap_exactly_if_some_plant_is_in_both(one, other):
    pack = msgspec.structs.replace(pack_of("kz"), limits=(one, other))
    plants = [
        known(thermal_input_mw=mw / 2, plant_class=plant_class) for mw in range(1, 16) for plant_class in PlantClass
    ]  # halves lie between any two whole ends
    both = any(len(limits_of(pack, plant, TODAY)) == 2 for plant in plants)
    assert overlap(one, other) is both
    assert overlap(other, one) is both


def test_several_fuels_are_weighted_by_their_heat():
    made = weighted([(limit(200.0), 3.0), (limit(35.0), 1.0)], RULE)
    assert made.value == 158.75  # (200 x 3 + 35 x 1) / 4
    assert [share for _, share in made.parts] == [0.75, 0.25]
    assert made.certainty is Certainty.TRANSCRIBED


def test_one_fuel_keeps_its_own_limit_and_certainty():
    made = weighted([(limit(200.1), 0.1), (limit(35.0, Certainty.TO_CONFIRM), 0.0)], RULE)
    assert (made.value, made.certainty) == (200.1, Certainty.VERIFIED)


def test_a_mix_is_as_sure_as_its_weakest_limit():
    assert weighted([(limit(200.0), 1.0), (limit(35.0, Certainty.TO_CONFIRM), 1.0)], RULE).certainty is Certainty.TO_CONFIRM


@pytest.mark.parametrize("heats", [(0.0, 0.0), (float("nan"), 1.0), (float("inf"), 1.0), (-1.0, 2.0), ()])
def test_heat_that_is_not_known_gives_no_limit(heats):
    assert weighted([(limit(200.0), heat) for heat in heats], RULE) is None


def test_limits_of_different_things_have_no_mean():
    with pytest.raises(ValueError, match="one component"):
        weighted([(limit(200.0), 1.0), (limit(200.0, component="nox"), 1.0)], RULE)


@given(st.lists(st.tuples(st.floats(1, 1e4), st.floats(1e-3, 1e9)), min_size=2, max_size=6), st.randoms())
def test_a_mix_lies_between_its_limits_is_exact_and_knows_no_order(pairs, chance):
    made = weighted([(limit(value), heat) for value, heat in pairs], RULE).value
    exact = sum(Fraction(value) * Fraction(heat) for value, heat in pairs) / sum(Fraction(heat) for _, heat in pairs)
    assert made == pytest.approx(float(exact), rel=1e-14)
    assert min(value for value, _ in pairs) <= made <= max(value for value, _ in pairs)
    shuffled = random.Random(chance.random()).sample(pairs, len(pairs))  # noqa: S311
    assert weighted([(limit(value), heat) for value, heat in shuffled], RULE).value == made


def test_the_limit_follows_the_fuel_in_use():
    pack = pack_of("de-13bimschv")
    plant = known(commissioned=date(1990, 1, 1))

    def used(burnt):
        return limit_in_use(pack, plant, [(FUELS[fuel], heat) for fuel, heat in burnt], "nox", "P1Y", TODAY)

    assert used([("coal", 10.0), ("lignite", 0.0)]).value == 150
    assert used([("coal", 0.0), ("lignite", 10.0)]).value == 175
    assert used([("coal", 1.0), ("lignite", 3.0)]).value == 168.75
    assert used([("coal", 1.0), ("lignite", 3.0)]).certainty is Certainty.VERIFIED
    assert used([("coal", 1.0), ("natural_gas", 1.0)]) is None  # no limit of gas was read
    assert used([("coal", 1.0), ("natural_gas", 0.0)]).value == 150
    assert limit_in_use(pack, replace(plant, technology=None), [(FUELS["coal"], 1.0)], "nox", "P1Y", TODAY) is None


def test_a_remembered_rule_of_weighting_makes_only_mixes_unsure():
    pack = marked(pack_of("de-13bimschv"), {"oxygen.mixed_fuels"})
    coal, lignite = FUELS["coal"], FUELS["lignite"]
    assert limit_in_use(pack, known(), [(coal, 1.0)], "nox", "P1Y", TODAY).certainty is Certainty.VERIFIED
    assert limit_in_use(pack, known(), [(coal, 1.0), (lignite, 1.0)], "nox", "P1Y", TODAY).certainty is Certainty.TO_CONFIRM
