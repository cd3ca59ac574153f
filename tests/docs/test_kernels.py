"""Every kernel has its row in the reference, and the formulas say their units and where they come from."""

import re
from pathlib import Path

import pytest

from tynys.cli import kernel_reference

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "kernels.md"
FORMULAS = {"reference", "mass", "gas_flow", "combustion"}
"""Modules that hold nothing but formulas with units."""
SOURCED = FORMULAS | {
    "uncertainty",
    "rounding",
    "substitution",
    "charges",
    "compliance.ceilings",
    "compliance.days",
    "compliance.abatement",
}
"""Modules whose every function follows a clause."""


@pytest.fixture(scope="module")
def kernels():
    return list(kernel_reference.kernels())


def test_every_public_function_of_the_kernels_has_its_row_and_no_row_is_of_one_that_is_gone(kernels):
    rows: set[tuple[str, str]] = set()
    for section in re.split(r"^## ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        module = section.split("\n", maxsplit=1)[0]
        rows |= {(module, name) for name in re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)}
    found = {(k.module, k.name) for k in kernels}
    assert ("reference", "to_reference_oxygen") in found
    assert ("compliance.ceilings", "share_within") in found
    assert rows == found, "renew it: python -m tynys.cli.kernel_reference > docs/reference/kernels.md"


def test_every_kernel_says_what_it_gives(kernels):
    assert {f"{k.module}.{k.name}" for k in kernels if len(k.what.split()) < 2} == set()


def test_every_formula_says_its_units_and_its_source(kernels):
    assert {f"{k.module}.{k.name}" for k in kernels if k.module in FORMULAS and not k.units} == set()
    assert {f"{k.module}.{k.name}" for k in kernels if k.module in SOURCED and not k.source} == set()


def test_units_and_sources_are_read_from_the_descriptions(kernels):
    (row,) = [k for k in kernels if (k.module, k.name) == ("reference", "to_normal")]
    assert row.units == "mg m⁻³; °C, kPa"
    assert row.source == "2010/75/EU, Annex V; EN 17255-1."
    assert row.what.startswith("Concentration of the same gas")
    (volume,) = [k for k in kernels if (k.module, k.name) == ("reference", "flow_to_normal")]
    assert volume.what == "Volume flow of the same gas at normal temperature and pressure."
    assert volume.units == "m³ h⁻¹ → Nm³ h⁻¹"
