"""Checks between series, sources and names of the data bank's feed."""

from __future__ import annotations

from difflib import SequenceMatcher
from itertools import combinations
from typing import TYPE_CHECKING, Final

import polars as pl

from tynys.domain.feed_names import FEED_NAMES
from tynys.domain.finding import Severity
from tynys.watch.feed import FEED, HALF_A_DAY, FeedView, distinct, seen, spans
from tynys.wire.databank_names import SIMILAR, tidy
from tynys.wire.databank_rows import Reason

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tynys.watch.catalogue import Seen

FLOW_AGREES: Final = 1.3
"""Flows implied by different pollutants of one source differ by less than this factor where the source is sound."""
SHARED: Final = 2
FEW: Final = 0.1
MANY: Final = 500
"""So many organisations are compared with each other by name."""
SILENT_MS: Final = 3 * 86_400_000


@FEED.check("NBD-TWIN", severity=Severity.CRITICAL, clause="EN 17255-2, plausibility", message="databank.finding.twin")
def one_stream_under_two_sources(view: FeedView) -> Iterator[Seen]:
    """Two sources of one organisation report the same numbers for the same days."""
    value = pl.col("pollutant_concentration")
    days = (
        view.sound.filter(value.is_not_null())
        .with_columns(
            pl.col("start_ms").cast(pl.Datetime("ms", "UTC")).dt.convert_time_zone(view.profile.zone.value).dt.date().alias("day")
        )
        .group_by("organization", "source", "component", "day")
        .agg(
            pl.len().alias("n"),
            value.n_unique().alias("kinds"),
            value.hash().sum().alias("sum"),
            value.min().alias("low"),
            value.max().alias("high"),
            *spans(),
        )
        .filter((pl.col("n") >= HALF_A_DAY) & (pl.col("kinds") > SHARED))
        .sort("source", "component", "day")
    )
    same = days.join(days, on=["organization", "component", "day", "n", "sum", "low", "high"], suffix="_2").filter(
        pl.col("source") < pl.col("source_2")
    )
    span = (pl.col("first_ms").min(), pl.col("last_ms").max())
    pairs = same.group_by("source", "source_2").agg(pl.col("component").unique(), pl.col("day").n_unique().alias("days"), *span)
    for row in pairs.filter(pl.col("component").list.len() >= SHARED).sort("source", "source_2").iter_rows(named=True):
        yield seen(
            f"{row['source']} {row['source_2']}", row, other=row["source_2"], components=distinct(row["component"]), days=row["days"]
        )


@FEED.check("NBD-MASS", severity=Severity.SERIOUS, clause="mass = concentration x flow", message="databank.finding.mass")
def mass_that_does_not_fit(view: FeedView) -> Iterator[Seen]:
    """Emission and concentration of a source's pollutants imply different flows of the same gas."""
    for row in _flows(view).filter(pl.col("high") > FLOW_AGREES * pl.col("low")).iter_rows(named=True):
        yield seen(row["source"], row, low=row["low"], high=row["high"], components=distinct(row["component"]))


@FEED.check("NBD-UNIT", severity=Severity.SERIOUS, clause="unit of pollutant_concentration", message="databank.finding.unit")
def unit_that_is_not_the_declared_one(view: FeedView) -> Iterator[Seen]:
    """All pollutants of a source agree on a flow no stack has: the unit is another than the profile says, and no row declares one."""
    bounds = view.profile.plausible
    outside = ~pl.col("middle").is_between(bounds.flow_min_m3_s.value, bounds.flow_max_m3_s.value)
    for row in _flows(view).filter((pl.col("high") <= FLOW_AGREES * pl.col("low")) & outside).iter_rows(named=True):
        yield seen(row["source"], row, flow=row["middle"], unit=view.profile.units.pollutant_concentration.value)


def _flows(view: FeedView) -> pl.DataFrame:
    flow = pl.col("flow_m3_s")
    lows = (flow.min().alias("low"), flow.max().alias("high"), flow.median().alias("middle"), pl.col("component"))
    return (
        view.flow.group_by("source")
        .agg(*lows, pl.col("first_ms").min(), pl.col("last_ms").max())
        .filter(pl.col("component").list.len() >= SHARED)
        .sort("source")
    )


@FEED.check("NBD-COUNT", severity=Severity.SERIOUS, clause="one average a period", message="databank.finding.count")
def more_rows_than_periods(view: FeedView) -> Iterator[Seen]:
    """A series has more rows than its days have periods, or two for one period."""
    doubled = (pl.col("reasons") & int(Reason.DUPLICATE_TIME | Reason.MORE_ROWS_THAN_PERIODS)) != 0
    rows = view.rows.filter((pl.col("medium") != "flare") & pl.col("start_ms").is_not_null())
    groups = rows.group_by("source").agg(pl.len().alias("rows"), doubled.sum().alias("extra"), *spans())
    for row in groups.filter(pl.col("extra") > 0).sort("source").iter_rows(named=True):
        yield seen(row["source"], row, rows=row["rows"], extra=row["extra"])


