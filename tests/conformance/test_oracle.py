"""The oracles stand apart from the kernels, and say what the case files say."""

import ast
import json
import shutil
import subprocess
import sys

import pytest

from tynys.conformance.case import corpus_folder

FOLDER = corpus_folder() / "oracle"
SCRIPTS = sorted(FOLDER.glob("*.py"))
APART = "import sys; sys.modules['tynys'] = None; import runpy; sys.argv = sys.argv[1:]; runpy.run_path(sys.argv[0], run_name='__main__')"
"""Runs the oracles in a Python in which the system under test cannot be imported."""


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_an_oracle_imports_only_the_standard_library_and_mathematics(script):
    allowed = {*sys.stdlib_module_names, "mpmath", "sympy", *(path.stem for path in SCRIPTS)}
    named = set()
    for node in ast.walk(ast.parse(script.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            named |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            named.add(node.module.partition(".")[0])
        elif isinstance(node, ast.Name):
            assert node.id not in {"__import__", "importlib", "exec", "eval"}
    assert named <= allowed


def recompute(*words):
    return subprocess.run([sys.executable, "-c", APART, str(FOLDER), *map(str, words)], capture_output=True, text=True, check=False)


def test_the_case_files_say_what_the_oracles_say():
    done = recompute()
    assert done.returncode == 0, done.stdout + done.stderr
    assert int(done.stdout.split()[0]) > 50


def test_a_changed_digit_in_a_case_file_is_noticed(tmp_path):
    path = tmp_path / "oxygen.json"
    shutil.copy(corpus_folder() / "cases" / path.name, path)
    subject = json.loads(path.read_text(encoding="utf-8"))
    case = next(c for c in subject["cases"] if c["origin"] == "oracle" and c["expected"]["value"][0] is not None)
    case["expected"]["value"][0] *= 1 + 2**-50
    path.write_text(json.dumps(subject), encoding="utf-8")
    done = recompute(tmp_path)
    assert done.returncode == 1
    assert case["id"] in done.stdout
