"""Whatever the country may have to say has a text: every member of every list a page speaks of, in each language."""

import re
from pathlib import Path

import pytest

import tynys.plant
from tynys.centre.views import Standing
from tynys.domain.average import Origin
from tynys.domain.status import AverageStatus, GapCause, InstrumentStatus, PlantState
from tynys.plant.views import LineState, LocalStanding
from tynys.present.catalogue import LANGUAGES
from tynys.present.voice import voice
from tynys.sim.plants import FACILITIES, facility_configuration
from tynys.web.ribbon import NAMES
from tynys.wire.chain import ChainVerdict
from tynys.wire.receipts import Outcome

LISTS = {
    "standing": [*Standing, *LocalStanding],
    "average_status": [*AverageStatus],
    "reading_status": [member.name.lower() for member in InstrumentStatus],
    "gap_cause": [member.name.lower() for member in GapCause],
    "plant_state": [*PlantState],
    "origin": [*Origin],
    "chain": [*ChainVerdict],
    "receipt": [*Outcome],
    "line": [*LineState],
    "ribbon": [*NAMES],
    "role": ["live", "history"],
    "period": ["PT20M", "PT30M", "PT1H", "P1D"],
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("prefix", LISTS)
def test_every_member_of_a_list_has_its_word(prefix, language) -> None:
    assert [member for member in LISTS[prefix] if not voice(language).has(f"{prefix}.{member}")] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_alarm_a_gateway_can_raise_has_its_words(language) -> None:
    sources = "".join(path.read_text() for path in Path(tynys.plant.__file__).parent.glob("*.py"))
    raised = set(re.findall(r'judge\(f?"([a-z_.]+)', sources)) | set(re.findall(r'"(line\.[a-z_]+)"', sources))
    raised.discard("line.up")  # said in the log when a line is back
    assert len(raised) > 8
    assert [code for code in sorted(raised) if not voice(language).has(f"alarm.{code}")] == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("facility", FACILITIES)
def test_whatever_a_simulated_plant_measures_and_with_what_has_its_words(facility, language) -> None:
    configuration = facility_configuration(facility, live_from_ms=1_795_512_600_000, history_days=1)
    words = voice(language)
    wanted = {f"component.{channel.component}" for channel in configuration.channels}
    wanted |= {f"principle.{analyser.principle}" for analyser in configuration.analysers}
    assert [key for key in sorted(wanted) if not words.has(key)] == []
