"""How long a reading takes from the analyser's register to a browser's stream, in real time."""

from __future__ import annotations

import asyncio
import json
import math
import time
from contextlib import suppress
from typing import Any

import httpx


class LatencyWatch:
    """Notes when each instant was offered, and listens to the live stream as a browser would."""

    def __init__(self) -> None:
        self._offered_s: dict[int, float] = {}
        self._seconds: list[float] = []
        self._newest: dict[tuple[str, str], int] = {}
        self._of_sources_s: list[float] = []
        self._ages_s: list[float] = []

    def offered(self, t_ms: int) -> None:
        """An instant of the shared clock is about to be offered."""
        self._offered_s[t_ms] = time.monotonic()

    async def listen(self, stream_url: str) -> None:
        """Read the stream until cancelled; a dropped connection is opened again."""
        async with httpx.AsyncClient(timeout=httpx.Timeout(10.0, read=None)) as client:
            while True:
                with suppress(httpx.HTTPError):
                    async with client.stream("GET", stream_url) as answer:
                        await self._read(answer)
                await asyncio.sleep(0.5)

    async def _read(self, answer: httpx.Response) -> None:
        event = ""
        async for line in answer.aiter_lines():
            if line.startswith("event:"):
                event = line[6:].strip()
            elif line.startswith("data:") and event == "readings":
                self._note(json.loads(line[5:]), time.monotonic())

    def _note(self, message: dict[str, Any], arrived_s: float) -> None:
        facility, of_source = message["facility"], message["source"] is not None
        for name, (t_ms, *_) in message["channels"].items():
            channel = (facility, name)
            offered_s, before_ms = self._offered_s.get(int(t_ms)), self._newest.get(channel, 0)
            if offered_s is not None and before_ms < t_ms:
                self._newest[channel] = int(t_ms)
                self._seconds.append(arrived_s - offered_s)
                if of_source:
                    self._of_sources_s.append(arrived_s - offered_s)
                if of_source and before_ms:
                    self._ages_s.append(arrived_s - self._offered_s[before_ms])

    def beside(self) -> LatencyWatch:
        """Another watch that knows of the same instants, for a second stream of the same readings."""
        other = LatencyWatch()
        other._offered_s = self._offered_s
        return other

    @property
    def count(self) -> int:
        """Values of sources that reached the stream; plant signals, which come every ten seconds, are left out."""
        return len(self._of_sources_s)

    def quantile_s(self, share: float) -> float | None:
        """Nearest-rank quantile of these values; None when none arrived. [s]."""
        return _quantile(self._of_sources_s, share)

    def age_quantile_s(self, share: float) -> float | None:
        """The same of how old such a value had become when the next one took its place: a batch longer. [s]."""
        return _quantile(self._ages_s, share)

    def p99_s(self) -> float | None:
        """99th percentile (nearest rank) of all values that reached the stream, plant signals too; None when none did. [s]."""
        return _quantile(self._seconds, 0.99)


def _quantile(values: list[float], share: float) -> float | None:
    return sorted(values)[math.ceil(share * len(values)) - 1] if values else None