@FEED.check("NBD-FLARE", severity=Severity.SERIOUS, clause="one average a period", message="databank.finding.flare")
def flare_rows_multiplied(view: FeedView) -> Iterator[Seen]:
    """Flare rows come many times over: a join has multiplied them."""
    rows = view.rows.filter((pl.col("medium") == "flare") & pl.col("start_ms").is_not_null())
    groups = rows.group_by("source").agg(pl.len().alias("rows"), pl.col("start_ms").n_unique().alias("instants"), *spans())
    for row in groups.filter(pl.col("rows") > pl.col("instants")).sort("source").iter_rows(named=True):
        yield seen(row["source"], row, rows=row["rows"], instants=row["instants"])


@FEED.check("NBD-NAME", severity=Severity.QUERY, clause="register of organisations and sources", message="databank.finding.name")
def drifting_name(view: FeedView) -> Iterator[Seen]:
    """A name is written otherwise than in the register, with stray blanks, or almost like another."""
    for column, proper in (("organization_name", "organization"), ("source_name_verbatim", "source_name")):
        drifted = view.rows.filter(pl.col(column) != pl.col(proper))
        groups = drifted.group_by(column, proper).agg(pl.len().alias("rows"), pl.col("source").first(), *spans())
        for row in groups.sort(column).iter_rows(named=True):
            yield seen(f"{row['source']} {row[column]!r}", row, written=row[column], proper=row[proper], rows=row["rows"])
    strange = view.rows.filter(
        pl.col("emission_type").is_in(list(FEED_NAMES)).not_() & ((pl.col("medium") == "air") | (pl.col("emission_type") != ""))
    )
    groups = strange.group_by("emission_type").agg(pl.len().alias("rows"), pl.col("source").first(), *spans())
    for row in groups.sort("emission_type").iter_rows(named=True):
        yield seen(
            f"{row['source']} {row['emission_type']!r}",
            row,
            written=row["emission_type"],
            proper=_component_name(row["emission_type"]),
            rows=row["rows"],
        )
    yield from _alike(view)


def _component_name(written: str) -> str:
    alike = [name for name in FEED_NAMES if SequenceMatcher(None, tidy(written).casefold(), name.casefold()).ratio() >= SIMILAR]
    return alike[0] if alike else "?"


def _alike(view: FeedView) -> Iterator[Seen]:
    register = {tidy(entry.organization) for entry in view.profile.sources}
    groups = view.rows.group_by("organization").agg(pl.len().alias("rows"), pl.col("source").first(), *spans())
    by_name = {row["organization"]: row for row in groups.sort("organization").head(MANY).iter_rows(named=True)}
    for one, two in combinations(sorted(by_name), 2):
        if {one, two} <= register or _digits(one) != _digits(two):
            continue
        if SequenceMatcher(None, one.casefold(), two.casefold()).ratio() >= SIMILAR:
            rare, usual = sorted((one, two), key=lambda name: int(by_name[name]["rows"]))
            yield seen(f"{by_name[rare]['source']} {rare!r}", by_name[rare], written=rare, proper=usual, rows=by_name[rare]["rows"])


def _digits(name: str) -> str:
    return "".join(letter for letter in name if letter.isdigit())


@FEED.check("NBD-SILENT", severity=Severity.SERIOUS, clause="duty to transmit", message="databank.finding.silent")
def registered_source_that_is_silent(view: FeedView) -> Iterator[Seen]:
    """A source of the register has no row, or has stopped days before the others."""
    dated = view.rows.filter(pl.col("start_ms").is_not_null() & ((pl.col("reasons") & int(Reason.DATE_OUT_OF_RANGE)) == 0))
    groups = dated.group_by("organization", "source_name").agg(pl.col("source").first(), *spans())
    last = {(row["organization"], row["source_name"]): row for row in groups.iter_rows(named=True)}
    if not last:
        return
    whole = {"first_ms": min(row["first_ms"] for row in last.values()), "last_ms": max(row["last_ms"] for row in last.values())}
    for entry in view.profile.sources:
        if (tidy(entry.organization), tidy(entry.source)) not in last:
            yield seen(
                f"{tidy(entry.organization)} / {tidy(entry.source)}", whole, days=(whole["last_ms"] - whole["first_ms"]) / 86_400_000
            )
    for (organization, source), row in sorted(last.items()):
        if whole["last_ms"] - row["last_ms"] > SILENT_MS:
            span = {"first_ms": row["last_ms"], "last_ms": whole["last_ms"]}
            yield seen(f"{organization} / {source}", span, days=(whole["last_ms"] - row["last_ms"]) / 86_400_000)


@FEED.check(
    "NBD-MISSING", severity=Severity.SERIOUS, clause="monitoring plan: pollutants of the source", message="databank.finding.missing"
)
def pollutant_that_is_missing(view: FeedView) -> Iterator[Seen]:
    """A pollutant has a handful of rows where the others of its source have thousands."""
    series = view.air.filter(pl.col("component").is_not_null()).group_by("source", "component").agg(pl.len().alias("rows"), *spans())
    usual = series.group_by("source").agg(
        pl.col("rows").median().alias("usual"), pl.len().alias("components"), pl.col("last_ms").max().alias("end")
    )
    few = series.join(usual, on="source").filter((pl.col("rows") < FEW * pl.col("usual")) & (pl.col("usual") >= HALF_A_DAY))
    for row in few.sort("source", "component").iter_rows(named=True):
        yield seen(f"{row['source']} {row['component']}", row, component=row["component"], rows=row["rows"], usual=row["usual"])
