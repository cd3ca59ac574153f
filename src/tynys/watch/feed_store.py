"""Takes a data bank file into a centre's store: the file as it came, its averages, its findings, a note of the import."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import msgspec
import polars as pl
import zstandard

from tynys.domain.errors import NotFoundError, StorageError
from tynys.storage.durable import write_atomically
from tynys.storage.registry_feed import FeedSource
from tynys.watch.feed_averages import imported_averages
from tynys.watch.feed_check import CheckedFeed, check_feed
from tynys.wire.databank_names import tidy

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

    from tynys.storage.registry import Registry
    from tynys.watch.feed_averages import ImportedAverages
    from tynys.wire.databank_profile import FeedProfile
    from tynys.wire.databank_rows import FeedRows


class AveragesSink(Protocol):
    """Where averages go: the lake itself, or what a running centre takes them from."""

    def take(self, table: pa.Table) -> dict[str, int]:
        """Store the averages; how many were new, revised, unchanged, or handed over."""
        ...


@dataclass(frozen=True, slots=True)
class ImportedFeed:
    """What an import did."""

    number: int
    sha256: str
    checked: CheckedFeed
    averages: ImportedAverages
    stored: dict[str, int]


def import_feed(
    data: bytes,
    name: str,
    profile: FeedProfile,
    *,
    sink: AveragesSink,
    registry: Registry,
    archive: Path,
    now_ms: int,
    simulated: bool,
    by: str,
) -> ImportedFeed:
    """Check a file and store it; the same file again changes nothing but the note that it came again.

    A file that can be read is kept before anything else is stored: whatever happens after, the import can be repeated from it.
    """
    checked = check_feed(data, profile, now_ms=now_ms, where=name)
    sha256 = keep(archive, data)
    averages = imported_averages(checked.feed, profile, file_sha256=sha256, known_ms=now_ms, simulated=simulated)
    stored = sink.take(averages.table)
    registry.put_feed_profile(profile.id, msgspec.to_builtins(profile), by=by, at_ms=now_ms)
    registry.put_feed_sources(sources_of(checked.feed, profile, simulated=simulated), by=by, at_ms=now_ms)
    registry.record_findings(checked.findings, now_ms)
    number = registry.record_import(
        name, sha256, profile.id, rows=len(checked.feed.rows), refused=len(checked.broken), made_ms=now_ms, by=by
    )
    return ImportedFeed(number, sha256, checked, averages, stored)


def sources_of(feed: FeedRows, profile: FeedProfile, *, simulated: bool) -> list[FeedSource]:
    """Every source of a file with its canonical names, and all spellings the file has for it."""
    spelt = pl.struct("organization_name", "source_name_verbatim").unique().alias("written")
    groups = feed.rows.group_by("source").agg(pl.col("organization", "source_name").first(), pl.col("region").max(), spelt)
    return [
        FeedSource(
            row["source"], row["organization"], row["source_name"], tidy(row["region"]),
            tuple(sorted((pair["organization_name"], pair["source_name_verbatim"]) for pair in row["written"])), profile.id, simulated,
        )
        for row in groups.sort("source").iter_rows(named=True)
    ]  # fmt: skip


def keep(archive: Path, data: bytes) -> str:
    """Keep a file under its SHA-256, packed and synced; its SHA-256."""
    sha256 = hashlib.sha256(data).hexdigest()
    final = archive / f"{sha256}.csv.zst"
    if final.exists():
        return sha256
    archive.mkdir(parents=True, exist_ok=True)
    write_atomically(final, zstandard.ZstdCompressor(level=3, threads=2, write_content_size=True, write_checksum=True).compress(data))
    return sha256


def kept(archive: Path, beginning: str) -> bytes:
    """The file whose SHA-256 begins so, byte for byte as it came."""
    found = sorted(archive.glob(f"{beginning.lower()}*.csv.zst"))
    if len(found) != 1:
        raise NotFoundError(
            f"{len(found)} kept files begin with {beginning!r}, expected one", where=str(archive), code="databank.file_unknown"
        )
    try:
        data = zstandard.ZstdDecompressor().decompress(found[0].read_bytes())
    except zstandard.ZstdError as error:
        raise StorageError(f"the kept file is damaged: {error}", where=str(found[0])) from error
    if hashlib.sha256(data).hexdigest() != found[0].name.split(".")[0]:
        raise StorageError("the kept file is not what its name says", where=str(found[0]), hint="restore it from a copy")
    return data
