"""The shipped packs say what their sources say; figures here are copied from the published texts, not from the packs."""

from datetime import date

import pytest
from law_kit import PACKS, pack_of, text_of

from tynys.domain.component import Certainty
from tynys.domain.facility import AbatementKind, UnitKind
from tynys.domain.fuel import FUELS, FuelKind
from tynys.domain.limit import LegalForce, LimitKind
from tynys.law import load_pack
from tynys.law.limits import PlantClass, Technology
from tynys.law.plant_class import Plant, limit_of, limits_of
from tynys.law.walk import entries

TODAY = date(2026, 6, 1)
NEW, EXISTING = PlantClass.NEW, PlantClass.EXISTING
PC, FBC = Technology.PULVERISED, Technology.FLUIDISED_BED


def plant(mw, plant_class, technology=PC, fuel="coal", commissioned=date(1990, 1, 1), hours=6000.0):
    return Plant(
        fuel=FUELS[fuel], thermal_input_mw=mw, technology=technology, plant_class=plant_class, commissioned=commissioned, hours=hours
    )


def values(name, which, component, *periods):
    found = [limit_of(pack_of(name), which, component, period, TODAY) for period in periods]
    return tuple(None if limit is None else limit.bound for limit in found)


@pytest.mark.parametrize("name", PACKS)
def test_every_pack_can_average_and_names_clause_and_certainty_of_every_value(name):
    pack = pack_of(name)
    assert pack.id == name
    assert pack.short_term
    assert pack.averaging.short_term.validity.certainty
    assert all(entry.value.clause for entry in entries(pack))
    assert all(getattr(pack.title, language) for language in ("kk", "ru", "en"))


@pytest.mark.parametrize("name", PACKS)
def test_the_digest_is_of_the_content_and_not_of_the_text(name):
    pack = pack_of(name)
    assert len(pack.digest()) == 32
    assert load_pack("# another remark\n" + text_of(name)).digest() == pack.digest()
    assert len({pack_of(each).digest() for each in PACKS}) == len(PACKS)


def test_the_digest_changes_with_a_value_a_clause_a_certainty_and_a_note():
    text = text_of("kz")
    changes = [("value = 20.5", "value = 20.4"), ("practice: dry gas", "dry"), ('note = "Gross', 'note = "gross')]
    changes.append(('clause = "practice: 0 °C"\ncertainty = "to_confirm"', 'clause = "practice: 0 °C"\ncertainty = "transcribed"'))
    assert all(old in text for old, _ in changes)
    assert len({load_pack(text.replace(old, new, 1)).digest() for old, new in [*changes, ("", "")]}) == len(changes) + 1


NEW_400, NEW_150, NEW_60 = (plant(mw, NEW, commissioned=date(2022, 1, 1)) for mw in (400, 150, 60))

# 13. BImSchV of 6 July 2021, section 28: yearly and daily values. [mg/m3]
GERMANY = [
    (NEW_400, {"dust": (5, 10), "hg": (0.001, 0.02), "nox": (85, 125), "so2": (75, 110), "co": (None, 200)}),
    (NEW_150, {"dust": (5, 10), "hg": (0.002, 0.02), "nox": (100, 130), "so2": (150, 200), "co": (None, 200)}),
    (NEW_60, {"dust": (5, 10), "hg": (0.002, 0.02), "nox": (150, 200), "so2": (200, 220), "co": (None, 150)}),
    (plant(600, EXISTING), {"dust": (10, 20), "hg": (0.003, 0.02), "nox": (150, 200), "so2": (130, 200), "co": (None, 250)}),
    (plant(1400, EXISTING, fuel="lignite"), {"dust": (8, 14), "hg": (0.004, 0.02), "nox": (175, 200), "so2": (130, 200)}),
    (plant(600, EXISTING, FBC), {"nox": (175, 200), "so2": (180, 200), "hcl": (20, None), "hf": (7, None)}),
    (plant(150, EXISTING), {"dust": (14, 20), "nox": (180, 200), "so2": (200, 250), "hcl": (5, None), "hf": (3, None)}),
    (
        plant(60, EXISTING),
        {"dust": (18, 20), "nox": (250, 300), "so2": (360, 400), "hg": (0.005, 0.02), "hcl": (10, None), "hf": (6, None)},
    ),
    (plant(600, EXISTING, commissioned=date(2016, 1, 1)), {"dust": (10, 10), "nox": (100, 150), "so2": (130, 150)}),
]


