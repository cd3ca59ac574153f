"""The form of values against exact rational arithmetic."""

from __future__ import annotations

import math
import struct
from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tynys.wire.forms import choose_forms, to_mantissas


def form_by_the_rule(values: list[float]) -> int:
    """The rule of the reference page in exact arithmetic."""
    for exponent in range(10):
        if all(decimal(value, exponent) for value in values):
            return exponent
    return 32 if all(struct.unpack("<f", single(value))[0] == value for value in values) else 64


def single(value: float) -> bytes:
    try:
        return struct.pack("<f", value)
    except OverflowError:
        return struct.pack("<f", math.inf)


def decimal(value: float, exponent: int) -> bool:
    mantissa = round(Fraction(value) * 10**exponent)
    minus_zero = value == 0 and math.copysign(1, value) < 0
    return not minus_zero and abs(mantissa) <= 1 << 50 and float(Fraction(mantissa, 10**exponent)) == value


_decimals = st.integers(-(1 << 51), 1 << 51).flatmap(lambda m: st.integers(0, 10).map(lambda e: float(Fraction(m, 10**e))))
_values = st.one_of(
    _decimals,
    st.integers(-100_000, 100_000).map(lambda m: m / 100),
    st.floats(allow_nan=False, allow_infinity=False),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.sampled_from([0.0, -0.0, 2.0**50, 2.0**50 + 1, 1e15, 0.1, 0.30000000000000004]),
)


@given(st.lists(_values, min_size=1, max_size=60))
def test_the_form_is_the_rules(values):
    assert choose_forms(np.array([values]))[0] == form_by_the_rule(values)


@given(st.lists(st.lists(_values, min_size=40, max_size=40), min_size=1, max_size=4))
def test_rows_do_not_influence_each_other(rows):
    assert choose_forms(np.array(rows)).tolist() == [form_by_the_rule(row) for row in rows]


@given(st.lists(st.integers(-(1 << 50), 1 << 50), min_size=1, max_size=30), st.integers(0, 9))
def test_mantissas_come_back_whole(mantissas, exponent):
    values = np.array([[float(Fraction(m, 10**exponent)) for m in mantissas]])
    assert to_mantissas(values, np.array([exponent], np.uint8)).tolist() == [mantissas]
