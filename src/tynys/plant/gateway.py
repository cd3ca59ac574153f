"""A gateway's run: instants of the clock come in, devices are asked, seconds are kept, batches go out."""

from __future__ import annotations

import asyncio
import base64
import contextlib
from functools import partial
from typing import TYPE_CHECKING, Self

import structlog

from tynys.calc.timegrid import period_ms
from tynys.domain.errors import StorageError, WireError
from tynys.field import build_driver
from tynys.plant import spool_reader
from tynys.plant.epoch import new_epoch
from tynys.plant.history import RecentReadings
from tynys.plant.keeper import Keeper
from tynys.plant.line import CentreLine
from tynys.plant.own_averages import OwnAverages
from tynys.plant.polling import Poller, live_layout, next_change_ms
from tynys.plant.sealer import Sealer
from tynys.plant.seconds import TICK_MS
from tynys.plant.sender import DIGEST_SHOWN, Sender
from tynys.plant.settings import load_configuration, load_rule_packs
from tynys.plant.spool import Spool
from tynys.plant.spool_thread import Alarms, SpoolThread
from tynys.plant.watch import Watch
from tynys.wire.clock import open_clock
from tynys.wire.keys import SigningKey, VerifyKey

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from tynys.calc.pack_versions import PackVersions
    from tynys.domain.average import Average
    from tynys.domain.configuration import FacilityConfiguration
    from tynys.field import Driver
    from tynys.law import RulePack
    from tynys.plant.seconds import Layout
    from tynys.plant.settings import PlantSettings
    from tynys.wire.clock import Clock

POLL_SHARE = 0.9
"""Share of the gateway's tick a device may take to answer in real time."""
SIMULATED_POLL_S = 10.0
"""The same on a shared simulated clock, which waits for us. [s]"""
AGAIN_S = 5.0
"""Pause before a failed background task is tried again. [s]"""
STOP_S = 5.0
"""How long a stop waits for the instant under way. [s]"""
LAST_SEND_S = 10.0
"""How long a stop goes on sending. [s]"""
RECENT_SECONDS = 2400
"""Seconds held in memory, or two short-term windows where those are longer."""
PARAMETERS_EVERY_MS = 86_400_000

log = structlog.get_logger("tynys.plant")


