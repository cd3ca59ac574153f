"""Modbus RTU over a real serial line: two pseudo-terminals joined, pymodbus's server at the far end."""

import asyncio
import os
import struct
import tty

import pytest
from pymodbus import FramerType
from pymodbus.server import ModbusSerialServer
from pymodbus.simulator import DataType, SimData, SimDevice

from tynys.domain.status import GapCause, InstrumentStatus
from tynys.field import build_driver, modbus_rtu
from tynys.field.register_map import load_map
from tynys.field.settings import ModbusRtuSettings

POINTS = ("velocity", "temperature", "pressure")


class SerialCable:
    """Two serial ports joined by a cable that can be cut."""

    def __init__(self):
        self.cut = False
        self.absent = b""
        self._ends = [os.openpty() for _ in range(2)]
        for master, slave in self._ends:
            tty.setraw(master)
            tty.setraw(slave)
        self.near, self.far = (os.ttyname(slave) for _, slave in self._ends)
        (first, _), (second, _) = self._ends
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(first, self._carry, first, second)
        self._loop.add_reader(second, self._carry, second, first)

    def _carry(self, source, target):
        data = os.read(source, 4096)
        if not self.cut and data[:1] != self.absent:
            os.write(target, data)

    def close(self):
        for master, slave in self._ends:
            self._loop.remove_reader(master)
            os.close(master)
            os.close(slave)


class SerialInstruments:
    """Two flow stations, devices 1 and 2, on one serial line."""

    def __init__(self, port):
        words = [SimData(0, count=40, datatype=DataType.REGISTERS)]
        bits = [SimData(0, count=16, values=False, datatype=DataType.BITS)]
        devices = [SimDevice(id=device, simdata=(bits, bits, words, words)) for device in (1, 2)]
        self._server = ModbusSerialServer(devices, framer=FramerType.RTU, port=port, baudrate=19_200)

    async def start(self):
        await self._server.serve_forever(background=True)

    async def offer(self, device, velocity, tenths, current_ua):
        words = struct.unpack(">4H", struct.pack(">fhH", velocity, tenths, current_ua))
        await self._server.async_setValues(device, 4, 0, list(words))

    async def stop(self):
        await self._server.shutdown()


@pytest.fixture
async def cable():
    cable = SerialCable()
    yield cable
    cable.close()


@pytest.fixture
async def instruments(cable):
    instruments = SerialInstruments(cable.far)
    await instruments.start()
    yield instruments
    await instruments.stop()


@pytest.fixture
async def station(cable, channels_of):
    """Makes drivers on the near end, closed at the end."""
    made = []

    def make(device_id=1, **settings):
        settings = {"port": cable.near, "map": "tynys-flow", "answer_ms": 300, "timeout_ms": 1000} | settings
        settings = ModbusRtuSettings(id=f"f{device_id}", device_id=device_id, channels={name: name for name in POINTS}, **settings)
        driver = build_driver(settings, channels_of(load_map("tynys-flow"), POINTS))
        made.append(driver)
        return driver

    yield make
    for driver in made:
        await driver.close()
    assert not modbus_rtu._buses


def values(samples):
    return {name: sample.value for name, sample in samples.items()}


async def test_values_over_a_serial_line_are_exact(instruments, station):
    await instruments.offer(1, 18.5, -53, 12_530)
    driver = station()
    await driver.connect()
    assert values(await driver.poll(0)) == {"velocity": 18.5, "temperature": -5.3, "pressure": 101.325}


async def test_instruments_on_one_line_take_turns(instruments, station):
    await instruments.offer(1, 18.5, 1403, 12_000)
    await instruments.offer(2, 21.25, 1387, 12_000)
    first, second = station(1), station(2)
    await asyncio.gather(first.connect(), second.connect())
    for _ in range(3):
        one, two = await asyncio.gather(first.poll(0), second.poll(0))
        assert (one["velocity"].value, two["velocity"].value) == (18.5, 21.25)


async def test_an_instrument_that_is_missing_costs_the_others_little(cable, instruments, station):
    await instruments.offer(1, 18.5, 1403, 12_000)
    cable.absent = b"\x09"
    present, missing = station(1), station(9)
    await present.connect()
    connecting = asyncio.create_task(missing.connect())
    await asyncio.sleep(0.01)
    assert (await present.poll(0))["velocity"].value == 18.5
    await connecting
    sample = (await missing.poll(0))["velocity"]
    assert (sample.value, sample.status, sample.cause) == (None, InstrumentStatus.COMMUNICATION_LOST, GapCause.NO_ANSWER)
    assert "device 9" in missing.health.last_error
    assert (await present.poll(1000))["velocity"].value == 18.5


async def test_a_cut_cable_gives_gaps_and_a_mended_one_values(cable, instruments, station, until):
    await instruments.offer(1, 18.5, 1403, 12_000)
    driver = station()
    await driver.connect()
    cable.cut = True
    assert (await driver.poll(0))["velocity"].cause is GapCause.NO_ANSWER
    cable.cut = False
    await until(lambda: driver.health.connected)
    assert (await driver.poll(1000))["velocity"].value == 18.5


async def test_a_port_that_is_not_there_is_said(channels_of, station):
    driver = station(port="/dev/tynys-no-such-port")
    await driver.connect()
    assert (await driver.poll(0))["velocity"].cause is GapCause.LINE_CUT
    assert "cannot open /dev/tynys-no-such-port" in driver.health.last_error


async def test_two_devices_cannot_disagree_about_their_line(instruments, station):
    first, second = station(1), station(2, baudrate=9600)
    await first.connect()
    await second.connect()
    assert not second.health.connected
    assert "two devices disagree about" in second.health.last_error
    assert first.health.connected
