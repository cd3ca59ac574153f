"""The annual surveillance test against a worked example, and its two ways to fail."""

import numpy as np
import pytest
from qa_vectors import AST

from tynys.calc.qa.pairs import from_columns
from tynys.calc.qa.surveillance import surveillance_test
from tynys.domain.errors import ConfigurationError

TERMS = {"elv": 200.0, "permitted_uncertainty_pct": 20.0, "o2_reference_pct": 6.0}
FUNCTION = {"intercept": -46.9548701230, "slope": 12.0239793474}


def examined(y, **changes):
    return surveillance_test(from_columns(**{**AST, "y": y}), **{**FUNCTION, **changes}, **TERMS)


def test_the_worked_example_passes_both_tests():
    got = examined(AST["y"])
    assert got.difference == pytest.approx([3.13565, 4.63142, 2.61468, 2.21759, 3.63099], abs=5e-6)
    assert got.d_mean == pytest.approx(3.2460673, abs=5e-8)
    assert got.s_d == pytest.approx(0.9402110, abs=5e-8)
    assert got.limit_variability == pytest.approx(28.0427796, abs=5e-8)
    assert got.limit_validity == pytest.approx(21.3045516, abs=5e-7)  # printed with a t of 2.1318463
    assert got.limit_validity == pytest.approx(21.3045518088, abs=5e-11)  # t at 50 digits: 2.13184678632665...
    assert got.passed
    assert got.notes == ()


def test_an_analyser_that_reads_too_low_is_steady_but_no_longer_valid():
    got = examined(AST["y"] + 25.0)
    assert got.variability_passed
    assert not got.validity_passed
    assert not got.passed


def test_an_analyser_that_reads_too_high_is_no_longer_valid_either():
    got = examined(AST["y"] - 30.0)
    assert got.d_mean < 0
    assert not got.validity_passed


def test_an_analyser_that_scatters_fails_the_variability():
    got = examined(AST["y"] + 60.0 * np.array([1.0, -1.0, 1.0, -1.0, 0.0]))
    assert not got.variability_passed
    assert not got.passed


def test_four_pairs_are_no_test():
    columns = {name: column[:4] for name, column in AST.items()}
    got = surveillance_test(from_columns(**columns), **FUNCTION, **TERMS)
    assert [note.key for note in got.notes] == ["qa.note.too_few_pairs"]
    assert got.variability_passed
    assert got.validity_passed
    assert not got.passed


def test_two_pairs_are_refused_in_words():
    columns = {name: column[:2] for name, column in AST.items()}
    with pytest.raises(ConfigurationError, match="at least 3 pairs"):
        surveillance_test(from_columns(**columns), **FUNCTION, **TERMS)
