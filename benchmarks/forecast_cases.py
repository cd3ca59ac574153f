"""What the forecast said of windows whose end is known: of the simulated plants, and of a gas turbine somebody else recorded."""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass, field
from importlib.resources import files
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from tynys.calc.forecast import forecast_window
from tynys.calc.pipeline import average_windows
from tynys.calc.running import learnt_ms, running_windows
from tynys.calc.series import Series
from tynys.domain.status import AverageStatus
from tynys.law import load_pack
from tynys.sim.history import blocks_of
from tynys.sim.instruments.plant import PlantInstruments
from tynys.sim.plants import facility_configuration, plant_spec

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from uuid import UUID

    from tynys.domain.configuration import FacilityConfiguration

SHARES = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9)
"""Elapsed shares of the window at which the forecast is asked."""
STRICTNESS = (0.8, 0.9, 0.95)
"""A real limit is hardly ever exceeded; these quantiles of the days before stand for limits that are."""
POLLUTANTS = ("so2", "nox", "co", "dust")
FIRST_MS = 1_741_546_800_000
"""10 March 2025, midnight in Almaty."""
DAY_MS, WINDOW_MS, SECOND_MS = 86_400_000, 1_200_000, 1000
SEED = 20_250_310
TURBINE_HOURS = 24
TURBINE_YEARS = (2011, 2012, 2013, 2014, 2015)
MOVING_DAYS = 60


@dataclass(slots=True)
class Cases:
    """What was said and what happened, one entry a window, share and limit; ``references`` hold what others would have said."""

    name: str
    share: list[float] = field(default_factory=list)
    component: list[str] = field(default_factory=list)
    stated: list[float] = field(default_factory=list)
    came_true: list[bool] = field(default_factory=list)
    references: dict[str, list[float]] = field(default_factory=dict)
    unsaid: int = 0

    def add(self, share: float, component: str, stated: float | None, *, came_true: bool, **references: float) -> None:
        """One case; one of which nothing was said is only counted."""
        if stated is None:
            self.unsaid += 1
            return
        self.share.append(share)
        self.component.append(component)
        self.stated.append(stated)
        self.came_true.append(came_true)
        for name, value in references.items():
            self.references.setdefault(name, []).append(value)


def simulated(facilities: Sequence[str], *, learn_days: int = 3, days: int = 5, every: int = 2) -> Iterator[tuple[str, Cases]]:
    """Plant by plant: what `running_windows` said at 1 Hz, every so many windows, of limits that the days before it give."""
    pack = load_pack((files("tynys.law") / "packs" / "kz.toml").read_text(encoding="utf-8"), "kz.toml")
    for facility in facilities:
        made = Cases("simulated")
        plant = facility_configuration(facility, live_from_ms=FIRST_MS, history_days=0)
        instruments = PlantInstruments(plant_spec(facility), SEED)
        before: dict[tuple[str, str], list[float]] = {}
        for day in range(learn_days):
            start_ms = FIRST_MS + day * DAY_MS
            told = readings(instruments, start_ms, start_ms + DAY_MS)
            for row in average_windows(plant, pack, told, "PT20M", start_ms, start_ms + DAY_MS).rows():
                if row.component in POLLUTANTS and row.value is not None:
                    before.setdefault((row.source, row.component), []).append(row.value)
        trial = [(limited(plant, before, strict), strict) for strict in STRICTNESS]
        for number in range(0, days * DAY_MS // WINDOW_MS, every):
            start_ms = FIRST_MS + learn_days * DAY_MS + number * WINDOW_MS
            configuration, strict = trial[number // every % len(trial)]
            told = readings(instruments, start_ms - learnt_ms("PT20M"), start_ms + WINDOW_MS)
            closed = average_windows(plant, pack, told, "PT20M", start_ms, start_ms + WINDOW_MS).rows()
            ended = {(row.source, row.component): row.value for row in closed if row.status is AverageStatus.VALID}
            for share in SHARES:
                for now in running_windows(configuration, pack, told, start_ms + round(share * WINDOW_MS) - SECOND_MS):
                    end = ended.get((now.source, now.component))
                    if now.limit is None or now.mean is None or now.component not in POLLUTANTS or end is None:
                        continue
                    held = share * now.mean + (1 - share) * (now.mean if now.current is None else now.current)
                    made.add(
                        share,
                        now.component,
                        now.exceedance_probability,
                        came_true=end > now.limit.value,
                        climatology=1 - strict,
                        persistence=float(held > now.limit.value),
                    )
        yield facility, made


def readings(instruments: PlantInstruments, start_ms: int, end_ms: int) -> dict[UUID, Series]:
    """What all channels of a plant said, once a second."""
    offer = instruments(np.arange(start_ms, end_ms, SECOND_MS, dtype=np.int64))
    return {block.channel: Series(block.time_ms, block.value, block.status) for block in blocks_of(instruments.plant, offer, SECOND_MS)}


def limited(plant: FacilityConfiguration, before: dict[tuple[str, str], list[float]], strict: float) -> FacilityConfiguration:
    """The plant with its concentration limits of 20 minutes at a quantile of what it did before."""
    kept = [each for each in plant.limits if each.period == "PT20M" and (each.scope, each.component) in before and each.unit == "mg/Nm3"]
    limits = tuple(msgspec.structs.replace(each, value=float(np.quantile(before[each.scope, each.component], strict))) for each in kept)
    return msgspec.structs.replace(plant, limits=limits)


def turbine(folder: Path, component: str) -> Cases:
    """What `forecast_window` said of the daily means of a turbine's hourly record, limits being quantiles of its first year.

    The rows are consecutive hours of operation without a date: 24 of them are called a day.
    """
    years = []
    for year in TURBINE_YEARS:
        with (folder / "uci_gt" / f"gt_{year}.csv").open(encoding="utf-8") as file:
            years.append([float(row[component]) for row in csv.DictReader(file)])
    hours, learnt = np.concatenate(years), len(years[0]) // TURBINE_HOURS
    daily = hours[: len(hours) // TURBINE_HOURS * TURBINE_HOURS].reshape(-1, TURBINE_HOURS).mean(axis=1)
    made = Cases("gas turbine")
    for strict in STRICTNESS:
        limit = float(np.quantile(daily[:learnt], strict))
        for day in range(learnt, len(daily)):
            first = day * TURBINE_HOURS
            for share in SHARES:
                elapsed = max(1, round(share * TURBINE_HOURS))
                now = first + elapsed
                mean, current, weight = math.fsum(hours[first:now]) / elapsed, float(hours[now - 1]), elapsed / TURBINE_HOURS
                said = forecast_window(
                    mean, weight, current, limit, recent=hours[now - 2 * TURBINE_HOURS : now], steps_left=TURBINE_HOURS - elapsed
                )
                made.add(
                    share,
                    component,
                    said.exceedance_probability,
                    came_true=bool(daily[day] > limit),
                    climatology=1 - strict,
                    moving=float((daily[day - MOVING_DAYS : day] > limit).mean()),
                    persistence=float(weight * mean + (1 - weight) * current > limit),
                )
    return made
