"""The plant's own page: what it says while the line is up, cut or not there, in three languages."""

import asyncio
import re
from dataclasses import replace

import pytest
from html_tree import by_class, by_id, read, text
from sample import NOW
from sample_plant import SamplePlant

from tynys.plant.views import AlarmView, LineState
from tynys.present import sentences
from tynys.present.catalogue import LANGUAGES
from tynys.present.voice import voice
from tynys.web import local


def page(language="en", **changes):
    view = asyncio.run(SamplePlant().plant())
    line = {name: changes.pop(name) for name in list(changes) if hasattr(view.line, name)}
    return read(local.render_plant(replace(view, **changes, line=replace(view.line, **line)), language))


def line_facts(root):
    return {text(pair.find("dt")): text(pair.find("dd")) for pair in by_class(root, "pairs")[0]}


@pytest.mark.parametrize("variant", ["plant"], indirect=True)
@pytest.mark.parametrize(
    ("query", "wishes", "spoken"), [("", "ru-RU, en;q=0.5", "ru"), ("?lang=en", "ru", "en"), ("", "de", "kk"), ("?lang=xx", "en", "en")]
)
async def test_the_page_speaks_the_language_of_its_address_or_of_the_browser(variant, query, wishes, spoken) -> None:
    answer = await variant.get(f"/{query}", headers={"accept-language": wishes})
    assert read(answer.text).get("lang") == spoken


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", [*LineState])
def test_each_state_of_the_line_is_said(language, state) -> None:
    root = page(language, state=state)
    assert voice(language).t(f"line.{state}") in text(by_id(root, "h-line"))
    shape = next(by_id(root, "h-line").iter("use")).get("href")
    assert shape == ("#i-within" if state is LineState.UP else "#i-silent")


def test_a_cut_line_and_a_stopped_gateway_are_in_the_first_sentence() -> None:
    said = text(next(page(state=LineState.CUT).iter("h1")))
    assert "The line to the ministry is cut" in said
    stopped = text(next(page(state=LineState.NOT_RUNNING, running=False).iter("h1")))
    assert stopped != said
    assert "cut" not in stopped


def test_the_spool_the_oldest_unsent_batch_and_the_last_receipt_are_shown() -> None:
    facts = line_facts(page())
    assert facts[voice("en").t("plant.batches_unsent").capitalize()] == "72"
    assert facts[voice("en").t("plant.oldest_unsent").capitalize()] == "14:26:05 (6 min ago)"
    assert facts[voice("en").t("plant.spool_bytes").capitalize()].startswith("812.4")
    receipt = facts[voice("en").t("plant.last_receipt").capitalize()]
    assert "6 min" in receipt
    assert "258,840" in receipt


def test_a_new_gateway_has_nothing_unsent_and_no_receipt() -> None:
    facts = line_facts(page(oldest_unsent_ms=None, last_receipt=None, batches_unsent=0))
    none = voice("en").t("plant.none")
    assert facts[voice("en").t("plant.oldest_unsent").capitalize()] == none
    assert facts[voice("en").t("plant.last_receipt").capitalize()] == none


def test_refused_batches_are_shown_only_where_there_are_any() -> None:
    label = voice("en").t("plant.batches_refused").capitalize()
    assert label not in line_facts(page())
    assert line_facts(page(batches_refused=3))[label] == "3"


def test_a_dead_instrument_has_no_value_but_a_cause_and_a_shape() -> None:
    (row,) = [row for row in page().iter("tr") if "#i-silent" in [use.get("href") for use in row.iter("use")]]
    cells = [text(cell) for cell in row]
    assert cells[2] == "—"
    assert cells[3] == voice("en").t("gap_cause.no_answer")


def test_alarms_say_what_since_when_and_of_which_instrument() -> None:
    alarms = [text(item) for item in by_class(page(), "alarms")[0]]
    assert alarms[0].startswith(voice("en").t("alarm.line.cut").capitalize())
    assert "14:26:07" in alarms[0]
    assert "stack-1-dust" in alarms[1]
    assert not by_class(page(alarms=()), "alarms")


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_alarm_nobody_has_words_for_is_shown_by_its_code(language) -> None:
    root = page(language, alarms=(AlarmView("volcano.near", NOW, ""),))
    assert "olcano.near" in text(by_class(root, "alarms")[0])


@pytest.mark.parametrize("variant", ["plant"], indirect=True)
async def test_every_closed_average_leads_to_how_it_was_made(variant) -> None:
    home = (await variant.get("/?lang=ru")).text
    links = re.findall(r'href="(/made\?[^"]*)"', home)
    assert links
    answer = await variant.get(links[0].replace("&amp;", "&"))
    assert answer.status_code == 200
    assert voice("ru").t("explain.agrees") in answer.text
    assert 'href="/source/' not in answer.text
    steps = (await variant.get(re.findall(r'href="(/api/made\?[^"]*)"', answer.text)[0].replace("&amp;", "&"))).json()
    assert steps["agrees"] is True
    assert (await variant.get("/made?source=x&component=so2&period=PT20M&start=1")).status_code == 404
    assert (await variant.get("/made?start=now")).status_code == 404


def test_a_plant_without_a_source_says_so_instead_of_failing() -> None:
    root = page(sources=(), channels=())
    assert text(next(root.iter("h1"))).startswith("No source is connected yet.")


def test_a_plant_that_is_real_carries_no_mark_of_simulation() -> None:
    assert not by_class(page(simulated=False), "sim")
    assert by_class(page(), "sim")


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_limit_that_can_be_judged_says_how_likely_it_is_to_be_exceeded(language) -> None:
    view = asyncio.run(SamplePlant().plant())
    cells = by_class(page(language), "cell")
    components = [component for source in view.sources for component in source.components]
    assert any(component.exceedance_probability is not None for component in components)
    for cell, component in zip(cells, components, strict=True):
        told = sentences.likelihood(voice(language), component)
        assert bool(told) == (component.exceedance_probability is not None)
        assert told.replace("\u00a0", " ") in text(cell)
