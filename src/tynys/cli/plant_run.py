"""Composes a running gateway: its loop, its signals, its local page."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
from typing import TYPE_CHECKING

import structlog
import uvicorn
import uvloop

from tynys.cli import logs
from tynys.domain.errors import TynysError
from tynys.plant.gateway import Gateway, read_all
from tynys.plant.local_page import local_app
from tynys.plant.local_queries import GatewayQueries
from tynys.plant.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

log = structlog.get_logger("tynys.plant")


def run_until_stopped(settings_file: Path) -> None:
    """Run a gateway until SIGINT or SIGTERM; SIGHUP ends the run and starts another with the settings read again, if they can be used."""
    logs.to_stderr()
    again = True
    while again:
        again = uvloop.run(_run(settings_file))


async def _run(settings_file: Path) -> bool:
    """One run; whether another is wanted."""
    settings = load_settings(settings_file)
    stop = asyncio.Event()
    again = False

    def hang_up() -> None:
        nonlocal again
        try:
            read_all(load_settings(settings_file))
        except TynysError as error:
            log.error("settings.refused", error=str(error), doing="the run goes on with those it began with")  # noqa: TRY400 - no trace helps
            return
        again = True
        stop.set()

    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGINT, stop.set)
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    loop.add_signal_handler(signal.SIGHUP, hang_up)
    async with Gateway.open(settings) as gateway, _page(gateway):
        await gateway.run(stop)
    return again


@contextlib.asynccontextmanager
async def _page(gateway: Gateway) -> AsyncIterator[None]:
    """The local page while the gateway runs, if plant.toml gives it a port; its address is written beside the spool."""
    port = gateway.settings.gateway.page_port
    if port is None:
        yield
        return
    from tynys.web import local
    from tynys.web.language import language_of
    from tynys.web.site import HEADERS

    queries = GatewayQueries(gateway)
    app = local_app(
        queries, page=local.render_plant, made=local.render_made, mount=local.routes(), headers=HEADERS, language_of=language_of
    )
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_config=None, access_log=False, lifespan="off"))
    serving = asyncio.create_task(_serve(server), name="local page")
    address_file = gateway.settings.spool_folder / "page.json"
    try:
        while not server.started and not serving.done():  # noqa: ASYNC110 - uvicorn has no event for it
            await asyncio.sleep(0.02)
        if serving.done():
            log.warning("page.unavailable", port=port)
        else:
            chosen = server.servers[0].sockets[0].getsockname()[1]
            address_file.write_text(json.dumps({"url": f"http://127.0.0.1:{chosen}/"}), "utf-8")
            log.info("page", url=f"http://127.0.0.1:{chosen}/")
        yield
    finally:
        server.should_exit = server.force_exit = True
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
        address_file.unlink(missing_ok=True)
        queries.close()


async def _serve(server: uvicorn.Server) -> None:
    """Serve without taking the process down when the port is taken."""
    with contextlib.suppress(SystemExit):
        await server._serve()  # noqa: SLF001 - `serve` would take over the process's signals
