"""How a number was made, asked of a running centre: the steps, the readings they lead to, and the printed page."""

from datetime import datetime
from urllib.parse import urlsplit

import pytest
from centre_support import HOUR_MS, stamp

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def filled(trial):
    gateway = await trial.gateway()
    span = (trial.start_ms, trial.start_ms + 2 * HOUR_MS)
    await trial.at.send(gateway, gateway.seal(trial.blocks(*span, so2=1234.5678), span))
    await trial.averages(at_least=6)


def asked(trial, component="so2", **more):
    return {"source": trial.source, "component": component, "start": stamp(trial.start_ms), **more}


async def test_the_steps_give_the_stored_value_and_say_so(trial):
    await filled(trial)
    told = await trial.at.get("/averages/explain", **asked(trial))
    assert (told["simulated"], told["basis"], told["agrees"]) == (True, "from_readings", True)
    assert told["average"]["value"] == 1234.5678
    kinds = [step["kind"] for step in told["steps"]]
    assert kinds[0] == "readings"
    assert {"raw", "calibration", "validity", "limit"} <= set(kinds)
    assert all(step["title"] for step in told["steps"])


async def test_the_first_step_leads_to_the_raw_readings_and_counts_them(trial):
    await filled(trial)
    told = await trial.at.get("/averages/explain", **asked(trial))
    (read,) = told["steps"][0]["channels"]
    address = urlsplit(read["readings"])
    page = (await trial.at.public.get(f"{address.path}?{address.query}")).json()
    assert {item["channel"] for item in page["items"]} == {read["channel"]}
    assert len(page["items"]) == sum(read["count_by_status"].values()) == read["count_expected"]
    assert read["count_by_status"]["valid"] == read["count_valid"]


async def test_an_hour_leads_on_to_its_short_averages(trial):
    await filled(trial)
    await trial.at.until(lambda: trial.at.centre.averages.rows(trial.source, ["so2"], "PT1H", trial.start_ms, trial.start_ms + 1))
    told = await trial.at.get("/averages/explain", **asked(trial, period="PT1H"))
    assert (told["basis"], told["agrees"]) == ("from_shorter", True)
    members = told["steps"][0]["members"]
    assert [member["counts"] for member in members] == [True] * 3
    address = urlsplit(members[1]["explain"])
    inner = (await trial.at.public.get(f"{address.path}?{address.query}")).json()
    assert inner["basis"] == "from_readings"
    assert datetime.fromisoformat(inner["average"]["start"]) == datetime.fromisoformat(members[1]["start"])


@pytest.mark.parametrize("language", ["en", "ru", "kk"])
async def test_the_same_steps_are_a_printed_page_in_each_language(trial, language):
    await filled(trial)
    answer = await trial.at.public.get("/api/v1/averages/explain", params=asked(trial, format="pdf", lang=language))
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    assert answer.headers["x-tynys-simulated"] == "true"
    assert answer.content.startswith(b"%PDF-")


async def test_an_average_nobody_made_is_not_found(trial):
    await filled(trial)
    for wrong in (asked(trial, "co2"), {**asked(trial), "source": "nowhere"}, asked(trial, origin="imported")):
        answer = await trial.at.public.get("/api/v1/averages/explain", params=wrong)
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


async def test_the_page_shows_every_step_and_links_to_the_readings(trial):
    await filled(trial)
    page = await trial.at.centre.queries.explanation(trial.source, "so2", "PT20M", trial.start_ms)
    assert page.agrees is True
    read = page.steps[0].channels[0]
    raw = await trial.at.centre.queries.readings(trial.source, read.channel, read.start_ms, read.end_ms)
    assert (raw.component, len(raw.time_ms)) == ("so2", read.count_expected)
