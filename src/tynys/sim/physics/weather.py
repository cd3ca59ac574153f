"""Weather at the plant: outdoor temperature, air pressure and the moisture of the combustion air."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tynys.sim.physics.noise import wander

if TYPE_CHECKING:
    from tynys.sim.physics.noise import Array, Instants, Streams

DAY_MS = 86_400_000
YEAR_MS = 31_556_952_000
LOCAL_OFFSET_MS = 5 * 3_600_000
"""The simulated plants live by UTC+5 the year round. [ms]"""


@dataclass(frozen=True, slots=True)
class Climate:
    """Yearly mean and swing of the outdoor temperature and the mean air pressure at the site's height (°C, °C, kPa)."""

    mean_c: float
    yearly_swing_c: float
    pressure_kpa: float


@dataclass(frozen=True, slots=True)
class Weather:
    """Outdoor temperature [°C], air pressure [kPa], water per dry air [kmol/kmol], each (n,)."""

    temperature_c: Array
    pressure_kpa: Array
    humidity: Array


def weather(climate: Climate, stream: Streams, t_ms: Instants) -> Weather:
    """Coldest at the end of January and at five in the morning, with fronts every few days.

    Parameters
    ----------
    climate : Climate
    stream : (2, 1) uint64
        Streams of temperature and pressure.
    t_ms : (n,) int64
        Instants. [ms since 1970 UTC]
    """
    year = 2 * np.pi * ((t_ms - 25 * DAY_MS) % YEAR_MS) / YEAR_MS
    day = 2 * np.pi * ((t_ms + LOCAL_OFFSET_MS - DAY_MS * 5 // 24) % DAY_MS) / DAY_MS
    fronts = wander(stream, t_ms, 3 * DAY_MS)
    temperature = climate.mean_c - climate.yearly_swing_c * np.cos(year) - 5.0 * np.cos(day) + 4.0 * fronts[0]
    saturation_kpa = 0.6112 * np.exp(17.62 * temperature / (243.12 + temperature))  # Magnus formula, WMO-No. 8
    humidity = 0.65 * saturation_kpa / climate.pressure_kpa
    return Weather(temperature, climate.pressure_kpa + 0.6 * fronts[1], humidity)
