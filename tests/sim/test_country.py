"""Several plants from one start: each its own process, stopped together, broken alone."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import pytest
from pymodbus.client import ModbusTcpClient

RUN = """
import pathlib, sys
from tynys.sim.country import serve_country
from tynys.sim.programme import SimSettings
folder = pathlib.Path(sys.argv[1])
plants = [SimSettings(f, 1, folder / f"{f}.sqlite", ports_file=folder / f"{f}.json") for f in ("gres-2", "tets-1")]
sys.exit(serve_country(plants, None))
"""


@pytest.fixture
def country(tmp_path):
    with subprocess.Popen([sys.executable, "-c", RUN, str(tmp_path)], stderr=subprocess.PIPE) as process:
        deadline = time.monotonic() + 60
        while not all((tmp_path / f"{plant}.json").exists() for plant in ("gres-2", "tets-1")):
            assert process.poll() is None, process.stderr.read().decode()
            assert time.monotonic() < deadline
            time.sleep(0.05)
        ports = {plant: json.loads((tmp_path / f"{plant}.json").read_text()) for plant in ("gres-2", "tets-1")}
        yield process, ports
        if process.poll() is None:
            process.terminate()
        process.communicate()


def registers(ports, device):
    at = ports["modbus"][device]
    with ModbusTcpClient(at["host"], port=at["port"], timeout=2, retries=0) as client:
        return client.read_input_registers(1000, count=24).registers


def test_plants_are_processes_of_their_own_and_stop_together(country):
    process, ports = country
    assert len({ports["gres-2"]["pid"], ports["tets-1"]["pid"], process.pid}) == 3
    assert any(registers(ports["gres-2"], "stack-1-gas"))
    os.kill(ports["gres-2"]["pid"], signal.SIGKILL)
    assert any(registers(ports["tets-1"], "stack-5-gas"))
    process.terminate()
    _, said = process.communicate(timeout=20)
    assert b"gres-2: ended with -9" in said
    assert b"tets-1: stopped" in said
    assert process.returncode == 9
