"""Status codes of a decimated series as the few states a chart's ribbon shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tynys.calc.table import AVERAGE_STATUSES
from tynys.domain.status import AverageStatus, InstrumentStatus

if TYPE_CHECKING:
    from tynys.centre.views import ChartSeries

READING = {
    InstrumentStatus.VALID: "valid",
    InstrumentStatus.OVER_RANGE: "invalid",
    InstrumentStatus.HELD: "invalid",
    InstrumentStatus.CALIBRATION: "calibration",
    InstrumentStatus.MAINTENANCE: "invalid",
    InstrumentStatus.FAULT: "invalid",
    InstrumentStatus.COMMUNICATION_LOST: "missing",
}
AVERAGE = {
    AverageStatus.VALID: "valid",
    AverageStatus.NO_DATA: "missing",
    AverageStatus.NOT_OPERATING: "not_operating",
}
"""Every other status of an average is ``invalid``."""
NAMES = ("valid", "invalid", "calibration", "missing", "not_operating")


def ribbon_names(series: ChartSeries) -> list[str]:
    """The state of every bucket by name."""
    if series.kind == "averages":
        names = [AVERAGE.get(status, "invalid") for status in AVERAGE_STATUSES]
        return [names[code] if code < len(names) else "missing" for code in series.status.tolist()]
    return [READING.get(code, "missing") for code in series.status.tolist()]


def ribbon_codes(series: ChartSeries) -> list[int]:
    """The same as small numbers: places in `NAMES`, for the browser."""
    place = {name: index for index, name in enumerate(NAMES)}
    return [place[name] for name in ribbon_names(series)]
