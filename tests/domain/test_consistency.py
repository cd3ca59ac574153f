"""A configuration that does not fit together is answered in words; the documented examples fit."""

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from tynys.domain.component import Certainty
from tynys.domain.configuration import FacilityConfiguration
from tynys.domain.consistency import check_configuration
from tynys.domain.document import load_toml
from tynys.domain.limit import Limit, LimitKind, ScopeKind
from tynys.domain.plan import MeasuringRange
from tynys.domain.quantity import Unit

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
TEXT = (EXAMPLES / "dry-extractive-beside-in-situ-dust.toml").read_text(encoding="utf-8")


def configuration(text: str = TEXT) -> FacilityConfiguration:
    return load_toml(text, FacilityConfiguration, "example.toml")


def problems(old: str, new: str, count: int = 1) -> list[str]:
    assert old in TEXT
    return [str(problem) for problem in check_configuration(configuration(TEXT.replace(old, new, count)))]


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.toml")), ids=lambda p: p.stem)
def test_every_documented_example_fits_together(path):
    assert check_configuration(load_toml(path.read_text(encoding="utf-8"), FacilityConfiguration, path.name)) == ()


def test_the_document_survives_its_canonical_form_and_keeps_its_name():
    one = configuration()
    two = msgspec.json.decode(one.encode(), type=FacilityConfiguration)
    assert two == one
    assert two.digest() == one.digest()
    assert len(one.digest()) == 32


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('source = "dry-and-wet.stack-1"\nvalid_from', 'source = "stack-9"\nvalid_from', 'expected a declared source, got "stack-9"'),
        ('channels = ["stack-1.dust"]', 'channels = ["dust"]', 'expected a declared channel, got "dust"'),
        ("area_m2 = 50.0", "area_m2 = 0.0", "expected an area above zero [m²], got 0.0"),
        ('region = "KZ-55"', 'region = "KZ-99"', 'expected a region of ISO 3166-2:KZ, got "KZ-99"'),
        ('unit = "mg/m3"', 'unit = "mg/Nm3"', "expected a unit that says the same as its basis"),
        ('component = "so2"\nunit', 'component = "so3"\nunit', 'expected a declared component of the catalogue, got "so3"'),
        ("interval_ms = 60000", "interval_ms = 0", "above zero, got 0"),
        ('h2o = { source = "calculated", constant = 7.5,', 'h2o = { source = "calculated",', "expected the calculated value in constant"),
        (', evidence = "Moisture by stoichiometry, report 2025-3"', "", "expected the evidence of a calculated value"),
        ("weights = [1.0, 1.0]", "weights = [1.0]", "expected 2 weights, one per channel, got 1"),
        ('fuels = ["ekibastuz_coal"]', 'fuels = ["peat"]', 'expected a declared fuel, got "peat"'),
        ('method = "velocity_area"', 'method = "measured_volume"', "for measured_volume"),
        ("value = 2500.0", "value = 0.0", "expected a number above zero"),
        ('plan]\nid = "dry-and-wet-plan-1"\nfacility = "dry-and-wet"', 'plan]\nid = "p"\nfacility = "other"', 'got "other"'),
    ],
)
def test_what_does_not_fit_is_said(old, new, said):
    assert any(said in problem for problem in problems(old, new)), problems(old, new)


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("stack-1.dusd", "Nearest: stack-1.dust"),
        ("x", "Declared: "),
    ],
)
def test_an_unknown_name_is_answered_with_the_nearest_ones(written, hint):
    (problem,) = (p for p in problems('channels = ["stack-1.dust"]', f'channels = ["{written}"]') if f'"{written}"' in p)
    assert hint in problem


def test_a_bypass_without_the_signal_of_its_damper_is_said():
    text = (EXAMPLES / "bypass.toml").read_text(encoding="utf-8")
    (problem,) = check_configuration(configuration(text.replace('damper_channel = "unit-1.bypass_damper"\n', "", 1)))
    assert str(problem).startswith(
        'duct from "unit-1" to "bypass.stack-1", damper_channel: expected the signal of a bypass\'s damper, got none'
    )


