"""A plant's own page made of numbers: near, exceeding and within, a dead instrument, and the line cut."""

from __future__ import annotations

import asyncio

from sample import NOW, WINDOW, Sample

from tynys.domain.status import GapCause, InstrumentStatus
from tynys.plant.views import (
    AlarmView,
    LineState,
    LineView,
    LocalChannelView,
    LocalComponentView,
    LocalSourceView,
    LocalStanding,
    PlantView,
    ReceiptView,
)


class SamplePlant:
    """`LocalQueries` in memory."""

    def __init__(self, line=LineState.CUT, now_ms=NOW, beat_s=1.0):
        self.line, self.now_ms, self.beat_s = line, now_ms, beat_s
        self.centre = Sample(now_ms=now_ms)

    async def explanation(self, source, component, period, start_ms):
        return await self.centre.explanation(source, component, period, start_ms)

    async def plant(self):
        configuration = self.centre.configurations["gres-1"]
        view = self.centre.facility_view("gres-1")
        return PlantView(
            revision=7,
            now_ms=self.now_ms,
            facility="gres-1",
            names=view.names,
            operator=view.operator,
            gateway="0198f0c2-0000-7000-8000-000000000001",
            role="live",
            simulated=True,
            speed=1.0,
            running=True,
            channels=tuple(self.channel(channel, index) for index, channel in enumerate(configuration.channels) if index < 30),
            sources=tuple(
                LocalSourceView(s.source, s.names, s.plant_state, tuple(map(self.component, s.components))) for s in view.sources
            ),
            line=LineView(
                url="https://127.0.0.1:9443",
                state=self.line,
                batches_stored=51_840,
                batches_unsent=72,
                batches_refused=0,
                rows_unsealed=4,
                spool_bytes=812_400_000,
                oldest_unsent_ms=self.now_ms - 360_000,
                last_sealed_ms=self.now_ms - 3_000,
                last_receipt=ReceiptView("e", 51_768, "stored", "linked", 258_840, "", plan_known=True, received_ms=self.now_ms - 362_000),
                clock_offset_ms=12,
            ),
            alarms=(
                AlarmView("line.cut", self.now_ms - 358_000, ""),
                AlarmView("device.lost:stack-1-dust", self.now_ms - 60_000, "192.0.2.11:502, device 1: no answer within 1 s"),
            ),
        )

    def component(self, view):
        return LocalComponentView(
            component=view.component,
            unit=view.unit,
            standing=LocalStanding(str(view.standing)),
            period="PT20M",
            mean_so_far=view.mean_so_far,
            window_start_ms=view.window_start_ms,
            window_end_ms=view.window_end_ms,
            elapsed_share=view.elapsed_share,
            forecast=view.forecast,
            permissible_remaining=view.permissible_remaining,
            limit=view.limit,
            limit_certainty=view.limit_certainty,
            limit_document=view.limit_document,
            exceedance_probability=view.exceedance_probability,
            closed=(self.centre.average("gres-1.stack-1", view.component, view.window_start_ms - WINDOW, view.mean_so_far),),
        )

    def channel(self, channel, index):
        dead = index == 7
        return LocalChannelView(
            channel=str(channel.id),
            name=channel.name,
            component=channel.component,
            unit=str(channel.unit),
            device="stack-1-gas",
            value=None if dead else 12.5 * (index + 1),
            status=InstrumentStatus.COMMUNICATION_LOST if dead else InstrumentStatus.CALIBRATION if index == 3 else InstrumentStatus.VALID,
            cause=GapCause.NO_ANSWER if dead else GapCause.NONE,
            time_ms=self.now_ms - 1_000,
            span=None,
        )

    async def changes(self):
        while True:
            yield await self.plant()
            await asyncio.sleep(self.beat_s)