@pytest.mark.parametrize(("which", "expected"), GERMANY)
def test_germanys_values_are_those_of_section_28(which, expected):
    assert {component: values("de-13bimschv", which, component, "P1Y", "P1D") for component in expected} == expected


def test_germanys_half_hours_are_twice_the_day_and_four_hundred_where_the_law_says_so():
    pack = pack_of("de-13bimschv")
    conditions = {(c.period, c.factor) for c in pack.compliance.tests if c.test == "day_and_half_hour"}
    assert conditions == {("P1D", 1.0), ("PT30M", 2.0)}
    assert limit_of(pack, plant(600, EXISTING), "nox", "P1D", TODAY).test == "day_and_half_hour"
    assert values("de-13bimschv", plant(600, EXISTING, commissioned=date(2016, 1, 1)), "nox", "PT30M") == (400,)


def test_germanys_mercury_became_stricter_on_15_july_2025():
    pack = pack_of("de-13bimschv")
    old, new = (limit_of(pack, plant(600, EXISTING), "hg", "P1Y", day).bound for day in (date(2025, 7, 14), date(2025, 7, 15)))
    assert (old, new) == (0.004, 0.003)


def test_germanys_ammonia_is_only_behind_selective_reduction():
    scr = Plant(fuel=FUELS["coal"], thermal_input_mw=600, abatement=frozenset([AbatementKind.SCR]))
    assert values("de-13bimschv", scr, "nh3", "P1Y", "P1D", "PT30M") == (10, 10, 20)
    assert values("de-13bimschv", plant(600, EXISTING), "nh3", "P1D") == (None,)


def test_germany_does_not_convert_what_is_abated_below_the_reference_but_for_the_year():
    rule = pack_of("de-13bimschv").oxygen.below_reference
    assert (rule.periods, rule.abated_only, rule.certainty) == (("PT30M", "P1D"), True, Certainty.VERIFIED)


def test_germanys_rules_of_section_19_and_12():
    pack = pack_of("de-13bimschv")
    rules = pack.compliance
    assert (rules.invalid_day.period, rules.invalid_day.more_than, rules.invalid_days.more_than) == ("PT30M", 6, 10)
    clock = rules.abatement_clock
    assert (clock.restore_within_h, clock.notify_within_h, clock.most_h, clock.over_months) == (24, 48, 120, 12)
    assert pack.reference_oxygen(UnitKind.ENGINE, FuelKind.GAS).value == 5
    assert {u.component: u.share_of_limit for u in pack.uncertainties} == {
        "co": 0.1, "so2": 0.2, "nox": 0.2, "ch4": 0.2, "dust": 0.3, "hg": 0.4, "nh3": 0.4, "hcl": 0.4,
    }  # fmt: skip
    assert {d.method for d in pack.deductions} == {"site_uncertainty"}


# Directive 2010/75/EU, Annex V, coal. [mg/Nm3]
DIRECTIVE = [
    (EXISTING, 80, {"so2": 400, "nox": 300, "dust": 30}),
    (EXISTING, 100, {"so2": 400, "nox": 300, "dust": 30}),
    (EXISTING, 200, {"so2": 250, "nox": 200, "dust": 25}),
    (EXISTING, 300, {"so2": 250, "nox": 200, "dust": 25}),
    (EXISTING, 301, {"so2": 200, "nox": 200, "dust": 20}),
    (NEW, 80, {"so2": 400, "nox": 300, "dust": 20}),
    (NEW, 200, {"so2": 200, "nox": 200, "dust": 20}),
    (NEW, 500, {"so2": 150, "nox": 150, "dust": 10}),
]