def test_ranges_that_nothing_tells_apart_are_said():
    one = configuration()
    chain = one.plan.components[0].chains[0]
    signal = one.channels[-1].name
    low, high = MeasuringRange(name="low", span=100.0), MeasuringRange(name="high", span=2000.0)

    def found(*ranges):
        first = msgspec.structs.replace(one.plan.components[0], chains=(msgspec.structs.replace(chain, ranges=ranges),))
        plan = msgspec.structs.replace(one.plan, components=(first, *one.plan.components[1:]))
        return [str(p) for p in check_configuration(msgspec.structs.replace(one, plan=plan))]

    assert found(low, msgspec.structs.replace(high, selection_channel=signal)) == []
    assert [p.split(": ")[1] for p in found(low, high)] == ["expected a selection signal for every range but one, got none for low, high"]


def test_a_chain_without_channels_and_a_limit_in_another_unit_than_its_averages_are_said():
    one = configuration()
    first = one.plan.components[0]
    bare = msgspec.structs.replace(first, chains=(msgspec.structs.replace(first.chains[0], channels=(), weights=()),))
    plan = msgspec.structs.replace(one.plan, components=(bare, *one.plan.components[1:]))
    (problem, *_) = check_configuration(msgspec.structs.replace(one, plan=plan))
    assert "channels: expected at least one channel, got none" in str(problem)
    limit = Limit(
        id="ppm", valid_from=one.plan.valid_from, scope_kind=ScopeKind.SOURCE, scope=first.source, component="so2",
        kind=LimitKind.CONCENTRATION, value=700.0, unit=Unit.PPM, period="PT20M", document="permit", certainty=Certainty.VERIFIED,
    )  # fmt: skip
    (problem,) = check_configuration(msgspec.structs.replace(one, limits=(*one.limits, limit)))
    assert str(problem).startswith('limit "ppm", unit: expected mg/Nm3, in which averages are made, got "ppm"')


def test_a_limit_at_another_oxygen_than_the_plan_brings_its_averages_to_is_said():
    one = configuration()
    first = msgspec.structs.replace(one.plan.components[0], o2_reference_pct=15.0)
    limit = Limit(
        id="at-6", valid_from=one.plan.valid_from, scope_kind=ScopeKind.SOURCE, scope=first.source, component=first.component,
        kind=LimitKind.CONCENTRATION, value=700.0, unit=Unit.MG_NM3, period="PT20M", document="permit", certainty=Certainty.VERIFIED,
        o2_reference_pct=6.0,
    )  # fmt: skip
    plan = msgspec.structs.replace(one.plan, components=(first, *one.plan.components[1:]))
    other = msgspec.structs.replace(one, plan=plan, limits=(limit,))
    (problem,) = check_configuration(other)
    assert str(problem).startswith('limit "at-6", o2_reference_pct: expected the 15.0 vol % the plan brings its averages to, got 6.0')
    for fitting in (6.0, None):
        brought = msgspec.structs.replace(first, o2_reference_pct=fitting)
        plan = msgspec.structs.replace(one.plan, components=(brought, *one.plan.components[1:]))
        assert not check_configuration(msgspec.structs.replace(other, plan=plan))


def test_a_gas_channel_without_basis_is_told_how_to_write_one():
    found = problems('basis = { moisture = "wet", gas_state = "actual" }\n', "")
    assert any('channel "stack-1.dust", basis' in p and 'moisture = "wet"' in p for p in found)


def test_a_chain_that_lacks_what_its_basis_needs_is_told_why():
    found = problems('temperature = { source = "channel", channel = "stack-1.temperature" }\n', "")
    assert any("the channel is at actual conditions" in p for p in found)


@pytest.mark.parametrize("written", ["", "../etc", "a b", "станция", "-a", "a" * 81])
def test_an_identifier_that_cannot_stand_in_an_address_is_said(written):
    one = configuration()
    facility = msgspec.structs.replace(one.facility, id=written)
    found = [str(p) for p in check_configuration(msgspec.structs.replace(one, facility=facility))]
    assert any("facility: expected an identifier of 1 to 80 Latin letters, digits, dots, hyphens and underscores" in p for p in found)


def test_a_name_used_twice_is_said_once():
    found = problems('name = "gas.no2"', 'name = "gas.no"')
    assert sum("each identifier once" in p for p in found) == 1


def test_overlapping_spans_are_named_with_the_way_out():
    one = configuration()
    channel = one.channels[0]
    second = msgspec.structs.replace(channel.acquisition[0], valid_from=datetime(2025, 6, 1, tzinfo=UTC))
    twice = msgspec.structs.replace(channel, acquisition=(*channel.acquisition, second))
    found = [str(p) for p in check_configuration(msgspec.structs.replace(one, channels=(twice, *one.channels[1:])))]
    assert any("do not overlap" in p and "valid_to = 2025-06-01" in p for p in found)
