"""Chain verdicts, whatever order batches arrive in."""

from __future__ import annotations

from itertools import permutations
from uuid import UUID

import pytest

from tynys.wire.chain import ChainVerdict, Link, judge

E1, E2, E3 = (UUID(int=n) for n in (1, 2, 3))


def link(epoch, seq, name, after=""):
    return Link(epoch, seq, name.encode(), after.encode())


LINE = [link(E1, 1, "a"), link(E1, 2, "b", "a"), link(E1, 3, "c", "b"), link(E2, 1, "d", "c"), link(E2, 2, "e", "d")]


def verdicts(stored):
    """All batches judged against all stored."""
    found = {}
    for one in stored:
        predecessor = next((other for other in stored if other.hash == one.previous_hash), None)
        siblings = [
            o for o in stored if o.previous_hash == one.previous_hash or ((o.epoch, o.seq) == (one.epoch, one.seq) and o.hash != one.hash)
        ]
        found[one.hash.decode()] = judge(one, predecessor=predecessor, siblings=siblings)
    return found


def test_any_order_of_arrival_ends_with_the_same_verdicts():
    expected = {"a": ChainVerdict.FIRST} | dict.fromkeys("bcde", ChainVerdict.LINKED)
    for order in permutations(LINE):
        assert verdicts(order) == expected


def test_a_gap_is_told_only_where_it_is_and_closes():
    assert verdicts([LINE[0], LINE[2], LINE[3]]) == {"a": ChainVerdict.FIRST, "c": ChainVerdict.GAP_BEFORE, "d": ChainVerdict.LINKED}


def test_a_restored_or_cloned_gateway_is_a_fork_on_both_branches():
    clone = link(E3, 1, "x", "b")
    found = verdicts([*LINE, clone])
    assert found["x"] == found["c"] == ChainVerdict.FORK
    assert found["b"] == found["d"] == ChainVerdict.LINKED


@pytest.mark.parametrize(
    ("one", "predecessor", "verdict"),
    [
        (link(E1, 5, "z", "b"), LINE[1], ChainVerdict.GAP_BEFORE),
        (link(E2, 2, "z", "c"), LINE[2], ChainVerdict.GAP_BEFORE),
        (link(E1, 2, "z"), None, ChainVerdict.GAP_BEFORE),
        (link(E1, 3, "z", "b"), LINE[1], ChainVerdict.LINKED),
    ],
)
def test_numbers_that_skip_do_not_link(one, predecessor, verdict):
    assert judge(one, predecessor=predecessor) is verdict


def test_one_number_with_two_contents_and_two_beginnings_are_forks():
    other = link(E1, 2, "y", "q")
    assert judge(LINE[1], predecessor=LINE[0], siblings=[LINE[1], other]) is ChainVerdict.FORK
    assert judge(link(E2, 1, "n"), predecessor=None, siblings=[LINE[0]]) is ChainVerdict.FORK
