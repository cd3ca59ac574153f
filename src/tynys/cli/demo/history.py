"""Ninety days of the simulated plants through a second gateway each: signed batches of a day, newest first."""

from __future__ import annotations

import asyncio
import hashlib
import json
import sys
from typing import TYPE_CHECKING

import numpy as np

from tynys.plant.recorded import RecordedProgress, RecordedSpan, send_recorded
from tynys.plant.settings import load_settings
from tynys.sim.history import day_blocks

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tynys.domain.reading import ReadingBlock

DAY_MS = 86_400_000


def day_starts(until_ms: int, days: int) -> list[int]:
    """UTC days that end at or before, or contain, ``until_ms``, newest first; the last one may be cut short. [ms]."""
    newest = (until_ms - 1) // DAY_MS * DAY_MS
    oldest = until_ms - days * DAY_MS
    return [start for start in range(newest, oldest - DAY_MS, -DAY_MS) if start + DAY_MS > oldest]


def spans(facility: str, truth: Path, *, days: int, until_ms: int, seed: int) -> Iterator[RecordedSpan]:
    """Each day's readings of all channels of a facility, newest first; what was generated is noted before it is sent."""
    with truth.open("w", encoding="utf-8") as file:
        for start in day_starts(until_ms, days):
            end = min(start + DAY_MS, until_ms)
            blocks = day_blocks(facility, start, seed, until_ms=end)
            file.writelines(f"{json.dumps(generated(block))}\n" for block in blocks)
            file.flush()
            yield RecordedSpan(start_ms=start, end_ms=end, blocks=blocks)


def generated(block: ReadingBlock) -> dict[str, object]:
    """What the generator made of one channel and day: count and digest, by which the lake is compared with it.

    The digest is SHA-256 over the instants (int64) and then the values (float64, absent as the quiet NaN), both
    little-endian and in order of time.
    """
    value = np.where(np.isnan(block.value), np.nan, block.value)
    digest = hashlib.sha256(block.time_ms.astype("<i8").tobytes() + value.astype("<f8").tobytes()).hexdigest()
    end_ms = block.start_ms + block.interval_ms * len(block)
    return {"channel": str(block.channel), "start_ms": block.start_ms, "end_ms": end_ms, "count": len(block), "sha256": digest}


async def send_all(folder: Path, *, days: int, until_ms: int, seed: int) -> None:
    """Send the history of every plant of the demo at once; prints ``sent total`` as it goes, for the progress bar."""
    gateways = sorted((folder / "history").iterdir())
    total = len(gateways) * len(day_starts(until_ms, days))
    done: dict[str, int] = {}

    def note(facility: str, progress: RecordedProgress) -> None:
        done[facility] = progress.acknowledged
        sys.stdout.write(f"{sum(done.values())} {total}\n")
        sys.stdout.flush()

    async def send(gateway: Path) -> None:
        facility = gateway.name
        settings = load_settings(gateway / "plant.toml")
        await send_recorded(
            settings,
            spans(facility, gateway / "generated.jsonl", days=days, until_ms=until_ms, seed=seed),
            progress=lambda progress: note(facility, progress),
            window=8,
        )

    await asyncio.gather(*(send(gateway) for gateway in gateways))
