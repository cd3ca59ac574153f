"""Faults as people write them."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tynys.domain.errors import ConfigurationError
from tynys.sim.faults.catalogue import FAULTS, FaultKind
from tynys.sim.faults.grammar import FOREVER_MS, parse_fault, parse_faults
from tynys.sim.plants import PLANTS
from tynys.sim.plants.layout import COMPONENTS

NOW = 1_795_478_400_000
GRES_1 = PLANTS["gres-1"]


def test_every_fault_has_a_name_and_a_signature_in_three_languages():
    assert set(FAULTS) == set(FaultKind)
    for fault in FAULTS.values():
        for names in (fault.names, fault.signature):
            assert names.kk
            assert names.ru
            assert names.en


def test_a_bare_name_hits_the_first_stack_at_once_and_for_good():
    fault = parse_fault("leak", GRES_1, NOW)
    assert (fault.kind, fault.stack, fault.device, fault.start_ms, fault.end_ms) == (FaultKind.LEAK, 0, "gas", NOW, FOREVER_MS)


@pytest.mark.parametrize(
    ("text", "stack", "device", "components", "start_s", "end_s"),
    [
        ("drift", 0, "gas", ["so2"], 0, None),
        ("drift:stack-2.no@+60/600", 1, "gas", ["no"], 60, 660),
        ("frozen:gres-1.stack-2.dust", 1, "dust", ["dust"], 0, None),
        ("lost_line:stack-1.flow@+5", 0, "flow", ["velocity", "flow", "temperature", "pressure"], 5, None),
        ("held-value:stack-1.temperature", 0, "flow", ["velocity", "flow", "temperature", "pressure"], 0, None),
        ("wrong_o2:stack-2", 1, "gas", ["o2"], 0, None),
        ("leak@2026-11-24T00:10:00Z", 0, "gas", None, 600, None),
    ],
)
def test_targets_and_times_are_understood(text, stack, device, components, start_s, end_s):
    fault = parse_fault(text, GRES_1, NOW)
    assert (fault.stack, fault.device) == (stack, device)
    if components is not None:
        assert [COMPONENTS[row] for row in fault.components] == components
    assert fault.start_ms == NOW + start_s * 1000
    assert fault.end_ms == (FOREVER_MS if end_s is None else NOW + end_s * 1000)


def test_a_fault_of_another_plant_is_left_to_that_one():
    assert parse_faults(["leak:gres-2.stack-1", "leak:gres-1.stack-2"], GRES_1, NOW)[0].stack == 1
    assert parse_faults(["leak:gres-2.stack-1"], GRES_1, NOW) == ()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("earthquake", "frozen, drift"),
        ("leak:stack-9", "stack-1, stack-2"),
        ("drift:stack-1.gold", "so2"),
        ("leak@noon", "RFC 3339"),
        ("leak@2026-11-24T00:10:00", "zone"),
        ("leak@+soon", "seconds"),
        ("Leak!", "NAME"),
        ("", "NAME"),
    ],
)
def test_what_cannot_be_understood_is_refused_with_what_was_expected(text, says):
    with pytest.raises(ConfigurationError, match=says):
        parse_fault(text, GRES_1, NOW)


@given(st.text(max_size=40))
def test_any_text_is_either_a_fault_or_a_configuration_error(text):
    with contextlib.suppress(ConfigurationError):
        parse_fault(text, GRES_1, NOW)
