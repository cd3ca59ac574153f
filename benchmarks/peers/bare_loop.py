"""A bare pymodbus loop: the same registers read once a second, appended to a CSV file or pushed straight to a stream of Starlette.

``python -m benchmarks.peers.bare_loop DEVICES.json --csv FILE`` or ``--stream RUN.json [--clock URL]``. No spool, signature, chain,
journal or receipt: what is lost is lost.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import csv
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import msgspec
import uvicorn
import uvloop
from pymodbus.client import AsyncModbusTcpClient
from starlette.applications import Starlette
from starlette.responses import StreamingResponse
from starlette.routing import Route

from tynys.field.modbus import plan_reads
from tynys.field.register_map import ModbusMap, load_map
from tynys.wire.clock import open_clock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from tynys.field.register_map import Number

WORDS: dict[str, Literal["big", "little"]] = {"ABCD": "big", "CDAB": "little"}
Values = list[tuple[str, float]]


class Device:
    """One instrument, read block by block with pymodbus's own decoding."""

    def __init__(self, settings: dict[str, Any]) -> None:
        register_map = load_map(settings["map"])
        assert isinstance(register_map, ModbusMap), "a map of registers"
        self.client = AsyncModbusTcpClient(settings["host"], port=settings["port"])
        self._order = register_map.word_order
        self.facility = settings.get("facility", "")
        self._clock = register_map.clock
        self._points = [(settings["channels"][point.name], point) for point in register_map.points if point.name in settings["channels"]]
        numbers: list[Number] = [point for _, point in self._points] + ([self._clock] if self._clock else [])
        self._reads = plan_reads([*numbers, *register_map.status], max_gap=32)

    async def read(self) -> tuple[Values, int]:
        """Every channel's raw number, and the instrument's clock. [ms since 1970 UTC]."""
        ask = {1: self.client.read_coils, 2: self.client.read_discrete_inputs}
        ask |= {3: self.client.read_holding_registers, 4: self.client.read_input_registers}
        blocks = [(read, await ask[read.function](read.address, count=read.length)) for read in self._reads]
        registers = {
            (read.function, read.address + place): word for read, answer in blocks for place, word in enumerate(answer.registers or ())
        }
        told = self._number(self._clock, registers) * 1000 if self._clock else 0
        return [(channel, self._number(point, registers)) for channel, point in self._points], int(told)

    def _number(self, number: Number, registers: dict[tuple[int, int], int]) -> float:
        kind = getattr(self.client.DATATYPE, number.type.upper())
        words = [registers[number.table.function, number.address + place] for place in range(number.width)]
        order = WORDS[getattr(number, "word_order", None) or self._order]
        found = self.client.convert_from_registers(words, kind, order)
        assert isinstance(found, int | float), "one number"
        return float(found)


async def poll(devices: list[Device], instants: AsyncIterator[int], take: Callable[[Device, int, Values], None]) -> None:
    """Read all devices at every instant and hand on what each says."""
    await asyncio.gather(*(device.client.connect() for device in devices))

    async def one(device: Device, time_ms: int) -> None:
        values, told_ms = await device.read()
        take(device, told_ms or time_ms, values)

    async for time_ms in instants:
        await asyncio.gather(*(one(device, time_ms) for device in devices))


async def every_second() -> AsyncIterator[int]:
    """The whole seconds of this computer's clock. [ms since 1970 UTC]."""
    while True:
        await asyncio.sleep(1 - time.time() % 1)
        yield int(time.time()) * 1000


async def to_csv(devices: list[Device], file: Path) -> None:
    """Append every value as a line, flushed once a second by nobody but the system."""
    with file.open("w", newline="") as opened:
        writer = csv.writer(opened)
        await poll(devices, every_second(), lambda _, at, values: writer.writerows((at, channel, value) for channel, value in values))


async def to_stream(devices: list[Device], run_file: Path, clock_url: str) -> None:
    """Push every device's values to whoever listens."""
    listeners: set[asyncio.Queue[bytes]] = set()

    def push(device: Device, time_ms: int, values: Values) -> None:
        channels = {channel: [time_ms, value] for channel, value in values}
        body = msgspec.json.encode({"facility": device.facility, "source": "bare", "channels": channels})
        for queue in listeners:
            queue.put_nowait(b"event: readings\ndata: " + body + b"\n\n")

    async def stream(_request: object) -> StreamingResponse:
        async def frames() -> AsyncIterator[bytes]:
            queue: asyncio.Queue[bytes] = asyncio.Queue()
            listeners.add(queue)
            try:
                while True:
                    yield await queue.get()
            finally:
                listeners.discard(queue)

        return StreamingResponse(frames(), media_type="text/event-stream")

    server = uvicorn.Server(uvicorn.Config(Starlette(routes=[Route("/stream", stream)]), port=0, log_level="warning", lifespan="off"))
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.02)
    run_file.write_bytes(msgspec.json.encode({"port": server.servers[0].sockets[0].getsockname()[1]}))  # noqa: ASYNC240 - once, small
    clock = await open_clock(clock_url, name="bare loop", rank=1)
    polling = asyncio.create_task(poll(devices, clock.ticks(1000), push))
    await asyncio.wait([serving, polling], return_when=asyncio.FIRST_COMPLETED)
    polling.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await polling


async def main() -> None:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser()
    parser.add_argument("devices", type=Path)
    parser.add_argument("--csv", type=Path)
    parser.add_argument("--stream", type=Path)
    parser.add_argument("--clock")
    asked = parser.parse_args()
    devices = [Device(each) for each in msgspec.json.decode(asked.devices.read_bytes())["devices"] if each["driver"] == "modbus-tcp"]
    await (to_csv(devices, asked.csv) if asked.csv else to_stream(devices, asked.stream, asked.clock))


if __name__ == "__main__":
    uvloop.run(main())
