"""What the rows of a data bank file say: instants, components, numbers, and why a row cannot be true.

Nothing is dropped: every row of the file is here, with its verbatim names beside the canonical ones and its reasons.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import IntFlag
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import polars as pl

from tynys.calc.reference import excess_air_to_o2
from tynys.domain.feed_names import component_of
from tynys.wire.databank import AIR, FLARE, LINE, LOADED, WATER, FeedFile
from tynys.wire.databank_names import canonical, source_id

if TYPE_CHECKING:
    from collections.abc import Callable

    from tynys.wire.databank_profile import FeedProfile

PERIOD_MS: Final = {"PT20M": 1_200_000, "PT1H": 3_600_000, "P1D": 86_400_000}
DAY_MS: Final = 86_400_000
OVERFLOWN_O2_PCT: Final = 20.99
"""From this oxygen content on, the coefficient has run over: it has no upper end as O2 nears that of air."""
NUMBERS: Final = (*AIR, *WATER, *FLARE[:2])
MAX_PH: Final = 14.0
MAX_TOLD: Final = 1000
"""So many unreadable cells are listed one by one; the rest is counted."""


class Reason(IntFlag):
    """Why a row, or one of its values, cannot be true."""

    DATE_UNREADABLE = 1
    DATE_OUT_OF_RANGE = 2
    COMPONENT_UNKNOWN = 4
    NUMBER_UNREADABLE = 8
    NEGATIVE = 16
    OVERFLOW = 32
    TEST_ORGANIZATION = 64
    MORE_ROWS_THAN_PERIODS = 128
    DUPLICATE_TIME = 256
    PH_IMPOSSIBLE = 512
    ALPHA_IMPOSSIBLE = 1024
    ALPHA_OVERFLOW = 2048

    @property
    def key(self) -> str:
        """The reason's message key."""
        return f"databank.reason.{(self.name or '').lower()}"


ALPHA: Final = Reason.ALPHA_IMPOSSIBLE | Reason.ALPHA_OVERFLOW
"""Reasons that spoil the oxygen content and nothing else."""


@dataclass(frozen=True, slots=True)
class CellError:
    """A cell that could not be read: where, what was expected, what came; ``key`` words it in any language."""

    line: int
    column: str
    expected: str
    came: str
    key: str


@dataclass(frozen=True, slots=True)
class FeedRows:
    """The rows of a file with their meaning (columns in docs/reference/databank.md), and the cells that had none."""

    rows: pl.DataFrame
    errors: tuple[CellError, ...]
    period: str


def read_rows(feed: FeedFile, profile: FeedProfile, *, now_ms: int) -> FeedRows:
    """Give every row its meaning.

    Parameters
    ----------
    now_ms : int
        No row can be from later than this. [ms since 1970 UTC]
    """
    period_ms = PERIOD_MS[profile.period.value]
    missing = [name for name in (*NUMBERS, "region", "emission_type", FLARE[2], LOADED) if name not in feed.columns]
    frame = feed.rows.select(LINE, *feed.columns).with_columns(pl.lit("").alias(name) for name in missing)
    frame = frame.with_columns(_number(name) for name in NUMBERS)
    errors = _unreadable(frame)
    frame = _name(frame, profile)
    frame = _time(frame, profile, period_ms)
    frame = _judge(frame, profile, period_ms, now_ms)
    order = [LINE, "medium", "source", "component", "start_ms", "end_ms", "organization", "source_name", *_VERBATIM, *NUMBERS, "o2_dry_pct"]
    errors += [
        CellError(line, "registered_date", "a date, or date and time, by ISO 8601", came, "databank.broken.date")
        for line, came in frame.filter(pl.col("start_ms").is_null()).select(LINE, "registered_date").head(MAX_TOLD).iter_rows()
    ]
    return FeedRows(frame.select(*order, FLARE[2], "excess_air", "reasons"), tuple(errors), profile.period.value)


_VERBATIM: Final = ("registered_date", "region", "organization_name", "source_name_verbatim", "emission_type", LOADED)


def _number(name: str) -> pl.Expr:
    """A cell as a number: blanks off, a decimal comma read as a point; empty is absent, and so is what is no finite number."""
    text = pl.col(name).str.strip_chars()
    value = text.str.replace(",", ".", literal=True).cast(pl.Float64, strict=False)
    finite = pl.when(value.is_finite()).then(value)
    return pl.struct(text.alias("text"), finite.alias("value")).alias(name)


