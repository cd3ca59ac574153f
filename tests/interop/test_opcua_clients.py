"""An independent OPC UA client reads the plant signals and gets what the ledger says was on offer."""

import json

import pytest

pytestmark = [pytest.mark.interop, pytest.mark.xdist_group("interop")]

NODES = ["unit-1.load_mw", "unit-1.coal_flow_t_h", "unit-1.fly_ash_flow_t_h"]


@pytest.mark.parametrize("security", ["none", "Basic256Sha256"])
def test_node_opcua_reads_what_the_ledger_offers(plant, npm_client, tmp_path, security):
    before = plant.ledger.peers()
    values = npm_client("opcua_read.mjs", plant.ports["opcua"]["url"], "urn:tynys:plant", json.dumps(NODES), security, tmp_path)
    assert {value["status"] for value in values} == {"Good"}
    ((t_ms, first, offered),) = plant.ledger.reads_of("plant-signals", before, 100)
    assert plant.ports["opcua"]["nodes"][first : first + len(NODES)] == NODES
    assert [value["value"] for value in values] == list(offered)
    assert {value["time"] for value in values} == {t_ms - t_ms % 10_000}
