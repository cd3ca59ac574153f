"""How finely each instrument tells its value.

Values in float32 registers are rounded to a binary fraction, so float32, float64 and decimal text are the same number. Integer registers
hold tenths of a degree, microamperes and cubic metres an hour; the value is what the published map makes of them with one rounding.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tynys.sim.plants.layout import COMPONENTS

if TYPE_CHECKING:
    from tynys.sim.physics.noise import Array

_STEPS = {"so2": 4, "no": 4, "no2": 16, "co": 8, "co2": 128, "o2": 128, "h2o": 64, "dust": 8, "velocity": 64}
"""Steps per unit of the float32 points."""
_ROWS = {component: row for row, component in enumerate(COMPONENTS)}
_FLOAT_ROWS = tuple(_ROWS[component] for component in _STEPS)
_PER_UNIT = np.array(list(_STEPS.values()), dtype=np.float64)[:, None]
VELOCITY, FLOW, TEMPERATURE, PRESSURE = (_ROWS[name] for name in ("velocity", "flow", "temperature", "pressure"))
SECONDS_PER_HOUR = 3600


def resolve(value: Array, area_m2: Array) -> None:
    """Round the signals to what the registers can tell; (stacks, components, n), in place.

    ``area_m2`` (stacks, n) is the duct area set in each flow station, of which flow is velocity times area.
    """
    for block in value:
        block[_FLOAT_ROWS, :] = np.rint(block[_FLOAT_ROWS, :] * _PER_UNIT) / _PER_UNIT
    value[:, FLOW] = np.rint(value[:, VELOCITY] * area_m2 * SECONDS_PER_HOUR)
    value[:, TEMPERATURE] = np.rint(value[:, TEMPERATURE] * 10) / 10
    microamperes = pressure_microamperes(value[:, PRESSURE])
    value[:, PRESSURE] = (80 * (20_000 - microamperes) + 120 * (microamperes - 4_000)) / 16_000


def pressure_microamperes(pressure_kpa: Array) -> Array:
    """Current of the pressure transmitter in microamperes, 4 mA at 80 kPa and 20 mA at 120 kPa."""
    return np.rint((pressure_kpa - 80.0) * 400.0) + 4_000
