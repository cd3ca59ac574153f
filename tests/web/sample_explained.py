"""Explanations for the sample: real ones, of readings made up for a window of a simulated plant."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import numpy as np

from tynys.calc.explain import explain
from tynys.calc.explain.explaining import shorter_period
from tynys.calc.pipeline import average_windows
from tynys.calc.series import Series
from tynys.calc.timegrid import window_at
from tynys.centre.views import RawReadings
from tynys.domain.errors import NotFoundError
from tynys.domain.status import InstrumentStatus
from tynys.law import load_pack

LEVELS = {
    "o2": 6.3, "h2o": 8.1, "temperature": 138.4, "pressure": 98.9, "velocity": 17.2, "so2": 1240.0, "no": 310.0, "no2": 18.0, "nox": 480.0,
    "dust": 302.0, "co": 110.0, "load": 495.0, "coal_flow": 265.0, "flow": 3.1e6,
}  # fmt: skip


@cache
def pack():
    return load_pack((files("tynys.law") / "packs" / "kz.toml").read_text(encoding="utf-8"), "kz.toml")


def readings_of(configuration, start_ms, end_ms, *, calibrating=False):
    """Steady readings with a small ripple; a few of them lost, or most of them taken in calibration."""
    found = {}
    for channel in configuration.channels:
        step = min(a.interval_ms for a in channel.acquisition)
        times = np.arange(start_ms, end_ms, step, dtype=np.int64)
        level = LEVELS.get(channel.component, 100.0)
        value = np.round(level * (1 + 0.01 * np.sin(times / 91_000.0)), 3)
        status = np.full(len(times), InstrumentStatus.VALID, np.uint8)
        if channel.point is not None and channel.component not in LEVELS.keys() - {"so2", "dust", "nox", "co", "no", "no2"}:
            status[500:512] = InstrumentStatus.COMMUNICATION_LOST
            if calibrating:
                status[len(times) // 3 :] = InstrumentStatus.CALIBRATION
            value[status == InstrumentStatus.COMMUNICATION_LOST] = np.nan
        found[channel.id] = Series(times, value, status)
    return found


def explained(configuration, source, component, period, start_ms, *, calibrating=False):
    """The explanation of one average of a sample plant."""
    start_ms, end_ms = window_at(period, start_ms)
    readings = readings_of(configuration, start_ms, end_ms, calibrating=calibrating)

    def rows(of):
        made = average_windows(configuration, pack(), readings, of, start_ms, end_ms, sources={source}).rows()
        return [row for row in made if row.component == component]

    found = rows(period)
    if not found:
        raise NotFoundError(f"no average of {component} of {source}")
    shorter = shorter_period(found[0], configuration, pack())
    return explain(found[0], configuration, pack(), readings, rows(shorter) if shorter is not None else ())


def raw_readings(configuration, channel, start_ms, end_ms):
    """Readings of one channel of a sample plant."""
    found = next((c for c in configuration.channels if str(c.id) == channel), None)
    if found is None:
        raise NotFoundError(f"no channel {channel!r}")
    series = readings_of(configuration, start_ms, end_ms)[found.id]
    return RawReadings(channel, found.name, found.component, str(found.unit), series.time_ms, series.value, series.status)
