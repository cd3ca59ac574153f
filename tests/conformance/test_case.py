"""The corpus is what its schema says, and a file that is not is refused with words."""

import json
import re

import jsonschema_rs
import pytest

from tynys.conformance.case import INDEPENDENT, corpus_folder, load_corpus
from tynys.domain.errors import ConfigurationError

ROOT = corpus_folder()
SCHEMA = jsonschema_rs.validator_for(json.loads((ROOT / "case.schema.json").read_text(encoding="utf-8")))
FILES = sorted((ROOT / "cases").glob("*.json"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_file_of_cases_is_what_the_schema_says(path):
    assert [error.message for error in SCHEMA.iter_errors(json.loads(path.read_text(encoding="utf-8")))] == []


def test_every_case_says_where_its_expectation_comes_from(every_case):
    scripts = {f"conformance/oracle/{path.name}" for path in (ROOT / "oracle").glob("*.py")}
    assert {case.id for case in every_case if case.origin == "oracle" and case.source not in scripts} == set()
    printed = [case for case in every_case if case.origin == "published"]
    assert printed
    assert {case.id for case in printed if not re.search(r"\d", case.source) and "Wikipedia" not in case.source} == set()


def test_the_corpus_rests_on_independent_expectations(every_case):
    assert sum(case.origin in INDEPENDENT for case in every_case) >= 0.9 * len(every_case)


@pytest.fixture
def folder(tmp_path):
    """A corpus of one file, changed by the test before it is written."""

    def write(change):
        subject = json.loads(FILES[0].read_text(encoding="utf-8"))
        change(subject)
        (tmp_path / "cases").mkdir(exist_ok=True)
        (tmp_path / "cases" / FILES[0].name).write_text(json.dumps(subject), encoding="utf-8")
        return tmp_path

    return write


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda s: s["cases"][0].update(unknown=1), "unknown"),
        (lambda s: s["cases"][0].update(origin="hearsay"), "hearsay"),
        (lambda s: s["cases"][0].pop("clause"), "clause"),
        (lambda s: s["cases"].append(s["cases"][0]), "every id once"),
        (lambda s: s.update(subject="another"), "the name of the file"),
        (lambda s: s["cases"][0].update(tolerance={"digits": 3, "decimals": 2}), "either digits or decimals"),
        (lambda s: s["cases"][0].update(tolerance={}), "either digits or decimals"),
    ],
)
def test_a_file_that_is_no_file_of_cases_is_refused_with_words(folder, change, words):
    with pytest.raises(ConfigurationError, match=words):
        load_corpus(folder(change))


def test_a_folder_without_cases_is_refused(tmp_path):
    with pytest.raises(ConfigurationError, match="found none"):
        load_corpus(tmp_path)
