"""The page "how this number was made": every step in words and numbers, and links down to the readings."""

import re

import pytest
from html_tree import read, text
from pages_under_test import CHANNEL, LANGUAGES, WINDOW_START
from sample import WINDOW, Sample

from tynys.calc.explain import explain
from tynys.domain.average import Origin
from tynys.present.explanation import figure, worded
from tynys.present.explanation_sheet import sheet
from tynys.present.pdf import render
from tynys.present.voice import voice

MADE = f"/source/gres-1.stack-2/made?component=so2&period=PT20M&start={WINDOW_START}"


async def explained(source="gres-1.stack-2", component="so2", period="PT20M"):
    return await Sample().explanation(source, component, period, WINDOW_START)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_step_stands_on_the_page_with_its_formula_and_its_result(full, language):
    answer = await full.get(f"{MADE}&lang={language}")
    body = answer.text
    explanation = await explained()
    words = worded(voice(language), explanation)
    assert len(re.findall(r'<div class="step-head">', body)) == len(words)
    assert body.count("<math ") == sum(1 for step in words if step.math)
    said = text(read(body)).replace("\u00a0", " ")
    for step in words:
        assert step.title.replace("₂", "2") in said.replace("₂", "2")
    assert voice(language).t("explain.agrees") in said


async def test_the_source_page_links_to_it_and_it_links_to_the_readings_as_table_and_csv(full):
    source = (await full.get("/source/gres-1.stack-2?component=so2&lang=en")).text
    (link,) = set(re.findall(r'href="(/source/gres-1\.stack-2/made\?[^"]*)"', source))
    page = (await full.get(link.replace("&amp;", "&"))).text
    tables = re.findall(r'href="(/source/gres-1\.stack-2/readings\?[^"]*)"', page)
    assert len(tables) >= 3  # the component, oxygen, moisture
    table = await full.get(tables[0].replace("&amp;", "&") + "&lang=en")
    assert table.status_code == 200
    rows, page, pages = len(re.findall(r"<tr><td>", table.text)), table.text, 1
    while onward := re.findall(r'<a rel="next" href="([^"]*)"', page):
        page = (await full.get(onward[0].replace("&amp;", "&") + "&lang=en")).text
        rows, pages = rows + len(re.findall(r"<tr><td>", page)), pages + 1
        assert pages < 20  # each leads to a later one
    assert rows == 1200
    (csv,) = re.findall(r'href="(/api/v1/readings\?[^"]*)"', table.text)
    assert f"channel={CHANNEL}" in csv
    assert "format=csv" in csv


async def test_an_hour_links_to_the_shorter_averages_it_is_the_mean_of(full):
    page = (await full.get(f"/source/gres-1.stack-2/made?component=dust&period=PT1H&start={WINDOW_START}")).text
    starts = [int(found) for found in re.findall(r"made\?component=dust&amp;period=PT20M&amp;start=(\d+)", page)]
    assert starts[:3] == [starts[0], starts[0] + WINDOW, starts[0] + 2 * WINDOW]
    assert starts[3:] == starts[:3]  # its mass is the mean of theirs


async def test_what_cannot_be_asked_is_not_found(full):
    assert (await full.get("/source/gres-1.stack-2/made")).status_code == 200  # asks to choose one
    for address in (
        "/source/gres-1.stack-2/made?start=x",
        f"{MADE}&period=P9D",
        MADE.replace("so2", "nothing"),
        "/source/gres-1.stack-2/readings",
    ):
        answer = await full.get(address)
        assert answer.status_code == 404, address


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("source", "component"), [("gres-1.stack-2", "so2"), ("tets-2.stack-1", "nox"), ("gres-1.stack-2", "flow")])
async def test_the_printed_page_is_the_same_bytes_every_time(language, source, component):
    explanation = await explained(source, component)
    data = sheet(voice(language), explanation, "Stack 2", simulated=True)
    assert len(data["steps"]) == len(explanation.steps)
    assert render("explanation", data) == render("explanation", data)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_an_imported_average_says_what_is_known_of_it(language):
    average = Sample().average("gres-1.stack-2", "dust", WINDOW_START, 500.0)
    fields = {name: getattr(average, name) for name in average.__dataclass_fields__}
    foreign = type(average)(**fields | {"origin": Origin.IMPORTED, "rule_pack": "databank-kz", "configuration": "ab" * 32})
    steps = worded(voice(language), explain(foreign, None, None))
    assert [step.kind for step in steps] == ["imported", "as_it_came", "accepted", "mass"]
    assert any("databank-kz" in words for words in steps[0].notes)


def test_numbers_are_shown_with_six_digits_and_no_noughts():
    shown = {v: figure(voice("en"), v) for v in (0.0, 1.0, 1240.2569, 0.001234567, 21.0, 5357626.4, None)}
    assert shown == {0.0: "0", 1.0: "1", 1240.2569: "1,240.26", 0.001234567: "0.00123457", 21.0: "21", 5357626.4: "5,357,626", None: "—"}


async def test_every_average_of_the_table_beside_the_chart_leads_to_its_own_steps(full):
    body = (await full.get("/source/gres-1.stack-2/table?component=so2&span=day&kind=averages&lang=en")).text
    links = re.findall(r'<a href="(/source/gres-1\.stack-2/made\?component=so2&amp;period=PT20M&amp;start=\d+)"', body)
    assert len(links) == len(set(links)) == len(re.findall(r"<tr><td>", body)) > 60
    assert (await full.get(links[0].replace("&amp;", "&"))).status_code == 200
    year = (await full.get("/source/gres-1.stack-2/table?component=so2&span=year&kind=averages&lang=en")).text
    assert "/made?" not in year  # a row of the year is many averages


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_fuel_is_named_in_the_language_of_the_page(full, language):
    said = text(read((await full.get(f"{MADE}&lang={language}")).text))
    assert {"kk": "Екібастұз көмірі", "ru": "Экибастузский уголь", "en": "Ekibastuz coal"}[language] in said
