"""The lines a Modbus driver speaks over: pymodbus's client, or our own that sends all requests of a poll at once."""

from __future__ import annotations

import asyncio
import logging
import struct
from typing import TYPE_CHECKING, Protocol

from pymodbus.exceptions import ConnectionException, ModbusException, ModbusIOException

from tynys.domain.status import GapCause
from tynys.field.driver import LineError
from tynys.field.modbus_frame import Exchange, FrameReader
from tynys.field.modbus_reads import ExceptionAnswer, Read

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pymodbus.client.base import ModbusBaseClient

    from tynys.field.modbus_reads import Answer

logging.getLogger("pymodbus.logging").setLevel(logging.CRITICAL + 1)  # what it would log is in a driver's health


class Line(Protocol):
    """A connection that answers reads; a failure raises and the line must be shut before it is used again."""

    async def open(self) -> None:
        """Connect."""

    async def exchange(self, reads: Sequence[Read], *, unit: int) -> list[Answer]:
        """The answers to ``reads`` in their order."""

    async def shut(self) -> None:
        """Let go of the connection; never fails."""


async def read_with_pymodbus(client: ModbusBaseClient, reads: Sequence[Read], *, unit: int) -> list[Answer]:
    """Ask one request after the other.

    pymodbus repeats a request under the same transaction number, so nobody may repeat or cut short outside: clients are
    made with ``retries=0`` and a failed one is closed, never used again.
    """
    calls = {
        1: client.read_coils,
        2: client.read_discrete_inputs,
        3: client.read_holding_registers,
        4: client.read_input_registers,
    }
    answers: list[Answer] = []
    for read in reads:
        try:
            response = await calls[read.function](read.address, count=read.length, device_id=unit)
        except ConnectionException as error:
            raise LineError(GapCause.LINE_CUT, "the line is cut") from error
        except ModbusIOException as error:
            raise LineError(GapCause.NO_ANSWER, "no answer; is the instrument on, and is the device id right?") from error
        except ModbusException as error:
            raise LineError(GapCause.UNDECODABLE, f"the answer could not be understood ({error})") from error
        if response.isError():
            answers.append(ExceptionAnswer(response.exception_code))
        elif read.is_bits:
            answers.append(_pack_bits(response.bits[: read.length], read))
        elif len(response.registers) != read.length:
            raise LineError(GapCause.UNDECODABLE, f"expected {read.length} registers, came {len(response.registers)}")
        else:
            answers.append(struct.pack(f">{read.length}H", *response.registers))
    return answers


def _pack_bits(bits: Sequence[bool], read: Read) -> bytes:
    if len(bits) != read.length:
        raise LineError(GapCause.UNDECODABLE, f"expected {read.length} bits, came {len(bits)}")
    return sum(1 << place for place, bit in enumerate(bits) if bit).to_bytes(read.size, "little")


class PipelinedLine(asyncio.Protocol):
    """A Modbus TCP connection that sends all requests of a poll in one packet and takes the answers in any order."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._transport: asyncio.Transport | None = None
        self._reader = FrameReader()
        self._exchanges: dict[tuple[tuple[Read, ...], int], Exchange] = {}
        self._current: Exchange | None = None
        self._answered: asyncio.Future[list[Answer]] | None = None
        self._transaction = 0

    async def open(self) -> None:
        """Connect."""
        await self.shut()
        self._reader = FrameReader()
        self._transport, _ = await asyncio.get_running_loop().create_connection(lambda: self, self._host, self._port)

    async def exchange(self, reads: Sequence[Read], *, unit: int) -> list[Answer]:
        """The answers to ``reads`` in their order."""
        if self._transport is None:
            raise LineError(GapCause.LINE_CUT, "the line is cut")
        key = (tuple(reads), unit)
        exchange = self._exchanges.get(key)
        if exchange is None:
            exchange = self._exchanges[key] = Exchange(reads, unit=unit)
        self._current = exchange
        answered = self._answered = asyncio.get_running_loop().create_future()
        self._transport.write(exchange.packet(self._transaction))
        self._transaction = (self._transaction + len(reads)) & 0xFFFF
        try:
            answers: list[Answer] = await answered
        finally:
            self._answered = self._current = None
        return answers

    async def shut(self) -> None:
        """Let go of the connection."""
        if self._transport is not None:
            self._transport.abort()
            self._transport = None

    def data_received(self, data: bytes) -> None:
        """Bytes came: the poll that waits gets its answers once they are whole."""
        try:
            for frame in self._reader.feed(data):
                answers = self._current.take(frame) if self._current else None
                if answers is not None and self._answered is not None and not self._answered.done():
                    self._answered.set_result(answers)
        except LineError as error:
            self._fail(error)

    def connection_lost(self, exc: Exception | None) -> None:
        """The other end hung up."""
        self._transport = None
        self._fail(LineError(GapCause.LINE_CUT, f"the line is cut ({exc or 'the other end closed it'})"))

    def _fail(self, error: LineError) -> None:
        if self._answered is not None and not self._answered.done():
            self._answered.set_exception(error)
