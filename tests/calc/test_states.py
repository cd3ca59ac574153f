"""States follow from plant signals by rules; what is not known stays unknown."""

import msgspec
import numpy as np
import pytest

from tynys.calc.series import Series
from tynys.calc.states import PLANT_STATES, STATE_CODE, Signals, source_states, state_at, unit_states, window_states
from tynys.domain.component import Certainty
from tynys.domain.status import InstrumentStatus, PlantState
from tynys.law.values import Choice

T0_MS, MINUTE = 1_741_590_000_000, 60_000
OPERATING, START, OFF, UNKNOWN = PlantState.OPERATING, PlantState.START_UP, PlantState.NOT_OPERATING, PlantState.UNKNOWN
FAILED = PlantState.ABATEMENT_FAILURE


def states(track):
    return [PLANT_STATES[code] for code in track.code]


@pytest.fixture
def unit_one(example, read):
    configuration = example("bypass")

    def make(load, coal):
        values = {name: v for name, v in (("unit-1.load", load), ("unit-1.coal_flow", coal)) if v is not None}
        return unit_states(configuration.plan.states, Signals(configuration, read(configuration, values)))

    return make


def test_the_first_rule_that_holds_decides(unit_one):
    track = unit_one([0.0, 0.0, 10.0, 49.9, 50.0, 400.0], [0.0, 2.0, 9.0, 30.0, 40.0, 250.0])
    assert states(track) == [OFF, START, START, START, OPERATING, OPERATING]


def test_an_invalid_signal_leaves_open_only_what_depends_on_it(unit_one, minutes):
    coal = minutes([0.0, 0.0], bad=dict.fromkeys(range(2), InstrumentStatus.FAULT))
    assert states(unit_one([0.0, 400.0], coal)) == [UNKNOWN, OPERATING]


def test_a_signal_that_never_came_leaves_open_only_what_depends_on_it(unit_one):
    assert states(unit_one([0.0, 400.0], None)) == [UNKNOWN, OPERATING]
    assert states(unit_one(None, None)) == []


def test_a_signal_stands_for_its_interval_and_no_longer(unit_one):
    track = unit_one([400.0, 400.0], [250.0, 250.0])
    times = T0_MS + np.array([-1, 0, 59_999, 60_000, 119_999, 120_000])
    assert [PLANT_STATES[c] for c in state_at(track, times)] == [UNKNOWN, OPERATING, OPERATING, OPERATING, OPERATING, UNKNOWN]


def test_signals_on_different_grids_meet(example, minutes, read):
    configuration = example("bypass")
    load = Series(T0_MS + 30_000 * np.arange(6, dtype=np.int64), np.array([400.0] * 6), np.ones(6, np.uint8))
    readings = read(configuration, {"unit-1.load": load, "unit-1.coal_flow": minutes([250.0] * 3)})
    track = unit_states(configuration.plan.states, Signals(configuration, readings))
    assert len(track.time_ms) == 6
    assert set(states(track)) == {OPERATING}


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        ([OPERATING] * 3 + [OFF] * 17, OPERATING),
        ([START] * 11 + [OPERATING] * 9, START),
        ([START] * 10 + [OPERATING] * 10, OPERATING),
        ([OFF] * 20, OFF),
        ([], UNKNOWN),
    ],
)
def test_a_window_has_the_state_in_operation_that_held_longest(pack, codes, expected):
    code = np.array([STATE_CODE[s] for s in codes], np.uint8)
    (got,) = window_states(code, np.array([0]), np.array([len(code)]), pack)
    assert PLANT_STATES[got] is expected


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        ([START] * 1 + [OPERATING] * 19, OPERATING),  # operating stands before start-up in the pack's list
        ([OPERATING] * 19 + [FAILED], FAILED),
        ([OFF] * 19 + [START], START),
        ([OFF] * 20, OFF),
        ([], UNKNOWN),
    ],
)
def test_where_the_pack_says_so_one_instant_of_a_graver_state_decides_the_window(pack, codes, expected):
    rule = Choice(value="first_in_list", clause="test", certainty=Certainty.TRANSCRIBED)
    asked = msgspec.structs.replace(pack, states=msgspec.structs.replace(pack.states, window=rule))
    code = np.array([STATE_CODE[s] for s in codes], np.uint8)
    (got,) = window_states(code, np.array([0]), np.array([len(code)]), asked)
    assert PLANT_STATES[got] is expected


def test_a_duct_connects_its_unit_only_while_in_force(example, pack, read):
    configuration = example("four-units-on-one-stack")
    end = configuration.ducts[0].valid_from.replace(year=2025, month=3, day=10, hour=12, minute=2)
    cut = msgspec.structs.replace(configuration.ducts[0], valid_to=end)
    alone = msgspec.structs.replace(configuration, ducts=(cut, configuration.ducts[1]))
    values = {"unit-1.load": 400.0, "unit-1.coal_flow": 250.0, "unit-2.load": 0.0, "unit-2.coal_flow": 0.0}
    track = source_states(alone, pack, read(alone, values, 4), "four-units.stack-1")
    assert states(track) == [OPERATING, OPERATING, OFF, OFF]


def test_a_source_without_plant_signals_is_unknown(example, pack):
    configuration = example("redundant-analyser")
    track = source_states(configuration, pack, {}, "redundant.stack-1")
    assert {PLANT_STATES[c] for c in state_at(track, np.array([T0_MS]))} == {UNKNOWN}
