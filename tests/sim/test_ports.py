"""The ports file: a plant that is started again is found where it was."""

from __future__ import annotations

import json
import socket

import pytest

from tynys.sim.ports import ports_before


@pytest.fixture
def free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def written(path, facility: str, gas: int, opcua: int):
    document = {
        "facility": facility,
        "modbus": {"stack-1-gas": {"host": "127.0.0.1", "port": gas}},
        "opcua": {"url": f"opc.tcp://127.0.0.1:{opcua}/tynys"},
    }
    path.write_text(json.dumps(document))
    return path


def test_free_ports_of_the_last_run_are_taken_again_and_taken_ones_are_not(tmp_path, free):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        path = written(tmp_path / "p.json", "gres-2", other.getsockname()[1], free)
        assert ports_before(path, "gres-2", "127.0.0.1") == {"plant-signals": free}


@pytest.mark.parametrize("content", ["", "[]", '{"facility": "gres-2"}', '{"facility": "gres-2", "modbus": {"a": {"port": "x"}}}'])
def test_a_file_that_is_none_gives_no_ports(tmp_path, content):
    path = tmp_path / "p.json"
    path.write_text(content)
    assert ports_before(path, "gres-2", "127.0.0.1") == {}


def test_ports_of_another_plant_are_left_alone(tmp_path, free):
    assert ports_before(written(tmp_path / "p.json", "gres-1", free, free), "gres-2", "127.0.0.1") == {}
    assert ports_before(tmp_path / "none.json", "gres-2", "127.0.0.1") == {}
    assert ports_before(None, "gres-2", "127.0.0.1") == {}


def test_a_plant_started_again_listens_where_it_did(start_plant):
    first = start_plant("gres-2")
    ports = first.plant.ports()
    first.close()
    again = start_plant("gres-2", folder=first.ports_file.parent)
    assert again.plant.ports()["modbus"] == ports["modbus"]
    assert again.plant.ports()["opcua"]["url"] == ports["opcua"]["url"]
    assert again.gas()["so2"] == pytest.approx(1900, rel=0.4)
