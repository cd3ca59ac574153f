"""The pages over the sample, with a stream that says once a second that something changed."""

from __future__ import annotations

import asyncio

from starlette.applications import Starlette
from starlette.responses import StreamingResponse
from starlette.routing import Route

from tynys.web import mount


def sample_app(queries, *, beat_s=1.0):
    async def events():
        yield b"retry: 1000\n\n"
        number = 0
        while True:
            number += 1
            yield b"id: %d\nevent: source\ndata: {}\n\n" % number
            await asyncio.sleep(beat_s)

    async def stream(_):
        return StreamingResponse(events(), media_type="text/event-stream", headers={"Cache-Control": "no-store"})

    app = Starlette(routes=[Route("/api/v1/stream", stream)])
    mount(app, queries)
    return app
