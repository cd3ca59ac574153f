"""The registry: who may send, which plans are in force, what was decided by whom; on SQLite or PostgreSQL."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Self

from sqlalchemy import create_engine, event
from sqlalchemy.exc import SQLAlchemyError

from tynys.domain.errors import ConfigurationError, StorageError
from tynys.storage.registry_enrolment import Enrolment
from tynys.storage.registry_feed import FeedSources
from tynys.storage.registry_migrate import migrate
from tynys.storage.registry_plans import APPROVED, REFUSED, WAITING, Plans
from tynys.storage.registry_recompute import Recomputations
from tynys.storage.registry_records import Records

if TYPE_CHECKING:
    from typing import Any

    from sqlalchemy import Connection

__all__ = ["APPROVED", "REFUSED", "WAITING", "Registry"]


class Registry(Enrolment, Plans, Records, FeedSources, Recomputations):
    """Every call is one transaction; every change writes its audit row in it. Thread-safe."""

    @classmethod
    def open(cls, url: str) -> Registry:
        """Connect (``sqlite:///…`` or ``postgresql+psycopg://…``) and bring the tables to the newest version."""
        if url.startswith("sqlite:///"):
            Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
        try:
            engine = create_engine(url, pool_pre_ping=True)
        except (SQLAlchemyError, ModuleNotFoundError) as error:
            raise ConfigurationError(
                f"expected sqlite:///… or postgresql+psycopg://…, and its driver: {error}",
                where=url,
                hint="Set [registry] url in centre.toml.",
            ) from error
        if engine.dialect.name == "sqlite":
            event.listen(engine, "connect", _prepare_sqlite)
            event.listen(engine, "begin", _begin_sqlite)
        try:
            migrate(engine)
        except SQLAlchemyError as error:
            engine.dispose()
            raise StorageError(
                f"the registry cannot be opened: {error}", where=engine.url.render_as_string(), code="registry.unreachable"
            ) from error
        return cls(engine)

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA busy_timeout = 10000")


def _begin_sqlite(connection: Connection) -> None:
    """A change takes the write lock at once, so that two never wait for each other; a question takes none."""
    reads_only = connection.get_execution_options().get("reads_only", False)
    connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")