@pytest.mark.parametrize(("plant_class", "mw", "expected"), DIRECTIVE)
def test_the_directives_values_go_by_size_and_age(plant_class, mw, expected):
    assert {c: values("eu-ied", plant(mw, plant_class), c, "P1M")[0] for c in expected} == expected


@pytest.mark.parametrize(
    ("plant_class", "mw", "technology", "fuel", "component", "value"),
    [
        (EXISTING, 80, PC, "lignite", "nox", 450),
        (NEW, 80, PC, "lignite", "nox", 400),
        (NEW, 500, PC, "lignite", "nox", 200),
        (NEW, 500, FBC, "coal", "so2", 200),
    ],
)
def test_the_directives_exceptions_of_lignite_and_fluidised_beds(plant_class, mw, technology, fuel, component, value):
    assert values("eu-ied", plant(mw, plant_class, technology, fuel), component, "P1M") == (value,)


def test_the_directives_test_is_of_month_day_and_95_per_cent_of_hours_and_is_only_remembered():
    tests = {c.period: c for c in pack_of("eu-ied").compliance.tests if c.thermal_input_below_mw is None}
    assert {period: c.factor for period, c in tests.items()} == {"P1M": 1.0, "P1D": 1.1, "PT1H": 2.0}
    assert (tests["PT1H"].share_of_averages, tests["PT1H"].over) == (0.95, "P1Y")
    assert {c.certainty for c in tests.values()} == {Certainty.TO_CONFIRM}


def test_the_directives_deduction_is_the_share_of_annex_v():
    assert {d.component: d.share_of_limit for d in pack_of("eu-ied").deductions} == {"co": 0.1, "so2": 0.2, "nox": 0.2, "dust": 0.3}


# (EU) 2021/2326, coal and lignite: (low, high) of the year, of the day. [mg/Nm3]
AELS = [
    (plant(80, NEW), "nox", (100, 150), (155, 200)),
    (plant(80, EXISTING), "nox", (100, 270), (165, 330)),
    (plant(200, NEW), "nox", (50, 100), (80, 130)),
    (plant(200, EXISTING), "nox", (100, 180), (155, 210)),
    (plant(600, NEW), "nox", (65, 85), (80, 125)),
    (plant(600, EXISTING), "nox", (65, 150), (85, 200)),
    (plant(600, EXISTING, commissioned=date(2015, 1, 1)), "nox", (65, 150), (85, 165)),
    (plant(600, EXISTING, FBC), "nox", (85, 175), (140, 220)),
    (plant(600, EXISTING, fuel="lignite"), "nox", (85, 175), (140, 220)),
    (plant(80, EXISTING), "so2", (150, 360), (170, 400)),
    (plant(200, EXISTING), "so2", (95, 200), (135, 250)),
    (plant(600, EXISTING), "so2", (10, 130), (25, 205)),
    (plant(600, EXISTING, FBC), "so2", (20, 180), (50, 220)),
    (plant(600, NEW), "so2", (10, 75), (25, 110)),
    (plant(80, EXISTING), "dust", (2, 18), (4, 28)),
    (plant(200, EXISTING), "dust", (2, 14), (4, 25)),
    (plant(600, EXISTING), "dust", (2, 12), (3, 20)),
    (plant(1400, EXISTING), "dust", (2, 8), (3, 14)),
    (plant(1400, NEW), "dust", (2, 5), (3, 10)),
    (plant(80, EXISTING), "hcl", (2, 10), None),
    (plant(200, EXISTING), "hcl", (1, 5), None),
    (plant(200, EXISTING), "hf", (1, 3), None),
    (plant(200, EXISTING), "hg", (0.001, 0.009), None),
    (plant(600, EXISTING), "hg", (0.001, 0.004), None),
    (plant(600, EXISTING, fuel="lignite"), "hg", (0.001, 0.007), None),
    (plant(600, EXISTING), "co", (5, 100), None),
    (plant(200, EXISTING), "co", (30, 140), None),
]


