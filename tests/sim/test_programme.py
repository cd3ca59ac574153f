"""The running programme: in step with the shared clock, read by the product's own drivers, faults on time, nothing lost by a kill."""

from __future__ import annotations

import asyncio
import json
import signal
import sqlite3
import struct
import subprocess
import sys
import time
from itertools import pairwise

import msgspec
import pytest

from tynys.domain.errors import ConfigurationError, StorageError
from tynys.domain.status import GapCause, InstrumentStatus
from tynys.field import build_driver
from tynys.field.settings import DeviceSettings
from tynys.sim.ledger import Ledger
from tynys.sim.plants import facility_configuration
from tynys.sim.programme import SimSettings, run_plant
from tynys.wire.clock import open_clock
from tynys.wire.clock_server import ClockServer

RUN_GRES_2 = """
import asyncio, pathlib, sys
from tynys.sim.programme import SimSettings, run_plant
folder = pathlib.Path(sys.argv[1])
asyncio.run(run_plant(SimSettings("gres-2", 1, folder / "l.sqlite", ports_file=folder / "p.json"), None))
"""


async def _gateway(url, ports_file, ticks):
    """Polls every device at every tick as a gateway does; returns the samples by instant."""
    clock = await open_clock(url, name="gateway", rank=1)
    while not ports_file.exists():
        await asyncio.sleep(0.01)
    ports = json.loads(ports_file.read_text())
    configuration = facility_configuration(ports["facility"], live_from_ms=0, history_days=0)
    channels = {channel.name: channel for channel in configuration.channels}
    drivers = [build_driver(settings, channels) for settings in msgspec.convert(ports["devices"], tuple[DeviceSettings, ...])]
    await asyncio.gather(*(driver.connect() for driver in drivers))
    seen = {}
    async for t_ms in clock.ticks(1000):
        due = [driver for driver in drivers if t_ms % driver.interval_ms == 0]
        polled = await asyncio.gather(*(driver.poll(t_ms) for driver in due))
        seen[t_ms] = {name: sample for samples in polled for name, sample in samples.items()}
        if len(seen) == ticks:
            break
    await asyncio.gather(*(driver.close() for driver in drivers))
    await clock.close()
    return ports, seen


async def test_gateways_read_the_values_of_the_very_instant_through_the_published_maps(tmp_path, noon_ms):
    server = ClockServer(noon_ms, 1000.0, expected=["gres-2 plant", "gateway"])
    url = await server.listen()
    settings = SimSettings("gres-2", 1, tmp_path / "ledger.sqlite", ports_file=tmp_path / "ports.json", faults=("held_value@+30/10",))
    plant = asyncio.create_task(run_plant(settings, url))
    gateway = asyncio.create_task(_gateway(url, settings.ports_file, 60))
    await server.ready()
    server.start()
    ports, seen = await asyncio.wait_for(gateway, 30)
    await server.stop()
    await plant

    assert ports["simulated"] is True
    for t_ms, samples in seen.items():
        for name, sample in samples.items():
            held = noon_ms + 30_000 <= t_ms < noon_ms + 40_000 and sample.status is InstrumentStatus.HELD
            assert held or (sample.status is InstrumentStatus.VALID and sample.cause is GapCause.NONE), (name, t_ms, sample)
            if sample.device_time_ms is not None:
                assert sample.device_time_ms == t_ms, name
    held = [t_ms for t_ms, samples in seen.items() if samples["stack-1.so2"].status is InstrumentStatus.HELD]
    assert held == list(range(noon_ms + 30_000, noon_ms + 40_000, 1000))
    assert {"unit-1.load_mw", "unit-2.abatement_on"} <= set(seen[noon_ms + 10_000])

    db = sqlite3.connect(settings.ledger)
    offers = dict(db.execute("SELECT t_ms, image FROM offer JOIN device ON id = device WHERE name = 'stack-1-gas'"))
    for t_ms, samples in seen.items():
        assert struct.unpack_from(">f", offers[t_ms])[0] == samples["stack-1.so2"].value


def test_a_killed_plant_has_lost_no_offer(tmp_path):
    process = subprocess.Popen([sys.executable, "-c", RUN_GRES_2, str(tmp_path)], stderr=subprocess.PIPE)
    try:
        deadline = time.monotonic() + 30
        while not (tmp_path / "p.json").exists():
            assert process.poll() is None, process.stderr.read().decode()
            assert time.monotonic() < deadline
            time.sleep(0.05)
        time.sleep(2.2)
    finally:
        process.send_signal(signal.SIGKILL)
        killed_ms = time.time() * 1000
        process.wait()
        process.stderr.close()
    instants = [t for (t,) in sqlite3.connect(tmp_path / "l.sqlite").execute("SELECT DISTINCT t_ms FROM offer ORDER BY t_ms")]
    assert killed_ms - instants[-1] < 1500
    assert [later - earlier for earlier, later in pairwise(instants)] == [1000] * (len(instants) - 1)


async def test_a_mistyped_fault_on_the_command_line_stops_the_start(tmp_path, noon_ms):
    with pytest.raises(ConfigurationError, match="name of a fault"):
        await run_plant(SimSettings("gres-2", 1, tmp_path / "l.sqlite", faults=("earthqake",)), None)


async def test_a_ledger_that_cannot_be_opened_is_told(tmp_path):
    with pytest.raises(StorageError, match="ledger"):
        await run_plant(SimSettings("gres-2", 1, tmp_path / "no" / "such" / "l.sqlite"), None)


def test_the_ledger_keeps_only_the_hours_asked_for(start_plant, noon_ms, tmp_path):
    ledger = Ledger(tmp_path / "l.sqlite", keep_hours=2)
    for hour in range(6):
        ledger.publish(noon_ms + hour * 3_600_000, [(1, b"x")])
    kept = [t for (t,) in sqlite3.connect(tmp_path / "l.sqlite").execute("SELECT t_ms FROM offer ORDER BY t_ms")]
    assert kept == [noon_ms + hour * 3_600_000 for hour in (3, 4, 5)]
    ledger.close()
