"""Makes the demo's centre and gateways: keys, certificates, one-time codes, configurations, settings files."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from typing import TYPE_CHECKING

from tynys.centre.foundation import make_centre as make_folder
from tynys.centre.settings import find_folder, load_settings
from tynys.cli.demo.country import read_ports
from tynys.domain.errors import TynysError
from tynys.plant.enrol import init_plant
from tynys.sim.plants import facility_configuration
from tynys.sim.ports import is_free
from tynys.storage.registry import Registry

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tynys.cli.demo.country import Country

ROLES = ("live", "history")
CODE_LIFE_MS = 3_600_000


LOOPBACK = "127.0.0.1"
USUAL_PORT = 8000
"""Port of the page unless somebody asks for another, or is there already."""


def free_port() -> int:
    """A loopback port that nobody listens on; fixed from now on, so that a restarted centre is found at the same address."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def page_port(asked: int | None) -> int:
    """The port of the page: the one asked for, which must be free; the usual one, or any free one, if none was asked for."""
    if asked is None:
        return USUAL_PORT if is_free(LOOPBACK, USUAL_PORT) else free_port()
    if not is_free(LOOPBACK, asked):
        raise TynysError(
            f"port {asked} of {LOOPBACK} is taken by another program",
            hint="Name another one with --port, or leave --port out for any free one.",
            code="demo.port_taken",
        )
    return asked or free_port()


def make_centre(country: Country, plants: Sequence[str], *, port: int | None) -> dict[tuple[str, str], str]:
    """A centre's folder and a one-time code for each (plant, role)."""
    folder = make_folder(country.centre, name="Tynys demo", simulated=True, intake_port=free_port(), public_port=page_port(port))
    registry = Registry.open(folder.registry_url(load_settings(folder)))
    now_ms = int(time.time() * 1000)
    try:
        return {
            (plant, role): registry.create_code(plant, role, simulated=True, expires_ms=now_ms + CODE_LIFE_MS, made_ms=now_ms, by="demo")
            for plant in plants
            for role in ROLES
        }
    finally:
        registry.close()


def make_gateway(
    country: Country,
    plant: str,
    role: str,
    code: str,
    *,
    centre_url: str,
    clock_url: str,
    live_from_ms: int,
    history_days: int,
) -> None:
    """A gateway's folder, enrolled at the running centre; a history gateway has no devices and no clock."""
    live = role == "live"
    configuration = country.root / "configurations" / f"{plant}.json"
    configuration.parent.mkdir(exist_ok=True)
    configuration.write_bytes(facility_configuration(plant, live_from_ms=live_from_ms, history_days=history_days).encode())
    asyncio.run(
        init_plant(
            country.gateway(plant) if live else country.history(plant),
            facility=plant,
            role=role,
            centre_url=centre_url,
            ca_file=find_folder(country.centre).ca,
            code=code,
            configuration=configuration,
            clock_url=clock_url if live else None,
            page_port=0 if live else None,
            devices=to_toml(read_ports(country.ports(plant))["devices"]) if live else "# Recorded data has no devices.\n",
        )
    )


def to_toml(devices: Iterable[Mapping[str, object]]) -> str:
    """The ports file's devices as tables of plant.toml (strings, numbers and booleans are the same in JSON and TOML)."""
    parts: list[str] = []
    for device in devices:
        parts.append("[[devices]]")
        parts += [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in device.items() if not isinstance(value, dict)]
        channels = device["channels"]
        assert isinstance(channels, dict)  # noqa: S101 - the ports file's documented shape
        parts.append("[devices.channels]")
        parts += [f"{json.dumps(point)} = {json.dumps(channel)}" for point, channel in channels.items()]
        parts.append("")
    return "\n".join(parts)
