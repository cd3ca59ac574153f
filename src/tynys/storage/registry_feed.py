"""Sources that are known from an imported feed alone: the names they are written with, beside the canonical ones."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, Boolean, Column, Table, Text, delete, insert, select

from tynys.storage import registry_audit as auditing
from tynys.storage.registry_base import RegistryPart
from tynys.storage.registry_model import metadata

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from sqlalchemy import Row

feed_sources = Table(
    "feed_sources",
    metadata,
    Column("id", Text, primary_key=True),
    Column("organization", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("region", Text, nullable=False),
    Column("written", Text, nullable=False),
    Column("profile", Text, nullable=False),
    Column("simulated", Boolean, nullable=False),
    Column("changed_ms", BigInteger, nullable=False),
)


@dataclass(frozen=True, slots=True)
class FeedSource:
    """A source of a feed: canonical names, every verbatim spelling of organisation and source, the profile it was last read with."""

    id: str
    organization: str
    name: str
    region: str
    written: tuple[tuple[str, str], ...]
    profile: str
    simulated: bool


class FeedSources(RegistryPart):
    """Sources of imported feeds in the registry."""

    def put_feed_sources(self, sources: Sequence[FeedSource], *, by: str, at_ms: int) -> int:
        """Keep sources; spellings gather, and a simulated one stays simulated. Returns how many were new or changed."""
        changed = 0
        with self._engine.begin() as connection:
            for source in sources:
                row = connection.execute(select(feed_sources).where(feed_sources.c.id == source.id)).first()
                known = _source(row) if row is not None else source
                written = tuple(sorted({*known.written, *source.written}))
                merged = FeedSource(
                    source.id, source.organization, source.name, source.region or known.region, written, source.profile,
                    known.simulated or source.simulated,
                )  # fmt: skip
                if row is not None and merged == known:
                    continue
                changed += 1
                connection.execute(delete(feed_sources).where(feed_sources.c.id == source.id))
                values = {
                    "organization": merged.organization,
                    "name": merged.name,
                    "region": merged.region,
                    "written": json.dumps(written, ensure_ascii=False),
                    "profile": merged.profile,
                    "simulated": merged.simulated,
                }
                connection.execute(insert(feed_sources).values(id=source.id, changed_ms=at_ms, **values))
                auditing.append(connection, "feed_source.changed", source.id, by, at_ms, values)
        return changed

    def feed_source(self, source: str) -> FeedSource | None:
        """One source of a feed, None if no feed has it."""
        row = self._one(feed_sources, feed_sources.c.id == source)
        return None if row is None else _source(row)

    def feed_sources(self, after: str = "", limit: int = 1000) -> list[FeedSource]:
        """Sources of all feeds by id, those behind ``after``."""
        query = select(feed_sources).where(feed_sources.c.id > after).order_by(feed_sources.c.id).limit(limit)
        return [_source(row) for row in self._all(query)]


def _source(row: Row[Any]) -> FeedSource:
    written = tuple((organization, name) for organization, name in json.loads(row.written))
    return FeedSource(row.id, row.organization, row.name, row.region, written, row.profile, row.simulated)
