"""Load of each unit: what the grid or the city asks, outages, start-up, shut-down, and which fuel burns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tynys.sim.physics.noise import streams, uniform, wander
from tynys.sim.physics.weather import DAY_MS, LOCAL_OFFSET_MS

if TYPE_CHECKING:
    from tynys.sim.physics.noise import Array, Instants
    from tynys.sim.physics.weather import Weather
    from tynys.sim.plants.spec import PlantSpec

HOUR_MS = 3_600_000
MINUTE_MS = 60_000
MIN_STABLE_SHARE = 0.4
"""Share of the rated load below which a unit is starting up or shutting down."""
OUTAGE_SLOT_MS = 2 * DAY_MS
"""Units take turns: in its slot of two days a unit may be out, and never two of a plant at once. [ms]"""
OUTAGE_CHANCE = 0.3
WARMING_MS = 2 * HOUR_MS
"""Fire without load before the turbine is coupled. [ms]"""
LOADING_MS = 90 * MINUTE_MS
PURGE_MS = HOUR_MS
"""How long the fans blow on after the fire is out. [ms]"""
FUEL_BLOCK_MS = 12 * HOUR_MS
FUEL_CHANGE_MS = 20 * MINUTE_MS
NO_LOAD_HEAT = 0.06
"""Share of the rated heat input that keeps a boiler hot at no load."""


@dataclass(frozen=True, slots=True)
class Operation:
    """What every unit does: electric load share, heat input share, fire, fans, share of heat from gas; each (units, n)."""

    load: Array
    heat: Array
    fire: Array
    fan: Array
    gas_share: Array


class Dispatch:
    """The load of one plant's units as a function of time."""

    def __init__(self, plant: PlantSpec, seed: int) -> None:
        names = [f"{plant.id}/{unit.id}" for unit in plant.units]
        self._plant = plant
        self._count = len(names)
        self._offset = 0.05 * (2 * uniform(streams(seed, [f"{name}/merit" for name in names]), np.zeros(1, dtype=np.int64)) - 1)
        self._slow = streams(seed, [f"{name}/slow" for name in names])
        self._quick = streams(seed, [f"{name}/quick" for name in names])
        self._governor = streams(seed, [f"{name}/governor" for name in names])
        self._outage = streams(seed, [f"{name}/outage" for name in names])
        self._fuel = streams(seed, [f"{plant.id}/fuel"])
        self._turn = np.arange(self._count, dtype=np.int64)[:, None] * OUTAGE_SLOT_MS
        self._switches = np.array([unit.fuels == ("coal", "gas") for unit in plant.units])[:, None]
        self._gas_only = np.array([unit.fuels == ("gas",) for unit in plant.units])[:, None]

    def __call__(self, t_ms: Instants, weather: Weather) -> Operation:
        """The operation of all units at the given instants."""
        asked = self._asked(t_ms, weather)
        cap, heat_floor, fire, fan = self._availability(t_ms)
        load = np.minimum(asked, cap)
        heat = np.where(fire > 0, np.maximum(heat_floor, NO_LOAD_HEAT + (1 - NO_LOAD_HEAT) * load), 0.0)
        return Operation(load, heat, fire, fan, self._gas_share(t_ms))

    def _asked(self, t_ms: Instants, weather: Weather) -> Array:
        local = t_ms + LOCAL_OFFSET_MS
        day = 2 * np.pi * (local % DAY_MS) / DAY_MS
        if self._plant.dispatch == "grid":
            shape = 0.07 * np.cos(day - 2 * np.pi * 15 / 24) + 0.035 * np.cos(2 * (day - 2 * np.pi * 20 / 24))
            weekend = (((local // DAY_MS) + 3) % 7 >= 5) * 0.05  # noqa: PLR2004 - Saturday and Sunday; the epoch was a Thursday
            base = 0.83 + shape - weekend
        else:
            base = np.clip(0.66 + 0.012 * (8.0 - weather.temperature_c), 0.48, 0.92) + 0.04 * np.cos(day - 2 * np.pi * 19 / 24)
        load = base + self._offset
        load = load + 0.030 * wander(self._slow, t_ms, 5 * HOUR_MS)
        load += 0.012 * wander(self._quick, t_ms, 40 * MINUTE_MS)
        load += 0.003 * wander(self._governor, t_ms, 3 * MINUTE_MS)
        return np.clip(load, 0.45, 1.02)

    def _availability(self, t_ms: Instants) -> tuple[Array, Array, Array, Array]:
        """Cap of the load, floor of the heat, fire and fans, from each unit's turn in the calendar of outages."""
        round_ms = OUTAGE_SLOT_MS * max(self._count, 7)
        x = t_ms - self._turn
        index = x // round_ms
        draw = uniform(self._outage, 3 * index)
        begin = index * round_ms + (uniform(self._outage, 3 * index + 1) * (OUTAGE_SLOT_MS // 8)).astype(np.int64)
        length = 12 * HOUR_MS + (uniform(self._outage, 3 * index + 2) * (20 * HOUR_MS)).astype(np.int64)
        since_stop = x - begin
        since_start = np.where(draw < OUTAGE_CHANCE, since_stop - length, round_ms)
        since_stop = np.where(draw < OUTAGE_CHANCE, since_stop, -round_ms)
        down = np.interp(since_stop, (0, HOUR_MS), (1.1, MIN_STABLE_SHARE))
        up = np.interp(
            since_start, (WARMING_MS, WARMING_MS + 1, WARMING_MS + LOADING_MS, WARMING_MS + 2 * LOADING_MS), (0.0, 0.05, 0.5, 1.1)
        )
        burning = (since_stop < HOUR_MS) | (since_start >= 0)
        fan = burning | (since_stop < HOUR_MS + PURGE_MS)
        after = since_start >= 0
        cap = np.where(after, up, np.where(burning, down, 0.0))
        floor = np.where(after, np.interp(since_start, (0, WARMING_MS), (NO_LOAD_HEAT, 0.18)), 0.0)
        return cap, floor, burning.astype(np.float64), fan.astype(np.float64)

    def _gas_share(self, t_ms: Instants) -> Array:
        """1 for gas units; units that switch burn gas in about four of ten half-days, one after the other."""
        shifted = t_ms - np.arange(self._count)[:, None] * FUEL_CHANGE_MS
        index = shifted // FUEL_BLOCK_MS
        now = uniform(self._fuel, index) < 0.4  # noqa: PLR2004 - the share named above
        before = uniform(self._fuel, index - 1) < 0.4  # noqa: PLR2004 - the same
        x = np.minimum((shifted - index * FUEL_BLOCK_MS) / FUEL_CHANGE_MS, 1.0)
        share = before + (now.astype(np.float64) - before) * x
        return np.where(self._switches, share, self._gas_only * 1.0)
