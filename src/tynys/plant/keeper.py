"""Keeps what each instant gave: row first, then batch; bridges what a stop, a late clock or a full disk left open."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from tynys.domain.batch import Event
from tynys.domain.errors import StorageError, WireError
from tynys.domain.status import GapCause
from tynys.plant.seconds import TICK_MS, gap_second

if TYPE_CHECKING:
    from tynys.plant.sealer import Sealer
    from tynys.plant.seconds import Layout, Second
    from tynys.plant.spool import Spool

LIVE_BATCH_MS = 60_000
"""A live batch never spans more. [ms]"""


class Keeper:
    """The only way readings enter a spool while a gateway runs; runs in the spool's thread.

    Parameters
    ----------
    seal_ms : int
        Batches are sealed at multiples of this on the gateway's clock. [ms]
    """

    def __init__(self, spool: Spool, sealer: Sealer, layout: Layout, *, seal_ms: int) -> None:
        self._spool = spool
        self._sealer = sealer
        self._layout = layout
        self._layout_id = spool.layout_id(layout)
        self._seal_ms = seal_ms
        self._sealed_to: int | None = None
        self.full_since_ms: int | None = None
        self.kept_ms: int | None = None
        self.seal_fault = ""

    def change_layout(self, layout: Layout, time_ms: int) -> None:
        """From now on seconds have other columns; what was kept under the old ones is sealed first."""
        if layout != self._layout:
            if self._sealed_to is not None:
                self._seal(time_ms, time_ms)
            self._layout = layout
            self._layout_id = self._spool.layout_id(layout)

    def begin(self, time_ms: int, cause: GapCause = GapCause.GATEWAY_DOWN) -> None:
        """Before the first instant, or after missed ones: seal what was left and say why the time since is empty."""
        last = self.kept_ms if self._sealed_to is not None else self._spool.last_instant_ms()
        if last is None:
            self._sealed_to = time_ms
            return
        if self._sealed_to is None:
            rows = self._spool.row_span()
            self._sealed_to = rows[0] if rows else last + TICK_MS
        if last >= time_ms:
            self._seal(last + TICK_MS, time_ms)
            self._spool.add_notes([("event", Event(time_ms, "clock.went_back", f"the last instant kept is {last}"))])
        else:
            self._seal(last + TICK_MS, time_ms)
            if time_ms > last + TICK_MS:
                self._sealer.seal_gap(last + TICK_MS, time_ms, self._layout, cause, time_ms)
        self._sealed_to = time_ms

    def keep(self, second: Second, *, now_ms: int) -> tuple[Second, bool]:
        """Keep one second, and seal when its time has come; returns what counts as read, and whether a batch was sealed.

        On a full disk the reserve takes a loss, and what counts as read is a gap; ``full_since_ms`` stays until a batch
        could be sealed again. What the line's format cannot carry (``seal_fault`` says why) stays kept and is sealed with the next.
        """
        end_ms = second.time_ms + TICK_MS
        try:
            self._spool.append(second, self._layout_id)
        except StorageError as error:
            due = int(self._layout.due(second.time_ms).sum())
            self._spool.reserve_loss(second.time_ms, end_ms, due, error.error_code)
            self.full_since_ms = self.full_since_ms or second.time_ms
            self.kept_ms = second.time_ms
            return gap_second(second.time_ms, self._layout, GapCause.SPOOL_FULL), False
        self.kept_ms = second.time_ms
        if self.full_since_ms is not None:
            with contextlib.suppress(StorageError):
                self._spool.take_over_losses()
        if end_ms % self._seal_ms:
            return second, False
        try:
            self._seal(end_ms, now_ms)
        except StorageError:
            self.full_since_ms = self.full_since_ms or second.time_ms
            return second, False
        except WireError as error:
            self.seal_fault = str(error)
            return second, False
        self.full_since_ms, self.seal_fault = None, ""
        return second, True

    def _seal(self, end_ms: int, sealed_ms: int) -> None:
        """Seal everything up to ``end_ms``, at most a minute a batch; a long empty stretch becomes batches of gap rows."""
        start_ms = self._sealed_to if self._sealed_to is not None else end_ms
        while start_ms < end_ms:
            until = min(end_ms, start_ms - start_ms % LIVE_BATCH_MS + LIVE_BATCH_MS)
            first = self._spool.first_row_ms(start_ms)
            if (first is None or first >= until) and end_ms - start_ms > LIVE_BATCH_MS:
                until = min(end_ms, end_ms if first is None else first)
                self._sealer.seal_gap(start_ms, until, self._layout, GapCause.SPOOL_FULL, sealed_ms)
            else:
                self._sealer.seal_seconds(start_ms, until, self._layout, sealed_ms)
            start_ms = self._sealed_to = until

    def finish(self, now_ms: int) -> None:
        """The last batch of a run: what is left, and the event of the stop."""
        end_ms = self.kept_ms + TICK_MS if self.kept_ms is not None else now_ms
        self._spool.add_notes([("event", Event(max(now_ms, end_ms), "gateway.stop"))])
        if self._sealed_to is not None and self._sealed_to < end_ms:
            self._seal(end_ms, max(now_ms, end_ms))
        else:
            self._sealer.seal([], end_ms, end_ms, max(now_ms, end_ms))
