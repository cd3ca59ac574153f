"""A rule pack is read strictly: what it does not know it refuses, naming file, line and key."""

import re
from datetime import date
from pathlib import Path

import msgspec
import pytest

from tynys.domain.component import Certainty
from tynys.domain.errors import ConfigurationError
from tynys.domain.facility import UnitKind
from tynys.domain.fuel import FuelKind
from tynys.law import load_pack
from tynys.law.values import Sourced

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "src" / "tynys" / "law" / "packs" / "kz.toml").read_text(encoding="utf-8")
DEDUCTION = '\n[[deductions]]\ncomponent = "so2"\nshare_of_limit = 0.2\nlimit_period = "P1D"\nclause = "test"\ncertainty = "to_confirm"\n'


@pytest.fixture(scope="module")
def kz():
    return load_pack(TEXT, "kz.toml")


def test_kazakhstan_averages_over_twenty_minutes_then_hours_and_days(kz):
    assert kz.id == "kz"
    assert kz.short_term == "PT20M"
    assert [rule.period for rule in kz.averaging.long_term] == ["PT1H", "P1D"]
    assert kz.averaging.time_zone.value == "Asia/Almaty"
    assert kz.valid_from == date(2021, 7, 1)


@pytest.mark.parametrize(
    ("unit", "fuel", "expected"),
    [
        (UnitKind.BOILER, FuelKind.SOLID, 6.0),
        (UnitKind.BOILER, FuelKind.LIQUID, 3.0),
        (UnitKind.BOILER, FuelKind.GAS, 3.0),
        (UnitKind.GAS_TURBINE, FuelKind.GAS, 15.0),
    ],
)
def test_reference_oxygen_follows_unit_and_fuel(kz, unit, fuel, expected):
    assert kz.reference_oxygen(unit, fuel).value == expected


def test_what_nobody_knows_is_absent(kz):
    assert kz.deductions == ()
    assert kz.deduction("so2") is None
    assert kz.reference_oxygen(UnitKind.ENGINE, FuelKind.SOLID) is None
    assert kz.long_term("P1Y") is None


def sourced(value):
    if isinstance(value, Sourced):
        yield value
    if isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            yield from sourced(getattr(value, name))
    elif isinstance(value, tuple):
        for member in value:
            yield from sourced(member)


def test_every_value_names_its_clause_and_certainty(kz):
    found = list(sourced(kz))
    assert len(found) > 20
    assert all(value.clause for value in found)


def test_the_validity_share_of_kazakhstan_is_still_to_be_confirmed(kz):
    assert kz.averaging.short_term.validity.certainty is Certainty.TO_CONFIRM


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ('mean_of = "PT20M"', 'mean_off = "PT20M"', 'mean_of = "PT20M"', 'unknown key "mean_off"'),
        ("value = 20.5", 'value = "high"', "value = 20.5", "got 'high'"),
        ('certainty = "transcribed"', 'certainty = "sure"', None, "'sure'"),
        ('id = "kz"\n', "", None, 'expected the key "id"'),
        ('clause = "practice: 0 °C"\n', "", None, 'expected the key "clause"'),
        ('period = "PT20M"', 'period = "PT20"', None, "an ISO 8601 period"),
        ('mean_of = "PT20M"', 'mean_of = "PT5M"', None, "a period defined before it"),
        ("share_of_operation = 0.6666", "share_of_operation = 66.66", None, "a share from 0 to 1"),
        ("valid_minutes = 360", "valid_minutes = 0", None, "minutes above zero"),
        ('value = "heat_input_weighted"', 'value = "guess"', None, "heat_input_weighted"),
        ('value = "en17255"', 'value = "mine"', None, "en17255"),
        ("value = 6.0", "value = 21.0", None, "a content from 0 to under 21.0"),
        ('unit = "gas_turbine"\nfuel = "liquid"', 'unit = "gas_turbine"\nfuel = "gas"', None, "each unit and fuel once"),
        ("value = 20.5", "value = 25.0", None, "up to 21.0"),
        ('value = "dry"', 'value = "wet"', None, '"dry"'),
        ("valid_from = 2021-07-01", "valid_from = 2021-07-01\nvalid_to = 2021-01-01", None, "a date after 2021-07-01"),
        ('period = "P1D"', 'period = "PT1H"', None, "each period once"),
    ],
)
def test_what_a_pack_may_not_say_is_refused_in_words(old, new, line, said):
    assert old in TEXT
    with pytest.raises(ConfigurationError) as caught:
        load_pack(TEXT.replace(old, new, 1), "kz.toml")
    assert said in str(caught.value)
    assert caught.value.where.startswith("kz.toml")
    if line is not None:
        number = TEXT[: TEXT.index(line)].count("\n") + 1
        assert caught.value.where == f"kz.toml, line {number}"


@pytest.mark.parametrize(
    ("old", "new", "said"), [("so2", "so3", "a component of the catalogue"), ("0.2", "2.0", "a share above 0"), ("P1D", "day", "ISO 8601")]
)
def test_deductions_are_checked_alike(old, new, said):
    assert load_pack(TEXT + DEDUCTION).deduction("so2").share_of_limit == 0.2
    with pytest.raises(ConfigurationError, match=re.escape(said)):
        load_pack(TEXT + DEDUCTION.replace(old, new), "kz.toml")
