"""Every refusal names file, line, key, what was expected, what came and what to do."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from law_kit import PACKS, pack_of, text_of

from tynys.domain.errors import ConfigurationError
from tynys.law import load_pack
from tynys.law.load import check_versions

LIMIT = """
[[limits]]
component = "so2"
period = "P1D"
unit = "mg/Nm3"
value = 200.0
fuel = "solid"
plant_class = "existing"
thermal_input_from_mw = 100.0
thermal_input_below_mw = 300.0
clause = "test"
certainty = "verified"
"""
RATE = """
[[charges.rates]]
substance = "sulphur oxides"
components = ["so2"]
mci_per_t = 40.0
valid_from = 2025-06-01
valid_to = 2025-07-01
clause = "test"
certainty = "verified"
"""


def refused(text, name="own.toml"):
    with pytest.raises(ConfigurationError) as caught:
        load_pack(text, name)
    return caught.value


def line_of(text, passage):
    return text[: text.index(passage)].count("\n") + 1


CHANGES = [
    # pack, what stands, what is written instead, where the line is looked for, the key, what is expected, the code
    ("kz", "value = 273.15", "value = 0.0", "value = 0.0", "conditions.temperature_k.value", "200 to 400 kelvin", "law.wrong_unit"),
    (
        "kz",
        "value = 101.325",
        "value = 1013.25",
        "value = 1013.25",
        "conditions.pressure_kpa.value",
        "50 to 150 kilopascal",
        "law.wrong_unit",
    ),
    ("kz", "value = 21.0", "value = 0.21", "value = 0.21", "oxygen.air_pct.value", "20 to 22 vol %", "law.wrong_unit"),
    (
        "kz",
        'value = "Asia/Almaty"',
        'value = "Asia/Astana"',
        "Asia/Astana",
        "averaging.time_zone.value",
        "an IANA time zone",
        "law.wrong_value",
    ),
    (
        "kz",
        'clause = "practice: dry gas"',
        'clause = " "',
        'clause = " "',
        "conditions.moisture.clause",
        "the clause the value follows",
        "law.no_clause",
    ),
    ("kz", "value = 20.5", "value = nan", "value = nan", "oxygen.highest_pct.value", "a finite number", "law.wrong_value"),
    ("kz", "year = 2024", "year = 2022", None, "charges.index[1].year", "one index for each year", "law.overlap"),
    (
        "kz",
        "mci_per_t = 124.0",
        "mci_per_t = 0.0",
        "mci_per_t = 0.0",
        "charges.rates[4].mci_per_t",
        "a number above zero",
        "law.wrong_value",
    ),
    (
        "kz",
        'components = ["soot"]',
        'components = ["load"]',
        '["load"]',
        "charges.rates[7].components",
        "substances, which have a mass",
        "law.wrong_unit",
    ),
    ("kz", 'value = "KZT"', 'value = "tenge"', '"tenge"', "charges.currency.value", "a currency of ISO 4217", "law.wrong_unit"),
    ("kz", 'id = "station_on_gas"', 'id = "gross_emission"', None, "duty[2].id", "each criterion once", "law.overlap"),
    (
        "eu-ied",
        "share_of_limit = 0.1",
        "share_of_limit = 10",
        "share_of_limit = 10",
        "uncertainties[0].share_of_limit",
        "a share above 0 and under 1",
        "law.wrong_unit",
    ),
    (
        "eu-ied",
        "share_of_averages = 0.95",
        "share_of_averages = 95",
        "share_of_averages = 95",
        "compliance.tests[3].share_of_averages",
        "a share from 0 to 1",
        "law.wrong_unit",
    ),
    ("eu-ied", 'over = "P1Y"\n', "", None, "compliance.tests[3]", '"share_of_averages" and "over" together', "law.wrong_value"),
    (
        "eu-ied",
        'test = "annex_v_part_4"\nclause = "2010/75/EU, Annex V, Part 1, point 2"',
        'test = "part_5"\nclause = "x"',
        'test = "part_5"',
        "limits[0].test",
        "one of annex_v_part_4, each_average",
        "law.wrong_value",
    ),
    (
        "eu-ied",
        'period = "PT1H"\nmore_than = 3',
        'period = "PT20M"\nmore_than = 3',
        'period = "PT20M"',
        "compliance.invalid_day.period",
        "one of PT1H",
        "law.wrong_value",
    ),
    (
        "eu-ied",
        "most_h = 120.0",
        "most_h = -1.0",
        "most_h = -1.0",
        "compliance.abatement_clock.most_h",
        "a number above zero",
        "law.wrong_value",
    ),
    ("de-13bimschv", 'unit = "mg/Nm3"', 'unit = "g/s"', 'unit = "g/s"', "limits[0].unit", '"mg/Nm3" of a concentration', "law.wrong_unit"),
    (
        "de-13bimschv",
        'method = "site_uncertainty"',
        'method = "site_uncertainty"\nshare_of_limit = 0.1',
        'method = "site_uncertainty"',
        "deductions[0].method",
        "no share_of_limit",
        "law.wrong_value",
    ),
    (
        "de-13bimschv",
        'periods = ["PT30M", "P1D"]',
        'periods = ["PT20M"]',
        'periods = ["PT20M"]',
        "oxygen.below_reference.periods",
        "one of PT30M, P1D, P1Y",
        "law.wrong_value",
    ),
    (
        "eu-bat-lcp",
        "low = 100.0\nhigh = 150.0",
        "low = 150.0\nhigh = 100.0",
        "high = 100.0",
        "limits[0].high",
        "more than the lower end 150",
        "law.wrong_value",
    ),
    ("eu-bat-lcp", "low = 100.0\nhigh = 150.0", "low = 100.0", None, "limits[0]", 'either "value", or "high"', "law.wrong_value"),
    (
        "eu-bat-lcp",
        "thermal_input_from_mw = 50.0\nthermal_input_below_mw = 100.0",
        "thermal_input_from_mw = 50.0\nthermal_input_below_mw = 50.0",
        "thermal_input_below_mw = 50.0",
        "limits[0].thermal_input_below_mw",
        "more than the lower end 50",
        "law.wrong_value",
    ),
    (
        "us-part75",
        "percentile = 90.0\n",
        "",
        None,
        "substitution[1].percentile",
        "a percentile with percentile_or_neighbours",
        "law.wrong_value",
    ),
    (
        "us-part75",
        "availability_from_pct = 80.0",
        "availability_from_pct = 800.0",
        "availability_from_pct = 800.0",
        "substitution[4].availability_from_pct",
        "0 to 100 %",
        "law.wrong_unit",
    ),
    (
        "us-part75",
        "parts = 4",
        "parts = 0",
        "parts = 0",
        "averaging.short_term.validity.parts",
        "a whole number of parts above zero",
        "law.wrong_value",
    ),
    (
        "eu-ets",
        "share_of_period = 0.8",
        "share_of_period = 80",
        "share_of_period = 80",
        "averaging.short_term.validity.share_of_period",
        "a share from 0 to 1",
        "law.wrong_unit",
    ),
    (
        "cn-hj75",
        "valid_minutes = 45",
        "valid_minutes = 2700",
        "valid_minutes = 2700",
        "averaging.short_term.validity.valid_minutes",
        "at most the 60 minutes of PT1H",
        "law.wrong_unit",
    ),
    (
        "kz",
        'period = "PT10S"',
        'period = "PT1H"',
        'period = "PT1H"',
        "averaging.first_level.period",
        "no more than the short-term average of PT20M",
        "law.wrong_value",
    ),
]


@pytest.mark.parametrize(("name", "old", "new", "at", "key", "expected", "code"), CHANGES, ids=lambda v: None)
def test_what_makes_no_sense_is_refused_with_line_key_and_hint(name, old, new, at, key, expected, code):
    assert old in text_of(name)
    text = text_of(name).replace(old, new, 1)
    error = refused(text)
    assert error.error_code == code
    assert f'"{key}": expected {expected}' in error.message
    assert re.search(r", got .+", error.message)
    assert error.hint
    assert re.fullmatch(r"own\.toml, line \d+", error.where)
    if at is not None:
        assert error.where == f"own.toml, line {line_of(text, at)}"


@pytest.mark.parametrize(
    "other",
    [
        LIMIT,
        LIMIT.replace("value = 200.0", "value = 250.0"),
        LIMIT.replace('fuel = "solid"\n', ""),
        LIMIT.replace('fuel = "solid"', 'fuel = "solid"\nfuels = ["lignite"]'),
        LIMIT.replace("thermal_input_from_mw = 100.0\nthermal_input_below_mw = 300.0", "thermal_input_over_mw = 250.0"),
        LIMIT.replace("thermal_input_from_mw = 100.0\nthermal_input_below_mw = 300.0", "thermal_input_to_mw = 100.0"),
        LIMIT.replace('plant_class = "existing"', "commissioned_before = 2014-01-07"),
        LIMIT.replace("clause", "valid_from = 2025-01-01\nclause"),
    ],
)
def test_two_limits_of_one_plant_at_one_time_are_refused(other):
    text = text_of("kz") + LIMIT + other
    error = refused(text)
    assert error.error_code == "law.overlap"
    assert '"limits[1]": expected one value for one plant at one time' in error.message
    before = text[: text.rindex("[[limits]]")]
    assert error.where == f"own.toml, line {before.count(chr(10)) + 1}"


@pytest.mark.parametrize(
    "other",
    [
        LIMIT.replace('"so2"', '"nox"'),
        LIMIT.replace('"P1D"', '"P1Y"'),
        LIMIT.replace('"existing"', '"new"'),
        LIMIT.replace('fuel = "solid"', 'fuel = "liquid"'),
        LIMIT.replace("thermal_input_from_mw = 100.0\nthermal_input_below_mw = 300.0", "thermal_input_from_mw = 300.0"),
        LIMIT.replace("thermal_input_from_mw = 100.0\nthermal_input_below_mw = 300.0", "thermal_input_below_mw = 100.0"),
        LIMIT.replace("clause", 'condition = "burns domestic coal"\nclause'),
        LIMIT.replace("value", 'kind = "removal_efficiency"\nvalue').replace("200.0", "85.0").replace("mg/Nm3", "%"),
        LIMIT.replace("clause", 'unit_kind = "gas_turbine"\nclause'),
    ],
)
def test_limits_of_plants_of_different_classes_stand_beside_each_other(other):
    assert len(load_pack(text_of("kz") + LIMIT + other).limits) == 2


def test_a_limit_may_follow_another_in_time():
    one = LIMIT.replace("clause", "valid_to = 2025-07-15\nclause")
    other = LIMIT.replace("clause", "valid_from = 2025-07-15\nclause")
    assert len(load_pack(text_of("kz") + one + other).limits) == 2
    assert refused(text_of("kz") + one + other.replace("2025-07-15", "2025-07-14")).error_code == "law.overlap"


def test_two_charge_rates_of_one_component_at_one_time_are_refused():
    error = refused(text_of("kz") + RATE)
    assert "two rates of so2: from 2025-01-01 and from 2025-06-01" in error.message
    assert "valid_to" in error.hint
    earlier = RATE.replace("2025-06-01", "2024-06-01").replace("2025-07-01", "2025-01-01")
    assert len(load_pack(text_of("kz") + earlier).charges.rates) == len(pack_of("kz").charges.rates) + 1


def test_two_coefficients_for_one_circumstance_at_one_time_are_refused():
    text = text_of("kz").replace("valid_to = 2028-01-01\n", "", 1)
    assert "two for category_1_without_integrated_permit" in refused(text).message


def test_two_versions_of_a_pack_may_follow_each_other_and_not_overlap():
    older = load_pack(text_of("kz").replace("valid_from = 2021-07-01", "valid_from = 2020-01-01\nvalid_to = 2021-07-01"), "older.toml")
    check_versions({"older.toml": older, "kz.toml": pack_of("kz"), "eu-ied.toml": pack_of("eu-ied")})
    longer = load_pack(text_of("kz").replace("valid_from = 2021-07-01", "valid_from = 2020-01-01\nvalid_to = 2021-07-02"), "longer.toml")
    with pytest.raises(ConfigurationError) as caught:
        check_versions({"longer.toml": longer, "kz.toml": pack_of("kz")})
    assert caught.value.error_code == "law.overlap"
    assert caught.value.where == "kz.toml"
    assert "2021-07-01 to open beside 2020-01-01 to 2021-07-02 of longer.toml" in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize("section", ["limits", "charges.rates", "compliance.tests", "duty", "substitution", "uncertainties", "deductions"])
def test_an_unknown_key_is_refused_in_every_part(section):
    error = refused(text_of("kz") + f'\n[[{section}]]\nsurprise = 1\nclause = "test"\ncertainty = "verified"\n')
    assert error.error_code in {"configuration.unknown_key", "configuration.missing_key"}
    assert error.where.startswith("own.toml, line ")


@pytest.mark.parametrize("name", ["eu-ied", "eu-bat-lcp", "de-13bimschv"])
def test_a_mistake_far_down_a_long_list_is_found_in_its_own_line(name):
    text = text_of(name)
    begins = [found.start() for found in re.finditer(r"^\[\[limits\]\]", text, re.MULTILINE)]
    for at in begins[:: max(1, len(begins) // 8)]:
        changed = text[:at] + text[at:].replace('unit = "', 'unit = "k', 1)
        line = changed[: changed.index('unit = "k', at)].count("\n") + 1
        assert refused(changed).where == f"own.toml, line {line}"


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(PACKS), st.data())
def test_a_pack_torn_anywhere_is_read_or_refused_in_words_and_never_breaks_the_reader(name, data):
    lines = text_of(name).splitlines()
    at = data.draw(st.integers(0, len(lines) - 1))
    how = data.draw(st.sampled_from(["without", "twice", "cut", "swapped", "emptied", "other number", "no quotes"]))
    line = lines[at]
    if how == "cut":
        lines = lines[:at]
    elif how == "swapped":
        other = data.draw(st.integers(0, len(lines) - 1))
        lines[at], lines[other] = lines[other], line
    else:
        changed = {
            "without": [],
            "twice": [line, line],
            "emptied": [re.sub(r"= .*", '= ""', line)],
            "other number": [re.sub(r"= [\d.]+", "= -1e308", line)],
            "no quotes": [line.replace('"', "")],
        }
        lines[at : at + 1] = changed[how]
    try:
        load_pack("\n".join(lines), "own.toml")
    except ConfigurationError as error:
        assert error.where.startswith("own.toml")
        assert error.hint
