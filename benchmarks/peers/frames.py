"""Averages from readings as other engines make them: Polars, DuckDB and pandas, without exactness, on the same columns.

Every function takes readings in one long table (channel as a small number in ``code``, ``time_ms``, ``value``, ``status``), ordered by
channel and time, and gives rows ordered by channel and window. First level data (FLD) last 10 s, windows 20 minutes, both counted from
1970, which in a zone of whole hours is what local windows are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

if TYPE_CHECKING:
    import pandas as pd

FLD_MS, WINDOW_MS = 10_000, 1_200_000
FLD_A_WINDOW = WINDOW_MS // FLD_MS
STATUSES = range(1, 8)


def polars_raw(rows: pl.LazyFrame, share: float) -> pl.DataFrame:
    """Mean of FLD, its validity, counts by status."""
    good = (pl.col("status") == 1) & pl.col("value").is_not_null()
    levels = (
        rows.group_by("code", level=pl.col("time_ms") // FLD_MS)
        .agg(
            mean=pl.col("value").filter(good).mean(),
            **{f"n{status}": (pl.col("status") == status).sum() for status in STATUSES},
        )
        .group_by("code", window=pl.col("level") // FLD_A_WINDOW)
        .agg(
            pl.col("mean").mean(),
            valid=pl.col("mean").count(),
            due=pl.len(),
            **{f"n{status}": pl.col(f"n{status}").sum() for status in STATUSES},
        )
        .with_columns(enough=(pl.col("valid") > 0) & (pl.col("valid") >= share * pl.col("due")))
    )
    return levels.sort("code", "window").collect(engine="streaming")


DUCKDB_RAW = """
WITH levels AS (
  SELECT code, time_ms // 10000 AS level, avg(value) FILTER (status = 1) AS mean, {counts}
  FROM {rows} GROUP BY ALL
)
SELECT code, level // 120 AS window_, avg(mean) AS mean, count(mean) AS valid, count(*) AS due, {sums},
  count(mean) > 0 AND count(mean) >= {share} * count(*) AS enough
FROM levels GROUP BY ALL ORDER BY code, window_
"""


def duckdb_raw(connection: Any, rows: str, share: float) -> pl.DataFrame:
    """The same; ``rows`` is what stands after FROM."""
    counts = ", ".join(f"count(*) FILTER (status = {status}) AS n{status}" for status in STATUSES)
    sums = ", ".join(f"sum(n{status}) AS n{status}" for status in STATUSES)
    found: pl.DataFrame = pl.from_arrow(
        connection.sql(DUCKDB_RAW.format(rows=rows, share=share, counts=counts, sums=sums)).to_arrow_table()
    )  # type: ignore[assignment]
    return found


def pandas_raw(rows: pd.DataFrame, share: float) -> pl.DataFrame:
    """The same, by one composite key: pandas groups by two columns much more slowly."""
    import numpy as np
    import pandas as pd

    code, status = rows["code"].to_numpy().astype(np.int64), rows["status"].to_numpy()
    level = rows["time_ms"].to_numpy() // FLD_MS
    first = int(level.min())
    width = int(level.max()) - first + 1
    key = code * width + (level - first)
    means = rows["value"].where(status == 1).groupby(key, sort=True).mean()
    at = means.index.to_numpy()
    window = at // width * (2 * width) + (at % width + first) // FLD_A_WINDOW
    of_window = means.groupby(window, sort=True)
    table = pd.DataFrame({"mean": of_window.mean(), "valid": of_window.count(), "due": of_window.size()})
    of_reading = code * (2 * width) + level // FLD_A_WINDOW
    pairs = pd.DataFrame({"window": of_reading, "status": status})
    counts = pairs.groupby(["window", "status"]).size().unstack(fill_value=0)  # noqa: PD010 - one cell a group
    for each in STATUSES:
        table[f"n{each}"] = counts.get(each, 0)
    table["enough"] = (table["valid"] > 0) & (table["valid"] >= share * table["due"])
    return pl.from_pandas(table.reset_index(drop=True))


SUMMARY_COLUMNS = {
    "minimum": "minimum", "maximum": "maximum", "mean": "mean", "standard_deviation": "deviation",
    "lag1_correlation": "correlation", "longest_run": "longest", "distinct": "distinct",
}  # fmt: skip
"""Measures of our summaries by the peers' columns."""


