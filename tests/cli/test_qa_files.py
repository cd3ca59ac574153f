"""Whatever a file holds, it is read or refused in words: never an error of the program."""

from __future__ import annotations

import contextlib
import itertools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tynys.calc.qa.pairs import Basis
from tynys.calc.qa.qal2 import qal2
from tynys.cli.qa_files import CHECK_COLUMNS, PAIR_COLUMNS, read_checks, read_pairs
from tynys.domain.errors import ConfigurationError

CELL = st.one_of(
    st.sampled_from(
        ["", "1", "7.5", "-3", "nan", "inf", "1e400", "0x10", "1_0", "zero", "span", "yes", "srm", "reference", "2025-03-10", '"']
    ),
    st.text(max_size=6),
    st.floats().map(repr),
)
STATES = list(itertools.product(Basis, (Basis.WET, Basis.STANDARD)))


@pytest.fixture(scope="module")
def path(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("qa") / "measured.csv"


def table(names, rows, separator):
    return "\n".join(separator.join(row) for row in [names, *rows])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_table_of_pairs_is_read_or_refused(path, data):
    names = data.draw(st.lists(st.sampled_from(PAIR_COLUMNS), unique=True, min_size=1))
    rows = data.draw(st.lists(st.lists(CELL, min_size=len(names), max_size=len(names)), max_size=5))
    path.write_text(table(names, rows, data.draw(st.sampled_from([",", ";"]))), encoding="utf-8", errors="replace", newline="")
    for ams, srm in STATES:
        with contextlib.suppress(ConfigurationError):
            pairs = read_pairs(path, ams_basis=ams, srm_basis=srm)
            assert np.isfinite(pairs.x[pairs.used]).all()
            assert np.isfinite(pairs.y[pairs.used]).all()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_table_of_checks_is_read_or_refused(path, data):
    names = data.draw(st.permutations(CHECK_COLUMNS))
    rows = data.draw(st.lists(st.lists(CELL, min_size=len(names), max_size=len(names)), max_size=5))
    path.write_text(table(names, rows, ","), encoding="utf-8", errors="replace", newline="")
    with contextlib.suppress(ConfigurationError):
        checks = read_checks(path)
        assert np.isfinite(checks.reading - checks.reference).all()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(path, content):
    path.write_bytes(content)
    for read in (read_checks, lambda each: read_pairs(each, ams_basis=Basis.WET, srm_basis=Basis.WET)):
        with contextlib.suppress(ConfigurationError):
            read(path)


NUMBER = st.floats(-1e6, 1e6)
ROW = st.tuples(NUMBER, NUMBER, st.floats(0, 20.9), st.floats(0, 99))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(ROW, min_size=3, max_size=20), st.sampled_from(STATES))
def test_pairs_that_were_read_are_calibrated_or_refused(path, rows, states):
    path.write_text(table(["x", "y", "o2_dry_pct", "h2o_pct"], [[repr(cell) for cell in row] for row in rows], ","))
    pairs = read_pairs(path, ams_basis=states[0], srm_basis=states[1])
    with contextlib.suppress(ConfigurationError):
        got = qal2(pairs, elv=200.0, permitted_uncertainty_pct=20.0, o2_reference_pct=6.0, zero=4.0)
        assert np.isfinite([got.intercept, got.slope, got.s_d, got.valid_range_max]).all()
        assert np.isfinite(got.difference).all()
