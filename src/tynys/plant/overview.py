"""Builds what the local page and `tynys plant status` show, from the spool and, while the gateway runs, its memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tynys.calc.limits import standing_against
from tynys.calc.running import running_windows
from tynys.calc.series import Series, join_blocks
from tynys.calc.timegrid import window_at
from tynys.domain.status import GapCause, InstrumentStatus, PlantState
from tynys.plant import spool_reader
from tynys.plant.seconds import TICK_MS
from tynys.plant.views import (
    LineState,
    LineView,
    LocalChannelView,
    LocalComponentView,
    LocalSourceView,
    LocalStanding,
    PlantView,
    ReceiptView,
)

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from tynys.calc.running import RunningAverage
    from tynys.domain.average import Average
    from tynys.domain.configuration import FacilityConfiguration
    from tynys.law import RulePack
    from tynys.plant.settings import PlantSettings

CLOSED_SPAN_MS = 8 * 86_400_000
"""How far back the newest closed average of a period is looked for. [ms]"""


@dataclass(frozen=True, slots=True)
class Latest:
    """The newest reading of a channel."""

    time_ms: int
    value: float | None
    status: InstrumentStatus
    cause: GapCause


@dataclass(frozen=True, slots=True)
class Present:
    """What the builder is told about the moment: the time, the newest readings, the running window's readings, the run itself."""

    now_ms: int
    latest: Mapping[UUID, Latest]
    window: Mapping[UUID, Series]
    running: bool
    speed: float = 1.0
    line_state: LineState = LineState.NOT_RUNNING
    clock_offset_ms: int | None = None
    revision: int = 0


def present_from_spool(connection: sqlite3.Connection, pack: RulePack) -> Present:
    """The moment of the last instant the spool holds, for a reader beside (or after) the gateway."""
    last_row, last_batch = connection.execute(
        "SELECT (SELECT max(time_ms) FROM second), (SELECT max(span_end_ms) FROM batch WHERE span_end_ms > span_start_ms)"
    ).fetchone()
    known = [edge for edge in (last_row, last_batch - TICK_MS if last_batch is not None else None) if edge is not None]
    if not known:
        return Present(0, {}, {}, running=False)
    now_ms = max(known) + TICK_MS
    start_ms, _ = window_at(pack.short_term, now_ms - 1, pack.averaging.time_zone.value)
    blocks = list(spool_reader.readings(connection, start_ms, now_ms))
    latest: dict[UUID, Latest] = {}
    for block in blocks:
        if len(block):
            time_ms = int(block.time_ms[-1])
            if block.channel not in latest or time_ms > latest[block.channel].time_ms:
                latest[block.channel] = reading(time_ms, float(block.value[-1]), int(block.status[-1]), int(block.cause[-1]))
    return Present(now_ms, latest, join_blocks(blocks), running=False)


def reading(time_ms: int, value: float, status: int, cause: int) -> Latest:
    """A newest reading from its numbers."""
    return Latest(time_ms, None if cause or np.isnan(value) else value, InstrumentStatus(status), GapCause(cause))


def build_view(
    settings: PlantSettings, configuration: FacilityConfiguration, pack: RulePack, connection: sqlite3.Connection, present: Present
) -> PlantView:
    """Everything a person at the plant sees, at one moment."""
    centre = settings.centre
    running = running_windows(configuration, pack, present.window, present.now_ms - 1) if present.window else []  # nothing is due now yet
    closed = _newest_closed(connection, pack, present.now_ms)
    facility = configuration.facility
    return PlantView(
        revision=present.revision,
        now_ms=present.now_ms,
        facility=facility.id,
        names=facility.names,
        operator=facility.operator,
        gateway=str(settings.gateway.id),
        role=settings.gateway.role,
        simulated=centre.simulated if centre else settings.clock_url is not None,
        speed=present.speed,
        running=present.running,
        channels=_channels(settings, configuration, present.latest),
        sources=_sources(configuration, running, closed),
        line=_line(settings, connection, present),
        alarms=spool_reader.alarms(connection),
    )


