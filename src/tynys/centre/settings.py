"""Settings of a centre: one commented TOML file in its folder, unknown keys refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from tynys.domain.document import load_toml
from tynys.domain.errors import ConfigurationError

if TYPE_CHECKING:
    from pathlib import Path

FILE_NAME = "centre.toml"


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of the settings file; an unknown key is an error."""


class Identity(Section, frozen=True, kw_only=True):
    """Who this centre is. ``simulated`` marks every answer; ``approve_simulated_plans`` is for demonstrations."""

    name: str = "centre"
    simulated: bool = False
    approve_simulated_plans: bool = False


class Listener(Section, frozen=True, kw_only=True):
    """An address to listen on; port 0 takes any free one."""

    host: str = "127.0.0.1"
    port: int = 0


class RegistrySection(Section, frozen=True, kw_only=True):
    """Where the registry lives; an empty URL is the SQLite file of the folder."""

    url: str = ""


class LakeSection(Section, frozen=True, kw_only=True):
    """How often the lake is written. [s, rows]."""

    flush_seconds: float = 60.0
    flush_rows: int = 1_000_000


class RecomputeSection(Section, frozen=True, kw_only=True):
    """Processes that compute averages."""

    workers: int = 1


class CentreSettings(Section, frozen=True, kw_only=True):
    """Everything a person can set about a centre."""

    centre: Identity = Identity()
    intake: Listener = Listener(port=8443)
    public: Listener = Listener(port=8080)
    registry: RegistrySection = RegistrySection()
    lake: LakeSection = LakeSection()
    recompute: RecomputeSection = RecomputeSection()


class CentreFolder:
    """The paths inside a centre's folder; nothing else spells them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.settings = root / FILE_NAME
        self.signing_key = root / "keys" / "centre.key"
        self.public_key = root / "keys" / "centre.pub"
        self.admin_token = root / "keys" / "admin.token"
        self.ca = root / "tls" / "ca.pem"
        self.ca_key = root / "tls" / "ca.key"
        self.certificate = root / "tls" / "server.pem"
        self.certificate_key = root / "tls" / "server.key"
        self.journal = root / "journal"
        self.lake = root / "lake"
        self.derived = root / "state" / "derived.sqlite"
        self.running = root / "run.json"

    def registry_url(self, settings: CentreSettings) -> str:
        """The registry's URL, the folder's SQLite file unless one is set."""
        return settings.registry.url or f"sqlite:///{self.root / 'registry.sqlite'}"


def find_folder(path: Path) -> CentreFolder:
    """The centre's folder named by itself or by its ``centre.toml``."""
    root = path.parent if path.name.endswith(".toml") else path
    folder = CentreFolder(root.resolve())
    if not folder.settings.is_file():
        raise ConfigurationError(f"expected a folder with {FILE_NAME}", where=str(root), hint=f"make one with: tynys centre init {root}")
    return folder


def load_settings(folder: CentreFolder) -> CentreSettings:
    """The settings of a folder, or an error naming file, line and key."""
    try:
        text = folder.settings.read_text("utf-8")
    except UnicodeDecodeError as problem:
        raise ConfigurationError("expected UTF-8 text", where=str(folder.settings)) from problem
    return load_toml(text, CentreSettings, str(folder.settings))
