"""Puts what changed onto the live stream: newest readings twice a second, live views once a second, and closed averages."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

import msgspec
import structlog

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from tynys.centre.facility import FacilityState
    from tynys.centre.parts import Parts
    from tynys.centre.views import ComponentView, SourceView
    from tynys.domain.average import Average
    from tynys.domain.finding import Finding

READINGS_S, VIEWS_S = 0.5, 1.0
_log = structlog.get_logger("tynys.centre")
_encode = msgspec.json.Encoder().encode


class Publisher:
    """Coalesces: however fast batches come, a listener gets each channel at most twice a second."""

    def __init__(self, centre: Parts) -> None:
        self._centre = centre
        self._views_at: dict[str, float] = {}
        self._due: set[str] = set()

    async def run(self) -> None:
        """Publish until cancelled."""
        while True:
            await asyncio.sleep(READINGS_S)
            if self._centre.stream.listeners:
                try:
                    await self._round()
                except Exception as problem:  # noqa: BLE001 - one round that fails must not silence the stream for good
                    _log.error("publishing failed", error=repr(problem), exc_info=problem)

    def hello(self) -> bytes:
        """The greeting of a new listener."""
        centre = self._centre
        return _encode({"now": centre.now_ms(), "simulated": centre.simulated, "speed": centre.clock.speed})

    def averages(self, facility: str, rows: Iterable[Average], *, simulated: bool) -> None:
        """Averages just closed or revised."""
        for row in rows:
            said = {
                name: getattr(row, name)
                for name in ("source", "component", "period", "start_ms", "end_ms", "value", "unit", "provisional", "revision", "known_ms")
            }
            body = _encode({**said, "status": row.status.value, "origin": row.origin.value, "simulated": simulated})
            self._centre.stream.publish("average", body, facility=facility, source=row.source)

    def finding(self, finding: Finding, *, simulated: bool) -> None:
        """A finding just made."""
        body = _encode(
            {
                "check": finding.check,
                "severity": finding.severity.value,
                "message": finding.message,
                "subject": finding.subject,
                "start_ms": finding.start_ms,
                "end_ms": finding.end_ms,
                "evidence": dict(finding.evidence),
                "simulated": simulated,
            }
        )
        self._centre.stream.publish("finding", body, facility=finding.subject)

    async def _round(self) -> None:
        for facility in list(self._centre.state.facilities.values()):
            if facility.changed:
                self._readings(facility)
                self._due.add(facility.id)
            if facility.id in self._due and time.monotonic() - self._views_at.get(facility.id, 0.0) >= VIEWS_S:
                self._due.discard(facility.id)
                self._views_at[facility.id] = time.monotonic()
                view = await self._centre.live.facility(facility.id)
                for source in view.sources if view is not None else ():
                    self._centre.stream.publish("source", source_body(source), facility=facility.id, source=source.source)

    def _readings(self, facility: FacilityState) -> None:
        """The newest instant of every channel that changed."""
        changed, facility.changed = facility.changed, set()
        plan = self._centre.plans.shown(facility.id, self._centre.now_ms())
        if plan is None:
            return
        by_source: dict[str, dict[str, Any]] = {}
        for uuid in changed:
            channel, latest = plan.channels.get(uuid), self._latest(uuid)
            if channel is not None and latest is not None:
                by_source.setdefault(plan.source_of.get(uuid, ""), {})[channel.name] = latest
        for source, channels in by_source.items():
            body = _encode(
                {
                    "facility": facility.id,
                    "source": source or None,
                    "channels": channels,
                    "received_ms": facility.received_ms,
                    "simulated": plan.simulated,
                }
            )
            self._centre.stream.publish("readings", body, facility=facility.id, source=source)

    def _latest(self, channel: UUID) -> tuple[int, float | None, int, int] | None:
        latest = self._centre.state.rings.latest(channel)
        return None if latest is None else (latest.time_ms, latest.value, latest.status, latest.cause)


def source_body(source: SourceView) -> bytes:
    """A source's live view as the stream tells it."""
    return _encode(
        {
            "source": source.source,
            "facility": source.facility,
            "standing": source.standing.value,
            "plant_state": source.plant_state,
            "fuel": source.fuel,
            "components": [_component(view) for view in source.components],
            "peripherals": [_component(view) for view in source.peripherals],
            "last_reading_ms": source.last_reading_ms,
            "last_batch_ms": source.last_batch_ms,
            "simulated": source.simulated,
        }
    )


def _component(view: ComponentView) -> dict[str, Any]:
    names = ("component", "unit", "now", "now_ms", "now_status", "mean_so_far", "elapsed_share", "window_start_ms", "window_end_ms")
    return {
        **{name: getattr(view, name) for name in names},
        "standing": view.standing.value,
        "forecast": view.forecast,
        "permissible_remaining": view.permissible_remaining,
        "exceedance_probability": view.exceedance_probability,
        "limit": view.limit,
        "valid_today_share": view.valid_today_share,
    }
