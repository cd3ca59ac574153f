"""plant.toml: what a gateway needs to know, strictly read; paths in it are relative to the file."""

from __future__ import annotations

import base64
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal
from uuid import UUID

import msgspec

from tynys.calc.pack_versions import PackVersions
from tynys.domain.configuration import FacilityConfiguration
from tynys.domain.consistency import check_configuration
from tynys.domain.document import load_json, load_toml
from tynys.domain.errors import ConfigurationError
from tynys.field.settings import DeviceSettings
from tynys.law import load_pack
from tynys.storage.shipped_packs import shipped_text

if TYPE_CHECKING:
    from tynys.law import RulePack

SealSeconds = Annotated[int, msgspec.Meta(ge=1, le=60)]
KEY_BYTES = 32
"""Length of an Ed25519 public key."""

Port = Annotated[int, msgspec.Meta(ge=0, le=65535)]


class GatewaySection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who this gateway is and where it keeps things. [s]."""

    id: UUID
    facility: str
    key: str
    spool: str
    role: Literal["live", "history"] = "live"
    seal_seconds: SealSeconds = 5
    page_port: Port | None = None
    rule_pack: str | tuple[str, ...] | None = None


class CentreSection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The ministry's centre: its address, the certificate authority it is known by, and its receipt key (base64)."""

    url: str
    ca_file: str
    public_key: str
    simulated: bool = False


class ClockSection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The shared simulated clock, ``tcp://host:port``."""

    url: str


class PlantDocument(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """plant.toml as written."""

    configuration: str
    gateway: GatewaySection
    centre: CentreSection | None = None
    clock: ClockSection | None = None
    devices: tuple[DeviceSettings, ...] = ()


class PlantSettings(msgspec.Struct, frozen=True, kw_only=True):
    """plant.toml as used: every path resolved against the folder it stands in."""

    file: Path
    gateway: GatewaySection
    configuration_file: Path
    key_file: Path
    spool_folder: Path
    centre: CentreSection | None = None
    ca_file: Path | None = None
    clock_url: str | None = None
    devices: tuple[DeviceSettings, ...] = ()

    @property
    def folder(self) -> Path:
        """Where relative paths start."""
        return self.file.parent


def load_settings(file: Path) -> PlantSettings:
    """Read plant.toml; anything unknown or wrong is a `ConfigurationError` naming file, line and key."""
    document = load_toml(_read(file), PlantDocument, str(file))
    folder = file.resolve().parent
    centre = document.centre
    if centre is not None:
        if not centre.url.startswith("https://"):
            raise ConfigurationError(
                f"centre.url is {centre.url!r}; expected https://host[:port]", where=str(file), hint="batches travel over HTTPS only"
            )
        try:
            key = base64.b64decode(centre.public_key, validate=True)
        except ValueError:
            key = b""
        if len(key) != KEY_BYTES:
            raise ConfigurationError(
                f"centre.public_key is {centre.public_key!r}; expected the base64 of 32 bytes",
                where=str(file),
                hint="copy it from the centre's keys/centre.pub, or run `tynys plant init` with an enrolment code",
            )
    names = [device.id for device in document.devices]
    if doubled := sorted({name for name in names if names.count(name) > 1}):
        raise ConfigurationError(f"two devices have the id {doubled[0]!r}; expected every id once", where=str(file))
    return PlantSettings(
        file=file.resolve(),
        gateway=document.gateway,
        configuration_file=folder / document.configuration,
        key_file=folder / document.gateway.key,
        spool_folder=folder / document.gateway.spool,
        centre=centre,
        ca_file=folder / centre.ca_file if centre else None,
        clock_url=document.clock.url if document.clock else None,
        devices=document.devices,
    )


def load_configuration(settings: PlantSettings) -> FacilityConfiguration:
    """The facility's configuration document (.json or .toml); it must be the gateway's facility and free of contradictions."""
    file = settings.configuration_file
    text = _read(file, hint="put the facility's document there, or name another file in the key `configuration`")
    configuration = (load_toml if file.suffix == ".toml" else load_json)(text, FacilityConfiguration, str(file))
    if configuration.facility.id != settings.gateway.facility:
        raise ConfigurationError(
            f"the document describes facility {configuration.facility.id!r}, the gateway belongs to {settings.gateway.facility!r}",
            where=str(file),
            hint=f"gateway.facility in {settings.file.name} and facility.id must be the same",
        )
    if problems := check_configuration(configuration):
        raise ConfigurationError("; ".join(str(problem) for problem in problems[:5]), where=str(file), hint=_more(len(problems) - 5))
    return configuration


def load_rule_packs(settings: PlantSettings, configuration: FacilityConfiguration) -> PackVersions:
    """The versions of the rule pack named in plant.toml by path, or the published one the monitoring plan names."""
    named = settings.gateway.rule_pack
    if not named:
        return PackVersions([_published(settings, configuration)])
    files = [settings.folder / each for each in ((named,) if isinstance(named, str) else named)]
    packs = {str(file): load_pack(_read(file, hint="the key gateway.rule_pack names it"), str(file)) for file in files}
    if other := next((file for file, pack in packs.items() if pack.id != configuration.plan.rule_pack), None):
        raise ConfigurationError(
            f"is the pack {packs[other].id!r}, the plan names {configuration.plan.rule_pack!r}",
            where=other,
            hint="the centre computes by the pack the plan names: gateway.rule_pack holds versions of it",
        )
    return PackVersions(packs.values())


def load_rule_pack(settings: PlantSettings, configuration: FacilityConfiguration) -> RulePack:
    """The version of the rule pack that is in force now."""
    return load_rule_packs(settings, configuration).at(time.time_ns() // 1_000_000)


def _published(settings: PlantSettings, configuration: FacilityConfiguration) -> RulePack:
    name = configuration.plan.rule_pack
    text = shipped_text(name)
    if text is None:
        raise ConfigurationError(
            f"the plan names rule pack {name!r}, which is not published with this program",
            where=str(settings.configuration_file),
            hint='name a published pack, or set gateway.rule_pack = "my-pack.toml"',
        )
    return load_pack(text, f"{name}.toml")


def _more(rest: int) -> str:
    return f"and {rest} more" if rest > 0 else ""


def _read(file: Path, *, hint: str = "`tynys plant init FOLDER` makes a new one") -> str:
    try:
        return file.read_text("utf-8")
    except OSError as error:
        raise ConfigurationError(f"cannot be read: {error.strerror}", where=str(file), hint=hint) from error
    except UnicodeDecodeError as error:
        raise ConfigurationError("expected UTF-8 text", where=str(file)) from error
