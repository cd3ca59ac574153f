"""Packed columns against Google's protobuf."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from wire_independent import pb

from tynys.domain.errors import MalformedError
from tynys.wire.packed import count_numbers, decode_signed, decode_unsigned, encode_signed, encode_unsigned

_edges = [n for k in range(1, 10) for n in ((1 << 7 * k) - 1, 1 << 7 * k)][:-1]


@given(st.lists(st.integers(0, (1 << 63) - 1) | st.sampled_from(_edges), max_size=40))
def test_unsigned_columns_are_protobufs(numbers):
    packed = encode_unsigned(np.array(numbers, np.uint64))
    theirs = pb.Averages(starts=numbers).SerializeToString()
    assert theirs.endswith(packed)
    assert count_numbers(packed) == len(numbers)
    assert decode_unsigned(packed, len(numbers), "x").tolist() == numbers


@given(st.lists(st.integers(-(1 << 62) + 1, (1 << 62) - 1), max_size=40))
def test_signed_columns_are_protobufs(numbers):
    packed = encode_signed(np.array(numbers, np.int64))
    assert pb.Readings(decimals=numbers).SerializeToString().endswith(packed)
    assert decode_signed(packed, len(numbers), "x").tolist() == numbers


@pytest.mark.parametrize(
    ("data", "count", "message"),
    [
        (b"\1\2", 3, "expected 3 packed numbers, found 2"),
        (b"\1\2\x80", 2, "broken"),
        (b"\x81\x00", 1, "shortest"),
        (b"\xff" * 9 + b"\1", 1, "2\\^63"),
        (b"", 1, "found 0"),
    ],
)
def test_other_bytes_are_refused(data, count, message):
    with pytest.raises(MalformedError, match=message):
        decode_unsigned(data, count, "x")


def test_a_number_of_64_bits_is_refused():
    with pytest.raises(MalformedError, match="2\\^63"):
        encode_unsigned(np.array([1 << 63], np.uint64))
