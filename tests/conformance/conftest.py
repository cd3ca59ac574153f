"""What the tests of the conformance corpus share."""

from pathlib import Path

import pytest

from tynys.conformance.case import Case, Tolerance, load_corpus

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def corpus():
    return load_corpus(ROOT / "conformance")


@pytest.fixture(scope="session")
def every_case(corpus):
    return [case for subject in corpus for case in subject.cases]


@pytest.fixture
def case():
    """A case made by hand."""

    def make(expected, *, tolerance="exact", kernel="reference.to_dry", given=None):
        made = Tolerance(**tolerance) if isinstance(tolerance, dict) else tolerance
        return Case("a-case", "A case", kernel, "a clause", "ours", "a test", given or {"wet": [90.0], "h2o_pct": [10.0]}, expected, made)

    return make
