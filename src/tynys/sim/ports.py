"""The ports file: where the servers of a running simulation listen, and the devices section of a plant.toml ready to paste."""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import msgspec

from tynys.sim.plants.layout import STACK_POINTS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MAPS = {"gas": "marsic300", "dust": "tynys-dust", "flow": "tynys-flow", "signals": "tynys-plant"}
"""The published map of each device group."""
SIGNALS_DEVICE = "plant-signals"
TIMEOUT_MS = 10_000
"""One poll may take so long: many simulated plants on one busy machine are slow, not silent. Real time. [ms]"""


def stack_channels(stack: str, kind: str) -> dict[str, str]:
    """Map point to channel name of one device of a stack."""
    return {point.component: f"{stack}.{point.component}" for point in STACK_POINTS if point.device == kind}


def modbus_settings(stack: str, kind: str, host: str, port: int) -> dict[str, Any]:
    """One Modbus device as plant.toml has it."""
    return {
        "driver": "modbus-tcp",
        "id": f"{stack}-{kind}",
        "host": host,
        "port": port,
        "map": MAPS[kind],
        "pipelined": True,
        "timeout_ms": TIMEOUT_MS,
        "channels": stack_channels(stack, kind),
    }


def signal_settings(url: str, nodes: tuple[str, ...]) -> dict[str, Any]:
    """The OPC UA server as plant.toml has it."""
    channels = {node: node for node in nodes}
    return {"driver": "opcua", "id": SIGNALS_DEVICE, "url": url, "map": MAPS["signals"], "timeout_ms": TIMEOUT_MS, "channels": channels}


def write_ports(path: Path, document: Mapping[str, Any]) -> None:
    """Write the document whole or not at all."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_bytes(msgspec.json.format(msgspec.json.encode(document), indent=1))
    draft.replace(path)


def ports_before(path: Path | None, facility: str, host: str) -> dict[str, int]:
    """Ports by device of the plant's last run that are still free: a restarted plant is found where it was."""
    if path is None or not path.is_file():
        return {}
    try:
        document = msgspec.json.decode(path.read_bytes())
        if document["facility"] != facility:
            return {}
        before = {name: int(at["port"]) for name, at in document["modbus"].items()}
        before[SIGNALS_DEVICE] = urlsplit(document["opcua"]["url"]).port or 0
    except (msgspec.DecodeError, KeyError, TypeError, ValueError):
        return {}
    return {name: port for name, port in before.items() if is_free(host, port)}


def is_free(host: str, port: int) -> bool:
    """Whether a program could listen there now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True
