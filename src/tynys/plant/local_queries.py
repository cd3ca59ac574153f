"""Answers the local page while the gateway runs: the view is made at most once a real second, and only when asked."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import numpy as np

from tynys.calc.explain import explain
from tynys.calc.explain.explaining import shorter_period
from tynys.calc.running import learnt_ms
from tynys.calc.series import join_blocks
from tynys.calc.timegrid import window_at
from tynys.domain.errors import NotFoundError
from tynys.plant import spool_reader, spool_tables
from tynys.plant.overview import Present, build_view, reading
from tynys.plant.seconds import TICK_MS
from tynys.plant.views import LineState, PlantView

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import AsyncIterator

    from tynys.calc.explain import Explanation
    from tynys.plant.gateway import Gateway

FRESH_S = 1.0


class GatewayQueries:
    """`LocalQueries` of a running gateway, over a read-only connection of its own."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._connection: sqlite3.Connection | None = None
        self._view: PlantView | None = None
        self._made_s = 0.0
        self._making = asyncio.Lock()

    async def plant(self) -> PlantView:
        """The plant now."""
        async with self._making:
            if self._view is None or time.monotonic() - self._made_s >= FRESH_S:
                self._view = await asyncio.to_thread(self._build, self._present())
                self._made_s = time.monotonic()
            return self._view

    async def changes(self) -> AsyncIterator[PlantView]:
        """The plant at every change, at most once a second of real time."""
        shown = -1
        while True:
            if self._gateway.revision != shown:
                view = await self.plant()
                shown = view.revision
                yield view
            await asyncio.sleep(FRESH_S)

    async def explanation(self, source: str, component: str, period: str, start_ms: int) -> Explanation:
        """How one of the plant's own averages was made, from the spool alone; works with the line cut."""
        async with self._making:
            return await asyncio.to_thread(self._explain, source, component, period, start_ms)

    def _explain(self, source: str, component: str, period: str, start_ms: int) -> Explanation:
        gateway, spool = self._gateway, self._spool()
        rows = spool_reader.averages(spool, period, start_ms, start_ms + 1)
        average = next((row for row in rows if (row.source, row.component) == (source, component)), None)
        if average is None:
            raise NotFoundError(f"no average of {component} of {source} over {period} from {start_ms}", where="the spool")
        pack = gateway.packs.at(average.start_ms)
        shorter = shorter_period(average, gateway.configuration, pack)
        if shorter is not None:
            found = spool_reader.averages(spool, shorter, average.start_ms, average.end_ms)
            own = [row for row in found if (row.source, row.component) == (source, component)]
            return explain(average, gateway.configuration, pack, None, own)
        readings = join_blocks(spool_reader.readings(spool, average.start_ms, average.end_ms))
        return explain(average, gateway.configuration, pack, readings)

    def _spool(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = spool_tables.connect(self._gateway.settings.spool_folder / spool_tables.FILE_NAME, read_only=True)
        return self._connection

    def close(self) -> None:
        """Let go of the spool."""
        if self._connection is not None:
            self._connection.close()

    def _build(self, present: Present) -> PlantView:
        gateway = self._gateway
        return build_view(gateway.settings, gateway.configuration, gateway.pack, self._spool(), present)

    def _present(self) -> Present:
        gateway = self._gateway
        sender = gateway.sender
        state = LineState.UP if sender is not None and sender.state.connected else LineState.CUT
        recent = gateway.recent
        if recent is None:
            return Present(gateway.clock.now_ms(), {}, {}, running=True, speed=gateway.clock.speed, line_state=state)
        times, value, status, cause = recent.latest()
        latest = {
            column.channel: reading(int(times[i]), float(value[i]), int(status[i]), int(cause[i]))
            for i, column in enumerate(recent.layout.columns)
            if times[i]
        }
        now_ms = int(np.max(times, initial=0)) + TICK_MS
        start_ms, _ = window_at(gateway.pack.short_term, now_ms - 1, gateway.pack.averaging.time_zone.value)
        return Present(
            now_ms=now_ms,
            latest=latest,
            window=recent.series(min(start_ms, now_ms - learnt_ms(gateway.pack.short_term)), now_ms),
            running=True,
            speed=gateway.clock.speed,
            line_state=state,
            clock_offset_ms=gateway.watch.offset_ms,
            revision=gateway.revision,
        )