@pytest.mark.parametrize(("which", "component", "year", "day"), AELS)
def test_the_best_techniques_levels_are_ranges_of_year_and_day(which, component, year, day):
    pack = pack_of("eu-bat-lcp")
    found = [limit_of(pack, which, component, period, TODAY) for period in ("P1Y", "P1D")]
    assert [None if limit is None else (limit.low, limit.high) for limit in found] == [year, day]
    assert {limit.force for limit in found if limit} == {LegalForce.BENCHMARK}


def test_a_plant_of_few_hours_has_no_yearly_level():
    few = plant(600, EXISTING, hours=1400.0)
    assert values("eu-bat-lcp", few, "nox", "P1Y", "P1D") == (None, 220)


def test_kazakhstan_has_rates_duties_and_no_limits_of_its_own():
    pack = pack_of("kz")
    assert pack.limits == ()
    assert {r.substance: r.mci_per_t for r in pack.charges.rates if r.valid_from == date(2025, 1, 1)} == {
        "sulphur oxides": 20, "nitrogen oxides": 20, "dust and ash": 10, "carbon monoxide": 0.32,
        "hydrogen sulphide": 124, "ammonia": 24, "methane": 0.02, "soot": 24,
    }  # fmt: skip
    assert {i.year: (i.value, i.certainty) for i in pack.charges.index} == {
        2022: (3063, Certainty.TRANSCRIBED),
        2024: (3692, Certainty.TO_CONFIRM),
        2025: (3932, Certainty.TO_CONFIRM),
        2026: (4325, Certainty.TRANSCRIBED),
    }
    assert {r.certainty for r in pack.charges.rates if r.valid_from == date(2026, 1, 1)} == {Certainty.TO_CONFIRM}
    assert [c.value for c in pack.charges.coefficients if c.when == "integrated_permit"] == [0.0, 0.0]
    assert {(d.emission_from_t, d.capacity_from_mw) for d in pack.duty} == {(500, None), (None, 50), (None, 500), (None, None)}


@pytest.mark.parametrize(
    ("name", "period", "key", "value"),
    [
        ("kz", "PT20M", "share_of_operation", 0.6666),
        ("eu-ets", "PT1H", "share_of_period", 0.8),
        ("us-part75", "PT1H", "parts", 4),
        ("cn-hj75", "PT1H", "valid_minutes", 45),
        ("eu-ied", "PT1H", "share_of_operation", 0.6666),
        ("de-13bimschv", "PT30M", "share_of_operation", 0.6666),
    ],
)
def test_each_system_has_its_own_validity_of_the_short_term_average(name, period, key, value):
    pack = pack_of(name)
    assert (pack.short_term, getattr(pack.averaging.short_term.validity, key)) == (period, value)


@pytest.mark.parametrize("name", ["eu-ied", "eu-bat-lcp", "de-13bimschv"])
def test_no_plant_ever_has_two_sure_limits_for_one_average(name):
    pack = pack_of(name)
    days = [date(1985, 1, 1), date(1995, 1, 1), date(2010, 1, 1), date(2014, 1, 7), date(2014, 1, 8), date(2023, 1, 1)]
    for mw in (50, 99, 100, 101, 299, 300, 301, 999, 1000, 4000):
        for plant_class in PlantClass:
            for technology in Technology:
                for fuel in ("coal", "lignite"):
                    for day in days:
                        found = limits_of(pack, plant(mw, plant_class, technology, fuel, day), TODAY)
                        keys = [(a.limit.component, a.limit.kind, a.limit.period) for a in found if a.sure]
                        assert len(keys) == len(set(keys))


def test_removal_is_told_apart_from_concentration():
    pack = pack_of("de-13bimschv")
    found = [a.limit for a in limits_of(pack, plant(600, EXISTING), TODAY) if a.limit.kind is LimitKind.REMOVAL and a.sure]
    assert [(limit.component, limit.value, limit.unit) for limit in found] == [("so2", 85, "%")]