def _unreadable(frame: pl.DataFrame) -> list[CellError]:
    errors: list[CellError] = []
    for name in NUMBERS:
        cell = pl.col(name).struct
        bad = frame.filter((cell.field("text") != "") & cell.field("value").is_null()).head(MAX_TOLD)
        errors += [
            CellError(line, name, "a number or nothing", came["text"], "databank.broken.number")
            for line, came in bad.select(LINE, name).iter_rows()
        ]
    return errors


def _mapped(frame: pl.DataFrame, name: str, meaning: Callable[[str], object], dtype: pl.DataType) -> pl.Expr:
    """A column through a function that is asked once for each distinct text."""
    texts = frame[name].unique().to_list()
    return pl.col(name).replace_strict(texts, [meaning(text) for text in texts], return_dtype=dtype)


def _name(frame: pl.DataFrame, profile: FeedProfile) -> pl.DataFrame:
    organizations = {entry.organization for entry in profile.sources}
    frame = frame.with_columns(
        _mapped(frame, "organization_name", lambda name: canonical(name, organizations), pl.String()).alias("organization"),
        _mapped(frame, "source_name", lambda name: canonical(name, ()), pl.String()).alias("source_tidy"),
        _mapped(frame, "emission_type", component_of, pl.String()).alias("component"),
    )
    pairs = frame.select("organization", "source_tidy").unique()
    known = [_register(organization, source, profile) for organization, source in pairs.iter_rows()]
    ids = [source_id(organization, source, profile) for (organization, _), source in zip(pairs.iter_rows(), known, strict=True)]
    pairs = pairs.with_columns(pl.Series("canonical", known, pl.String), pl.Series("source", ids, pl.String))
    frame = frame.join(pairs, on=["organization", "source_tidy"], how="left", maintain_order="left").rename(
        {"source_name": "source_name_verbatim"}
    )
    water = pl.any_horizontal(pl.col(name).struct.field("text") != "" for name in WATER) | (pl.col("component") == "waste_water")
    flare = pl.any_horizontal(pl.col(name).struct.field("text") != "" for name in FLARE[:2]) | (pl.col(FLARE[2]) != "")
    medium = pl.when(water.fill_null(value=False)).then(pl.lit("water")).when(flare).then(pl.lit("flare")).otherwise(pl.lit("air"))
    frame = frame.rename({"canonical": "source_name"}).with_columns(medium.alias("medium"))
    by_medium = (
        pl.when(pl.col("medium") == "water").then(pl.lit("waste_water")).when(pl.col("medium") == "flare").then(pl.lit("flare_gas_flow"))
    )
    return frame.with_columns(by_medium.otherwise(pl.col("component")).alias("component"))


def _register(organization: str, source: str, profile: FeedProfile) -> str:
    return canonical(source, [entry.source for entry in profile.sources if entry.organization == organization])


def _instant(text: str, zone: ZoneInfo) -> tuple[int | None, bool]:
    """Milliseconds since 1970 UTC of an ISO 8601 text, and whether it is a date without a time."""
    stripped = text.strip()
    try:
        moment = datetime.fromisoformat(stripped)
    except ValueError:
        return None, False
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    try:
        return (moment.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1), len(stripped) <= len("2026-01-01")
    except OverflowError:
        return None, False


def _time(frame: pl.DataFrame, profile: FeedProfile, period_ms: int) -> pl.DataFrame:
    zone = ZoneInfo(profile.zone.value)
    texts = frame["registered_date"].unique().to_list()
    read = [_instant(text, zone) for text in texts]
    instant = pl.col("registered_date").replace_strict(texts, [at for at, _ in read], return_dtype=pl.Int64)
    bare = pl.col("registered_date").replace_strict(texts, [is_bare for _, is_bare in read], return_dtype=pl.Boolean)
    shift = -period_ms if profile.time_label.value == "end" else 0
    frame = frame.with_columns(instant.alias("instant"), bare.alias("bare"))
    floor = period_ms if period_ms < DAY_MS else 1
    start = (pl.col("instant") + shift) // floor * floor
    ordinal = pl.lit(0, pl.Int64)
    if period_ms < DAY_MS and frame["bare"].any():
        ordinal = (
            pl.when(pl.col("bare"))
            .then(pl.int_range(pl.len(), dtype=pl.Int64).over("source", "emission_type", "medium", "registered_date"))
            .otherwise(0)
        )
        in_order = pl.col("instant") + ordinal * period_ms
        placed = in_order if profile.date_only.value == "in_order" else pl.lit(None, pl.Int64)
        start = pl.when(pl.col("bare")).then(placed).otherwise(start)
    loaded = _mapped(frame, LOADED, lambda text: _instant(text, zone)[0], pl.Int64())
    return frame.with_columns(start.alias("start_ms"), ordinal.alias("ordinal"), loaded.alias("loaded_ms")).with_columns(
        (pl.col("start_ms") + period_ms).alias("end_ms")
    )


