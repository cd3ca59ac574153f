"""Modbus RTU over a serial line that several instruments may share."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from pymodbus import FramerType
from pymodbus.client import AsyncModbusSerialClient

from tynys.domain.status import GapCause
from tynys.field.driver import LineError
from tynys.field.modbus_driver import ModbusDriver
from tynys.field.modbus_line import read_with_pymodbus

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tynys.field.modbus_reads import Answer, Read
    from tynys.field.register_map import ModbusMap
    from tynys.field.settings import ModbusRtuSettings


class SerialBus:
    """One serial port; the instruments on it take turns.

    After a failure the port is closed: on a serial line an answer that comes late cannot be told from the answer to the
    next request, and closing throws it away.
    """

    def __init__(self, settings: ModbusRtuSettings) -> None:
        self.format = _format(settings)
        self._settings = settings
        self._turn = asyncio.Lock()
        self._client: AsyncModbusSerialClient | None = None

    async def open(self) -> None:
        """Open the port if it is not."""
        async with self._turn:
            await self._open()

    async def exchange(self, reads: Sequence[Read], *, unit: int) -> list[Answer]:
        """The answers of device ``unit``, once its turn has come."""
        async with self._turn:
            await self._open()
            try:
                return await read_with_pymodbus(self._opened, reads, unit=unit)
            except BaseException:
                self.shut()
                raise

    def shut(self) -> None:
        """Close the port."""
        if self._client is not None:
            self._client.close()
            self._client = None

    @property
    def _opened(self) -> AsyncModbusSerialClient:
        if self._client is None:
            raise LineError(GapCause.LINE_CUT, "the port is closed")
        return self._client

    async def _open(self) -> None:
        if self._client is not None and self._client.connected:
            return
        self.shut()
        settings = self._settings
        client = AsyncModbusSerialClient(
            settings.port,
            framer=FramerType.RTU,
            baudrate=settings.baudrate,
            bytesize=settings.byte_size,
            parity=settings.parity,
            stopbits=settings.stop_bits,
            timeout=settings.answer_ms / 1000,
            retries=0,
            reconnect_delay=0,
        )
        if not await client.connect():
            client.close()
            raise LineError(GapCause.LINE_CUT, f"cannot open {settings.port} (is the adapter plugged in, may this user open it?)")
        self._client = client


_buses: dict[tuple[int, str], tuple[SerialBus, int]] = {}
"""Buses in use in this process, by event loop and port, with the count of their lines."""


class SerialLine:
    """One instrument's share of a bus."""

    def __init__(self, settings: ModbusRtuSettings) -> None:
        self._settings = settings
        self._key: tuple[int, str] | None = None

    async def open(self) -> None:
        """Join the bus, opening the port if this is the first."""
        if self._key is None:
            key = (id(asyncio.get_running_loop()), self._settings.port)
            bus, users = _buses.get(key, (None, 0))
            bus = bus or SerialBus(self._settings)
            if bus.format != _format(self._settings):
                raise LineError(
                    GapCause.LINE_CUT,
                    f"two devices disagree about {self._settings.port}: {bus.format} and {_format(self._settings)}",
                )
            _buses[key] = (bus, users + 1)
            self._key = key
        await self._bus.open()

    async def exchange(self, reads: Sequence[Read], *, unit: int) -> list[Answer]:
        """The answers to ``reads`` in their order."""
        return await self._bus.exchange(reads, unit=unit)

    async def shut(self) -> None:
        """Leave the bus; the last one closes the port."""
        if self._key is None:
            return
        bus, users = _buses[self._key]
        if users > 1:
            _buses[self._key] = (bus, users - 1)
        else:
            del _buses[self._key]
            bus.shut()
        self._key = None

    @property
    def _bus(self) -> SerialBus:
        if self._key is None:
            raise LineError(GapCause.LINE_CUT, "the port is closed")
        return _buses[self._key][0]


def _format(settings: ModbusRtuSettings) -> str:
    return f"{settings.baudrate} baud {settings.byte_size}{settings.parity}{settings.stop_bits}"


def modbus_rtu_driver(settings: ModbusRtuSettings, register_map: ModbusMap, *, interval_ms: int) -> ModbusDriver:
    """The driver of one instrument on a serial line."""
    where = f"{settings.port}, device {settings.device_id}"
    return ModbusDriver(settings, register_map, SerialLine(settings), where=where, interval_ms=interval_ms)
