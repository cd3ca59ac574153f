"""The page about rule packs names every key a pack may have, and no other."""

import re
import typing
from pathlib import Path

import msgspec
import pytest

from tynys.law import RulePack

ROOT = Path(__file__).parents[2]
CARRIED = {"clause", "certainty", "note"}
"""What every value carries: told once for all."""


def structs(kind):
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return {kind}
    return {found for part in typing.get_args(kind) for found in structs(part)}


def keys(kind=RulePack, holder=""):
    """Every key as the page writes it: the key that holds its table, a dot, its own name."""
    for field in msgspec.structs.fields(kind):
        if field.encode_name in CARRIED:
            continue
        yield f"{holder}.{field.encode_name}" if holder else field.encode_name
        for inner in structs(field.type):
            if {f.encode_name for f in msgspec.structs.fields(inner)} - CARRIED != {"value"}:
                yield from keys(inner, field.encode_name)


@pytest.fixture(scope="module")
def marks():
    """What the first columns and the meanings of the tables put between backticks."""
    page = (ROOT / "docs" / "reference" / "law.md").read_text(encoding="utf-8")
    return {mark for line in page.splitlines() if line.startswith("| ") for mark in re.findall(r"`([^`]+)`", line)}


def test_the_walk_finds_keys_at_every_depth():
    found = set(keys())
    assert {"id", "averaging.time_zone", "validity.parts", "limits.thermal_input_over_mw", "index.year", "below_reference.periods"} <= found
    assert "temperature_k.value" not in found


def test_every_key_has_its_row(marks):
    holders = {mark.partition(".")[0] for mark in marks if "." in mark}
    assert sorted(key for key in set(keys()) - marks if key not in holders) == []


def test_no_row_is_of_a_key_that_is_gone(marks):
    found = set(keys())
    holders = {key.partition(".")[0] for key in found if "." in key}
    told = {mark for mark in marks if re.fullmatch(r"[a-z_]+\.[a-z_]+", mark) and mark.partition(".")[0] in holders}
    assert sorted(told - found) == []
