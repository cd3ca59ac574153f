"""Makes a gateway's folder: its keys, a commented plant.toml, and, with a one-time code, its enrolment at the centre."""

from __future__ import annotations

import asyncio
import base64
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, UUID, uuid5

import msgspec

from tynys.domain.errors import ConfigurationError, RefusedError
from tynys.plant.line import CentreLine, LineError
from tynys.wire.enrolment import enrol_signature
from tynys.wire.keys import SigningKey

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS_NAME = "plant.toml"


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What the centre answers to a one-time code."""

    centre_public_key: str
    simulated: bool
    server_time_ms: int


@dataclass(frozen=True, slots=True)
class NewPlant:
    """A folder made by `init_plant`."""

    folder: Path
    settings_file: Path
    gateway: UUID
    key_id: str
    enrolment: Enrolment | None
    has_document: bool = False


async def enrol(line: CentreLine, key: SigningKey, *, code: str, gateway: UUID, facility: str, role: str) -> Enrolment:
    """Introduce a gateway's key to the centre with a one-time code."""
    document = {
        "code": code,
        "gateway": str(gateway),
        "facility": facility,
        "role": role,
        "public_key": base64.b64encode(key.public).decode(),
        "signature": base64.b64encode(enrol_signature(key, code=code, gateway=gateway, facility=facility, role=role)).decode(),
    }
    try:
        answer = await line.post_json("/v1/enrol", document)
    except LineError as error:
        if error.error_code != "line.rejected":
            raise
        raise RefusedError(
            f"the centre does not take this enrolment: {error.message}",
            where=line.url,
            hint="a code works for one gateway, facility and role; ask the centre for a new one",
        ) from error
    try:
        return msgspec.json.decode(answer, type=Enrolment)
    except msgspec.DecodeError as error:
        raise LineError(f"expected an enrolment, got {answer[:80]!r}", where=line.url, code="line.not_a_centre") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wishes:
    facility: str
    role: str
    centre_url: str | None
    ca_file: Path | None
    code: str | None
    configuration: Path | None
    clock_url: str | None
    page_port: int | None
    devices: str


async def init_plant(
    folder: Path,
    *,
    facility: str = "my-facility",
    role: str = "live",
    centre_url: str | None = None,
    ca_file: Path | None = None,
    code: str | None = None,
    configuration: Path | None = None,
    clock_url: str | None = None,
    page_port: int | None = 8081,
    devices: str = "",
) -> NewPlant:
    """Make the folder of a new gateway: keys, plant.toml, and its enrolment if a code is given; nothing is overwritten.

    Parameters
    ----------
    configuration : Path
        A facility document to copy in; without it plant.toml names ``facility.json``, which the person provides.
    devices : str
        TOML text of `[[devices]]`; without it commented examples are written.
    """
    if code and not (centre_url and ca_file):
        raise ConfigurationError("an enrolment code needs the centre's address and its CA file", hint="add --centre https://… --ca ca.pem")
    wishes = _Wishes(
        facility=facility,
        role=role,
        centre_url=centre_url,
        ca_file=ca_file,
        code=code,
        configuration=configuration,
        clock_url=clock_url,
        page_port=page_port,
        devices=devices,
    )
    settings_file = folder / SETTINGS_NAME
    key = await asyncio.to_thread(_prepare, folder, settings_file, wishes)
    gateway = gateway_of(key)
    enrolment = None
    if code and centre_url and ca_file:
        line = CentreLine(centre_url, ca_file)
        try:
            enrolment = await enrol(line, key, code=code, gateway=gateway, facility=facility, role=role)
        finally:
            await line.close()
    await asyncio.to_thread(settings_file.write_text, _template(wishes, gateway, enrolment), "utf-8")
    return NewPlant(folder, settings_file, gateway, key.key_id, enrolment, has_document=configuration is not None)


def gateway_of(key: SigningKey) -> UUID:
    """The id of a gateway that begins with this key: whoever asks again, because an answer was lost, is the same gateway."""
    return uuid5(NAMESPACE_URL, f"tynys:gateway:{key.public.hex()}")


