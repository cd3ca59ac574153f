"""Where the averages of an imported file go, and where exported ones come from: a centre's lake, running or not."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from tynys.centre.outbox import Outbox
from tynys.centre.settings import load_settings
from tynys.domain.configuration import FacilityConfiguration
from tynys.domain.errors import StorageError
from tynys.domain.regions import REGIONS
from tynys.storage.journal_read import JournalReader
from tynys.storage.lake_reader import LakeReader
from tynys.storage.lake_writer import LakeWriter
from tynys.storage.registry import Registry
from tynys.watch.feed_export import EXPORTABLE, exported_rows
from tynys.wire.databank import encode_feed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from tynys.centre.settings import CentreFolder
    from tynys.watch.feed_store import AveragesSink
    from tynys.wire.databank_profile import FeedProfile

PORTION = 20_000
"""Rows of one table handed to a running centre."""
MANY = 1_000_000
"""More sources than any feed has."""


class IntoLake:
    """The lake itself, while no centre runs."""

    def __init__(self, writer: LakeWriter) -> None:
        self._writer = writer

    def take(self, table: pa.Table) -> dict[str, int]:
        """Store at once."""
        done = self._writer.commit_averages(table)
        return {"new": done.new, "revised": done.revised, "unchanged": done.unchanged}


class IntoOutbox:
    """What the lake's process of a running centre takes its averages from, within seconds."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    def take(self, table: pa.Table) -> dict[str, int]:
        """Hand over in portions."""
        for start in range(0, table.num_rows, PORTION):
            part = table.slice(start, PORTION)
            self._outbox.put("averages", part, known_ms=part["known_ms"][0].as_py(), simulated=part["simulated"][0].as_py())
        return {"handed_over": table.num_rows}


@contextlib.contextmanager
def open_sink(folder: CentreFolder) -> Iterator[AveragesSink]:
    """The lake if it has begun and nobody writes it, else the outbox of the centre, running or to be run."""
    reader = JournalReader(folder.journal)
    incarnation = reader.incarnation
    reader.close()
    writer = None
    if incarnation is not None:
        try:
            writer = LakeWriter(folder.lake, incarnation)
        except StorageError as problem:
            if problem.error_code != "storage.locked":
                raise
    if writer is not None:
        with contextlib.closing(writer):
            yield IntoLake(writer)
    else:
        with contextlib.closing(Outbox(folder.derived)) as outbox:
            yield IntoOutbox(outbox)


def exported(folder: CentreFolder, span: tuple[int, int], origin: str, profile: FeedProfile, *, quote: str, loaded: date) -> bytes:
    """A span of a centre's averages as a file of the data bank.

    A source is named as the profile says, else as its feed wrote it, else as the newest configuration that has it names it in Russian.
    """
    table = LakeReader(folder.lake).averages(None, sorted(EXPORTABLE), profile.period.value, *span)
    table = table.filter(pc.equal(table["origin"].cast(pa.string()), origin))
    with Registry.open(folder.registry_url(load_settings(folder))) as registry:
        names = _names_of_plans(registry)
        names |= {each.id: (each.region, each.organization, each.name) for each in registry.feed_sources(limit=MANY)}
    names |= {entry.id: (entry.region, entry.organization, entry.source) for entry in profile.sources if entry.id}
    return encode_feed(exported_rows(table, names, profile, loaded=loaded.isoformat(), quote=quote))


def _names_of_plans(registry: Registry) -> dict[str, tuple[str, str, str]]:
    """Region, facility and source in Russian, as the newest configurations name them."""
    names: dict[str, tuple[str, str, str]] = {}
    for row in registry.configurations():
        configuration = msgspec.json.decode(row.document, type=FacilityConfiguration)
        region = REGIONS[configuration.facility.region].names.ru
        names |= {source.id: (region, configuration.facility.names.ru, source.names.ru) for source in configuration.sources}
    return names
