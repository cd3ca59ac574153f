"""Pages that live: values change by the stream without a reload, and keep the reader's place."""

import asyncio
from dataclasses import replace

import pytest
from browser import serving
from playwright.async_api import expect
from sample import NOW, Sample
from starlette.applications import Starlette
from starlette.responses import StreamingResponse
from starlette.routing import Route

from tynys.centre.views import Standing
from tynys.web import mount

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group("browser")]
DUST = "/source/gres-1.stack-1?component=dust&lang=en"


class Moving(Sample):
    """The sample with one value a test moves, and a stream that speaks when the test says so."""

    shown, standing = 275.0, Standing.WITHIN

    def __post_init__(self):
        super().__post_init__()
        self.listeners, self.told = set(), 0

    def component_view(self, source, name, limit, special):
        view = super().component_view(source, name, limit, special)
        if (source, name) != ("gres-1.stack-1", "dust"):
            return view
        return replace(view, now=self.shown, mean_so_far=self.shown, standing=self.standing)

    def tell(self, name="source"):
        """An event to everyone who listens."""
        self.told += 1
        for queue in self.listeners:
            queue.put_nowait(b"id: %d\nevent: %s\ndata: {}\n\n" % (self.told, name.encode()))

    async def stream(self, _):
        queue = asyncio.Queue()
        self.listeners.add(queue)

        async def events():
            try:
                yield b"retry: 100\n\n"
                while (event := await queue.get()) is not None:
                    yield event
            finally:
                self.listeners.discard(queue)

        return StreamingResponse(events(), media_type="text/event-stream", headers={"Cache-Control": "no-store"})

    def hang_up(self):
        """End every stream, as a server that goes away does."""
        for queue in self.listeners:
            queue.put_nowait(None)


@pytest.fixture
def country():
    return Moving()


async def opened(visitor, country, origin, path):
    """A page that listens and has asked once, as it does when it begins to listen."""
    async with visitor.page.expect_response(lambda answer: "part=live" in answer.url):
        await visitor.go(origin + path)
    for _ in range(500):
        if country.listeners:
            break
        await asyncio.sleep(0.02)
    assert len(country.listeners) == 1
    await visitor.page.evaluate("() => { window.stayed = true; }")


def application(country):
    app = Starlette(routes=[Route("/api/v1/stream", country.stream)])
    mount(app, country)
    return app


async def test_a_value_changes_in_its_cell_without_a_reload(arrive, country) -> None:
    async with serving(application(country)) as origin:
        visitor = await arrive()
        page = visitor.page
        await opened(visitor, country, origin, DUST)
        cell = page.locator("tr", has=page.locator("[aria-current=true]")).locator(".c-now .fig")
        await expect(cell).to_have_text("275")
        country.shown, country.standing, country.now_ms = 512.0, Standing.EXCEEDING, NOW + 7_000
        country.tell()
        await expect(cell).to_have_text("512")
        await expect(page.locator("h1")).to_contain_text("exceeds its dust limit")
        await expect(page.locator(".facts").first).to_contain_text("14:32:12 (UTC+5)")
        assert await page.evaluate("() => window.stayed")
        await page.close()


async def test_the_focus_and_an_open_twin_survive_a_change(arrive, country) -> None:
    async with serving(application(country)) as origin:
        visitor = await arrive()
        page = visitor.page
        await opened(visitor, country, origin, "/?lang=en")
        await page.get_by_text("The same as a table").click()
        link = page.locator("#zone-points tbody a").nth(2)
        await link.focus()
        country.shown, country.standing = 512.0, Standing.EXCEEDING
        country.tell()
        await expect(page.locator("#row-gres-1-stack-1 .fig")).to_have_text("512")
        await expect(page.locator("#zone-points table")).to_be_visible()
        await expect(link).to_be_focused()
        await page.close()


async def test_events_a_page_does_not_wait_for_ask_for_nothing(arrive, country) -> None:
    async with serving(application(country)) as origin:
        visitor = await arrive()
        await opened(visitor, country, origin, DUST)
        await asyncio.sleep(1.2)
        asked = len(visitor.asked)
        country.tell("gateway")
        await asyncio.sleep(0.5)
        assert len(visitor.asked) == asked
        await visitor.page.close()


async def test_many_events_are_few_questions(arrive, country) -> None:
    async with serving(application(country)) as origin:
        visitor = await arrive()
        await opened(visitor, country, origin, DUST)
        before = len(visitor.asked)
        for _ in range(40):
            country.tell()
            await asyncio.sleep(0.02)
        country.shown = 333.0
        country.tell()
        await expect(visitor.page.locator("tr", has=visitor.page.locator("[aria-current=true]")).locator(".c-now .fig")).to_have_text("333")
        assert len(visitor.asked) - before <= 4
        await visitor.page.close()


async def passing(page, line, *, visible):
    """Let the page's own time pass until the line is said to be lost, or taken up again."""
    for _ in range(60):
        await page.clock.fast_forward(2_000)
        await asyncio.sleep(0.2)
        if await line.is_visible() == visible:
            return
    raise AssertionError(f"the lost line is {'not said' if visible else 'still said'}")


async def test_a_lost_line_is_said_and_taken_up_again(arrive, country) -> None:
    async with serving(application(country)) as origin:
        visitor = await arrive()
        page = visitor.page
        await page.clock.install()
        await opened(visitor, country, origin, DUST)
        line = page.locator("t-live")
        await expect(line).to_be_hidden()
        await page.context.set_offline(True)
        country.hang_up()
        await passing(page, line, visible=True)
        assert await line.inner_text()
        await page.context.set_offline(False)
        await passing(page, line, visible=False)
        country.shown = 444.0
        country.tell()
        await expect(page.locator("tr", has=page.locator("[aria-current=true]")).locator(".c-now .fig")).to_have_text("444")
        visitor.complaints = [
            words for words in visitor.complaints if "ERR_INTERNET_DISCONNECTED" not in words and "Failed to fetch" not in words
        ]
        await page.close()