def _channels(settings: PlantSettings, configuration: FacilityConfiguration, latest: Mapping[UUID, Latest]) -> tuple[LocalChannelView, ...]:
    device_of = {name: device.id for device in settings.devices for name in device.channels.values()}
    views = []
    for channel in configuration.channels:
        last = latest.get(channel.id)
        views.append(
            LocalChannelView(
                channel=str(channel.id),
                name=channel.name,
                component=channel.component,
                unit=str(channel.unit),
                device=device_of.get(channel.name, ""),
                value=last.value if last else None,
                status=last.status if last else None,
                cause=last.cause if last else None,
                time_ms=last.time_ms if last else None,
                span=channel.span,
            )
        )
    return tuple(views)


def _sources(
    configuration: FacilityConfiguration, running: Sequence[RunningAverage], closed: Mapping[tuple[str, str], tuple[Average, ...]]
) -> tuple[LocalSourceView, ...]:
    views = []
    for source in configuration.sources:
        mine = [average for average in running if average.source == source.id]
        state = mine[0].plant_state if mine else PlantState.UNKNOWN
        components = tuple(_component(average, closed.get((source.id, average.component), ())) for average in mine)
        views.append(LocalSourceView(source.id, source.names, str(state), components))
    return tuple(views)


def _component(average: RunningAverage, closed: tuple[Average, ...]) -> LocalComponentView:
    limit = average.limit
    return LocalComponentView(
        component=average.component,
        unit=average.unit,
        standing=standing(average, next((one for one in closed if one.period == average.period), None)),
        period=average.period,
        mean_so_far=average.mean,
        window_start_ms=average.start_ms,
        window_end_ms=average.end_ms,
        elapsed_share=average.elapsed_share,
        forecast=average.forecast,
        permissible_remaining=average.permissible_remaining,
        limit=limit.value if limit else None,
        limit_certainty=limit.certainty if limit else None,
        limit_document=limit.document if limit else "",
        closed=closed,
        exceedance_probability=average.exceedance_probability,
    )


def standing(average: RunningAverage, closed: Average | None = None) -> LocalStanding:
    """Where a component stands: exceeding if its last closed average is over the limit, near if this or the running one may be.

    Parameters
    ----------
    average : RunningAverage
        The open window, with the limit it is held against.
    closed : Average
        The last closed average of the limit's period.
    """
    if average.plant_state is PlantState.NOT_OPERATING:
        return LocalStanding.NOT_OPERATING
    if average.current_ms is None and average.mean is None:
        return LocalStanding.SILENT
    return LocalStanding(standing_against(average.limit, closed, average.mean, average.forecast))


def _newest_closed(connection: sqlite3.Connection, pack: RulePack, now_ms: int) -> dict[tuple[str, str], tuple[Average, ...]]:
    """The newest closed own average of each period, by source and component."""
    found: dict[tuple[str, str], list[Average]] = {}
    for period in (pack.short_term, *(rule.period for rule in pack.averaging.long_term)):
        newest = connection.execute(
            "SELECT max(start_ms) FROM average WHERE period = ? AND start_ms > ?", (period, now_ms - CLOSED_SPAN_MS)
        ).fetchone()[0]
        if newest is None:
            continue
        for average in spool_reader.averages(connection, period, newest, newest + 1):
            found.setdefault((average.source, average.component), []).append(average)
    return {key: tuple(averages) for key, averages in found.items()}


def _line(settings: PlantSettings, connection: sqlite3.Connection, present: Present) -> LineView:
    depth = spool_reader.depth(connection)
    receipt = spool_reader.last_receipt(connection)
    return LineView(
        url=settings.centre.url if settings.centre else "",
        state=present.line_state if settings.centre else LineState.NOT_SET,
        batches_stored=depth.batches,
        batches_unsent=depth.waiting,
        batches_refused=depth.refused,
        rows_unsealed=depth.rows,
        spool_bytes=depth.bytes_used,
        oldest_unsent_ms=depth.oldest_waiting_ms,
        last_sealed_ms=depth.last_sealed_ms,
        last_receipt=ReceiptView(
            str(receipt.epoch),
            receipt.seq,
            receipt.outcome,
            receipt.chain,
            receipt.position,
            receipt.reason,
            receipt.plan_known,
            receipt.received_ms,
        )
        if receipt
        else None,
        clock_offset_ms=present.clock_offset_ms,
    )