def polars_summary(rows: pl.LazyFrame) -> pl.DataFrame:
    """Extremes, mean, spread, lag-1 correlation, longest run, different values and a hash of each window's valid values; counts by status.

    The hash is Polars' own 64-bit one, xor-ed; it has no SHA-256.
    """
    good = (pl.col("status") == 1) & pl.col("value").is_not_null()
    v = pl.col("value").filter(good)
    around = v - v.mean()
    found = rows.group_by("code", window=pl.col("time_ms") // WINDOW_MS).agg(
        minimum=v.min(),
        maximum=v.max(),
        mean=v.mean(),
        deviation=v.std(),
        correlation=(around * around.shift(1)).sum() / (around * around).sum(),
        longest=v.rle().struct.field("len").max(),
        distinct=v.n_unique(),
        hash=v.hash().bitwise_xor(),
        **{f"n{status}": (pl.col("status") == status).sum() for status in STATUSES},
    )
    return found.sort("code", "window").collect()


DUCKDB_SUMMARY = """
WITH good AS (
  SELECT code, time_ms, value, status, time_ms // 1200000 AS window_, CASE WHEN status = 1 THEN value END AS v FROM {rows}
), succession AS (
  SELECT *, lag(v) OVER w AS before, avg(v) OVER (PARTITION BY code, window_) AS m FROM good WHERE v IS NOT NULL
  WINDOW w AS (PARTITION BY code, window_ ORDER BY time_ms)
), runs AS (
  SELECT *, sum(CASE WHEN v IS DISTINCT FROM before THEN 1 ELSE 0 END) OVER (PARTITION BY code, window_ ORDER BY time_ms) AS run
  FROM succession
), longest AS (
  SELECT code, window_, max(length) AS longest FROM (SELECT code, window_, run, count(*) AS length FROM runs GROUP BY ALL) GROUP BY ALL
), measures AS (
  SELECT code, window_, min(v) AS minimum, max(v) AS maximum, avg(v) AS mean, stddev_samp(v) AS deviation,
    sum((v - m) * (before - m)) / sum((v - m) * (v - m)) AS correlation, count(DISTINCT v) AS "distinct", bit_xor(hash(v)) AS hash
  FROM succession GROUP BY ALL
), counts AS (SELECT code, window_, {counts} FROM good GROUP BY ALL)
SELECT * FROM measures JOIN longest USING (code, window_) JOIN counts USING (code, window_) ORDER BY code, window_
"""


def duckdb_summary(connection: Any, rows: str) -> pl.DataFrame:
    """The same by DuckDB, whose own 64-bit hash it has."""
    counts = ", ".join(f"count(*) FILTER (status = {status}) AS n{status}" for status in STATUSES)
    found: pl.DataFrame = pl.from_arrow(connection.sql(DUCKDB_SUMMARY.format(rows=rows, counts=counts)).to_arrow_table())  # type: ignore[assignment]
    return found


COMPONENTS = {
    "so2": ("so2",), "no": ("no",), "no2": ("no2",), "co": ("co",), "dust": ("dust",), "nox": ("no2", "no"),
}  # fmt: skip
"""Channels each component is made of; nitrogen oxides count as NO2."""

NO_AS_NO2 = 1.533
AIR_PCT, REFERENCE_PCT, HIGHEST_PCT = 21.0, 6.0, 20.5


