"""Generated data bank files without a fault: invented plants whose numbers obey flow, sulphur and oxygen; marked as simulated by name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

import msgspec
import numpy as np
import polars as pl

from tynys.calc.reference import o2_to_excess_air
from tynys.domain.component import Certainty
from tynys.domain.feed_names import FEED_NAMES, feed_name_of
from tynys.wire.databank import AIR, FLARE, IDENTITY, KNOWN, LINE, LOADED, RAW, WATER, Dialect, FeedFile
from tynys.wire.databank_names import source_id
from tynys.wire.databank_profile import SourceName, SulphurExpectation, load_profile

if TYPE_CHECKING:
    import numpy.typing as npt

    from tynys.wire.databank_profile import FeedProfile

PER_DAY: Final = 72
LEVELS: Final = {"so2": 2000.0, "no2": 90.0, "no": 330.0, "co": 40.0, "dust": 380.0}
"""Mean concentrations of the invented coal plants at 6 vol % O2. [mg Nm⁻³]."""
SULPHUR: Final = (1611.0, 2578.0)
"""Sulphur dioxide from 0.5 to 0.8 % sulphur in the coal, dry, 6 vol % O2. [mg Nm⁻³]."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A generated file and the profile that describes its plants."""

    feed: FeedFile
    profile: FeedProfile


PLANTS: Final = {
    "ТОО «Имитация ГРЭС-А»": ("Павлодарская область", ("Дымовая труба №1", "Дымовая труба №2")),
    "АО «Имитация ТЭЦ-Б»": ("Алматы", ("Дымовая труба №1", "Дымовая труба №2")),
}
OUTLET: Final = ("ТОО «Имитация ГРЭС-А»", "Павлодарская область", "Водовыпуск №1")
TORCH: Final = ("ТОО «Имитация НПЗ»", "Атырауская область", "Факел №1")


def sample(*, days: int = 2, first: date = date(2026, 6, 1), seed: int = 1, dialect: str = '"') -> Sample:
    """A file of some days: four stacks with five pollutants, a water outlet, a flare; 72 rows a day and series."""
    rng = np.random.default_rng(seed)
    moments = [datetime.combine(first, datetime.min.time()) + timedelta(minutes=20 * i) for i in range(days * PER_DAY)]
    loaded = (first + timedelta(days=days)).isoformat()
    parts = [_stack(organization, region, source, moments, rng) for organization, (region, sources) in PLANTS.items() for source in sources]
    parts += [_outlet(moments, rng), _torch(moments, rng)]
    rows = pl.concat(parts, how="diagonal").with_columns(pl.lit(loaded).alias(LOADED)).sort("registered_date", maintain_order=True)
    rows = rows.select(pl.col(name).fill_null("") for name in KNOWN)
    return Sample(as_file(rows, dialect), _profile())


def as_file(rows: pl.DataFrame, quote: str = '"') -> FeedFile:
    """Verbatim rows as a file of the June (``"``) or July (backtick) dialect."""
    numbered = rows.with_columns(pl.int_range(2, len(rows) + 2, dtype=pl.UInt32).alias(LINE), pl.lit(None, pl.String).alias(RAW))
    everywhere = (True,) * len(rows.columns)
    return FeedFile(tuple(rows.columns), numbered, Dialect(quote, everywhere, everywhere))


def sample_names() -> dict[str, tuple[str, str, str]]:
    """Region, organisation and source of every generated source, by its id."""
    profile = _profile()
    places = [(region, organization, source) for organization, (region, sources) in PLANTS.items() for source in sources]
    places += [(region, organization, source) for organization, region, source in (OUTLET, TORCH)]
    return {source_id(organization, source, profile): (region, organization, source) for region, organization, source in places}


def _profile() -> FeedProfile:
    sources = [SourceName(organization=organization, source=source) for organization, (_, names) in PLANTS.items() for source in names]
    sources += [SourceName(organization=organization, source=source) for organization, _, source in (OUTLET, TORCH)]
    expectations = [
        SulphurExpectation(
            organization=entry.organization,
            source=entry.source,
            so2_min_mg_nm3=SULPHUR[0],
            so2_max_mg_nm3=SULPHUR[1],
            certainty=Certainty.SIMULATED,
            origin="invented coal of the generated file",
        )
        for entry in sources[:4]
    ]
    return msgspec.structs.replace(load_profile(), id="generated", sources=tuple(sources), expectations=tuple(expectations))


def _drift(rng: np.random.Generator, n: int, spread: float) -> npt.NDArray[np.float64]:
    """A slowly wandering factor around 1 (first-order autoregression)."""
    steps = rng.normal(0.0, spread * 0.3, n)
    out = np.empty(n)
    state = 0.0
    for i, step in enumerate(steps):
        state = 0.95 * state + step
        out[i] = 1.0 + state
    return np.clip(out, 0.6, 1.4)


def _texts(values: npt.NDArray[np.float64], places: int) -> list[str]:
    return [f"{value:.{places}f}" for value in values]


def _identity(organization: str, region: str, source: str, moments: list[datetime], emission_type: str) -> dict[str, object]:
    dates = [moment.isoformat(sep=" ") for moment in moments]
    return dict(zip(IDENTITY, (dates, region, organization, source, emission_type), strict=True))


def _stack(organization: str, region: str, source: str, moments: list[datetime], rng: np.random.Generator) -> pl.DataFrame:
    n = len(moments)
    oxygen = 6.0 * _drift(rng, n, 0.05)
    alpha = _texts(o2_to_excess_air(oxygen), 3)
    flow_m3_s = rng.uniform(300.0, 600.0) * _drift(rng, n, 0.05)
    frames = []
    for component, level in LEVELS.items():
        conc = level * _drift(rng, n, 0.06) * rng.normal(1.0, 0.01, n) * (21.0 - oxygen) / 15.0
        measured = (alpha, _texts(conc * flow_m3_s / 1000.0, 4), _texts(conc, 2))
        name = feed_name_of(component) or component
        frames.append(pl.DataFrame(_identity(organization, region, source, moments, name) | dict(zip(AIR, measured, strict=True))))
    return pl.concat(frames)


def _outlet(moments: list[datetime], rng: np.random.Generator) -> pl.DataFrame:
    n = len(moments)
    levels = ((18.0, 1), (240.0, 1), (7.6, 2), (820.0, 0), (3.2, 2))
    measured = [_texts(level * _drift(rng, n, 0.03), places) for level, places in levels]
    organization, region, source = OUTLET
    water = next(name for name, component in FEED_NAMES.items() if component == "waste_water")
    return pl.DataFrame(_identity(organization, region, source, moments, water) | dict(zip(WATER, measured, strict=True)))


def _torch(moments: list[datetime], rng: np.random.Generator) -> pl.DataFrame:
    n = len(moments)
    measured = (_texts(1.8 * _drift(rng, n, 0.05), 3), _texts(0.9 * _drift(rng, n, 0.02), 3), ["CH4 92.1; C2H6 4.0"] * n)
    organization, region, source = TORCH
    return pl.DataFrame(_identity(organization, region, source, moments, "") | dict(zip(FLARE, measured, strict=True)))
