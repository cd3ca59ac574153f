"""Modbus TCP: a driver for one instrument, over pymodbus's client or our pipelined one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pymodbus.client import AsyncModbusTcpClient
from pymodbus.exceptions import ConnectionException

from tynys.domain.status import GapCause
from tynys.field.driver import LineError
from tynys.field.modbus_driver import ModbusDriver
from tynys.field.modbus_line import PipelinedLine, read_with_pymodbus

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tynys.field.modbus_line import Line
    from tynys.field.modbus_reads import Answer, Read
    from tynys.field.register_map import ModbusMap
    from tynys.field.settings import ModbusTcpSettings


class PymodbusTcpLine:
    """A Modbus TCP connection of pymodbus; made anew at every opening."""

    def __init__(self, host: str, port: int, *, timeout_ms: int) -> None:
        self._host, self._port = host, port
        self._timeout_s = timeout_ms / 1000
        self._client: AsyncModbusTcpClient | None = None

    async def open(self) -> None:
        """Connect."""
        await self.shut()
        client = AsyncModbusTcpClient(
            self._host,
            port=self._port,
            timeout=2 * self._timeout_s,
            retries=0,
            reconnect_delay=0,
            trace_connect=self._told,
        )
        self._client = client
        if not await client.connect():
            raise LineError(GapCause.LINE_CUT, "cannot connect; nothing listens there (is the address right, is the instrument on?)")

    async def exchange(self, reads: Sequence[Read], *, unit: int) -> list[Answer]:
        """The answers to ``reads`` in their order."""
        if self._client is None or not self._client.connected:
            raise LineError(GapCause.LINE_CUT, "the line is cut (the other end closed it)")
        return await read_with_pymodbus(self._client, reads, unit=unit)

    def _told(self, connected: bool) -> None:
        """Told of a loss: by itself pymodbus would wait a whole time-out for an answer from a connection that is gone."""
        if not connected and self._client is not None:
            waiting = self._client.ctx.response_future
            if not waiting.done():
                waiting.set_exception(ConnectionException("the other end closed the connection"))
                waiting.exception()  # seen, even where nobody waits any more

    async def shut(self) -> None:
        """Let go of the connection."""
        if self._client is not None:
            self._client.close()
            self._client = None


def modbus_tcp_driver(settings: ModbusTcpSettings, register_map: ModbusMap, *, interval_ms: int) -> ModbusDriver:
    """The driver of one Modbus TCP instrument."""
    line: Line
    if settings.pipelined:
        line = PipelinedLine(settings.host, settings.port)
    else:
        line = PymodbusTcpLine(settings.host, settings.port, timeout_ms=settings.timeout_ms)
    where = f"{settings.host}:{settings.port}, device {settings.device_id}"
    return ModbusDriver(settings, register_map, line, where=where, interval_ms=interval_ms)