def _validated(known: Any, calibration: tuple[float, float], when: Any, nan: Any) -> dict[str, Any]:
    """Each component's value from window means; ``known`` gives a channel's mean and whether it is enough, ``when`` picks."""
    intercept, slope = calibration
    sure = {name: when(known(name)[1], known(name)[0], nan) for name in ("o2", "h2o", "temperature", "pressure")}
    to_dry = 100.0 / (100.0 - sure["h2o"])
    o2_dry = sure["o2"] * to_dry
    found = {}
    for component, channels in COMPONENTS.items():
        raw, enough = known(channels[0])
        for name in channels[1:]:
            raw, enough = raw + NO_AS_NO2 * known(name)[0], enough & known(name)[1]
        value = (intercept + slope * raw) * to_dry
        if component == "dust":
            value = value * (273.15 + sure["temperature"]) / 273.15 * 101.325 / sure["pressure"]
        value = value * (AIR_PCT - REFERENCE_PCT) / (AIR_PCT - o2_dry)
        found[component] = when(enough & (o2_dry < HIGHEST_PCT), value, nan)
    return found


def polars_validated(rows: pl.LazyFrame, codes: dict[str, int], share: float, calibration: tuple[float, float]) -> pl.DataFrame:
    """Validated averages of every component: FLD in operation, windows, calibration, reference conditions."""
    flame = (pl.col("code") == codes["flame_on"]) & (pl.col("status") == 1) & (pl.col("value") < 0.5)  # noqa: PLR2004 - half way from off to on
    stops = rows.filter(flame).select("time_ms")
    used = [codes[name] for name in ("so2", "no", "no2", "co", "dust", "o2", "h2o", "temperature", "pressure")]
    good = (pl.col("status") == 1) & pl.col("value").is_not_null()
    windows = (
        rows.filter(pl.col("code").is_in(used))
        .join(stops, on="time_ms", how="anti")
        .group_by("code", level=pl.col("time_ms") // FLD_MS)
        .agg(mean=pl.col("value").filter(good).mean())
        .group_by("code", window=pl.col("level") // FLD_A_WINDOW)
        .agg(pl.col("mean").mean(), enough=(pl.col("mean").count() > 0) & (pl.col("mean").count() >= share * pl.len()))
        .collect(engine="streaming")
    )

    def known(name: str) -> tuple[pl.Expr, pl.Expr]:
        return pl.col(f"mean_{codes[name]}"), pl.col(f"enough_{codes[name]}")

    def when(condition: pl.Expr, value: pl.Expr, otherwise: pl.Expr) -> pl.Expr:
        return pl.when(condition).then(value).otherwise(otherwise)

    wide = windows.pivot(on="code", index="window", values=["mean", "enough"])  # noqa: PD010 - of Polars
    return wide.sort("window").select("window", **_validated(known, calibration, when, pl.lit(None)))


def duckdb_validated(connection: Any, rows: str, codes: dict[str, int], share: float, calibration: tuple[float, float]) -> pl.DataFrame:
    """The same by DuckDB; the few thousand windows are finished by Polars."""
    used = ", ".join(str(codes[name]) for name in ("so2", "no", "no2", "co", "dust", "o2", "h2o", "temperature", "pressure"))
    query = f"""
        WITH stops AS (SELECT time_ms FROM {rows} WHERE code = {codes["flame_on"]} AND status = 1 AND value < 0.5),
        levels AS (
          SELECT code, time_ms // 10000 AS level, avg(value) FILTER (status = 1) AS mean
          FROM {rows} ANTI JOIN stops USING (time_ms) WHERE code IN ({used}) GROUP BY ALL
        )
        SELECT code, level // 120 AS window, avg(mean) AS mean, count(mean) > 0 AND count(mean) >= {share} * count(*) AS enough
        FROM levels GROUP BY ALL
    """  # noqa: S608 - our own numbers
    windows: pl.DataFrame = pl.from_arrow(connection.sql(query).to_arrow_table())  # type: ignore[assignment]

    def known(name: str) -> tuple[pl.Expr, pl.Expr]:
        return pl.col(f"mean_{codes[name]}"), pl.col(f"enough_{codes[name]}")

    def when(condition: pl.Expr, value: pl.Expr, otherwise: pl.Expr) -> pl.Expr:
        return pl.when(condition).then(value).otherwise(otherwise)

    wide = windows.pivot(on="code", index="window", values=["mean", "enough"])  # noqa: PD010 - of Polars
    return wide.sort("window").select("window", **_validated(known, calibration, when, pl.lit(None)))
