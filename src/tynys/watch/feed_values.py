"""Checks of single values and series of the data bank's feed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import polars as pl

from tynys.domain.component import Certainty
from tynys.domain.finding import Severity
from tynys.watch.feed import FEED, HALF_A_DAY, FeedView, by_reason, seen, spans
from tynys.wire.databank_rows import ALPHA, Reason

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tynys.watch.catalogue import Seen

FROZEN_MAX_TO_MEAN: Final = 1.005
COMBUSTION: Final = ("so2", "co", "no", "no2", "nox")
BALANCE_TOLERANCE: Final = 0.3


@FEED.check("NBD-ALPHA", severity=Severity.QUERY, clause="alpha = 21 / (21 - O2)", message="databank.finding.alpha")
def alpha_that_gives_no_oxygen(view: FeedView) -> Iterator[Seen]:
    """The excess-air coefficient gives no oxygen content a flue gas can have (it is not how often a limit is exceeded)."""
    hit = view.rows.filter((pl.col("reasons") & int(ALPHA)) != 0)
    for row in _grouped(hit, pl.col("excess_air").min().alias("low"), pl.col("excess_air").max().alias("high")):
        yield seen(row["source"], row, rows=row["rows"], low=row["low"], high=row["high"])


@FEED.check("NBD-FROZEN", severity=Severity.SERIOUS, clause="EN 17255-2, plausibility", message="databank.finding.frozen")
def frozen_value(view: FeedView) -> Iterator[Seen]:
    """A value other than zero stands still for half a day and more, or a whole series hardly moves."""
    value = pl.col("pollutant_concentration")
    rows = view.sound.filter(value.is_not_null() & (value != 0)).with_columns(
        pl.struct("source", "component", "pollutant_concentration").rle_id().alias("run")
    )
    runs = rows.group_by("source", "component", "run").agg(pl.len().alias("rows"), value.first().alias("value"), *spans())
    still = (
        runs.filter(pl.col("rows") >= HALF_A_DAY)
        .sort("rows", descending=True)
        .unique(("source", "component"), keep="first", maintain_order=True)
    )
    flat = (
        rows.group_by("source", "component")
        .agg(pl.len().alias("rows"), value.mean().alias("value"), value.max().alias("high"), *spans())
        .filter((pl.col("rows") >= 2 * HALF_A_DAY) & (pl.col("high") < FROZEN_MAX_TO_MEAN * pl.col("value")))
    )
    found = (
        pl.concat([still, flat], how="diagonal")
        .unique(("source", "component"), keep="first", maintain_order=True)
        .sort("source", "component")
    )
    for row in found.iter_rows(named=True):
        yield seen(f"{row['source']} {row['component']}", row, component=row["component"], rows=row["rows"], value=row["value"])


@FEED.check("NBD-DATE", severity=Severity.SERIOUS, clause="ISO 8601", message="databank.finding.date")
def date_that_cannot_be(view: FeedView) -> Iterator[Seen]:
    """A date that cannot be read, lies before automated monitoring began, or after the file was loaded."""
    yield from by_reason(view, Reason.DATE_OUT_OF_RANGE, Reason.DATE_UNREADABLE)


@FEED.check("NBD-OVERFLOW", severity=Severity.SERIOUS, clause="EN 17255-2, plausibility", message="databank.finding.overflow")
def overflown_number(view: FeedView) -> Iterator[Seen]:
    """A number so large that a counter or a format has run over."""
    yield from by_reason(view, Reason.OVERFLOW)


@FEED.check("NBD-NEGATIVE", severity=Severity.QUERY, clause="EN 17255-2, plausibility", message="databank.finding.negative")
def negative_value(view: FeedView) -> Iterator[Seen]:
    """A concentration, emission or flow below zero."""
    yield from by_reason(view, Reason.NEGATIVE)


@FEED.check("NBD-ZERO", severity=Severity.SERIOUS, clause="EN 17255-2, plausibility", message="databank.finding.zero")
def impossible_zeros(view: FeedView) -> Iterator[Seen]:
    """A gas of combustion is zero all the time although the same source burns."""
    value = pl.col("pollutant_concentration")
    rows = view.sound.filter(value.is_not_null())
    series = rows.group_by("source", "component").agg(
        pl.len().alias("rows"), value.abs().max().alias("high"), value.median().alias("middle"), *spans()
    )
    burning = series.filter(pl.col("middle") > 0)["source"].unique().implode()
    dead = series.filter(
        (pl.col("high") == 0) & (pl.col("rows") >= HALF_A_DAY) & pl.col("component").is_in(COMBUSTION) & pl.col("source").is_in(burning)
    )
    for row in dead.sort("source", "component").iter_rows(named=True):
        yield seen(f"{row['source']} {row['component']}", row, component=row["component"], rows=row["rows"])


@FEED.check("NBD-SULPHUR", severity=Severity.SERIOUS, clause="sulphur balance of the fuel", message="databank.finding.sulphur")
def sulphur_that_does_not_balance(view: FeedView) -> Iterator[Seen]:
    """Sulphur dioxide far from what the sulphur of the fuel gives; an expectation nobody has confirmed is not used."""
    value = pl.col("pollutant_concentration")
    for expected in view.profile.expectations:
        if expected.certainty is Certainty.TO_CONFIRM:
            continue
        mine = (
            (pl.col("organization") == expected.organization) & (pl.col("source_name") == expected.source) & (pl.col("component") == "so2")
        )
        rows = view.sound.filter(mine & (value > 0) & (pl.col("o2_dry_pct") < 20.0))  # noqa: PLR2004 - above it the correction magnifies noise
        if len(rows) < HALF_A_DAY:
            continue
        corrected = value * (21.0 - expected.o2_reference_pct) / (21.0 - pl.col("o2_dry_pct"))
        group = rows.select(corrected.mean().alias("mean"), *spans(), pl.col("source").first()).row(0, named=True)
        low, high = expected.so2_min_mg_nm3, expected.so2_max_mg_nm3
        if not low * (1 - BALANCE_TOLERANCE) <= group["mean"] <= high * (1 + BALANCE_TOLERANCE):
            yield seen(group["source"], group, mean=group["mean"], low=low, high=high, o2=expected.o2_reference_pct)


def _grouped(hit: pl.DataFrame, *aggregates: pl.Expr) -> Iterator[dict[str, Any]]:
    yield from hit.group_by("source").agg(pl.len().alias("rows"), *aggregates, *spans()).sort("source").iter_rows(named=True)


@FEED.check("NBD-TEST", severity=Severity.SERIOUS, clause="data of production", message="databank.finding.test")
def test_organisation(view: FeedView) -> Iterator[Seen]:
    """A test organisation's rows among those of production."""
    marked = (pl.col("reasons") & int(Reason.TEST_ORGANIZATION)) != 0
    named = pl.col("organization").str.contains(r"(?i)(^|[^\p{L}])(тест|test)([^\p{L}]|$)")
    for row in _grouped(view.rows.filter(marked | named), pl.col("organization").first()):
        yield seen(row["source"], row, rows=row["rows"], organization=row["organization"])
