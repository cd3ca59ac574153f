"""Adaptors of summaries: one window of one channel."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import numpy as np

from tynys.calc.arrays import Floats
from tynys.calc.series import Series
from tynys.calc.summary import summaries
from tynys.conformance.adapt import to_type
from tynys.conformance.adaptors.plants import SINCE, channel_id, plant


def _summary(given: dict[str, Any]) -> Any:
    """The summary of the window that begins at ``start_ms``; readings lie on the grid from there on."""
    start, step, length = given["start_ms"], given["interval_ms"], given["period_ms"]
    acquisition = [{"interval_ms": step, "valid_from": SINCE}]
    configuration = plant([{"name": "signal", "component": "o2", "unit": "%", "acquisition": acquisition}])
    values = to_type(given["value"], Floats)
    status = np.array(given.get("status") or [1] * len(values), np.uint8)
    readings = {UUID(channel_id(0)): Series(start + step * np.arange(len(values), dtype=np.int64), values, status)}
    (row,) = summaries(configuration, readings, f"PT{length // 60_000}M", start, start + length).rows()
    return row


ADAPTORS = {"summary.summaries": _summary}
