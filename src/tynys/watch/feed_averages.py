"""Imported rows as averages of the lake."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from tynys.domain.average import Origin
from tynys.domain.status import AverageStatus, PlantState
from tynys.storage.lake_schema import AVERAGES
from tynys.watch.feed import SPOILING
from tynys.wire.databank import FLARE, WATER
from tynys.wire.databank_rows import FeedRows, Reason, reasons_text

if TYPE_CHECKING:
    import pyarrow as pa

    from tynys.wire.databank_profile import FeedProfile

COLUMN_COMPONENT: Final = {
    "waste_water_temperature": "waste_water_temperature",
    "waste_water_flow": "waste_water_flow",
    "hydrogen_index": "waste_water_ph",
    "electrical_conductivity": "waste_water_conductivity",
    "turbidity": "waste_water_turbidity",
    "volumetric_gas_consumption": "flare_gas_flow",
    "gas_density": "flare_gas_density",
}
"""Component of each measured column of water and flare rows; an air row's is its pollutant."""
MEASURED: Final = (*WATER, *FLARE[:2])


@dataclass(frozen=True, slots=True)
class ImportedAverages:
    """Averages of a file, and how many rows could not become one of their own (no instant, or an instant taken already)."""

    table: pa.Table
    without_instant: int
    without_component: int
    second_of_an_instant: int


def imported_averages(feed: FeedRows, profile: FeedProfile, *, file_sha256: str, known_ms: int, simulated: bool) -> ImportedAverages:
    """Averages of origin *imported* in the lake's columns.

    A row that cannot be true has status ``cannot_be_true``, no value, its number in ``raw`` and its reasons in ``chain``;
    ``configuration`` names the file by its SHA-256 and ``rule_pack`` the profile it was read with.
    """
    rows = feed.rows
    undated = pl.col("start_ms").is_null()
    strange = pl.col("component").is_null() & (pl.col("medium") == "air")
    second = (pl.col("reasons") & int(Reason.DUPLICATE_TIME)) != 0
    counts = rows.select(
        undated.sum().alias("undated"), (strange & ~undated).sum().alias("strange"), (second & ~strange).sum().alias("second")
    )
    usable = rows.filter(~undated & ~strange & ~second)
    air = usable.filter(pl.col("medium") == "air").select(
        *_COMMON,
        pl.col("component"),
        pl.col("pollutant_concentration").alias("number"),
        pl.col("emission").alias("mass_g_s"),
        "o2_dry_pct",
        pl.lit(profile.units.pollutant_concentration.value).alias("unit"),
    )
    others = [
        usable.filter((pl.col("medium") != "air") & pl.col(column).is_not_null()).select(
            *_COMMON,
            pl.lit(COLUMN_COMPONENT[column]).alias("component"),
            pl.col(column).alias("number"),
            pl.lit(None, pl.Float64).alias("mass_g_s"),
            pl.lit(None, pl.Float64).alias("o2_dry_pct"),
            pl.lit(getattr(profile.units, column).value).alias("unit"),
        )
        for column in MEASURED
    ]
    whole = pl.concat([air, *others]).sort("source", "component", "start_ms")
    undated_rows, strange_rows, second_rows = counts.row(0)
    return ImportedAverages(
        _table(whole, feed.period, profile.id, file_sha256, known_ms, simulated=simulated), undated_rows, strange_rows, second_rows
    )


_COMMON: Final = (pl.col("source"), pl.col("start_ms"), pl.col("end_ms"), pl.col("reasons"))


def _table(rows: pl.DataFrame, period: str, profile: str, file_sha256: str, known_ms: int, *, simulated: bool) -> pa.Table:
    spoilt = (pl.col("reasons") & SPOILING) != 0
    absent = pl.col("number").is_null()
    status = pl.when(spoilt).then(pl.lit(AverageStatus.CANNOT_BE_TRUE.value)).when(absent).then(pl.lit(AverageStatus.NO_DATA.value))
    masks = rows["reasons"].unique().to_list()
    constants: dict[str, object] = {
        "period": period,
        "origin": Origin.IMPORTED.value,
        "plant_state": PlantState.UNKNOWN.value,
        "provisional": False,
    }
    constants |= {"revision": 0, "known_ms": known_ms, "configuration": file_sha256, "rule_pack": profile, "simulated": simulated}
    constants |= {"count_expected": 0, "count_operating": 0, "count_valid": 0, "outside_calibration_range": False}
    constants |= {"fld_valid": 0, "fld_operating": 0, "rule_pack_digest": ""}
    made = rows.with_columns(
        pl.from_epoch("start_ms", time_unit="ms").dt.strftime("%Y-%m").alias("month"),
        pl.when(~spoilt).then(pl.col("number")).alias("value"),
        pl.col("number").alias("raw"),
        pl.when(~spoilt).then(pl.col("mass_g_s")).alias("mass_g_s"),
        status.otherwise(pl.lit(AverageStatus.VALID.value)).alias("status"),
        pl.col("reasons").replace_strict(masks, [reasons_text(mask) for mask in masks], return_dtype=pl.String).alias("chain"),
        *(pl.lit(value).alias(name) for name, value in constants.items()),
    )
    missing = [item.name for item in AVERAGES if item.name not in made.columns]
    made = made.with_columns(pl.lit(None, pl.Float64).alias(name) for name in missing)
    return made.select(item.name for item in AVERAGES).to_arrow().cast(AVERAGES)
