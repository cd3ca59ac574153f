"""One source with twelve channels at 1 Hz, and as many of its days as are asked for, in memory or as a lake."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib.resources import files
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec
import numpy as np
import pyarrow as pa

from tynys.calc.series import Series
from tynys.domain.instrument import Acquisition, AcquisitionMode
from tynys.domain.plan import Comparison, StateCondition, StateRule
from tynys.domain.status import GapCause, InstrumentStatus, PlantState
from tynys.law import load_pack
from tynys.sim.plants import facility_configuration
from tynys.storage.delta import Change, DeltaFolder
from tynys.storage.lake_schema import JOURNAL, READINGS_LAYOUT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import numpy.typing as npt

    from tynys.domain.configuration import FacilityConfiguration
    from tynys.domain.plan import ComponentPlan, MeasuringChain
    from tynys.law import RulePack

GATEWAY = UUID(int=7)
SOURCE, UNIT = "gres-1.stack-1", "unit-1"
DAY_MS, SECONDS_A_DAY = 86_400_000, 86_400
FIRST_MS = int(datetime(2025, 1, 1, tzinfo=UTC).timestamp()) * 1000
LEVELS = {
    "stack-1.so2": (1650.0, 2), "stack-1.no": (310.0, 2), "stack-1.no2": (18.0, 2), "stack-1.co": (55.0, 2), "stack-1.dust": (190.0, 2),
    "stack-1.o2": (6.2, 3), "stack-1.h2o": (8.1, 3), "stack-1.temperature": (141.0, 2), "stack-1.pressure": (99.1, 3),
    "stack-1.velocity": (21.0, 3), "unit-1.load_mw": (460.0, 1), "unit-1.flame_on": (1.0, 0),
}  # fmt: skip
"""What each channel says on average, and the decimals it is told with. [channel's unit]"""

NOISE = 0.04
MEMORY = 0.98
"""Share of the level a channel wanders by, and how much of its deviation a second leaves."""
LOST_SHARE, STOP_EVERY, STOP_S = 0.001, 20, 21_600
"""Instants whose reading was lost; every how many days the unit stops, for how long. [s]"""
CHECK_S = (7200, 7800)
"""Zero and span check of every day. [s of the day]"""


CALIBRATION = (1.5, 1.01)
"""Intercept and slope of every component's calibration function."""

Arrays = dict[str, tuple["npt.NDArray[np.float64]", "npt.NDArray[np.uint8]"]]
"""Values and statuses of a day, by channel name."""


def plant() -> tuple[FacilityConfiguration, RulePack]:
    """The source with its twelve channels, and the pack its averages follow."""
    whole = facility_configuration("gres-1", live_from_ms=FIRST_MS, history_days=1)
    declared = (Acquisition(interval_ms=1000, mode=AcquisitionMode.MEASURED, valid_from=datetime(2020, 1, 1, tzinfo=UTC)),)
    plan = msgspec.structs.replace(
        whole.plan,
        states=(
            _rule(PlantState.NOT_OPERATING, "unit-1.flame_on", Comparison.BELOW, 0.5),
            _rule(PlantState.START_UP, "unit-1.load_mw", Comparison.BELOW, 200.0),
            _rule(PlantState.OPERATING, "unit-1.load_mw", Comparison.AT_LEAST, 200.0),
        ),
        components=tuple(_calibrated(c) for c in whole.plan.components if c.source == SOURCE),
        flows=tuple(f for f in whole.plan.flows if f.source == SOURCE),
    )
    configuration = msgspec.structs.replace(
        whole,
        sources=tuple(s for s in whole.sources if s.id == SOURCE),
        channels=tuple(msgspec.structs.replace(c, acquisition=declared) for c in whole.channels if c.name in LEVELS),
        plan=plan,
        ducts=tuple(d for d in whole.ducts if d.unit == UNIT and d.source == SOURCE),
    )
    return configuration, load_pack(pack_text(), "kz.toml")


def pack_text() -> str:
    """The rule pack as it is shipped."""
    return (files("tynys.law") / "packs" / "kz.toml").read_text(encoding="utf-8")


def _rule(state: PlantState, channel: str, comparison: Comparison, threshold: float) -> StateRule:
    return StateRule(unit=UNIT, state=state, conditions=(StateCondition(channel=channel, comparison=comparison, threshold=threshold),))


def _calibrated(component: ComponentPlan) -> ComponentPlan:
    intercept, slope = CALIBRATION

    def own(chain: MeasuringChain) -> MeasuringChain:
        functions = tuple(msgspec.structs.replace(f, intercept=intercept, slope=slope) for f in chain.calibrations)
        return msgspec.structs.replace(chain, calibrations=functions)

    return msgspec.structs.replace(component, chains=tuple(own(chain) for chain in component.chains))


class Days:
    """Days of readings of the plant, any number of them, the same for the same seed."""

    def __init__(self, *, seed: int = 1, seconds: int = SECONDS_A_DAY) -> None:
        self._seconds = seconds
        rng = np.random.default_rng(seed)
        steps = rng.standard_normal(4 * SECONDS_A_DAY)
        wander = np.empty_like(steps)
        deviation = 0.0
        for i, step in enumerate((steps * np.sqrt(1 - MEMORY**2)).tolist()):
            deviation = MEMORY * deviation + step
            wander[i] = deviation
        self._wander, self._seed = wander, seed

    def day(self, number: int) -> Arrays:
        """Values and statuses of all channels."""
        rng = np.random.default_rng((self._seed, number))
        n = self._seconds
        stopped = np.zeros(n, np.bool_)
        if number % STOP_EVERY == STOP_EVERY - 1:
            begin = int(rng.integers(0, max(1, n - STOP_S)))
            stopped[begin : begin + STOP_S] = True
        found: Arrays = {}
        for name, (level, decimals) in LEVELS.items():
            at = int(rng.integers(0, len(self._wander) - n))
            signal = name.startswith(UNIT)
            value = np.ones(n) if decimals == 0 else np.round(level + level * NOISE * self._wander[at : at + n], decimals)
            status = np.full(n, InstrumentStatus.VALID, np.uint8)
            if signal:
                value[stopped] = 0.0
            else:
                status[CHECK_S[0] : CHECK_S[1]] = InstrumentStatus.CALIBRATION
            lost = rng.integers(0, n, int(n * LOST_SHARE))
            value[lost], status[lost] = np.nan, InstrumentStatus.COMMUNICATION_LOST
            found[name] = (value, status)
        return found

    @property
    def seconds(self) -> int:
        """Length of a day as it is made; less than a day in a trial. [s]."""
        return self._seconds

    def times(self, number: int) -> npt.NDArray[np.int64]:
        """Instants of a day. [ms since 1970 UTC]."""
        return FIRST_MS + number * DAY_MS + 1000 * np.arange(self._seconds, dtype=np.int64)


def in_memory(configuration: FacilityConfiguration, days: Days, count: int, told: Callable[[int], None]) -> dict[UUID, Series]:
    """So many days as one series a channel."""
    n = days.seconds
    ids = {c.name: c.id for c in configuration.channels}
    time = np.concatenate([days.times(number) for number in range(count)])
    value = {name: np.empty(n * count) for name in ids}
    status = {name: np.empty(n * count, np.uint8) for name in ids}
    for number in range(count):
        here = slice(n * number, n * (number + 1))
        for name, (values, statuses) in days.day(number).items():
            value[name][here], status[name][here] = values, statuses
        told(number)
    return {ids[name]: Series(time, value[name], status[name]) for name in ids}


def as_lake(folder: Path, configuration: FacilityConfiguration, days: Days, count: int, told: Callable[[int], None]) -> int:
    """So many days as a lake after its hourly rewrite: one sorted file a day; how many rows."""
    table = DeltaFolder(folder / READINGS_LAYOUT.name, READINGS_LAYOUT, create=True)
    ordered = sorted(configuration.channels, key=lambda c: str(c.id))
    gateway = pa.DictionaryArray.from_arrays(pa.array(np.zeros(days.seconds * len(ordered), np.int32)), [str(GATEWAY)])
    change = Change(transaction=(JOURNAL, count))
    for number in range(count):
        made = days.day(number)
        value = np.concatenate([made[c.name][0] for c in ordered])
        status = np.concatenate([made[c.name][1] for c in ordered])
        n = len(value)
        columns = {
            "channel": pa.DictionaryArray.from_arrays(
                pa.array(np.repeat(np.arange(len(ordered), dtype=np.int32), days.seconds)), [str(c.id) for c in ordered]
            ),
            "time_ms": pa.array(np.tile(days.times(number), len(ordered))),
            "value": pa.array(value, mask=np.isnan(value)),
            "status": pa.array(status.astype(np.int8)),
            "cause": pa.array(np.where(np.isnan(value), GapCause.NO_ANSWER, 0).astype(np.int8)),
            "device_offset_ms": pa.nulls(n, pa.int32()),
            "gateway": gateway,
            "position": pa.array(np.tile(number * days.seconds + np.arange(days.seconds) // 5, len(ordered))),
            "simulated": pa.array(np.ones(n, np.bool_)),
        }
        day = datetime.fromtimestamp(int(days.times(number)[0]) / 1000, UTC).date().isoformat()
        draft = table.draft({"day": day}, compact=True)
        schema = READINGS_LAYOUT.file_schema
        draft.add(pa.table([columns[name] for name in schema.names], schema=schema))
        change.adds.append(draft.finish())
        told(number)
    table.commit(change)
    return sum(item.rows for item in change.adds)
