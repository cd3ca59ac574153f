"""Modbus TCP servers: one port per device, lean enough to serve a country's polls at many times real time."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, cast

from tynys.sim.servers.modbus_frames import FrameError, Memory, Responder

if TYPE_CHECKING:
    from collections.abc import Callable

    Note = Callable[[int, str, int, int, int], None]


class _Connection(asyncio.Protocol):
    """One client; its answers come from the device's memory at the moment of the request."""

    def __init__(self, device: ModbusDevice) -> None:
        self._device = device
        self._responder: Responder | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = tcp = cast("asyncio.Transport", transport)  # uvloop's transports do not inherit from asyncio's
        host, port, *_ = tcp.get_extra_info("peername")
        peer, device = f"{host}:{port}", self._device
        self._responder = Responder(device.memory, lambda function, first, count: device.note(device.index, peer, function, first, count))
        device.connections.add(tcp)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        if self._transport is not None:
            self._device.connections.discard(self._transport)

    def data_received(self, data: bytes) -> None:
        if self._responder is None or self._transport is None:
            return
        try:
            answers = self._responder.feed(data)
        except FrameError:
            self._transport.abort()
            return
        if answers:
            self._transport.write(answers)


class ModbusDevice:
    """A device with its own port; its line can be cut and mended.

    Parameters
    ----------
    index : int
        Its number in the ledger.
    name : str
        For people and the ports file.
    note : callable
        Told (device, peer, function, first, count) of every answered read.
    """

    def __init__(self, index: int, name: str, note: Note) -> None:
        self.index = index
        self.name = name
        self.note = note
        self.memory = Memory()
        self.connections: set[asyncio.Transport] = set()
        self.host, self.port = "127.0.0.1", 0
        self._server: asyncio.Server | None = None

    @property
    def listening(self) -> bool:
        """Whether clients can reach it."""
        return self._server is not None

    async def listen(self, host: str, port: int = 0) -> None:
        """Take connections; port 0 chooses a free one, kept for as long as the device lives."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Connection(self), host, port or self.port)
        self.host, self.port = host, self._server.sockets[0].getsockname()[1]

    def cut(self) -> None:
        """Break every connection and refuse new ones, as a cut line does."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for transport in tuple(self.connections):
            transport.abort()

    async def mend(self) -> None:
        """Be reachable again at the same address."""
        if self._server is None:
            await self.listen(self.host, self.port)
