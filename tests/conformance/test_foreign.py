"""Another system is asked line by line; whatever it does wrong is told, and the next case is asked."""

import json
import sys
import textwrap

import pytest
from typer.testing import CliRunner

from tynys.cli import app
from tynys.conformance.foreign import Foreign, reply
from tynys.conformance.run import Outcome, judge
from tynys.domain.errors import ConfigurationError

OURSELVES = f"{sys.executable} -m tynys conformance answer"


@pytest.fixture
def program(tmp_path):
    """A command that runs a small program of another maker."""

    def write(body):
        path = tmp_path / "their system.py"
        path.write_text("import json, sys\nfor line in sys.stdin:\n    asked = json.loads(line)\n" + textwrap.indent(body, "    "))
        return f'{sys.executable} "{path}"'

    return write


def told(*words):
    return CliRunner().invoke(app, ["conformance", "run", *words])


def test_our_own_system_passes_across_the_line():
    done = told("--against", OURSELVES, "--subject", "oxygen", "--subject", "rounding", "--json")
    assert done.exit_code == 0, done.output
    view = json.loads(done.output)
    assert view["passed"] == view["cases"] > 10


RIGHT = """
i = asked["input"]
made = {"id": asked["id"], "unsupported": True}
if asked["kernel"] == "reference.to_dry":
    value = [None if w is None or h >= 100 else w / (1 - h / 100) for w, h in zip(i["wet"], i["h2o_pct"])]
    made = {"id": asked["id"], "result": {"value": value}}
print(json.dumps(made), flush=True)
"""


def test_a_system_that_can_do_only_some_is_judged_by_those(program):
    done = told("--against", program(RIGHT), "--subject", "moisture", "--json")
    assert done.exit_code == 0, done.output
    view = json.loads(done.output)
    assert view["passed"] > 2
    assert view["not_supported"] == view["cases"] - view["passed"] > 0


def test_a_system_with_a_wrong_formula_fails_and_the_difference_is_told(program):
    done = told("--against", program(RIGHT.replace("1 - h / 100", "1 + h / 100")), "--subject", "moisture")
    assert done.exit_code == 1
    assert "dry-oxygen" in done.output
    assert "6.7403314917127" in done.output
    assert "5.570776255707" in done.output


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("print('hello', flush=True)", "one line of JSON with the id"),
        ("print(json.dumps({'id': 'another', 'result': {}}), flush=True)", "one line of JSON with the id"),
        ("print(json.dumps({'id': asked['id'], 'result': 5}), flush=True)", "to be an object"),
        ("print(json.dumps({'id': asked['id']}), flush=True)", "to be an object"),
        ("print(json.dumps({'id': asked['id'], 'error': 'no licence'}), flush=True)", "no licence"),
        ("print('{\"id\":' + '[' * 100_000, flush=True)", "one line of JSON with the id"),
        ("sys.exit(3)", "has ended"),
    ],
)
def test_what_is_no_answer_is_a_failure_with_words(program, case, body, words):
    with Foreign(program(body), 20.0) as system:
        for _ in range(2):
            judged = judge(case({"value": [100.0]}), system)
            assert judged.outcome is Outcome.FAILED
            assert words in judged.trouble


def test_an_answer_that_comes_late_or_twice_spoils_no_later_case(program):
    done = told("--against", program(RIGHT + "print(json.dumps(made), flush=True)\n"), "--subject", "moisture", "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.output)["passed"] > 2


def test_patience_without_end_is_refused():
    assert told("--against", OURSELVES, "--patience", "inf").exit_code == 2


def test_a_system_that_says_nothing_is_waited_for_only_so_long(program, case):
    with Foreign(program("pass"), 0.2) as system:
        judged = judge(case({"value": [100.0]}), system)
    assert judged.outcome is Outcome.FAILED
    assert "within 0.2 s" in judged.trouble


@pytest.mark.parametrize("command", ["/no/such/program", "", "'unbalanced"])
def test_a_command_that_cannot_be_started_is_told(command):
    with pytest.raises(ConfigurationError, match="can be started"):
        Foreign(command, 1.0)


@pytest.mark.parametrize("line", ["", "hello", "[]", '{"id": 1}', '{"id": "a", "kernel": "reference.to_dry"}'])
def test_a_line_that_asks_nothing_is_answered_with_an_error(line):
    assert "expected" in json.loads(reply(line))["error"]


def test_a_request_our_kernel_cannot_take_is_answered_and_does_not_end_the_line():
    asked = {"id": "a", "kernel": "reference.to_dry", "input": {"wet": ["x"], "h2o_pct": [[1], 2]}}
    assert json.loads(reply(json.dumps(asked)))["id"] == "a"
