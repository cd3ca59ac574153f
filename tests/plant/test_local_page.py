"""The gateway's own server: JSON, a live stream, and a page where one is given."""

from __future__ import annotations

from dataclasses import replace

import httpx
import msgspec
import pytest
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from tynys.domain.facility import Names
from tynys.domain.status import GapCause, InstrumentStatus
from tynys.plant.local_page import local_app
from tynys.plant.views import AlarmView, LineState, LineView, LocalChannelView, PlantView
from tynys.web.local import render_plant

LINE = LineView("https://c", LineState.CUT, 10, 3, 0, 2, 4096, 1000, 2000, None, None)


def view(revision: int = 1) -> PlantView:
    channel = LocalChannelView("id", "stack-1.so2", "so2", "mg/Nm3", "gas", None, InstrumentStatus.FAULT, GapCause.NO_ANSWER, 1000, 4000.0)
    names = Names(kk="а", ru="б", en="c")
    return PlantView(
        revision=revision, now_ms=1000, facility="trial", names=names, operator=names, gateway="gateway", role="live",
        simulated=True, speed=1.0, running=True, channels=(channel,), sources=(), line=LINE, alarms=(),
    )  # fmt: skip


class Queries:
    async def plant(self) -> PlantView:
        return view()

    async def changes(self):
        for revision in (1, 2):
            yield view(revision)


@pytest.fixture
async def client():
    app = local_app(
        Queries(),
        page=lambda shown, language: f"<p>{shown.names.ru if language == 'ru' else shown.names.en}</p>",
        mount=[Route("/static", lambda _: PlainTextResponse("css"))],
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://local") as found:
        yield found


async def test_the_plant_is_json_with_the_missing_value_absent_and_its_cause(client) -> None:
    answer = (await client.get("/api/plant")).json()
    assert answer["line"]["state"] == "cut"
    assert answer["simulated"] is True
    assert (answer["channels"][0]["value"], answer["channels"][0]["cause"]) == (None, GapCause.NO_ANSWER)


async def test_every_change_is_an_event_with_its_number(client) -> None:
    text = (await client.get("/api/stream")).text
    events = [dict(line.split(": ", 1) for line in event.splitlines()) for event in text.strip().split("\n\n")]
    assert [(event["event"], event["id"]) for event in events] == [("plant", "1"), ("plant", "2")]
    assert msgspec.json.decode(events[1]["data"])["revision"] == 2


async def test_the_page_speaks_the_language_asked_for_and_english_otherwise(client) -> None:
    assert (await client.get("/?lang=ru")).text == "<p>б</p>"
    assert (await client.get("/?lang=xx")).text == "<p>c</p>"


async def test_given_routes_come_first(client) -> None:
    assert (await client.get("/static")).text == "css"


async def test_without_a_page_the_root_leads_to_the_data() -> None:
    app = local_app(Queries())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://local") as client:
        assert (await client.get("/")).headers["location"] == "/api/plant"


async def test_the_page_carries_the_headers_it_is_given() -> None:
    app = local_app(Queries(), page=lambda shown, language: "<p></p>", headers={"Content-Security-Policy": "default-src 'self'"})
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://local") as client:
        assert (await client.get("/")).headers["content-security-policy"] == "default-src 'self'"


@pytest.mark.parametrize(
    ("language", "words"), [("en", "An instrument does not answer"), ("ru", "Прибор не отвечает"), ("kk", "Аспап жауап бермейді")]
)
def test_the_alarm_of_an_instrument_is_worded_and_names_it(language: str, words: str) -> None:
    lost = AlarmView("device.lost:gas", 0, "192.0.2.10:502, device 1: no answer within 1 s")
    page = render_plant(replace(view(), alarms=(lost,)), language)
    assert f"<b>{words} (gas)</b>" in page
    assert "device.lost" not in page
