"""When instruments are checked and kept: zero and span every day, upkeep every week."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from tynys.sim.physics.weather import DAY_MS, LOCAL_OFFSET_MS
from tynys.sim.plants.layout import DEVICES

if TYPE_CHECKING:
    from tynys.sim.physics.noise import Instants

States = npt.NDArray[np.uint8]
MINUTE_MS = 60_000
WEEK_MS = 7 * DAY_MS
MONDAY_MS = 4 * DAY_MS
"""The epoch was a Thursday: the first Monday. [ms]"""


class DeviceState(IntEnum):
    """What an instrument does."""

    MEASURING = 0
    ZERO = 1
    SPAN = 2
    FLUSHING = 3
    MAINTENANCE = 4
    HELD = 5


_BEGIN_MIN = {"gas": 190, "dust": 245, "flow": 270}
"""Local minute of the day at which the first stack's check begins."""
_STAGGER_MIN = {"gas": 17, "dust": 7, "flow": 5}
"""Each further stack waits so long."""
_LENGTHS_MIN = {"gas": (4, 4, 2), "dust": (2, 2, 0), "flow": (1, 1, 0)}
"""Minutes of zero, span and flushing afterwards."""
_UPKEEP_BEGIN_MS, _UPKEEP_LENGTH_MS = 10 * 60 * MINUTE_MS, 40 * MINUTE_MS
_WORKDAYS = 5


def upkeep_begin_ms(stack: int) -> int:
    """Milliseconds from local Monday at which a stack's gas analyser is kept."""
    return (stack % _WORKDAYS) * DAY_MS + _UPKEEP_BEGIN_MS


def device_states(stacks: int, t_ms: Instants) -> States:
    """The state of every device, (stacks, devices, n), as `DeviceState` numbers."""
    states = np.zeros((stacks, len(DEVICES), len(t_ms)), dtype=np.uint8)
    day = (t_ms + LOCAL_OFFSET_MS) % DAY_MS
    week = (t_ms + LOCAL_OFFSET_MS - MONDAY_MS) % WEEK_MS
    for stack in range(stacks):
        for index, device in enumerate(DEVICES):
            at = (_BEGIN_MIN[device] + stack * _STAGGER_MIN[device]) * MINUTE_MS
            for state, minutes in zip((DeviceState.ZERO, DeviceState.SPAN, DeviceState.FLUSHING), _LENGTHS_MIN[device], strict=True):
                states[stack, index][(day >= at) & (day < at + minutes * MINUTE_MS)] = state
                at += minutes * MINUTE_MS
        begin = upkeep_begin_ms(stack)
        states[stack, 0][(week >= begin) & (week < begin + _UPKEEP_LENGTH_MS)] = DeviceState.MAINTENANCE
    return states


def days_since_upkeep(stack: int, t_ms: Instants) -> tuple[npt.NDArray[np.float64], Instants]:
    """Days since a stack's instruments were last adjusted, and the number of that week."""
    since = t_ms + LOCAL_OFFSET_MS - MONDAY_MS - upkeep_begin_ms(stack)
    week = since // WEEK_MS
    return (since - week * WEEK_MS) / DAY_MS, week
