"""Our own drivers read the simulated plant by the published maps and get what the ledger says was on offer."""

import struct
from datetime import UTC, datetime
from uuid import uuid4

import msgspec
import pytest

from tynys.domain.instrument import Acquisition, Channel
from tynys.domain.status import InstrumentStatus
from tynys.field import build_driver
from tynys.field.build import point_of
from tynys.field.register_map import load_map
from tynys.field.settings import DeviceSettings

pytestmark = [pytest.mark.interop, pytest.mark.xdist_group("interop")]


def driver_of(plant, device, **changes):
    """The driver the plant's own devices section describes."""
    settings = msgspec.convert(plant.settings(device) | changes, DeviceSettings)
    register_map = load_map(settings.map)
    acquisition = (Acquisition(valid_from=datetime(2020, 1, 1, tzinfo=UTC), interval_ms=1000),)
    channels = {
        name: Channel(id=uuid4(), name=name, component="any", unit=point_of(register_map, point).unit, acquisition=acquisition)
        for point, name in settings.channels.items()
    }
    return build_driver(settings, channels)


async def polled(driver, times):
    await driver.connect()
    assert driver.health.connected, driver.health.last_error
    samples = [await driver.poll(0) for _ in range(times)]
    await driver.close()
    return samples


def words_to_float(words, first, order=">"):
    return struct.unpack(">f", struct.pack(">2H", *(words[first : first + 2] if order == ">" else words[first : first + 2][::-1])))[0]


@pytest.mark.parametrize("pipelined", [True, False])
async def test_the_gas_analyser(plant, pipelined):
    before = plant.ledger.peers()
    samples = await polled(driver_of(plant, "stack-1-gas", pipelined=pipelined), 5)
    offered = [words for _, _, words in plant.ledger.reads_of("stack-1-gas", before, 4)][1:]
    gases = {"so2": 0, "co2": 2, "h2o": 6, "no": 8, "no2": 10, "co": 16, "o2": 20}
    for sample, words in zip(samples, offered, strict=True):
        assert {name: sample[f"stack-1.{name}"].value for name in gases} == {name: words_to_float(words, at) for name, at in gases.items()}
        assert {one.status for one in sample.values()} == {InstrumentStatus.VALID}


async def test_the_dust_monitor(plant):
    before = plant.ledger.peers()
    (sample,) = await polled(driver_of(plant, "stack-1-dust"), 1)
    words = plant.ledger.reads_of("stack-1-dust", before, 3)[-1][2]
    assert sample["stack-1.dust"].value == words_to_float(words, 0, "<")
    assert sample["stack-1.dust"].device_time_ms == sum(word << 16 * place for place, word in enumerate(words[4:8]))


async def test_the_flow_station(plant):
    before = plant.ledger.peers()
    (sample,) = await polled(driver_of(plant, "stack-2-flow"), 1)
    t_ms, _, words = plant.ledger.reads_of("stack-2-flow", before, 4)[-1]
    signed = words[2] - 65_536 if words[2] > 32_767 else words[2]
    assert {name.removeprefix("stack-2."): one.value for name, one in sample.items()} == {
        "velocity": words_to_float(words, 0),
        "temperature": signed / 10,
        "pressure": (80 * (20_000 - words[3]) + 120 * (words[3] - 4000)) / 16_000,
        "flow": words[4] + (words[5] << 16),
    }
    assert sample["stack-2.flow"].device_time_ms == t_ms


@pytest.mark.parametrize("security", ["none", "Basic256Sha256"])
async def test_the_plant_signals(plant, security, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    before = plant.ledger.peers()
    (sample,) = await polled(driver_of(plant, "plant-signals", security=security, timeout_ms=10_000), 1)
    nodes = plant.ports["opcua"]["nodes"]
    offered = {}
    for _, first, values in plant.ledger.reads_of("plant-signals", before, 100):
        offered |= dict(zip(nodes[first:], values, strict=False))
    assert {name: one.value for name, one in sample.items()} == {name: offered[name] for name in sample}
