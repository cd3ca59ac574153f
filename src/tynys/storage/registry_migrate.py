"""Brings a registry's tables to the newest version by the one Alembic history, from an installed wheel as from a checkout."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from sqlalchemy import text

if TYPE_CHECKING:
    from sqlalchemy import Engine

LOCK = 0x74796E7973
"""Advisory lock of PostgreSQL that lets one process migrate at a time: "tynys"."""


def migrate(engine: Engine, version: str = "head") -> None:
    """Upgrade to a version, the newest by default; a registry that is there already is left alone."""
    with resources.as_file(resources.files("tynys.storage") / "migrations") as folder:
        config = Config()
        config.set_main_option("script_location", str(folder).replace("%", "%%"))
        with engine.begin() as connection:
            if connection.dialect.name == "postgresql":  # SQLite's transaction already keeps others out
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
            config.attributes["connection"] = connection
            command.upgrade(config, version)
