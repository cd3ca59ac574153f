"""A simulated plant of any number of stacks: ``python -m benchmarks.analysers STACKS FILE`` serves it in real time until it is ended."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import signal
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import uvloop

from tynys.domain.instrument import AcquisitionMode
from tynys.sim.instruments.plant import PlantInstruments
from tynys.sim.plants import PLANTS
from tynys.sim.plants.configuration import build_configuration
from tynys.sim.ports import modbus_settings
from tynys.sim.servers.modbus import ModbusDevice
from tynys.sim.tape import TICK_MS, Tape

if TYPE_CHECKING:
    from tynys.domain.configuration import FacilityConfiguration
    from tynys.sim.plants.spec import PlantSpec

LIKE = "gres-1"
CHANNELS_A_STACK = 12


def many_stacks(count: int) -> PlantSpec:
    """A plant like GRES-1 with so many stacks, a unit on each."""
    plant = PLANTS[LIKE]
    stack, unit = plant.stacks[0], plant.units[0]
    return replace(
        plant,
        stacks=tuple(replace(stack, number=n, permit_serial=f"{n:04}") for n in range(1, count + 1)),
        units=tuple(replace(unit, number=n, stack=f"stack-{n}") for n in range(1, count + 1)),
    )


def configuration_of(count: int, now_ms: int) -> FacilityConfiguration:
    """Its document: the stacks' channels are measured once a second, plant signals are declared replayed and nobody fills them."""
    made = build_configuration(many_stacks(count), live_from_ms=now_ms - 86_400_000, history_days=2)
    channels = [
        channel if channel.name.startswith("stack-") else msgspec.structs.replace(
            channel, acquisition=tuple(msgspec.structs.replace(each, mode=AcquisitionMode.REPLAYED) for each in channel.acquisition)
        )
        for channel in made.channels
    ]  # fmt: skip
    return msgspec.structs.replace(made, channels=tuple(channels))


async def serve(count: int, ports_file: Path) -> None:
    """Listen, write where, and put every second on offer."""
    tape = Tape(PlantInstruments(many_stacks(count), 1))
    devices = [ModbusDevice(index, f"{stack}-{kind}", lambda *_: None) for index, (stack, kind) in enumerate(tape.devices)]

    def publish() -> None:
        position = tape.seek(int(time.time()) * 1000, ())
        for number, device in enumerate(devices):
            tape.load(number, position, device.memory)

    publish()
    for device in devices:
        await device.listen("127.0.0.1")
    described = [
        modbus_settings(stack, kind, device.host, device.port) for device, (stack, kind) in zip(devices, tape.devices, strict=True)
    ]
    draft = ports_file.with_suffix(".draft")
    draft.write_bytes(msgspec.json.encode({"devices": described}))
    draft.replace(ports_file)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    while not stop.is_set():
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), (TICK_MS - time.time() * 1000 % TICK_MS) / 1000)
        publish()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("stacks", type=int)
    parser.add_argument("file", type=Path)
    asked = parser.parse_args()
    uvloop.run(serve(asked.stacks, asked.file))
