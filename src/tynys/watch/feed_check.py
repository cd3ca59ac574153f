"""Checks a data bank file from its bytes to its findings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tynys.watch import feed_series, feed_values  # noqa: F401 - they enter their checks into the catalogue
from tynys.watch.feed import FEED, FeedView
from tynys.wire.databank import BrokenLine, FeedFile, decode_feed
from tynys.wire.databank_rows import FeedRows, read_rows

if TYPE_CHECKING:
    from tynys.domain.finding import Finding
    from tynys.wire.databank_profile import FeedProfile


@dataclass(frozen=True, slots=True)
class CheckedFeed:
    """A file with its meaning, the lines that are no rows, and what the checks found."""

    file: FeedFile
    feed: FeedRows
    findings: tuple[Finding, ...]

    @property
    def broken(self) -> tuple[BrokenLine, ...]:
        """Lines that could not be read as rows."""
        return self.file.broken


def check_feed(data: bytes, profile: FeedProfile, *, now_ms: int, where: str = "feed") -> CheckedFeed:
    """Read a file and let every check look at it."""
    file = decode_feed(data, where)
    feed = read_rows(file, profile, now_ms=now_ms)
    return CheckedFeed(file, feed, tuple(FEED.run(FeedView(feed, profile))))
