"""How long a reading takes from the analyser's register to a browser's stream, in real time."""

from __future__ import annotations

import asyncio
import json
import time
from contextlib import suppress

import httpx


class LatencyWatch:
    """Notes when each instant was offered, and listens to the live stream as a browser would."""

    def __init__(self) -> None:
        self._offered_s: dict[int, float] = {}
        self._seconds: list[float] = []
        self._newest: dict[str, int] = {}

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

    def _note(self, message: dict[str, dict[str, list[float]]], arrived_s: float) -> None:
        for channel, (t_ms, *_) in message["channels"].items():
            offered_s = self._offered_s.get(int(t_ms))
            if offered_s is not None and self._newest.get(channel, 0) < t_ms:
                self._newest[channel] = int(t_ms)
                self._seconds.append(arrived_s - offered_s)

    def p99_s(self) -> float | None:
        """99th percentile of all values that reached the stream (nearest rank); None when none did. [s]."""
        if not self._seconds:
            return None
        ordered = sorted(self._seconds)
        return ordered[-(-99 * len(ordered) // 100) - 1]
