"""Every public function of the calculation is held against an expectation that does not come from us."""

import inspect
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tynys.conformance.case import INDEPENDENT
from tynys.conformance.inventory import kernel, kernels

WRAPPERS = {"arrays.elementwise", "compiled.jit.kernel"}
"""They make functions of functions, when modules are read, and calculate nothing."""

TWINS = ("compiled.",)
"""Rooms of kernels compiled for long series: the same numbers as those of `exact` and `first_level`, reached by long series."""


@pytest.fixture(scope="module")
def named(every_case):
    """Kernels that a case with an independent expectation asks for by name."""
    return {case.kernel for case in every_case if case.origin in INDEPENDENT}


@pytest.fixture(scope="module")
def reached():
    """Functions entered while independent cases are answered as they expect."""
    command = [sys.executable, "-W", "ignore", str(Path(__file__).parent / "reach.py")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | {"NUMBA_DISABLE_JIT": "1"})
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout))


def names_a_source(function):
    """Whether a description says where its formula comes from: what does not only moves or names things."""
    return "Sources\n---" in (inspect.getdoc(inspect.unwrap(getattr(function, "py_func", function))) or "")


def test_every_formula_has_a_case_of_its_own_that_is_published_or_by_an_oracle(named):
    formulas = {name for name, function in kernels().items() if names_a_source(function) and not name.startswith(TWINS)}
    assert len(formulas) > 90
    assert sorted(formulas - named) == []


def test_every_public_function_takes_part_in_an_answer_that_is_right(named, reached):
    assert sorted(kernels().keys() - reached - WRAPPERS) == []
    assert named <= reached | {name for name in named if kernel(name) is None}


def test_every_case_asks_for_a_calculation_there_is(every_case):
    assert {case.kernel for case in every_case if kernel(case.kernel) is None} == set()


def test_a_wrapper_is_a_public_function_still():
    assert kernels().keys() >= WRAPPERS
