"""The pages over the samples, asked in-process or by a real browser."""

import sys
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI
from playwright.async_api import async_playwright

sys.path.insert(0, str(Path(__file__).parent))

import browser
from application import sample_app
from sample import Sample
from sample_plant import SamplePlant

from tynys.plant.local_page import local_app
from tynys.web import local, mount
from tynys.web.language import language_of
from tynys.web.site import HEADERS


@asynccontextmanager
async def asking(app):
    """A client of an application in this process."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=True)
    async with httpx.AsyncClient(transport=transport, base_url="http://page.test") as client:
        yield client


def interface_app():
    """The pages beside an interface of two routes, for the page that describes it."""
    app = FastAPI(title="Tynys", description="What the centre answers.", openapi_url="/api/v1/openapi.json", docs_url=None, redoc_url=None)

    @app.get("/api/v1/facilities", tags=["facilities"])
    async def facilities() -> list[str]:
        """All facilities."""
        return []

    @app.get("/api/v1/averages", tags=["averages"])
    async def averages(source: str, start: str | None = None) -> list[str]:
        """Averages of a source."""
        return [source, start or ""]

    mount(app, Sample())
    return app


@pytest.fixture
async def full():
    """The country with every state a page must show."""
    async with asking(sample_app(Sample())) as client:
        yield client


@pytest.fixture
async def variant(request):
    """The country full, empty or still loading, or a plant of its own."""
    makers = {
        "full": lambda: sample_app(Sample()),
        "empty": lambda: sample_app(Sample(empty=True)),
        "loading": lambda: sample_app(Sample(loading=0.4)),
        "interface": interface_app,
        "plant": lambda: local_app(
            SamplePlant(), page=local.render_plant, made=local.render_made, mount=local.routes(), headers=HEADERS, language_of=language_of
        ),
    }
    async with asking(makers[request.param]()) as client:
        yield client


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def chromium():
    """One browser for all journeys."""
    if not browser.CHROMIUM.exists():
        pytest.skip(f"needs Debian's Chromium at {browser.CHROMIUM}: apt-get install chromium")
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=str(browser.CHROMIUM), args=list(browser.ARGUMENTS))
        yield started
        await started.close()


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def origins():
    """The country full, empty and loading, and a plant, each on a port of its own; nothing on them moves."""
    still = {"beat_s": 3600.0}
    apps = {
        "full": sample_app(Sample(), **still),
        "empty": sample_app(Sample(empty=True), **still),
        "loading": sample_app(Sample(loading=0.4), **still),
        "interface": interface_app(),
        "plant": local_app(
            SamplePlant(**still),
            page=local.render_plant,
            made=local.render_made,
            mount=local.routes(),
            headers=HEADERS,
            language_of=language_of,
        ),
    }
    async with AsyncExitStack() as stack:
        yield {name: await stack.enter_async_context(browser.serving(app)) for name, app in apps.items()}


@pytest_asyncio.fixture(loop_scope="session")
async def arrive(chromium):
    """Opens browsers of visitors; at the end none of them has asked anyone outside or complained."""
    visitors, contexts = [], []

    async def start(*, size=browser.DESK, **options):
        context = await chromium.new_context(viewport=size, locale="en-GB", reduced_motion="reduce", **options)
        contexts.append(context)
        visitors.append(browser.Visitor(await context.new_page()))
        return visitors[-1]

    yield start
    for context in contexts:
        await context.close()
    assert [url for visitor in visitors for url in visitor.foreign()] == []
    assert [words for visitor in visitors for words in visitor.complaints] == []


@pytest_asyncio.fixture(loop_scope="session")
async def visitor(arrive):
    """A visitor at a desk."""
    return await arrive()
