"""Components, regions, fuels and feed names are what the state and the ISO list say."""

import re

import pytest

from tynys.domain.component import CATALOGUE, Certainty, ComponentKind, component
from tynys.domain.errors import NotFoundError
from tynys.domain.feed_names import FEED_NAMES, component_of, feed_name_of
from tynys.domain.fuel import FUELS, FuelKind
from tynys.domain.regions import REGIONS, RegionKind

# IUPAC 2005 atomic weights, as emission practice uses them
WEIGHT = {"H": 1.00794, "C": 12.0107, "N": 14.0067, "O": 15.9994, "F": 18.9984032, "S": 32.065, "Cl": 35.453, "Hg": 200.59}
SUBSCRIPT = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")


def molar_mass(formula: str) -> float:
    return sum(WEIGHT[e] * int(n or 1) for e, n in re.findall(r"([A-Z][a-z]?)(\d*)", formula.translate(SUBSCRIPT)))


@pytest.mark.parametrize("c", [c for c in CATALOGUE.values() if c.molar_mass_g_mol and c.id != "nox"], ids=lambda c: c.id)
def test_molar_mass_is_the_sum_of_the_formula(c):
    assert c.molar_mass_g_mol == pytest.approx(molar_mass(c.formula), abs=1e-4)


def test_nox_is_weighed_as_no2_and_has_no_state_code():
    assert component("nox").molar_mass_g_mol == component("no2").molar_mass_g_mol
    assert component("nox").state_code is None


@pytest.mark.parametrize(
    ("id_", "code"),
    [("so2", "0330"), ("no2", "0301"), ("no", "0304"), ("co", "0337"), ("dust_silica_20_70", "2908"), ("dust_suspended", "2902")],
)
def test_state_codes_read_in_a_source_are_transcribed(id_, code):
    assert (component(id_).state_code, component(id_).code_certainty) == (code, Certainty.TRANSCRIBED)


def test_every_other_code_is_to_be_confirmed():
    transcribed = {"so2", "no2", "no", "co", "dust_silica_20_70", "dust_suspended"}
    for c in CATALOGUE.values():
        if c.state_code is not None and c.id not in transcribed:
            assert c.code_certainty is Certainty.TO_CONFIRM


def test_an_unknown_component_is_named_with_those_that_exist():
    with pytest.raises(NotFoundError, match="so3") as caught:
        component("so3")
    assert "so2" in str(caught.value)


def test_there_are_sixteen_feed_names_and_each_means_a_component():
    assert len(FEED_NAMES) == 16
    assert set(FEED_NAMES.values()) <= set(CATALOGUE)
    assert len(set(FEED_NAMES.values())) == 16


def test_the_sum_of_nitrogen_oxides_is_found_with_either_first_letter():
    assert component_of("Cумма оксидов азота") == "nox"  # Latin C, as the feed writes it
    assert component_of("Сумма оксидов азота") == "nox"  # Cyrillic С


def test_waste_water_is_the_outlet():
    assert component(component_of("Сточные воды")).kind is ComponentKind.WATER


@pytest.mark.parametrize("name", [" Пыль\t", "ПЫЛЬ\n", "пыль"])
def test_blanks_and_case_do_not_hide_a_feed_name(name):
    assert component_of(name) == "dust"


def test_a_stranger_is_no_component():
    assert component_of("Радон") is None


@pytest.mark.parametrize("name", FEED_NAMES)
def test_feed_names_go_there_and_back(name):
    assert feed_name_of(FEED_NAMES[name]) == name


def test_there_are_seventeen_regions_and_three_cities_each_in_its_own_cell():
    assert len(REGIONS) == 20
    assert sum(r.kind is RegionKind.CITY for r in REGIONS.values()) == 3
    cells = {(r.column, r.row) for r in REGIONS.values()}
    assert len(cells) == 20
    assert all(0 <= column < 7 and 0 <= row < 4 for column, row in cells)


def test_region_codes_are_those_of_iso_3166_2():
    codes = ["10", "11", "15", "19", "23", "27", "31", "33", "35", "39", "43", "47", "55", "59", "61", "62", "63", "71", "75", "79"]
    assert sorted(REGIONS) == [f"KZ-{code}" for code in codes]


def test_regions_of_2022_carry_their_date():
    assert {code for code, r in REGIONS.items() if r.valid_from is not None} == {"KZ-10", "KZ-33", "KZ-62"}


def test_every_name_is_there_in_three_languages():
    for names in (*(r.names for r in REGIONS.values()), *(f.names for f in FUELS.values())):
        assert all((names.kk, names.ru, names.en))


def test_fuels_of_every_kind_name_a_plant_signal():
    assert {f.kind for f in FUELS.values()} == set(FuelKind)
    assert all(component(f.flow_component).kind is ComponentKind.PLANT_SIGNAL for f in FUELS.values())
