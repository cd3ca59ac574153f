"""Takes bodies over HTTPS and appends them to SQLite: ``python -m benchmarks.peers.plain_intake FOLDER CERTIFICATE KEY``.

As durable as the centre (WAL, ``synchronous=FULL``, one commit for what waits), and nothing else: nobody is known, nothing is
verified, decoded, numbered or signed.
"""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import uvicorn
import uvloop
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

if TYPE_CHECKING:
    from starlette.requests import Request


class Store:
    """One writer, in a thread, that commits everything waiting at once."""

    def __init__(self, file: Path) -> None:
        self._connection = sqlite3.connect(file, check_same_thread=False, isolation_level=None)
        self._connection.executescript(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE body (n INTEGER PRIMARY KEY, body BLOB)"
        )
        self._waiting: list[tuple[bytes, asyncio.Future[None]]] = []
        self._wake = asyncio.Event()

    async def put(self, body: bytes) -> None:
        """Return when the body is on the disk."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((body, done))
        self._wake.set()
        await done

    async def run(self) -> None:
        """Commit group by group."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            group, self._waiting = self._waiting, []
            await asyncio.to_thread(self._commit, [body for body, _ in group])
            for _, done in group:
                done.set_result(None)

    def _commit(self, bodies: list[bytes]) -> None:
        self._connection.execute("BEGIN")
        self._connection.executemany("INSERT INTO body (body) VALUES (?)", [(body,) for body in bodies])
        self._connection.execute("COMMIT")


async def main(folder: Path, certificate: str, key: str) -> None:
    """Listen and write the port."""
    store = Store(folder / "plain.sqlite")

    async def take(request: Request) -> Response:
        await store.put(await request.body())
        return Response(b"stored")

    app = Starlette(routes=[Route("/v1/batches", take, methods=["POST"])])
    config = uvicorn.Config(app, port=0, log_level="warning", lifespan="off", ssl_certfile=certificate, ssl_keyfile=key, access_log=False)
    server = uvicorn.Server(config)
    writing = asyncio.create_task(store.run())
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    (folder / "plain.json").write_bytes(msgspec.json.encode({"port": port}))
    await serving
    writing.cancel()


if __name__ == "__main__":
    uvloop.run(main(Path(sys.argv[1]), sys.argv[2], sys.argv[3]))
