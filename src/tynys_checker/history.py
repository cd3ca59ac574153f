"""Compares the history in the lake with what its generator noted before sending (``generated.jsonl``)."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tynys_checker.lake import read_readings

if TYPE_CHECKING:
    from pathlib import Path

    from tynys_checker.join import Rows

DAY_MS = 86_400_000


@dataclass(slots=True)
class HistoryCount:
    """Readings generated and stored, and how many channel-days differ between the two."""

    generated: int = 0
    stored: int = 0
    channel_days: int = 0
    different: int = 0


def compare(generated: Path, lake: Path, gateway: str) -> HistoryCount:
    """Compare one plant's history, UTC day by day."""
    days: dict[int, list[dict[str, object]]] = defaultdict(list)
    with generated.open(encoding="utf-8") as file:
        for line in file:
            entry = json.loads(line)
            days[int(entry["start_ms"]) // DAY_MS].append(entry)
    count = HistoryCount()
    for day, entries in days.items():
        stored = read_readings(lake, {gateway}, day * DAY_MS, (day + 1) * DAY_MS)
        for entry in entries:
            rows = stored.pop(str(entry["channel"]), None)
            count.channel_days += 1
            count.generated += int(str(entry["count"]))
            count.stored += 0 if rows is None else len(rows.time_ms)
            count.different += rows is None or digest(rows) != entry["sha256"]
        count.different += len(stored)
    return count


def digest(rows: Rows) -> str:
    """SHA-256 over instants and values in order of time, as the generator makes it."""
    rows = rows.sorted()
    value = np.where(np.isnan(rows.value), np.nan, rows.value)
    return hashlib.sha256(rows.time_ms.astype("<i8").tobytes() + value.astype("<f8").tobytes()).hexdigest()
