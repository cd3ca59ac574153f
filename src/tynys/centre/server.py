"""Two listeners in one process: HTTPS for gateways, plain HTTP for pages and API."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
from typing import TYPE_CHECKING, Any

import uvicorn

from tynys.domain.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fastapi import FastAPI

    from tynys.centre.programme import Centre

START_TIMEOUT_S = 15.0
GRACE_S = 3


class _Listener(uvicorn.Server):
    """A uvicorn server that leaves signals to the programme."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone."""
        yield

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self.servers[0].sockets[0].getsockname()[1])


def _listener(app: FastAPI, host: str, port: int, **ssl: Any) -> _Listener:
    return _Listener(
        uvicorn.Config(
            app,
            host=host,
            port=port,
            loop="none",
            http="httptools",
            ws="none",
            lifespan="off",
            access_log=False,
            log_level="warning",
            server_header=False,
            timeout_keep_alive=75,
            timeout_graceful_shutdown=GRACE_S,
            **ssl,
        )
    )


async def serve(
    centre: Centre, intake: FastAPI, public: FastAPI, *, said: Callable[[str], None], stop: asyncio.Event | None = None
) -> None:
    """Listen until Ctrl-C, SIGTERM or ``stop``; the addresses are said and written to ``run.json`` once both answer."""
    stop = stop or asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError, ValueError):
            loop.add_signal_handler(number, stop.set)
    settings, folder = centre.settings, centre.folder
    tls = {"ssl_certfile": str(folder.certificate), "ssl_keyfile": str(folder.certificate_key)}
    listeners = [
        _listener(intake, settings.intake.host, settings.intake.port, **tls),
        _listener(public, settings.public.host, settings.public.port),
    ]
    tasks = [asyncio.create_task(_serve(listener)) for listener in listeners]
    try:
        await _started(listeners, tasks)
        urls = {
            "intake_url": f"https://{settings.intake.host}:{listeners[0].port}",
            "public_url": f"http://{settings.public.host}:{listeners[1].port}",
        }
        beside = folder.running.with_suffix(".tmp")
        beside.write_text(json.dumps({"pid": os.getpid(), **urls}) + "\n", encoding="utf-8")
        beside.replace(folder.running)
        said(f"intake {urls['intake_url']}")
        said(f"pages {urls['public_url']}")
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait([stopping, *tasks], return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
    finally:
        centre.stream.close()
        for listener in listeners:
            listener.should_exit = True
        await asyncio.gather(*tasks, return_exceptions=True)
        folder.running.unlink(missing_ok=True)
        for number in (signal.SIGINT, signal.SIGTERM):
            with contextlib.suppress(NotImplementedError, ValueError):
                loop.remove_signal_handler(number)


async def _serve(listener: _Listener) -> None:
    try:
        await listener.serve()
    except SystemExit:
        where = f"{listener.config.host}:{listener.config.port}"
        raise ConfigurationError(
            "cannot listen there; is the port taken?", where=where, hint="choose another port in centre.toml"
        ) from None


async def _started(listeners: list[_Listener], tasks: list[asyncio.Task[None]]) -> None:
    async with asyncio.timeout(START_TIMEOUT_S):
        while not all(listener.started for listener in listeners):
            for task in tasks:
                if task.done():
                    task.result()
            await asyncio.sleep(0.02)
