"""Every formula, given anything: no warning, no infinity, and nothing made of nothing."""

import inspect

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import ODD, UNUSABLE

from tynys.calc import combustion, gas_flow, mass, reference
from tynys.calc.ar1 import fit_ar1
from tynys.calc.exact import LARGEST, window_means, window_sums

FORMULAS = {
    f"{module.__name__.rpartition('.')[2]}.{name}": function
    for module in (reference, mass, combustion, gas_flow)
    for name, function in inspect.getmembers(module, inspect.isfunction)
    if hasattr(function, "__wrapped__") and function.__module__ == module.__name__
}
MOST = 7
"""Arguments at most."""
anything = st.one_of(st.sampled_from([*UNUSABLE, *ODD, 1.8e308, -1.8e308]), st.floats(), st.floats(-50, 400))
arguments = st.lists(anything, min_size=MOST, max_size=MOST)
tables = st.lists(arguments, min_size=1, max_size=5)


def called(formula, rows, constants):
    """A formula on as many arrays as it takes; what it takes as one number is one of the constants, its options stay at their defaults."""
    taken = [p for p in inspect.signature(formula).parameters.values() if p.default is p.empty]
    columns = [constants[i] if p.annotation == "float" else np.array([row[i] for row in rows], np.float64) for i, p in enumerate(taken)]
    by_position = [column for column, p in zip(columns, taken, strict=True) if p.kind is not p.KEYWORD_ONLY]
    by_name = {p.name: column for column, p in zip(columns, taken, strict=True) if p.kind is p.KEYWORD_ONLY}
    return np.broadcast_arrays(*columns), formula(*by_position, **by_name)


def test_the_formulas_are_found():
    assert len(FORMULAS) > 20
    assert {"reference.to_reference_oxygen", "mass.mass_rate_g_s", "gas_flow.density_kg_m3"} <= set(FORMULAS)


@pytest.mark.parametrize("name", sorted(FORMULAS))
@settings(max_examples=30, deadline=None)
@given(tables, arguments)
def test_a_formula_gives_a_number_or_none_and_none_of_what_is_none(name, rows, constants):
    columns, made = called(FORMULAS[name], rows, constants)
    assert made.shape == (len(rows),)
    assert not np.isinf(made).any()
    assert np.isnan(made[~np.isfinite(np.array(columns)).all(axis=0)]).all()


@pytest.mark.parametrize("name", sorted(FORMULAS))
@settings(max_examples=10, deadline=None)
@given(tables, arguments, st.integers(0, 2**32 - 1))
def test_a_formula_looks_at_each_element_alone(name, rows, constants, seed):
    order = np.random.default_rng(seed).permutation(len(rows))
    _, made = called(FORMULAS[name], rows, constants)
    _, turned = called(FORMULAS[name], [rows[i] for i in order], constants)
    assert made[order].tobytes() == turned.tobytes()
    alone = [called(FORMULAS[name], [row], constants)[1] for row in rows]
    assert np.concatenate(alone).tobytes() == made.tobytes()


finite = st.one_of(
    st.sampled_from([v for v in ODD if abs(v) <= LARGEST]), st.floats(-1e12, 1e12), st.decimals(-999, 999, places=3).map(float)
)
readings = st.lists(finite, max_size=40)


@settings(max_examples=80, deadline=None)
@given(readings, st.integers(0, 2**32 - 1), st.integers(0, 40))
def test_sums_and_means_know_no_order_and_no_seams(values, seed, cut):
    array = np.array(values, np.float64)
    n = np.array([len(array)], np.int64)
    zero = np.zeros(1, np.int64)
    turned = np.random.default_rng(seed).permutation(array)
    for kernel in (window_sums, window_means):
        assert kernel(array, zero, n).tobytes() == kernel(turned, zero, n).tobytes()
    cut = min(cut, len(array))
    edges = np.array([0, cut, len(array)], np.int64)
    pieces = window_sums(array, edges[:-1], edges[1:])
    alone = [window_sums(array[a:b], zero, np.array([b - a])) for a, b in ((0, cut), (cut, len(array)))]
    assert pieces.tobytes() == np.concatenate(alone).tobytes()


@settings(max_examples=60, deadline=None)
@given(st.lists(anything, max_size=60))
def test_a_fit_of_anything_is_a_process_or_is_not_made(values):
    found = fit_ar1(np.array(values, np.float64))
    assert found is None or (0.0 <= found.phi <= 1.0 and found.sigma >= 0.0 and np.isfinite([found.mean, found.sigma]).all())
