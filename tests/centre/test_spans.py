"""Sets of spans."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tynys.centre.spans import SpanSet

spans = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=12)


@given(spans)
def test_a_set_of_spans_is_a_set_of_instants(added):
    mine, model = SpanSet(), set()
    for start, end in added:
        mine.add(start, end)
        model |= set(range(start, end))
    assert {instant for start, end in mine for instant in range(start, end)} == model
    assert sum(end - start for start, end in mine) == len(model)
    for start, end in added:
        if start < end:
            assert mine.covers(start, end) == (set(range(start, end)) <= model)
            assert mine.overlaps(start, end) == bool(set(range(start, end)) & model)
            missing = {instant for a, b in mine.gaps(start, end) for instant in range(a, b)}
            assert missing == set(range(start, end)) - model


@given(spans)
def test_spans_stay_sorted_apart_and_not_empty(added):
    held = list(SpanSet(added))
    assert all(start < end for start, end in held)
    assert all(before[1] < after[0] for before, after in pairwise(held))


@given(spans, spans)
def test_a_union_has_both(first, second):
    assert list(SpanSet(first).union(SpanSet(second))) == list(SpanSet([*first, *second]))
