"""What every part of the registry needs: one engine, short transactions, rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from sqlalchemy import Engine, Row, Table


class RegistryPart:
    """Reads and writes through one engine; every call is one transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._reads = engine.execution_options(reads_only=True)

    def _all(self, query: Any) -> Sequence[Row[Any]]:
        with self._reads.connect() as connection:
            return connection.execute(query).all()

    def _one(self, table: Table, condition: Any) -> Row[Any] | None:
        with self._reads.connect() as connection:
            return connection.execute(select(table).where(condition)).first()
