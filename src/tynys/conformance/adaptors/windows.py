"""Adaptors of summaries: one window of one channel."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from tynys.calc.pack_versions import begins_ms
from tynys.calc.summary import summaries
from tynys.conformance.adaptors.plants import SINCE, channel_id, plant, series
from tynys.conformance.adaptors.rules import rule_pack


def _summary(given: dict[str, Any]) -> Any:
    """The summary of the window that begins at ``start_ms``; readings lie on the grid from there on, in a row or as runs."""
    start, step, length = given["start_ms"], given["interval_ms"], given["period_ms"]
    acquisition = [{"interval_ms": step, "valid_from": SINCE}]
    configuration = plant([{"name": "signal", "component": "o2", "unit": "%", "acquisition": acquisition}])
    status = given.get("status") or [1] * len(given.get("value", ()))
    runs = given.get("runs") or [[value, 1, mark] for value, mark in zip(given["value"], status, strict=True)]
    readings = {UUID(channel_id(0)): series(start, step, runs)}
    (row,) = summaries(configuration, readings, f"PT{length // 60_000}M", start, start + length).rows()
    return row


ADAPTORS = {
    "summary.summaries": _summary,
    "pack_versions.begins_ms": lambda given: begins_ms(rule_pack({"valid_from": given["valid_from"]})),
}
