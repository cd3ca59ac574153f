"""A driver is as good as its tests: every claim of a scorecard is held against them."""

import ast
from functools import cache
from pathlib import Path

import pytest

from tynys.field.build import MAKERS
from tynys.field.scorecard import Level, load_scorecards

TESTS = Path(__file__).parents[1]
CARDS = load_scorecards()


@cache
def functions_in(file):
    tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_every_driver_has_a_scorecard():
    assert {card.driver for card in CARDS.drivers} == {settings.__struct_config__.tag for settings in MAKERS}


@pytest.mark.parametrize("card", CARDS.drivers, ids=lambda card: card.driver)
def test_a_driver_has_reached_the_level_it_claims(card):
    assert card.reached(CARDS.rules) is Level[card.level.upper()]


@pytest.mark.parametrize("card", CARDS.drivers, ids=lambda card: card.driver)
def test_every_evidence_is_a_test_that_exists(card):
    rules = {rule.id for rule in CARDS.rules}
    assert card.evidence.keys() | card.exempt.keys() <= rules
    assert not card.evidence.keys() & card.exempt.keys()
    for place in card.evidence.values():
        file, _, function = place.partition("::")
        assert function in functions_in(file), place
