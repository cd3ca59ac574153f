"""A lake that holds a year of a country's 20-minute averages: every source of the simulated plants, six components each."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from tynys.domain.average import Average, Origin
from tynys.domain.base import to_ms
from tynys.domain.status import AverageStatus, PlantState
from tynys.sim.plants import PLANTS
from tynys.storage.journal_read import JournalReader
from tynys.storage.lake_rows import averages_table, months
from tynys.storage.lake_schema import AVERAGES
from tynys.storage.lake_writer import LakeWriter

if TYPE_CHECKING:
    import numpy.typing as npt

    from tynys.centre.settings import CentreFolder

PERIOD = "PT20M"
WINDOW_MS = 1_200_000
POINTS = 26_280
"""Windows of twenty minutes in 365 days."""
COMPONENTS = ("so2", "nox", "dust", "no2", "no", "co")
LEVEL_MG_NM3 = {"so2": 1900.0, "nox": 560.0, "dust": 420.0, "no2": 30.0, "no": 350.0, "co": 60.0}
GAP_SHARE = 0.03
"""Windows without a valid average: gaps, stops, maintenance."""


def year_starts() -> npt.NDArray[np.int64]:
    """Starts of the 365 days of windows up to the last whole UTC day. [ms since 1970 UTC]."""
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return to_ms(today - timedelta(days=POINTS // 72)) + WINDOW_MS * np.arange(POINTS, dtype=np.int64)


def fill(folder: CentreFolder, *, seed: int = 1) -> int:
    """Write the year into a centre's lake, as the centre's own writer does, and compact it; how many rows."""
    reader = JournalReader(folder.journal)
    incarnation = reader.incarnation
    reader.close()
    assert incarnation is not None, "the centre has taken a batch, so its journal has begun"
    rng = np.random.default_rng(seed)
    starts = year_starts()
    month = np.asarray(months(starts))
    sources = [f"{plant.id}.{stack.id}" for plant in PLANTS.values() for stack in plant.stacks]
    count = 0
    with LakeWriter(folder.lake, incarnation) as writer:
        for name in sorted(set(month.tolist())):
            chosen = starts[month == name]
            table = pa.concat_tables(series(source, component, chosen, rng) for source in sources for component in COMPONENTS)
            count += writer.commit_averages(table).new
        writer.compact()
    return count


def series(source: str, component: str, starts: npt.NDArray[np.int64], rng: np.random.Generator) -> pa.Table:
    """Averages of one series in the published columns; a slow wander around the component's level, with gaps."""
    n = len(starts)
    level = LEVEL_MG_NM3[component]
    value = np.round(level * np.exp(0.05 * np.cumsum(rng.standard_normal(n)) / np.sqrt(np.arange(1, n + 1))), 3)
    gone = rng.random(n) < GAP_SHARE
    held = pa.array(value, mask=gone)
    count = np.where(gone, 0, 1200 - rng.integers(0, 30, n)).astype(np.int32)
    like = averages_table([_example(source, component)], simulated=True)
    columns = {item.name: pa.repeat(like.column(item.name)[0], n) for item in AVERAGES}
    columns |= {
        "month": pa.array(months(starts)),
        "start_ms": pa.array(starts),
        "end_ms": pa.array(starts + WINDOW_MS),
        "value": held,
        "raw": held,
        "calibrated": held,
        "standardised": held,
        "mass_g_s": pa.array(np.round(value * 0.4, 3), mask=gone),
        "o2_dry_pct": pa.array(np.round(6 + rng.standard_normal(n) / 4, 4)),
        "h2o_pct": pa.array(np.round(8 + rng.standard_normal(n) / 4, 4)),
        "temperature_c": pa.array(np.round(140 + rng.standard_normal(n), 3)),
        "pressure_kpa": pa.array(np.round(99 + rng.standard_normal(n) / 10, 4)),
        "flow_dry_nm3_h": pa.array(np.round(1_800_000 + 9000 * rng.standard_normal(n))),
        "status": pa.array(np.where(gone, str(AverageStatus.TOO_FEW), str(AverageStatus.VALID)).tolist()),
        "count_valid": pa.array(count),
        "count_operating": pa.array(count),
        "known_ms": pa.array(starts + WINDOW_MS + 5000),
    }
    return pa.table([columns[item.name].cast(item.type) for item in AVERAGES], schema=AVERAGES)


def _example(source: str, component: str) -> Average:
    """An average whose constant columns all others of its series share."""
    return Average(
        source=source,
        component=component,
        period=PERIOD,
        start_ms=0,
        end_ms=WINDOW_MS,
        value=1.0,
        unit="mg/Nm3",
        status=AverageStatus.VALID,
        plant_state=PlantState.OPERATING,
        origin=Origin.COMPUTED,
        provisional=False,
        count_valid=1200,
        count_expected=1200,
        chain="main",
        configuration="0" * 64,
        rule_pack="kz@2026.1",
    )
