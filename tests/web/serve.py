"""Serve the samples by hand: `python tests/web/serve.py PORT`, the plant's page on the next port."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import uvicorn

sys.path.insert(0, str(Path(__file__).parent))

from application import sample_app
from sample import Sample
from sample_plant import SamplePlant

from tynys.plant.local_page import local_app
from tynys.web import local
from tynys.web.language import language_of
from tynys.web.site import HEADERS


async def main(port):
    plant = local_app(
        SamplePlant(), page=local.render_plant, made=local.render_made, mount=local.routes(), headers=HEADERS, language_of=language_of
    )
    apps = (
        (sample_app(Sample()), port),
        (sample_app(Sample(empty=True)), port + 2),
        (sample_app(Sample(loading=0.4)), port + 3),
        (plant, port + 1),
    )
    servers = [uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=number, log_level="warning")) for app, number in apps]
    await asyncio.gather(*(server.serve() for server in servers))


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
