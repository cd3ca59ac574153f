"""A new centre: its folder, settings, keys and certificates."""

from __future__ import annotations

import base64
import secrets
from typing import TYPE_CHECKING

from tynys.centre.certificate import make_certificates
from tynys.centre.private import write_private
from tynys.centre.settings import CentreFolder
from tynys.domain.errors import ConfigurationError
from tynys.storage.registry import Registry
from tynys.wire.keys import SigningKey

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

TEMPLATE = """# A Tynys centre. Every key, its meaning and its default; an unknown key is an error that names it.

[centre]
name = "{name}"                       # shown to people and written into the certificate
simulated = {simulated}                    # true: every answer says that its data are simulated
approve_simulated_plans = {simulated}      # true: plans of simulated gateways need nobody's approval (demonstrations)

[intake]                              # HTTPS for gateways
host = "127.0.0.1"                    # 0.0.0.0 to be reached from other machines
port = {intake_port}                           # 0 = any free port; the address is printed and written to run.json

[public]                              # plain HTTP for pages and API; put a proxy with TLS in front of it
host = "127.0.0.1"
port = {public_port}

[registry]
url = ""                              # "" = registry.sqlite in this folder; or postgresql+psycopg://user@host/database

[lake]
flush_seconds = 60.0                  # readings reach the lake at least this often
flush_rows = 1000000                  # or as soon as this many wait

[recompute]
workers = 1                           # processes that compute averages
"""
DIRECTORY_MODE = 0o700


def make_centre(
    root: Path,
    *,
    name: str = "centre",
    simulated: bool = False,
    hosts: Sequence[str] = (),
    intake_port: int = 8443,
    public_port: int = 8080,
) -> CentreFolder:
    """Make a centre's folder; an existing one is never overwritten."""
    folder = CentreFolder(root.resolve())
    if folder.settings.exists() or folder.signing_key.exists():
        raise ConfigurationError("there is a centre already", where=str(root), hint="choose another folder; keys are never overwritten")
    root.mkdir(parents=True, exist_ok=True)
    root.chmod(DIRECTORY_MODE)
    for part in (folder.signing_key.parent, folder.journal, folder.lake, folder.derived.parent):
        part.mkdir(parents=True, exist_ok=True)
    key = SigningKey.generate()
    key.save(folder.signing_key)
    folder.public_key.write_text(base64.b64encode(key.public).decode() + "\n", encoding="ascii")
    write_private(folder.admin_token, secrets.token_urlsafe(32).encode() + b"\n")
    make_certificates(folder, name, [*dict.fromkeys(["127.0.0.1", "localhost", *hosts])])
    settings = TEMPLATE.format(name=name, simulated=str(simulated).lower(), intake_port=intake_port, public_port=public_port)
    folder.settings.write_text(settings, encoding="utf-8")
    Registry.open(f"sqlite:///{folder.root / 'registry.sqlite'}").close()
    return folder
