"""Every key, status, code, check and metric has its place in a page of reference."""

from __future__ import annotations

import ast
import re
import typing
from enum import Enum

import msgspec
import pytest
from docs_support import ROOT

from tynys.centre import checks
from tynys.centre.settings import CentreSettings
from tynys.centre.views import Standing
from tynys.cli import facility_reference
from tynys.domain.average import Origin
from tynys.domain.component import Certainty
from tynys.domain.configuration import FacilityConfiguration
from tynys.domain.finding import Severity
from tynys.domain.status import AverageStatus, GapCause, InstrumentStatus, PlantState
from tynys.field.settings import ModbusRtuSettings, ModbusTcpSettings, OpcUaSettings, ReplaySettings
from tynys.law.pack import RulePack
from tynys.plant.settings import PlantDocument
from tynys.storage import registry_plans
from tynys.watch.feed_check import FEED
from tynys.wire.chain import ChainVerdict
from tynys.wire.databank_profile import FeedProfile
from tynys.wire.receipts import Outcome

SOURCES = sorted((ROOT / "src" / "tynys").rglob("*.py"))
CODE = re.compile(r"[a-z_]+(?:\.[a-z_0-9]+)*")
DEVICES = (ModbusTcpSettings, ModbusRtuSettings, OpcUaSettings, ReplaySettings)
"""Their keys are on the page about the field, and tested with it."""


def structs(kind) -> set[type]:
    """The settings a type is made of."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return {kind}
    return {found for part in typing.get_args(kind) for found in structs(part)}


def keys(record, prefix=""):
    """Every key of a settings document with its table in front, devices left out."""
    hints = typing.get_type_hints(record, include_extras=True)
    for field in msgspec.structs.fields(record):
        inner = structs(hints[field.name]) - set(DEVICES)
        if not inner:
            yield f"{prefix}{field.encode_name}"
        for struct in inner:
            yield from keys(struct, f"{prefix}{field.encode_name}.")


def rows(text):
    """What stands in the first cells of a page's tables, by its code marks."""
    return {code for cell in re.findall(r"^\| ((?:`[^|]+)) \|", text, re.MULTILINE) for code in re.findall(r"`([^`]+)`", cell)}


@pytest.mark.parametrize(("page", "document"), [("plant-toml", PlantDocument), ("centre", CentreSettings)])
def test_every_key_of_a_settings_file_has_its_row(page, document, reference):
    assert {key for key in keys(document) if key not in rows(reference[page]) and f"[[{key}]]" not in rows(reference[page])} == set()


@pytest.mark.parametrize(("page", "document"), [("plant-toml", PlantDocument), ("centre", CentreSettings)])
def test_no_row_of_a_settings_file_is_of_a_key_that_is_gone(page, document, reference):
    tables = {key.partition(".")[0] for key in keys(document) if "." in key}
    files = (".toml", ".sqlite", ".json")
    told = {key for key in rows(reference[page]) if key.partition(".")[0] in tables and "." in key and not key.endswith(files)}
    assert told <= set(keys(document))


def test_the_reference_of_a_facilitys_document_is_what_the_program_reads(reference):
    made = facility_reference.page()
    assert reference["facility"] == made, "it changed: python -m tynys.cli.facility_reference > docs/reference/facility.md"
    assert {key.rpartition(".")[2] for key in keys(FacilityConfiguration)} <= rows(made)


def test_every_key_of_a_rule_pack_is_on_its_page(reference):
    marks = re.findall(r"`([^`]+)`", reference["law"])
    told = {word for mark in marks for word in re.findall(r"\w+", mark)}
    assert {key for key in keys(RulePack) if key.rpartition(".")[2] not in told} == set()


def test_every_key_of_a_feed_profile_is_on_its_page(reference):
    told = {word for mark in re.findall(r"`([^`\n]+)`", reference["databank"].replace("```", "")) for word in re.findall(r"\w+", mark)}
    own = {"id", "title"}
    assert {key for field in msgspec.structs.fields(FeedProfile) if (key := field.encode_name) not in told | own} == set()


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("domain", InstrumentStatus),
        ("domain", PlantState),
        ("domain", AverageStatus),
        ("api", Standing),
        ("api", InstrumentStatus),
        ("api", Origin),
        ("api", ChainVerdict),
        ("api", Outcome),
        ("api", Severity),
        ("api", Certainty),
        ("law", Certainty),
    ],
    ids=lambda each: each if isinstance(each, str) else each.__name__,
)
def test_every_word_of_an_axis_is_explained(page, words, reference):
    names = [each.value if isinstance(each.value, str) else each.name.lower() for each in words if isinstance(each, Enum)]
    assert names
    assert [name for name in names if f"`{name}`" not in reference[page]] == []


