"""Averages as rows of the data bank's shape: air, water outlets and flares, under the names the data bank knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from tynys.calc.reference import o2_to_excess_air
from tynys.domain.errors import RefusedError
from tynys.domain.feed_names import FEED_NAMES, feed_name_of
from tynys.watch.feed_averages import COLUMN_COMPONENT
from tynys.watch.feed_sample import as_file
from tynys.wire.databank import AIR, FLARE, IDENTITY, KNOWN, LOADED, WATER
from tynys.wire.databank_rows import PERIOD_MS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa

    from tynys.wire.databank import FeedFile
    from tynys.wire.databank_profile import FeedProfile

OUTLET: Final = "waste_water"
AIR_COMPONENTS: Final = frozenset(FEED_NAMES.values()) - {OUTLET}
EXPORTABLE: Final = AIR_COMPONENTS | frozenset(COLUMN_COMPONENT.values())
"""What the data bank has a name or a column for."""
SIMULATED: Final = " (имитация)"
"""The feed has no mark for simulated data: the organisation's name carries it."""
_PLACE: Final = IDENTITY[1:4]


def exported_rows(
    averages: pa.Table, names: Mapping[str, tuple[str, str, str]], profile: FeedProfile, *, loaded: str, quote: str = '"'
) -> FeedFile:
    """Averages as a file of the data bank's shape; what the data bank has no name for is left out.

    Parameters
    ----------
    averages : pa.Table
        In the lake's columns, of the profile's period and of one origin.
    names : mapping
        Source id to (region, organisation, source) as the data bank writes them.
    loaded : str
        The load date to write.
    """
    table = pl.DataFrame(averages).with_columns(pl.col("source", "component", "period").cast(pl.String))
    if (wrong := set(table["period"].unique()) - {profile.period.value}) != set():
        raise RefusedError(f"the feed carries averages of {profile.period.value}, got {', '.join(sorted(wrong))}", where="databank export")
    table = table.filter(pl.col("component").is_in(list(EXPORTABLE)))
    unnamed = sorted(set(table["source"].unique()) - names.keys())
    if unnamed:
        raise RefusedError(
            f"no name in the data bank for {', '.join(unnamed)}", where="databank export", hint="add it under [[sources]] of the profile"
        )
    parts = [_air(table), _spread(table, WATER, feed_name_of(OUTLET) or ""), _spread(table, FLARE[:2], "")]
    rows = pl.concat(parts, how="diagonal").sort("start_ms", "source", maintain_order=True)
    used = {*IDENTITY, *AIR, LOADED, *(WATER if len(parts[1]) else ()), *(FLARE if len(parts[2]) else ())}
    rows = rows.with_columns(_local(profile), *_named(rows, names), pl.lit(loaded).alias(LOADED))
    absent = [pl.lit("").alias(name) for name in KNOWN if name not in rows.columns]
    return as_file(rows.with_columns(absent).select(pl.col(name).fill_null("") for name in KNOWN if name in used), quote)


def _air(table: pl.DataFrame) -> pl.DataFrame:
    """One row for each average of a pollutant."""
    air = table.filter(pl.col("component").is_in(list(AIR_COMPONENTS))).sort("component")
    alpha = pl.Series("alpha", o2_to_excess_air(air["o2_dry_pct"].fill_null(float("nan")).to_numpy().astype(np.float64))).fill_nan(None)
    spelt = {component: feed_name_of(component) or "" for component in AIR_COMPONENTS}
    return air.with_columns(alpha).select(
        "start_ms",
        "source",
        "simulated",
        pl.col("component").replace_strict(list(spelt), list(spelt.values()), return_dtype=pl.String).alias(IDENTITY[4]),
        *(pl.col(column).cast(pl.String).alias(name) for name, column in zip(AIR, ("alpha", "mass_g_s", "value"), strict=True)),
    )


def _spread(table: pl.DataFrame, columns: Sequence[str], name: str) -> pl.DataFrame:
    """One row for each instant of an outlet or a flare, its averages side by side."""
    values = [
        pl.col("value").filter(pl.col("component") == COLUMN_COMPONENT[column]).first().cast(pl.String).alias(column) for column in columns
    ]
    mine = table.filter(pl.col("component").is_in([COLUMN_COMPONENT[column] for column in columns]))
    wide = mine.group_by("start_ms", "source").agg(pl.col("simulated").any(), *values)
    return wide.with_columns(pl.lit(name).alias(IDENTITY[4]))


def _local(profile: FeedProfile) -> pl.Expr:
    """The instant as the profile labels it, in its zone."""
    shift = PERIOD_MS[profile.period.value] if profile.time_label.value == "end" else 0
    instant = (pl.col("start_ms") + shift).cast(pl.Datetime("ms", "UTC")).dt.convert_time_zone(ZoneInfo(profile.zone.value).key)
    return instant.dt.strftime("%Y-%m-%d %H:%M:%S").alias(IDENTITY[0])


def _named(rows: pl.DataFrame, names: Mapping[str, tuple[str, str, str]]) -> list[pl.Expr]:
    """Region, organisation and source; a simulated one says so in its organisation's name."""
    sources = rows["source"].unique().to_list()
    written = {
        column: pl.col("source").replace_strict(sources, [names[source][place] for source in sources], return_dtype=pl.String)
        for place, column in enumerate(_PLACE)
    }
    organization = written["organization_name"]
    unmarked = pl.col("simulated") & ~organization.str.to_lowercase().str.contains("имитац", literal=True)
    written["organization_name"] = pl.when(unmarked).then(organization + SIMULATED).otherwise(organization)
    return [expression.alias(column) for column, expression in written.items()]