def _prepare(folder: Path, settings_file: Path, wishes: _Wishes) -> SigningKey:
    """Make the folder with its key; the key of an attempt that was broken off is taken up again."""
    if settings_file.exists():
        raise ConfigurationError(
            "there already is a plant here", where=str(settings_file), hint="choose another folder; keys are never overwritten"
        )
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if wishes.ca_file is not None:
        shutil.copyfile(wishes.ca_file, folder / "centre-ca.pem")
    if wishes.configuration is not None:
        shutil.copyfile(wishes.configuration, folder / f"facility{wishes.configuration.suffix}")
    key_file = folder / "gateway.key"
    if key_file.exists():
        return SigningKey.load(key_file)
    key = SigningKey.generate()
    key.save(key_file)
    return key


def _template(wishes: _Wishes, gateway: UUID, enrolment: Enrolment | None) -> str:
    """plant.toml with a comment at every key; what is not known yet stands commented out."""
    key = enrolment.centre_public_key if enrolment else "<the line in the centre's keys/centre.pub>"
    off = "" if enrolment else "# "
    suffix = wishes.configuration.suffix if wishes.configuration else ".json"
    simulated = str(enrolment.simulated).lower() if enrolment else "false"
    parts = [
        "# A Tynys gateway. Every path is relative to this file; an unknown key is an error.",
        "# Reference: docs/reference/plant-toml.md. After a change: `tynys plant check plant.toml`.",
        "",
        "# The facility as the ministry knows it: sources, analysers, channels, monitoring plan.",
        f'configuration = "facility{suffix}"',
        "",
        "[gateway]",
        _noted(f'id = "{gateway}"', "made here, never reused"),
        f'facility = "{wishes.facility}"',
        _noted(f'role = "{wishes.role}"', "live, or history for recorded data"),
        _noted('key = "gateway.key"', "the private key, mode 0600; leave it on this machine"),
        _noted('spool = "spool"', "folder; wants a disk with room for a year"),
        _noted("seal_seconds = 5", "a batch every so many seconds, 1 to 60"),
        _noted(
            f"page_port = {wishes.page_port}" if wishes.page_port is not None else "# page_port = 8081",
            "the local page; absent: none, 0: any free port",
        ),
        _noted('# rule_pack = "my-pack.toml"', "absent: the published pack the monitoring plan names"),
        "",
        "# The ministry's centre. Without this section the gateway spools and computes, and sends nothing.",
        f"{off}[centre]",
        f'{off}url = "{wishes.centre_url or "https://centre.example:8443"}"',
        _noted(f'{off}ca_file = "centre-ca.pem"', "only a server signed by this authority is trusted"),
        _noted(f'{off}public_key = "{key}"', "signs the receipts"),
        _noted(f"{off}simulated = {simulated}", "as the centre enrolled this gateway"),
        "",
        "# A shared simulated clock; absent: this computer's clock.",
        "[clock]" if wishes.clock_url else "# [clock]",
        f'url = "{wishes.clock_url}"' if wishes.clock_url else '# url = "tcp://127.0.0.1:4000"',
        "",
        wishes.devices or _DEVICE_EXAMPLES,
    ]
    return "\n".join(parts)


def _noted(setting: str, note: str) -> str:
    """A line with its comment, the comments of short lines under each other."""
    return f"{setting:<32}# {note}" if len(setting) < _NOTES_AT else f"{setting}  # {note}"


_NOTES_AT = 32
_DEVICE_EXAMPLES = """\
# Instruments. `map` is a published register map or a path; [devices.channels] says which point fills which channel.
# [[devices]]
# id = "stack-1-gas"
# driver = "modbus-tcp"
# host = "192.0.2.10"
# port = 502
# device_id = 1
# map = "marsic300"
# [devices.channels]
# so2 = "stack-1.so2"
# o2 = "stack-1.o2"
#
# [[devices]]
# id = "plant-dcs"
# driver = "opcua"
# url = "opc.tcp://192.0.2.20:4840"
# map = "tynys-plant"
# [devices.channels]
# "unit-1.load_mw" = "unit-1.load_mw"
"""
