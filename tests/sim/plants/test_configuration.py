"""The five plants' documents fit together and hide nothing of being simulated."""

from __future__ import annotations

from uuid import NAMESPACE_URL, uuid5

import msgspec
import pytest

from tynys.domain.base import to_ms
from tynys.domain.component import Certainty
from tynys.domain.configuration import FacilityConfiguration
from tynys.domain.consistency import check_configuration
from tynys.domain.errors import NotFoundError
from tynys.domain.instrument import AcquisitionMode
from tynys.sim.plants import FACILITIES, facility_configuration

LIVE_MS = 1_795_478_400_000
SIMULATED = ("имитация", "имитация", "simulated")


@pytest.fixture(params=FACILITIES)
def configuration(request):
    return facility_configuration(request.param, live_from_ms=LIVE_MS)


def test_it_passes_the_check_of_the_domain(configuration):
    assert [str(problem) for problem in check_configuration(configuration)] == []


def test_the_document_is_canonical_as_it_stands(configuration):
    document = configuration.encode()
    assert msgspec.json.decode(document, type=FacilityConfiguration).encode() == document


def test_every_name_shown_says_simulated(configuration):
    named = [configuration.facility, *configuration.sources, *configuration.units]
    for thing in named:
        for text, mark in zip((thing.names.kk, thing.names.ru, thing.names.en), SIMULATED, strict=True):
            assert mark in text
    assert "имитация" in configuration.facility.operator.kk
    for analyser in configuration.analysers:
        assert "simulated" in analyser.maker
        assert "simulated" in analyser.model
        assert analyser.serial.startswith("SIM-")


def test_every_invented_limit_is_marked_simulated(configuration):
    assert configuration.limits
    assert {limit.certainty for limit in configuration.limits} == {Certainty.SIMULATED}


def test_channel_identities_follow_from_their_names(configuration):
    for channel in configuration.channels:
        assert channel.id == uuid5(NAMESPACE_URL, f"tynys:{configuration.facility.id}:{channel.name}")


def test_twelve_channels_a_stack(configuration):
    for source in configuration.sources:
        point = next(p for p in configuration.points if p.source == source.id)
        assert sum(channel.point == point.id for channel in configuration.channels) == 12


def test_history_is_declared_replayed_once_a_minute_and_live_measured(configuration):
    for channel in configuration.channels:
        *before, live = channel.acquisition
        assert live.mode is AcquisitionMode.MEASURED
        assert to_ms(live.valid_from) == LIVE_MS
        assert live.interval_ms == (1000 if channel.point else 10_000)
        for span in before:
            assert span.mode is AcquisitionMode.REPLAYED
            assert span.interval_ms == 60_000
            assert to_ms(span.valid_to) == LIVE_MS
            assert to_ms(span.valid_from) == LIVE_MS - 90 * 86_400_000


def test_the_document_is_the_same_on_every_run():
    first, again = (facility_configuration("gres-1", live_from_ms=LIVE_MS).digest() for _ in range(2))
    assert first == again


def test_without_history_everything_is_measured():
    configuration = facility_configuration("gres-2", live_from_ms=LIVE_MS, history_days=0)
    assert all(len(channel.acquisition) == 1 for channel in configuration.channels)


@pytest.mark.parametrize(
    ("facility", "stacks", "serials", "units", "fuels"),
    [
        ("gres-1", 2, ["0001", "0002"], 8, {"ekibastuz_coal"}),
        ("gres-2", 1, ["0001"], 2, {"ekibastuz_coal"}),
        ("tets-1", 4, ["0002", "0003", "0004", "0005"], 8, {"natural_gas"}),
        ("tets-2", 2, ["0001", "0002"], 7, {"ekibastuz_coal"}),
        ("tets-3", 2, ["0001", "0002"], 6, {"ekibastuz_coal", "natural_gas"}),
    ],
)
def test_the_plants_are_those_of_the_registry(facility, stacks, serials, units, fuels):
    configuration = facility_configuration(facility, live_from_ms=LIVE_MS)
    assert len(configuration.sources) == stacks
    assert [source.permit_serial for source in configuration.sources] == serials
    assert len(configuration.units) == units
    assert {fuel for unit in configuration.units for fuel in unit.fuels} == fuels


def test_gres_1_has_four_units_of_500_mw_on_each_stack():
    configuration = facility_configuration("gres-1", live_from_ms=LIVE_MS)
    assert [unit.electric_mw for unit in configuration.units] == [500.0] * 8
    for source in configuration.sources:
        assert sum(duct.source == source.id for duct in configuration.ducts) == 4


def test_an_unknown_plant_is_refused_in_words():
    with pytest.raises(NotFoundError, match="gres-1"):
        facility_configuration("gres-9", live_from_ms=LIVE_MS)


def test_approximate_coordinates_are_marked(configuration):
    expected = Certainty.TRANSCRIBED if configuration.facility.id == "gres-2" else Certainty.TO_CONFIRM
    assert configuration.facility.position_certainty is expected
