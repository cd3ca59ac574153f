"""A value that is not live says why: what the instrument said, since when, and what still answers."""

from dataclasses import replace

import pytest
from sample import NOW, Sample

from tynys.centre.views import Standing
from tynys.present import sentences
from tynys.present.catalogue import LANGUAGES
from tynys.present.voice import voice
from tynys.web.pages.source import facts, now_row
from tynys.web.rows import cause_of, closer_word, partly_silent, source_row, why

SINCE = NOW - 25 * 60_000


@pytest.fixture
async def source():
    return await Sample().source("gres-1.stack-1")


def spoilt(source, standing, status, now=None):
    """The source with its first component so."""
    view = replace(source.components[0], standing=standing, now=now, now_status=status, mean_so_far=None, since_ms=SINCE)
    return replace(source, standing=standing, components=(view, *source.components[1:])), view


async def test_a_lost_line_reads_as_silent_with_its_length_and_cause(source) -> None:
    lost, view = spoilt(source, Standing.SILENT, "communication_lost")
    assert why(voice("en"), lost, view, NOW) == "no readings for 25\u00a0min: no communication"
    assert source_row(voice("ru"), lost, NOW).reason == "показаний нет 25\u00a0мин: нет связи с прибором"
    assert partly_silent(lost)
    assert closer_word(lost, view) == "partly_silent"
    assert not partly_silent(source)


@pytest.mark.parametrize(("status", "said"), [("held", "held value"), ("over_range", "over the measuring range")])
async def test_readings_that_do_not_count_name_the_instruments_word(source, status, said) -> None:
    held, view = spoilt(source, Standing.INVALID, status, now=2_000.0)
    assert why(voice("en"), held, view, NOW) == f"{said}, not valid for 25\u00a0min"
    row = now_row(voice("en"), held, view, NOW, chosen=False)
    assert (row.now_reason, row.budget) == (said, "")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_value_that_cannot_be_corrected_says_so_in_every_language(source, language) -> None:
    bare, view = spoilt(source, Standing.INVALID, "valid")
    said = voice(language).t("reason.uncorrected")
    assert now_row(voice(language), bare, view, NOW, chosen=False).now_reason == said
    assert cause_of(voice(language), source.components[0]) == ""
    assert cause_of(voice(language), replace(view, standing=Standing.WITHIN)) == said, (
        "the last average is still within, the present is not known"
    )


async def test_oxygen_that_is_held_is_not_shown_as_if_it_were_live(source) -> None:
    held = replace(source.peripherals[0], now=6.8, now_status="held", standing=Standing.INVALID)
    assert (voice("en").sign("o2"), "held value") in facts(voice("en"), replace(source, peripherals=(held, *source.peripherals[1:])), NOW)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_window_that_has_only_begun_does_not_blame_the_readings(source, language) -> None:
    young, view = spoilt(source, Standing.INVALID, "valid", now=2_000.0)
    view = replace(view, since_ms=None)
    assert why(voice(language), young, view, NOW) == voice(language).t("reason.too_few")
    assert (
        now_row(voice(language), young, view, NOW, chosen=False).now.replace("\u202f", "").replace("\u00a0", "").replace(",", "") == "2000"
    )
    told = closer_word(young, view)
    segments = sentences.source(voice(language), "A", "invalid", view, None, NOW, told=told)
    assert told == "too_few"
    assert [part.standing for part in segments if part.standing] == ["invalid"], "the closer word keeps the standing's colour"


@pytest.mark.parametrize(("language", "said"), [("en", "likely to exceed: 83%"), ("ru", "скорее всего превысит: 83\u00a0%")])
async def test_how_likely_the_open_window_is_to_exceed_stands_beside_what_it_may_still_average(source, language, said) -> None:
    view = replace(source.components[0], exceedance_probability=0.83)
    assert now_row(voice(language), source, view, NOW, chosen=False).likely == said
    assert now_row(voice(language), source, replace(view, exceedance_probability=None), NOW, chosen=False).likely == ""


async def test_a_silent_component_is_not_said_to_be_likely_of_anything(source) -> None:
    lost, view = spoilt(source, Standing.SILENT, "communication_lost")
    assert now_row(voice("en"), lost, replace(view, exceedance_probability=0.83), NOW, chosen=False).likely == ""
