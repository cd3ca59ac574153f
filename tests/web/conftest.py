"""The pages over the samples, asked in-process."""

import sys
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from application import sample_app
from sample import Sample
from sample_plant import SamplePlant

from tynys.plant.local_page import local_app
from tynys.web import local
from tynys.web.site import HEADERS


@asynccontextmanager
async def asking(app):
    """A client of an application in this process."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=True)
    async with httpx.AsyncClient(transport=transport, base_url="http://page.test") as client:
        yield client


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
        "plant": lambda: local_app(SamplePlant(), page=local.render_plant, mount=local.routes(), headers=HEADERS),
    }
    async with asking(makers[request.param]()) as client:
        yield client
