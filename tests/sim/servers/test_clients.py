"""Independent clients read the simulated instruments."""

from __future__ import annotations

import asyncio
import contextlib
import re
import shutil
import socket
import sqlite3
import struct
import subprocess

import pytest
from asyncua import Client, ua
from asyncua.crypto.security_policies import SecurityPolicyBasic256Sha256

from tynys.sim.servers.certificate import server_certificate


@pytest.fixture(scope="module")
def gres_2(start_plant, noon_ms):
    running = start_plant("gres-2")
    running.step(noon_ms)
    return running


@pytest.mark.interop
@pytest.mark.skipif(shutil.which("mbpoll") is None, reason="mbpoll is not installed")
def test_mbpoll_reads_the_gas_analyser(gres_2):
    at = gres_2.plant.ports()["modbus"]["stack-1-gas"]
    command = ["mbpoll", "-0", "-1", "-m", "tcp", "-p", str(at["port"]), "-t", "3:float", "-B", "-r", "1000", "-c", "12", at["host"]]
    text = subprocess.run(command, capture_output=True, text=True, check=True, timeout=20).stdout
    read = {int(address): float(value) for address, value in re.findall(r"\[(\d+)\]:\s+(\S+)", text)}
    gas = gres_2.gas()
    assert read[1000] == pytest.approx(gas["so2"], rel=1e-5)
    assert read[1020] == pytest.approx(gas["o2"], rel=1e-5)


def test_a_broken_frame_costs_only_its_own_connection(gres_2):
    at = gres_2.plant.ports()["modbus"]["stack-1-gas"]
    with socket.create_connection((at["host"], at["port"]), timeout=2) as broken:
        broken.sendall(b"GET / HTTP/1.1\r\n\r\n")
        with contextlib.suppress(ConnectionResetError):
            assert broken.recv(10) == b""
    assert gres_2.gas()["so2"] > 0


async def _values(url, names, *, secure_in=None):
    client = Client(url)
    if secure_in is not None:
        certificate, key = server_certificate("urn:test:client", "127.0.0.1")
        (secure_in / "client.der").write_bytes(certificate)
        (secure_in / "client.pem").write_bytes(key)
        client.application_uri = "urn:test:client"
        await client.set_security(SecurityPolicyBasic256Sha256, str(secure_in / "client.der"), str(secure_in / "client.pem"))
    async with client:
        namespace = await client.get_namespace_index("urn:tynys:plant")
        nodes = [client.get_node(ua.NodeId(name, namespace)) for name in names]
        return [await node.read_data_value() for node in nodes]


def test_plant_signals_are_read_open_and_encrypted_alike(gres_2, tmp_path, noon_ms):
    url = gres_2.plant.signals.url
    names = ("unit-1.load_mw", "unit-2.flame_on", "coal.ash_pct")
    plain = asyncio.run(_values(url, names))
    secured = asyncio.run(_values(url, names, secure_in=tmp_path))
    assert [v.Value.Value for v in plain] == [v.Value.Value for v in secured]
    assert 200 < plain[0].Value.Value < 520
    assert plain[1].Value.Value is True
    assert round(plain[0].SourceTimestamp.timestamp() * 1000) == noon_ms


def test_a_subscription_is_told_of_changes(gres_2, noon_ms):
    seen = []

    class Handler:
        def datachange_notification(self, _node, value, _data):
            seen.append(value)

    async def watch():
        async with Client(gres_2.plant.signals.url) as client:
            namespace = await client.get_namespace_index("urn:tynys:plant")
            subscription = await client.create_subscription(20, Handler())
            await subscription.subscribe_data_change(client.get_node(ua.NodeId("unit-1.load_mw", namespace)))
            for k in range(1, 4):
                await asyncio.to_thread(gres_2.step, noon_ms + k * 10_000)
                await asyncio.sleep(0.1)
            await subscription.delete()

    asyncio.run(watch())
    assert len(set(seen)) >= 3


def test_the_ledger_tells_what_was_on_offer_and_who_read_it(gres_2, noon_ms):
    gres_2.step(noon_ms + 60_000)
    so2 = gres_2.gas()["so2"]
    asyncio.run(_values(gres_2.plant.signals.url, ("unit-1.load_mw",)))
    gres_2.step(noon_ms + 61_000)
    db = sqlite3.connect(gres_2.ledger)
    device = dict(db.execute("SELECT name, id FROM device"))
    image = db.execute("SELECT image FROM offer WHERE t_ms = ? AND device = ?", (noon_ms + 60_000, device["stack-1-gas"])).fetchone()[0]
    assert struct.unpack_from(">f", image)[0] == so2
    reads = db.execute(
        'SELECT d.name, p.name, function, first, count FROM "read" JOIN device d ON d.id = device JOIN peer p ON p.id = peer '
        "WHERE t_ms = ?",
        (noon_ms + 60_000,),
    ).fetchall()
    assert ("stack-1-gas", 4, 1000, 24) in {(name, *rest) for name, _, *rest in reads}
    assert ("plant-signals", 100, 0, 1) in {(name, *rest) for name, _, *rest in reads}
    own = gres_2.client("stack-1-gas").socket.getsockname()
    assert f"{own[0]}:{own[1]}" in {peer for name, peer, *_ in reads if name == "stack-1-gas"}


def test_the_address_space_names_its_nodes_for_a_person(gres_2):
    async def browse():
        async with Client(gres_2.plant.signals.url) as client:
            children = await client.nodes.objects.get_children()
            names = [(await child.read_browse_name()).Name for child in children]
            unit = children[names.index("unit-1")]
            return names, [(await child.read_browse_name()).Name for child in await unit.get_children()]

    names, signals = asyncio.run(browse())
    assert {"unit-1", "unit-2", "coal"} <= set(names)
    assert "unit-1.coal_flow_t_h" in signals
