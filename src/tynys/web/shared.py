"""One answer for all who ask for the same zones within the same second: pages refresh together, the server draws once."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.responses import Response

FRESH_S = 0.8
MOST = 500
"""Answers kept; beyond it the old ones go."""


@dataclass(slots=True)
class Shared:
    """Answers by what was asked; those who ask while one is being made wait for it."""

    clock: Callable[[], float] = time.monotonic
    _held: dict[str, tuple[float, asyncio.Task[Response]]] = field(default_factory=dict)

    async def get(self, key: str, make: Callable[[], Awaitable[Response]]) -> Response:
        """The answer for ``key``, made now unless a fresh one is there."""
        now = self.clock()
        made, task = self._held.get(key, (0.0, None))
        if task is None or now - made > FRESH_S:
            if len(self._held) >= MOST:
                self._held = {name: held for name, held in self._held.items() if now - held[0] <= FRESH_S}
            task = asyncio.ensure_future(_run(make))
            self._held[key] = now, task
        return await asyncio.shield(task)


async def _run(make: Callable[[], Awaitable[Response]]) -> Response:
    return await make()
