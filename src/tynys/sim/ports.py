"""The ports file: where the servers of a running simulation listen, and the devices section of a plant.toml ready to paste."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import msgspec

from tynys.sim.plants.layout import STACK_POINTS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MAPS = {"gas": "marsic300", "dust": "tynys-dust", "flow": "tynys-flow", "signals": "tynys-plant"}
"""The published map of each device group."""
SIGNALS_DEVICE = "plant-signals"


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
        "channels": stack_channels(stack, kind),
    }


def signal_settings(url: str, nodes: tuple[str, ...]) -> dict[str, Any]:
    """The OPC UA server as plant.toml has it."""
    return {"driver": "opcua", "id": SIGNALS_DEVICE, "url": url, "map": MAPS["signals"], "channels": {node: node for node in nodes}}


def write_ports(path: Path, document: Mapping[str, Any]) -> None:
    """Write the document whole or not at all."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_bytes(msgspec.json.format(msgspec.json.encode(document), indent=1))
    draft.replace(path)
