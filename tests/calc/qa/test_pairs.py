"""States a calibration is made in: each basis leads to the same standardised values where all instruments agree."""

import dataclasses

import numpy as np
import pytest
from qa_vectors import SO2

from tynys.calc.qa.pairs import Basis, ams_at_standard, from_columns, srm_as_ams, srm_at_standard

O2, H2O = SO2["o2_dry_pct"], SO2["h2o_pct"]
WET = from_columns(**SO2)
STANDARD = dataclasses.replace(WET, y=srm_at_standard(WET, 6.0), srm_basis=Basis.STANDARD)


def test_a_wet_result_comes_to_standard_by_moisture_and_oxygen():
    expected = SO2["y"] * 100 / (100 - H2O) * 15 / (21 - O2)
    assert srm_at_standard(WET, 6.0) == pytest.approx(expected)


@pytest.mark.parametrize("srm", [WET, STANDARD], ids=["wet", "standard"])
@pytest.mark.parametrize("basis", list(Basis))
def test_a_perfect_analyser_of_any_basis_agrees_at_standard_conditions(srm, basis):
    pairs = dataclasses.replace(srm, ams_basis=basis)
    assert ams_at_standard(pairs, srm_as_ams(pairs, 6.0), 6.0) == pytest.approx(srm_at_standard(pairs, 6.0))


@pytest.mark.parametrize(
    ("basis", "expected"),
    [
        (Basis.WET, SO2["y"]),
        (Basis.DRY, SO2["y"] * 100 / (100 - H2O)),
        (Basis.STANDARD, SO2["y"] * 100 / (100 - H2O) * 15 / (21 - O2)),
    ],
)
def test_the_reference_method_is_brought_to_where_the_analyser_measures(basis, expected):
    for srm in (WET, STANDARD):
        assert srm_as_ams(dataclasses.replace(srm, ams_basis=basis), 6.0) == pytest.approx(expected)


def test_the_plants_own_oxygen_and_moisture_standardise_what_its_analyser_says():
    own = dataclasses.replace(WET, ams_o2_dry_pct=np.full(15, 7.0), ams_h2o_pct=np.full(15, 10.0))
    assert ams_at_standard(own, np.full(15, 90.0), 6.0) == pytest.approx(90.0 / 0.9 * 15 / 14)
    assert srm_at_standard(own, 6.0) == pytest.approx(srm_at_standard(WET, 6.0))
    assert srm_as_ams(own, 6.0) == pytest.approx(SO2["y"])


def test_a_missing_oxygen_of_the_plant_is_the_reference_methods():
    own = dataclasses.replace(WET, ams_o2_dry_pct=np.where(np.arange(15) == 0, np.nan, 7.0))
    got = ams_at_standard(own, np.full(15, 90.0), 6.0)
    assert got[0] == pytest.approx(90.0 * 100 / (100 - H2O[0]) * 15 / (21 - O2[0]))


def test_standard_results_without_oxygen_and_moisture_calibrate_straight_to_standard():
    bare = dataclasses.replace(from_columns(SO2["x"], SO2["y"]), srm_basis=Basis.STANDARD)
    assert bare.ams_state is Basis.STANDARD
    assert (srm_as_ams(bare, 6.0) == SO2["y"]).all()


def test_a_reference_material_is_taken_as_it_is():
    pairs = dataclasses.replace(WET, ams_basis=Basis.DRY, reference=np.arange(15) == 3)
    assert srm_as_ams(pairs, 6.0)[3] == SO2["y"][3]
    assert not pairs.used[3]
    assert pairs.materials[3]
