"""A simulated plant running in its own thread, stepped by the test, read by independent clients."""

from __future__ import annotations

import asyncio
import struct
import threading
from typing import TYPE_CHECKING

import pytest
from pymodbus.client import ModbusTcpClient

from tynys.sim.programme import SimSettings, SimulatedPlant

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Iterator
    from pathlib import Path

NOON_MS = 1_795_503_600_000
"""2026-11-24 12:00 in Almaty: no check, no upkeep, every unit of the plants under seed 1 in operation. [ms]"""


class SteppedClock:
    """A clock that moves when the test says so, forwards or back."""

    speed = 1000.0
    simulated = True
    late_ms = 0

    def __init__(self, start_ms: int) -> None:
        self._now = start_ms
        self._orders: asyncio.Queue[tuple[int, asyncio.Future[None]] | None] = asyncio.Queue()

    def now_ms(self) -> int:
        return self._now

    async def ticks(self, _interval_ms: int) -> AsyncGenerator[int, None]:
        while (order := await self._orders.get()) is not None:
            self._now, done = order
            yield self._now
            done.set_result(None)

    async def step(self, t_ms: int) -> None:
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        await self._orders.put((t_ms, done))
        await done

    async def sleep_until(self, t_ms: int) -> None:
        raise NotImplementedError

    async def close(self) -> None:
        await self._orders.put(None)


class RunningPlant:
    """A plant's servers in a thread; methods are called from the test's thread."""

    def __init__(
        self, facility: str, folder: Path, *, seed: int = 1, start_ms: int = NOON_MS, drift: bool = True, faults: tuple[str, ...] = ()
    ):
        self.control = folder / f"{facility}.faults"
        self.ledger = folder / f"{facility}.sqlite"
        self.ports_file = folder / f"{facility}.json"
        settings = SimSettings(facility, seed, self.ledger, ports_file=self.ports_file, faults=faults, control=self.control, drift=drift)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._clients: dict[str, ModbusTcpClient] = {}
        self.plant = self._do(self._start(settings, start_ms))
        self._runner = asyncio.run_coroutine_threadsafe(self.plant.run(self.clock), self._loop)

    async def _start(self, settings: SimSettings, start_ms: int) -> SimulatedPlant:
        self.clock = SteppedClock(start_ms)
        plant = SimulatedPlant(settings)
        await plant.listen()
        await plant.start(start_ms)
        return plant

    def _do(self, work):
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=30)

    def step(self, t_ms: int) -> None:
        """Move to an instant and wait until its values are on offer."""
        self._do(self.clock.step(t_ms))

    def inject(self, *faults: str) -> None:
        """From the next step on exactly these faults are in force."""
        self.control.write_text("".join(f"{fault}\n" for fault in faults), encoding="utf-8")

    def client(self, device: str) -> ModbusTcpClient:
        if device not in self._clients or not self._clients[device].connected:
            at = self.plant.ports()["modbus"][device]
            client = ModbusTcpClient(at["host"], port=at["port"], timeout=2, retries=0)
            client.connect()
            self._clients[device] = client
        return self._clients[device]

    def gas(self, stack: str = "stack-1") -> dict[str, float]:
        """A gas analyser's values as an independent client reads them."""
        words = self.client(f"{stack}-gas").read_input_registers(1000, count=24).registers
        values = struct.unpack(">12f", struct.pack(">24H", *words))
        names = ("so2", "co2", "so2_co2_ratio", "h2o", "no", "no2", "nox", "nh3", "co", "ch4", "o2", "voc")
        return dict(zip(names, values, strict=True))

    def gas_bits(self, stack: str = "stack-1") -> list[bool]:
        return self.client(f"{stack}-gas").read_discrete_inputs(1000, count=27).bits[:27]

    def flow(self, stack: str = "stack-1") -> dict[str, float]:
        words = self.client(f"{stack}-flow").read_input_registers(0, count=9).registers
        parameters = self.client(f"{stack}-flow").read_holding_registers(0, count=4).registers
        temperature = words[2] - 65536 if words[2] >= 32768 else words[2]
        return {
            "velocity": struct.unpack(">f", struct.pack(">2H", *words[:2]))[0],
            "temperature": temperature / 10,
            "pressure": 80 + (words[3] - 4000) / 400,
            "flow": words[5] * 65536 + words[4],
            "status": words[6],
            "clock": words[7] * 65536 + words[8],
            "area": (parameters[0] * 65536 + parameters[1]) / 10_000,
        }

    def dust(self, stack: str = "stack-1") -> dict[str, float]:
        words = self.client(f"{stack}-dust").read_holding_registers(0, count=24).registers
        clock = words[7] << 48 | words[6] << 32 | words[5] << 16 | words[4]
        return {"dust": struct.unpack(">f", struct.pack(">2H", words[1], words[0]))[0], "status": words[3], "clock": clock}

    def close(self) -> None:
        """Stop it; closing twice is once."""
        if self._loop.is_closed():
            return
        for client in self._clients.values():
            client.close()
        self._do(self.clock.close())
        self._runner.result(timeout=30)
        self._do(self.plant.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=10)
        self._loop.close()


@pytest.fixture(scope="session")
def noon_ms() -> int:
    return NOON_MS


@pytest.fixture(scope="module")
def start_plant(tmp_path_factory) -> Iterator[Callable[..., RunningPlant]]:
    """Starts plants that are stopped when the module's tests are done."""
    running: list[RunningPlant] = []

    def start(facility: str, *, folder: Path | None = None, **options) -> RunningPlant:
        running.append(RunningPlant(facility, folder or tmp_path_factory.mktemp(facility), **options))
        return running[-1]

    yield start
    for plant in running:
        plant.close()


@pytest.fixture(scope="module")
def gres_1(start_plant) -> RunningPlant:
    return start_plant("gres-1")
