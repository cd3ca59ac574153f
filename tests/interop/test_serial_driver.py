"""The serial driver against the simulated analysers, through a converter such as plants have: RTU at one end, Modbus TCP at the other."""

import asyncio
import contextlib
import os
import socket
import struct
import threading
import time
import tty
from datetime import UTC, datetime
from uuid import uuid4

import msgspec
import pytest

from tynys.domain.instrument import Acquisition, Channel
from tynys.domain.status import GapCause, InstrumentStatus
from tynys.field import build_driver, probe
from tynys.field.build import point_of
from tynys.field.register_map import load_map
from tynys.field.settings import ModbusRtuSettings

pytestmark = [pytest.mark.interop, pytest.mark.xdist_group("interop")]

REQUEST_BYTES = 8
DEVICES = {1: "stack-1-gas", 2: "stack-1-dust", 3: "stack-2-flow"}
"""The instruments on the serial line, by their address."""


def crc(data):
    """The check of a serial frame, by the polynomial 0xA001 (Modbus over Serial Line 1.02, 6.2.2)."""
    value = 0xFFFF
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = (value >> 1) ^ 0xA001 if value & 1 else value >> 1
    return struct.pack("<H", value)


class Converter(threading.Thread):
    """Carries each serial request to the instrument's own port and its answer back; an address nobody has stays silent."""

    def __init__(self, ports):
        super().__init__(daemon=True)
        self._master, slave = os.openpty()
        tty.setraw(self._master)
        tty.setraw(slave)
        self._slave = slave
        self.port = os.ttyname(slave)
        self.damage = False
        self.late_s = 0.0
        self._sockets = {unit: socket.create_connection(("127.0.0.1", port), timeout=10) for unit, port in ports.items()}

    def run(self):
        with contextlib.suppress(OSError, struct.error):  # the line is taken away at the end
            self._carry()

    def _carry(self):
        pending = b""
        while True:
            pending += os.read(self._master, 256)
            while len(pending) >= REQUEST_BYTES:
                frame, pending = pending[:REQUEST_BYTES], pending[REQUEST_BYTES:]
                if crc(frame[:-2]) != frame[-2:] or frame[0] not in self._sockets:
                    continue
                answer = frame[:1] + self._ask(self._sockets[frame[0]], frame[1:-2])
                time.sleep(self.late_s)
                os.write(self._master, (answer[:-1] + bytes([answer[-1] ^ 1]) if self.damage else answer) + crc(answer))

    @staticmethod
    def _ask(line, request):
        line.sendall(struct.pack(">HHHB", 1, 0, len(request) + 1, 1) + request)
        head = line.recv(7, socket.MSG_WAITALL)
        return line.recv(struct.unpack_from(">H", head, 4)[0] - 1, socket.MSG_WAITALL)

    def stop(self):
        for line in self._sockets.values():
            line.close()
        os.close(self._slave)
        os.close(self._master)


@pytest.fixture
def serial(plant):
    converter = Converter({unit: plant.port(name) for unit, name in DEVICES.items()})
    converter.start()
    yield converter
    converter.stop()


def described(plant, serial, unit, **changes):
    """Settings and channels of one instrument on the line."""
    tcp = plant.settings(DEVICES[unit])
    settings = ModbusRtuSettings(
        id=DEVICES[unit],
        port=serial.port,
        device_id=unit,
        map=tcp["map"],
        channels=tcp["channels"],
        timeout_ms=10_000,
        answer_ms=3_000,
        **changes,
    )
    register_map = load_map(settings.map)
    acquisition = (Acquisition(valid_from=datetime(2020, 1, 1, tzinfo=UTC), interval_ms=1000),)
    channels = {
        name: Channel(id=uuid4(), name=name, component="any", unit=point_of(register_map, point).unit, acquisition=acquisition)
        for point, name in settings.channels.items()
    }
    return settings, channels


async def test_what_the_serial_line_carries_is_what_the_ledger_offers(plant, serial):
    before = plant.ledger.peers()
    driver = build_driver(*described(plant, serial, 1))
    await driver.connect()
    samples = [await driver.poll(0) for _ in range(3)]
    await driver.close()
    offered = [words for _, _, words in plant.ledger.reads_of("stack-1-gas", before, 4)][-3:]
    gases = {"so2": 0, "co2": 2, "h2o": 6, "no": 8, "no2": 10, "co": 16, "o2": 20}
    for sample, words in zip(samples, offered, strict=True):
        floats = {name: struct.unpack(">f", struct.pack(">2H", *words[at : at + 2]))[0] for name, at in gases.items()}
        assert {name: sample[f"stack-1.{name}"].value for name in gases} == floats
        assert {one.status for one in sample.values()} == {InstrumentStatus.VALID}


async def test_the_stations_clock_comes_over_the_serial_line(plant, serial):
    before = plant.ledger.peers()
    driver = build_driver(*described(plant, serial, 3))
    await driver.connect()
    sample = await driver.poll(0)
    await driver.close()
    t_ms, _, words = plant.ledger.reads_of("stack-2-flow", before, 4)[-1]
    assert sample["stack-2.flow"].device_time_ms == t_ms
    assert sample["stack-2.flow"].value == words[4] + (words[5] << 16)


async def test_instruments_of_one_line_are_probed_side_by_side_and_a_wrong_word_order_is_named(plant, serial):
    gas, dust = described(plant, serial, 1, word_order="CDAB"), described(plant, serial, 2)
    wrong, fine = await asyncio.gather(probe(*gas), probe(*dust))
    assert fine.is_fine, fine
    assert {point.hint.values["order"] for point in wrong.points if point.hint is not None} == {"ABCD"}
    named = [point.point for point in wrong.points if point.hint is not None]
    assert len(named) >= 4, "one or two may look right by chance in another order"


async def test_an_address_nobody_has_is_said(plant, serial):
    settings, channels = described(plant, serial, 2)
    report = await probe(msgspec.structs.replace(settings, device_id=9, answer_ms=200), channels)
    assert report.error.values["cause"] == "no_answer"
    assert f"{serial.port}, device 9" in report.error.values["detail"]
    assert report.hint.key == "check.hint.cable"


async def test_a_damaged_or_late_answer_never_becomes_a_value(plant, serial):
    settings, channels = described(plant, serial, 3)
    driver = build_driver(msgspec.structs.replace(settings, answer_ms=400, timeout_ms=1000), channels)
    await driver.connect()
    assert {sample.cause for sample in (await driver.poll(0)).values()} == {GapCause.NONE}
    serial.damage = True
    damaged = await driver.poll(0)
    serial.damage, serial.late_s = False, 1.5
    await asyncio.sleep(1.0)
    late = await driver.poll(0)
    assert {sample.value for sample in (*damaged.values(), *late.values())} == {None}
    serial.late_s = 0.0
    async with asyncio.timeout(60):
        while (samples := await driver.poll(0))["stack-2.temperature"].cause:
            await asyncio.sleep(0.2)
    assert samples["stack-2.temperature"].value == pytest.approx(75, abs=60)
    await driver.close()


async def test_the_stations_settings_are_read_back_over_the_serial_line(plant, serial):
    before = plant.ledger.peers()
    driver = build_driver(*described(plant, serial, 3))
    await driver.connect()
    parameters = await driver.read_parameters()
    await driver.close()
    words = plant.ledger.reads_of("stack-2-flow", before, 3)[-1][2]
    assert float(parameters["duct_area_m2"]) == (words[0] * 65536 + words[1]) / 10_000