def test_every_cause_of_a_gap_has_its_row(reference):
    names = {cause.name.lower() for cause in GapCause if cause}
    assert names <= rows(reference["api"])
    assert {name for name in names if name.replace("_", " ") not in reference["wire"]} == set()


def test_every_state_of_a_plan_is_explained(reference):
    assert all(f"`{state}`" in reference["api"] for state in (registry_plans.APPROVED, registry_plans.REFUSED, registry_plans.WAITING))


def constants(node):
    """Codes among the texts of an expression."""
    texts = [each.value for each in ast.walk(node) if isinstance(each, ast.Constant) and isinstance(each.value, str)]
    return {text for text in texts if CODE.fullmatch(text)}


def codes_of_class(node):
    """The code an error's class carries."""
    if any("Error" in ast.unparse(base) or "Exception" in ast.unparse(base) for base in node.bases):
        for line in node.body:
            target = line.targets[0] if isinstance(line, ast.Assign) else getattr(line, "target", None)
            if target is not None and ast.unparse(target) == "code" and line.value is not None:
                yield from constants(line.value)


def codes_of_call(node):
    """The code given where an error or a problem is made."""
    called = ast.unparse(node.func).rpartition(".")[2]
    if called.endswith("Error"):
        given = [keyword.value for keyword in node.keywords if keyword.arg == "code" and not isinstance(keyword.value, ast.JoinedStr)]
        yield from {code for value in given for code in constants(value)}
    if called == "problem" and len(node.args) > 1:
        yield from constants(node.args[1])
    if called == "_refusal" and len(node.args) > 1:
        yield from {code for code in constants(node.args[1]) if "." in code}
    if called == "_refused" and isinstance(node.args[0], ast.Constant):
        yield f"enrolment.{node.args[0].value}"
    if called == "refuse":
        yield from {code for given in node.args for code in constants(given) if code.startswith("law.")}


def codes_of(tree):
    """Codes a module gives its errors and problems."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            yield from codes_of_class(node)
        if isinstance(node, ast.Call):
            yield from codes_of_call(node)
        if isinstance(node, ast.FunctionDef) and node.name == "refuse":
            yield from {code for given in node.args.defaults for code in constants(given) if code.startswith("law.")}


def test_every_code_of_an_error_has_its_row_and_no_row_is_of_a_code_that_is_gone(reference):
    found = {code for path in SOURCES for code in codes_of(ast.parse(path.read_text(encoding="utf-8")))} - {"code"}
    assert {"wire.malformed", "line.busy", "enrolment.code_used", "lake.other_journal", "request.invalid"} <= found
    page = reference["errors"].partition("## Alarms")[0]
    told = rows(page) - {"http.*", "internal"}
    assert found - told == set()
    assert told - found == set()


def test_every_alarm_of_a_gateway_has_its_row(reference):
    texts = (ROOT / "src" / "tynys" / "present" / "locale" / "en.po").read_text(encoding="utf-8")
    named = set(re.findall(r'^msgid "alarm\.([\w.]+)"', texts, re.MULTILINE))
    assert len(named) > 5
    assert named <= rows(reference["errors"])


def test_every_check_of_the_centre_has_its_row_with_its_severity(reference):
    for check in checks.CATALOGUE.values():
        assert re.search(rf"^\| `{check.id}` \| {check.severity} \|", reference["centre"], re.MULTILINE), check.id
    told = set(re.findall(r"^\| `([A-Z]+(?:-[A-Z]+)+)` \|", reference["centre"], re.MULTILINE))
    assert told == set(checks.CATALOGUE)


def test_every_check_of_a_feed_has_its_row(reference):
    assert FEED.checks
    assert all(f"`{check}`" in reference["databank"] for check in FEED.checks)


def test_every_metric_has_its_row(reference):
    text = (ROOT / "src" / "tynys" / "centre" / "metrics.py").read_text(encoding="utf-8")
    yielded = {re.match(r"\w+", name)[0] for name in re.findall(r"yield f?[\"'](\w[^\"']*)[\"']", text)}
    given = set(re.findall(r"tynys_(\w+)\{\{", text))
    assert len(yielded) > 15
    assert len(given) >= 2
    metrics = rows(reference["centre"].partition("## Metrics")[2])
    assert (yielded | given) == metrics