def _judge(frame: pl.DataFrame, profile: FeedProfile, period_ms: int, now_ms: int) -> pl.DataFrame:
    cell = {name: pl.col(name).struct for name in NUMBERS}
    value = {name: cell[name].field("value") for name in NUMBERS}
    unreadable = pl.any_horizontal((cell[name].field("text") != "") & value[name].is_null() for name in NUMBERS)
    plausible = profile.plausible
    bounded = {"emission": plausible.emission_max.value, "pollutant_concentration": plausible.concentration_max.value}
    overflow = pl.any_horizontal(
        value[name].abs() > bounded.get(name, plausible.concentration_max.value) for name in NUMBERS if name != "air_excess_ratio"
    )
    negative = pl.any_horizontal(value[name] < 0 for name in NUMBERS if name not in {"air_excess_ratio", "hydrogen_index"})
    earliest_ms, _ = _instant(plausible.earliest_date.value, ZoneInfo(profile.zone.value))
    latest = pl.min_horizontal(pl.lit(now_ms), pl.col("loaded_ms") + DAY_MS)
    tests = [name.casefold() for name in profile.test_organizations]
    alpha = value["air_excess_ratio"]
    frame = frame.with_columns(excess_air=alpha)
    oxygen = pl.Series("o2", excess_air_to_o2(frame["excess_air"].fill_null(float("nan")).to_numpy())).fill_nan(None)
    frame = frame.with_columns(oxygen.alias("o2"))
    twice = ~pl.struct("source", "component", "medium", "start_ms").is_first_distinct() & pl.col("start_ms").is_not_null()
    flags = {
        Reason.DATE_UNREADABLE: pl.col("start_ms").is_null(),
        Reason.DATE_OUT_OF_RANGE: (pl.col("start_ms") < earliest_ms) | (pl.col("start_ms") > latest),
        Reason.COMPONENT_UNKNOWN: pl.col("component").is_null(),
        Reason.NUMBER_UNREADABLE: unreadable,
        Reason.NEGATIVE: negative & ~overflow.fill_null(value=False),
        Reason.OVERFLOW: overflow,
        Reason.TEST_ORGANIZATION: pl.col("organization").str.to_lowercase().is_in(tests) if tests else pl.lit(value=False),
        Reason.MORE_ROWS_THAN_PERIODS: pl.col("ordinal") >= DAY_MS // period_ms,
        Reason.DUPLICATE_TIME: twice,
        Reason.PH_IMPOSSIBLE: ~value["hydrogen_index"].is_between(0.0, MAX_PH),
        Reason.ALPHA_IMPOSSIBLE: alpha < 1.0,
        Reason.ALPHA_OVERFLOW: pl.col("o2") >= OVERFLOWN_O2_PCT,
    }
    mask = pl.sum_horizontal(pl.when(flag.fill_null(value=False)).then(int(reason)).otherwise(0) for reason, flag in flags.items())
    believable = pl.when((pl.col("o2") < OVERFLOWN_O2_PCT) & (alpha >= 1.0)).then(pl.col("o2"))
    return frame.with_columns(
        mask.cast(pl.UInt32).alias("reasons"), believable.alias("o2_dry_pct"), *(value[name].alias(name) for name in NUMBERS)
    )


def reasons_text(mask: int) -> str:
    """The reasons of a row as words without blanks, joined by commas."""
    return ",".join((reason.name or "").lower() for reason in Reason if reason & mask)


def reasons_of(masks: pl.Series) -> dict[Reason, int]:
    """How many rows have each reason."""
    counts: dict[Reason, int] = {}
    for mask, rows in masks.value_counts(sort=True).iter_rows():
        for reason in Reason:
            if reason & mask:
                counts[reason] = counts.get(reason, 0) + rows
    return counts
