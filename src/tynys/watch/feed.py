"""The data bank's feed as checks see it: rows with their meaning, what the profile says, and the catalogue they enter."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from tynys.watch.catalogue import Catalogue, Seen
from tynys.wire.databank_rows import ALPHA, FeedRows, Reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tynys.wire.databank_profile import FeedProfile

FEED: Final = Catalogue()
"""Checks of an imported data bank file."""
SPOILING: Final = sum(Reason) - int(ALPHA)
"""Reasons that spoil the measured value of a row."""


@dataclass(frozen=True)
class FeedView:
    """One imported file. ``air``, ``flare`` are its rows by medium; ``sound`` the air rows whose value and instant can be true."""

    feed: FeedRows
    profile: FeedProfile

    @property
    def rows(self) -> pl.DataFrame:
        """All rows of the file."""
        return self.feed.rows

    @cached_property
    def air(self) -> pl.DataFrame:
        """Rows about air."""
        return self.rows.filter(pl.col("medium") == "air")

    @cached_property
    def sound(self) -> pl.DataFrame:
        """Rows about air that can be true, in the order of source, component and time."""
        return self.air.filter((pl.col("reasons") & SPOILING) == 0).sort("source", "component", "start_ms")

    @cached_property
    def flow(self) -> pl.DataFrame:
        """Flow that emission and concentration imply, as median of each series: source, component, flow_m3_s. [m³ s⁻¹]."""
        both = self.sound.filter((pl.col("pollutant_concentration") > 0) & (pl.col("emission") > 0))
        implied = (pl.col("emission") / pl.col("pollutant_concentration") * 1000.0).median().alias("flow_m3_s")
        return (
            both.group_by("source", "component")
            .agg(implied, pl.len().alias("n"), *_SPAN)
            .filter(pl.col("n") >= HALF_A_DAY)
            .sort("source", "component")
        )


HALF_A_DAY: Final = 36
"""Fewer rows than twelve hours of 20 minutes say nothing about a series."""
_SPAN: Final = (pl.col("start_ms").min().alias("first_ms"), pl.col("end_ms").max().alias("last_ms"))


def spans() -> tuple[pl.Expr, pl.Expr]:
    """Aggregations that give a group's span as ``first_ms`` and ``last_ms``."""
    return _SPAN


def by_reason(view: FeedView, *reasons: Reason) -> Iterator[Seen]:
    """One sighting for each source with rows that have one of the reasons."""
    mask = sum(int(reason) for reason in reasons)
    hit = view.rows.filter((pl.col("reasons") & mask) != 0)
    groups = hit.group_by("source").agg(pl.len().alias("rows"), pl.col("line").min().alias("line"), *_SPAN).sort("source")
    for row in groups.iter_rows(named=True):
        yield seen(row["source"], row, rows=row["rows"], line=row["line"])


def seen(subject: str, group: Mapping[str, Any], **evidence: str | float) -> Seen:
    """A sighting over a group's span; a group without instants has the span 0..0."""
    return Seen(subject, group["first_ms"] or 0, group["last_ms"] or 0, evidence)


def distinct(names: Iterable[str]) -> str:
    """Names for a sentence."""
    return ", ".join(sorted(set(names)))
