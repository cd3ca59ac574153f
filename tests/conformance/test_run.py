"""Our own kernels pass every case, and a kernel that is wrong would not."""

import json

import pytest
from typer.testing import CliRunner

from tynys.cli import app
from tynys.conformance.case import load_corpus
from tynys.conformance.run import Ours, Outcome, judge

CASES = [pytest.param(case, id=case.id) for subject in load_corpus() for case in subject.cases]


@pytest.mark.parametrize("case", CASES)
def test_our_kernel_gives_what_the_case_expects(case):
    judged = judge(case, Ours())
    assert (judged.outcome, judged.differences, judged.trouble) == (Outcome.PASSED, (), "")


def test_a_wrong_expectation_fails_and_is_told(case):
    judged = judge(case({"value": [101.0]}), Ours())
    assert judged.outcome is Outcome.FAILED
    assert [(d.path, d.expected, d.came) for d in judged.differences] == [("value[0]", 101.0, 100.0)]


def test_a_calculation_nobody_has_is_not_supported(case):
    assert judge(case({"value": 1.0}, kernel="astrology.horoscope"), Ours()).outcome is Outcome.NOT_SUPPORTED
    assert judge(case({"value": 1.0}, kernel="reference.horoscope"), Ours()).outcome is Outcome.NOT_SUPPORTED


def test_an_input_the_kernel_does_not_take_is_refused(case):
    judged = judge(case({"value": [100.0]}, given={"wet": [90.0], "water": [10.0]}), Ours())
    assert judged.outcome is Outcome.FAILED


def told(*words):
    return CliRunner().invoke(app, ["conformance", *words])


@pytest.mark.parametrize("lang", ["en", "ru", "kk"])
def test_the_command_tells_a_row_a_subject_and_a_sum(corpus, lang):
    done = told("run", "--subject", "oxygen", "--subject", "mass", "--lang", lang)
    assert done.exit_code == 0, done.output
    lines = [line for line in done.output.splitlines() if line.strip()]
    assert len(lines) == 4
    wanted = sum(len(subject.cases) for subject in corpus if subject.subject in {"oxygen", "mass"})
    assert str(wanted) in lines[-1]


def test_every_subject_has_its_name_in_every_language(corpus):
    from tynys.present.voice import voice

    for lang in ("en", "ru", "kk"):
        assert [subject.subject for subject in corpus if not voice(lang).has(f"conformance.subject.{subject.subject}")] == []


def test_the_command_tells_programs_every_case(corpus):
    done = told("run", "--subject", "oxygen", "--json")
    view = json.loads(done.output)
    (oxygen,) = [subject for subject in corpus if subject.subject == "oxygen"]
    assert view["cases"] == view["passed"] == len(oxygen.cases) == len(view["results"])
    assert view["subjects"][0]["subject"] == "oxygen"
    assert {result["id"] for result in view["results"]} == {case.id for case in oxygen.cases}


def test_a_subject_nobody_has_is_refused_with_those_there_are():
    done = told("run", "--subject", "astrology")
    assert done.exit_code == 1
    assert "astrology" in done.output
    assert "oxygen" in done.output


def test_a_case_can_be_shown_and_run_alone(corpus):
    wanted = corpus[0].cases[0]
    shown = json.loads(told("show", "--case", wanted.id).output)
    assert (shown["id"], shown["input"]) == (wanted.id, wanted.input)
    assert json.loads(told("run", "--case", wanted.id, "--json").output)["cases"] == 1