class Gateway:
    """One run of a gateway; `open` makes it, `run` works until told to stop."""

    def __init__(
        self,
        settings: PlantSettings,
        configuration: FacilityConfiguration,
        packs: PackVersions,
        key: SigningKey,
        *,
        thread: SpoolThread,
        drivers: tuple[Driver, ...],
        clock: Clock,
        line: CentreLine | None,
    ) -> None:
        self.settings = settings
        self.configuration = configuration
        self.packs = packs
        self.clock = clock
        self.thread = thread
        self.drivers = drivers
        self.alarms = Alarms(thread)
        self.watch = Watch(thread, self.alarms, drivers, clock, line)
        self.sender: Sender | None = None
        if line is not None and settings.centre is not None:
            centre_key = VerifyKey(base64.b64decode(settings.centre.public_key))
            self.sender = Sender(
                thread,
                line,
                centre_key,
                settings.gateway.id,
                clock=clock,
                alarms=self.alarms,
                on_change=self.touch,
                plan_digest=configuration.digest().hex()[:DIGEST_SHOWN],
            )
        self.recent: RecentReadings | None = None
        self._recent_seconds = max(RECENT_SECONDS, 2 * (period_ms(packs.at(clock.now_ms()).short_term) or 0) // 1000)
        self.revision = 0
        self._key = key
        self._own = OwnAverages(configuration, packs, clock.now_ms())
        self._poller: Poller | None = None
        self._keeper: Keeper | None = None
        self._layout_until: int | None = None
        self._missed = False
        self._at_work = asyncio.Lock()

    @property
    def pack(self) -> RulePack:
        """The version of the rule pack in force now."""
        return self.packs.at(self.clock.now_ms())

    @classmethod
    @contextlib.asynccontextmanager
    async def open(cls, settings: PlantSettings) -> AsyncIterator[Self]:
        """Read what plant.toml names, open the spool, reach devices and clock; everything is closed again at the end."""
        configuration, packs, key, drivers = read_all(settings)
        async with contextlib.AsyncExitStack() as stack:
            line = None
            if settings.centre is not None and settings.ca_file is not None:
                line = CentreLine(settings.centre.url, settings.ca_file)
                stack.push_async_callback(line.close)
            thread = SpoolThread(Spool.open(settings.spool_folder, settings.gateway.id))
            stack.callback(thread.close)
            for driver in drivers:
                stack.push_async_callback(driver.close)
            await asyncio.gather(*(driver.connect() for driver in drivers))
            clock = await open_clock(settings.clock_url, name=f"{settings.gateway.facility} gateway", rank=1)
            stack.push_async_callback(clock.close)
            yield cls(settings, configuration, packs, key, thread=thread, drivers=drivers, clock=clock, line=line)

    async def run(self, stop: asyncio.Event) -> None:
        """Work until ``stop`` is set or the clock's run is over, then seal the rest and try once more to send."""
        background = [asyncio.create_task(self._go_on("prune", self.watch.prune))]
        if self.sender is not None:
            background.append(asyncio.create_task(self._go_on("sender", self.sender.run)))
            background.append(asyncio.create_task(self._go_on("time", self.watch.exchange_time)))
        stopped = asyncio.create_task(stop.wait(), name="stop")
        work = asyncio.create_task(self._work(), name="work")
        try:
            await asyncio.wait([work, stopped], return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                work.result()
        finally:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(STOP_S):
                    await self._at_work.acquire()
            for task in (work, stopped, *background):
                task.cancel()
            await asyncio.gather(work, stopped, *background, return_exceptions=True)
            await self._finish()

    async def _go_on(self, what: str, work: Callable[[], Awaitable[None]]) -> None:
        """Keep something running beside the readings: a fault in it is an alarm and a new try, never the end of reading."""
        while True:
            try:
                await work()
            except Exception as error:
                log.exception("gateway.fault", what=what)
                await self.alarms.judge(f"gateway.fault:{what}", repr(error), self.clock.now_ms())
            await asyncio.sleep(AGAIN_S)

    async def _work(self) -> None:
        async for time_ms in self.clock.ticks(TICK_MS):
            async with self._at_work:
                try:
                    await self.instant(time_ms)
                except StorageError as error:
                    await self._lose(time_ms, error)

    async def _lose(self, time_ms: int, error: StorageError) -> None:
        """The spool could not even begin (or go on after a gap): the reserve takes the instant's loss, and reading goes on."""
        count = int(self._layout(time_ms)[0].due(time_ms).sum())
        await self.thread.call(lambda spool: spool.reserve_loss(time_ms, time_ms + TICK_MS, count, error.error_code))
        await self.alarms.judge("spool.full", error.message, time_ms)
        if self._keeper is not None:
            self._missed = True
            self._keeper.full_since_ms = self._keeper.full_since_ms or time_ms

    async def instant(self, time_ms: int) -> None:
        """Everything one instant of the clock asks for; when it returns, the readings are durable."""
        if not self.clock.simulated and self.clock.late_ms >= TICK_MS:
            self._missed = True
            return
        keeper, poller, recent = await self._ready(time_ms)
        second = await poller.poll(time_ms)
        now_ms = self.clock.now_ms()
        counted, sealed = await self.thread.call(lambda _: keeper.keep(second, now_ms=now_ms))
        recent.append(counted)
        if sealed and self.sender is not None:
            self.sender.wake()
        full = keeper.full_since_ms is not None
        await self.alarms.judge("spool.full", "readings are lost; the reserve records which" if full else "", time_ms)
        await self.alarms.judge("gateway.fault:sealing", keeper.seal_fault, time_ms)
        if (window := self._own.closing(time_ms + TICK_MS)) is not None:
            await self._close_window(*window, recent)
        await self.watch.devices(time_ms)
        self.touch()

    async def _ready(self, time_ms: int) -> tuple[Keeper, Poller, RecentReadings]:
        """What the instant needs: made at the first one, mended after missed ones, changed when a channel's acquisition changes."""
        if self._keeper is None:
            await self._begin(time_ms)
            await self.watch.parameters(time_ms)
        elif self._missed:
            keeper = self._keeper
            await self.thread.call(lambda _: keeper.begin(time_ms))
        elif self._layout_until is not None and time_ms >= self._layout_until:
            await self._change_layout(time_ms, self._keeper)
        elif time_ms % PARAMETERS_EVERY_MS == 0:
            await self.watch.parameters(time_ms)
        self._missed = False
        if self._keeper is None or self._poller is None or self.recent is None:
            raise AssertionError("the first instant makes all three")
        return self._keeper, self._poller, self.recent

    async def _begin(self, time_ms: int) -> None:
        """The first instant: seal what an earlier run left, say why the time since is empty, load the recent past."""
        layout, names = self._layout(time_ms)
        epoch = new_epoch(time_ms)
        seal_ms = 1000 * self.settings.gateway.seal_seconds

        def begin(spool: Spool) -> tuple[Keeper, RecentReadings, list[int]]:
            spool.forget_alarms()
            spool.take_over_losses()
            sealer = Sealer(spool, self._key, self.settings.gateway.id, epoch, self.configuration, started_ms=time_ms)
            keeper = Keeper(spool, sealer, layout, seal_ms=seal_ms)
            keeper.begin(time_ms)
            recent = RecentReadings(layout, self._recent_seconds)
            recent.load(list(spool_reader.readings(spool.connection, time_ms - 1000 * self._recent_seconds, time_ms)), before_ms=time_ms)
            return keeper, recent, self._own.missed(spool.connection, time_ms)

        self._keeper, self.recent, missed = await self.thread.call(begin)
        self._poller = self._make_poller(layout, names)
        for end_ms in missed:
            await self._average(partial(self.thread.call, partial(_from_spool, own=self._own, end_ms=end_ms)), end_ms)
        log.info("gateway.start", gateway=str(self.settings.gateway.id), epoch=str(epoch), channels=len(names), devices=len(self.drivers))

    def _layout(self, time_ms: int) -> tuple[Layout, tuple[str, ...]]:
        filled = [name for driver in self.drivers for name in driver.channels]
        self._layout_until = next_change_ms(self.configuration, time_ms)
        return live_layout(self.configuration, filled, time_ms)

    def _make_poller(self, layout: Layout, names: tuple[str, ...]) -> Poller:
        limit_s = SIMULATED_POLL_S if self.clock.simulated else POLL_SHARE * TICK_MS / 1000
        return Poller(self.drivers, layout, names, limit_s=limit_s, on_crash=_log_crash)

    async def _change_layout(self, time_ms: int, keeper: Keeper) -> None:
        """A channel's declared acquisition begins or ends at this instant."""
        layout, names = self._layout(time_ms)
        await self.thread.call(lambda _: keeper.change_layout(layout, time_ms))
        self.recent = RecentReadings(layout, self._recent_seconds)
        self._poller = self._make_poller(layout, names)

    async def _close_window(self, start_ms: int, end_ms: int, recent: RecentReadings) -> None:
        """A short-term window is over: its averages, and those of longer windows that end with it."""
        await self._average(partial(asyncio.to_thread, self._own.short_term, recent.series(start_ms, end_ms), start_ms, end_ms), end_ms)

    async def _average(self, make: Callable[[], Awaitable[list[Average]]], end_ms: int) -> None:
        """Make and keep averages; a plan they fail for is an alarm, and reading goes on."""
        fault = ""
        try:
            await self._store(await make(), end_ms)
        except Exception as error:
            log.exception("average.failed", end_ms=end_ms)
            fault = repr(error)
        await self.alarms.judge("gateway.fault:averages", fault, end_ms)

    async def _store(self, averages: list[Average], end_ms: int) -> None:
        def store(spool: Spool) -> None:
            spool.put_averages(averages)
            spool.put_averages(self._own.longer(spool.connection, end_ms))

        try:
            await self.thread.call(store)
        except StorageError as error:
            log.warning("average.lost", end_ms=end_ms, error=error.message)

    async def _finish(self) -> None:
        """Seal the rest, say that the run ends, and try once more to send."""
        keeper = self._keeper
        if self._poller is not None:
            await self._poller.close()
        if keeper is None:
            return
        now_ms = self.clock.now_ms()
        try:
            await self.thread.call(lambda _: keeper.finish(now_ms))
        except (StorageError, WireError) as error:
            log.warning("gateway.stop", error=error.message)
        if self.sender is not None:
            await self.sender.drain(LAST_SEND_S)
        log.info("gateway.stop")

    def touch(self) -> None:
        """Something a page shows has changed."""
        self.revision += 1


def read_all(settings: PlantSettings) -> tuple[FacilityConfiguration, PackVersions, SigningKey, tuple[Driver, ...]]:
    """Everything plant.toml names, read and fitted together, nothing opened; a `TynysError` says what cannot be used."""
    configuration = load_configuration(settings)
    packs = load_rule_packs(settings, configuration)
    key = SigningKey.load(settings.key_file)
    channels = {channel.name: channel for channel in configuration.channels}
    return configuration, packs, key, tuple(build_driver(device, channels, folder=settings.folder) for device in settings.devices)


def _log_crash(device: str, error: str) -> None:
    log.error("device.crashed", device=device, error=error)


def _from_spool(spool: Spool, *, own: OwnAverages, end_ms: int) -> list[Average]:
    return own.from_spool(spool.connection, end_ms)
