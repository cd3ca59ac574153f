"""One demo from start to Ctrl-C, or from start to its counted end."""

from __future__ import annotations

import asyncio
import signal
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import msgspec
from rich.console import Console

from tynys.cli.demo.country import Country
from tynys.cli.demo.latency import LatencyWatch
from tynys.cli.demo.processes import KEEP_LOGS, STOP_SECONDS, Processes
from tynys.cli.demo.progress import history_progress, show_counted, show_progress
from tynys.cli.demo.setup import make_centre, make_gateway
from tynys.domain.errors import TynysError
from tynys.sim.faults.grammar import parse_fault
from tynys.sim.plants import FACILITIES, plant_spec
from tynys.wire.clock_server import ClockServer

WINDOW_MS = 20 * 60_000
READY_SECONDS = 90.0
"""How long the processes of a demo may take to come up on a busy machine. [s]"""
DRAIN_SECONDS = 120.0
"""How long a step towards rest may take at the end of a counted run: one more day of history, spools sent, lake written. [s]"""


Scenario = Callable[["Demo"], Coroutine[None, None, None]]


@dataclass(frozen=True, slots=True)
class DemoSettings:
    """What a person asked of the demo. ``seconds`` are real, from the first reading; None runs until Ctrl-C."""

    speed: float = 10.0
    seconds: float | None = None
    faults: tuple[str, ...] = ()
    plants: tuple[str, ...] = ()
    seed: int = 1
    history_days: int = 90
    port: int | None = None
    folder: Path | None = None
    open_page: bool = True


def run_demo(settings: DemoSettings) -> int:
    """Run it; returns the exit code."""
    console = Console(stderr=settings.seconds is not None)
    try:
        if settings.folder is not None:
            return asyncio.run(Demo(settings, Country(settings.folder.resolve()), console).run())
        with tempfile.TemporaryDirectory(prefix="tynys-demo-", ignore_cleanup_errors=True) as folder:
            return asyncio.run(Demo(settings, Country(Path(folder)), console).run())
    except TynysError as problem:
        console.print(f"[bold]The demo stopped.[/bold] {problem}", highlight=False)
        return 1


def check_faults(faults: Sequence[str], plants: Sequence[str]) -> None:
    """Every fault must be well written and lie in a plant that runs; said before anything is started."""
    for text in faults:
        if all(parse_fault(text, plant_spec(plant), 0) is None for plant in plants):
            raise TynysError(
                f'the fault "{text}" lies in none of the plants that run',
                hint=f"They are: {', '.join(plants)}.",
                code="demo.fault_elsewhere",
            )


class Demo:
    """Clock, centre, plants and gateways of one run; ``along`` is awaited beside a counted run (to cut, kill, restart)."""

    def __init__(self, settings: DemoSettings, country: Country, console: Console, along: Scenario | None = None) -> None:
        self._settings = settings
        self._along = along
        self._country = country
        self._console = console
        self.plants = settings.plants or FACILITIES
        if unknown := [plant for plant in self.plants if plant not in FACILITIES]:
            raise TynysError(
                f"no plant is called '{unknown[0]}'", hint=f"The plants are: {', '.join(FACILITIES)}.", code="demo.plant_unknown"
            )
        check_faults(settings.faults, self.plants)
        self.start_ms = int(time.time() * 1000) // WINDOW_MS * WINDOW_MS
        self.latency = LatencyWatch()
        self.stop = asyncio.Event()
        self._windows_left = 0
        self.page_url = ""
        self.intake_url = ""

    async def run(self) -> int:
        """Start everything, run, stop everything in order."""
        self._country.prepare()
        self.processes = Processes(self._country.logs)
        hang_up = () if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN else (signal.SIGHUP,)  # nohup means what it says
        for name in (signal.SIGINT, signal.SIGTERM, *hang_up):
            asyncio.get_running_loop().add_signal_handler(name, self.stop.set)
        self.clock = ClockServer(
            self.start_ms,
            self._settings.speed,
            expected=[f"{plant} {what}" for plant in self.plants for what in ("plant", "gateway")],
            on_tick=self.latency.offered,
        )
        self.clock_url = await self.clock.listen()
        try:
            await self._bring_up()
            if self._settings.seconds is None:
                return await self._until_stopped()
            return await self._counted(self._settings.seconds)
        finally:
            if killed := await self._bring_down():
                self._console.print(f"These did not end in time and were killed: {', '.join(killed)}")

    # -- up ---------------------------------------------------------------------------------------------------------

    async def _bring_up(self) -> None:
        processes, country, settings = self.processes, self._country, self._settings
        self._console.print(f"  Starting the centre, {len(self.plants)} plants and their gateways.", highlight=False)
        codes = await asyncio.to_thread(make_centre, country, self.plants, port=settings.port)
        await processes.start("centre", "centre", "run", str(country.centre), "--clock", self.clock_url)
        chosen = [part for plant in self.plants for part in ("--plant", plant)]
        faults = [part for fault in settings.faults for part in ("--fault", fault)]
        await processes.start(
            "plants", "sim", "run-all", str(country.analysers), "--clock", self.clock_url, "--seed", str(settings.seed), *chosen, *faults
        )
        running = await self._appears(country.centre / "run.json")
        addresses = msgspec.json.decode(running.read_bytes())
        self.page_url, self.intake_url = addresses["public_url"], addresses["intake_url"]
        if settings.seconds is None:
            self._announce()
        for plant in self.plants:
            await self._appears(country.ports(plant))
            for role in ("live", "history") if settings.history_days else ("live",):
                await asyncio.to_thread(
                    make_gateway, country, plant, role, codes[plant, role], centre_url=self.intake_url, clock_url=self.clock_url,
                    live_from_ms=self.start_ms, history_days=settings.history_days,
                )  # fmt: skip
            await processes.start(f"gateway-{plant}", "plant", "run", str(country.gateway(plant) / "plant.toml"))
        await self._within(self.clock.ready(), READY_SECONDS, "every plant and gateway to join the shared clock")
        self.clock.start()
        if settings.history_days:
            await processes.start(
                "history", "send-history", str(country.root), "--days", str(settings.history_days),
                "--until-ms", str(self.start_ms), "--seed", str(settings.seed), ends_by_itself=True,
            )  # fmt: skip

    def _announce(self) -> None:
        console, settings = self._console, self._settings
        console.print(f"\n  [bold]Tynys[/bold]  {self.page_url}\n", highlight=False)
        console.print(
            f"  {len(self.plants)} simulated plants transmit to the ministry's centre,\n"
            f"  {settings.speed:g} times faster than life. All data is simulated; protocols,\n"
            "  signatures, storage and averages are real. Ctrl-C stops everything.\n",
            highlight=False,
        )
        if settings.open_page and console.is_terminal:
            import webbrowser

            with suppress(webbrowser.Error):
                webbrowser.open(self.page_url)

    # -- along ------------------------------------------------------------------------------------------------------

    async def _until_stopped(self) -> int:
        watch = asyncio.create_task(
            show_progress(self._console, self._country, self.processes, self.clock, history_days=self._settings.history_days)
        )
        await self._stopped_or_broken(None)
        watch.cancel()
        await asyncio.gather(watch, return_exceptions=True)
        self._console.print("  Stopping: gateways seal what they hold, the centre writes what it has.", highlight=False)
        return 0

    async def _counted(self, seconds: float) -> int:
        from tynys.cli.demo.counted import count_run

        listener = asyncio.create_task(self.latency.listen(f"{self.page_url.rstrip('/')}/api/v1/stream"))
        watch = asyncio.create_task(
            show_counted(self._console, self._country, self.clock, seconds=seconds, history_days=self._settings.history_days)
        )
        scenario = asyncio.create_task(self._along(self)) if self._along else None
        await self._stopped_or_broken(seconds)
        if scenario is not None:
            await scenario
        await self.clock.halt()
        speed_reached = self.clock.speed_reached
        listener.cancel()
        await asyncio.gather(listener, return_exceptions=True)
        await self._come_to_rest()
        watch.cancel()
        await asyncio.gather(watch, return_exceptions=True)
        self._console.print("  Counting every row, from outside.", highlight=False)
        result = await count_run(
            self._country,
            {
                "start_ms": self.start_ms,
                "end_ms": self.clock.now_ms + self.clock.tick_ms,
                "plants": list(self.plants),
                "speed": self._settings.speed,
                "speed_reached": round(speed_reached, 2),
                "latency_p99_s": self.latency.p99_s(),
                "faults": list(self._settings.faults),
                "seconds": seconds,
                "seed": self._settings.seed,
                "history_days": self._settings.history_days,
            },
        )
        sys.stdout.write(msgspec.json.format(msgspec.json.encode(result.facts), indent=2).decode() + "\n")
        for warning in result.warnings:
            self._console.print(f"warning: {warning}", highlight=False)
        for failure in result.failures:
            self._console.print(f"[bold]failed[/bold]: {failure}", highlight=False)
        return 1 if result.failures else 0

    async def _come_to_rest(self) -> None:
        """The history arrives, gateways seal and send what they hold, the centre writes its lake."""
        arriving = self.processes.settle("history")
        await self._within(arriving, DRAIN_SECONDS, "another day of the history", moves=lambda: history_progress(self._country))
        killed = await self.processes.stop(*(f"gateway-{plant}" for plant in self.plants), within_s=DRAIN_SECONDS)
        await self._within(self._windows_close(), DRAIN_SECONDS, "the last windows to be averaged", moves=lambda: self._windows_left)
        if killed := killed + await self._bring_down(DRAIN_SECONDS):
            raise TynysError(f"did not come to rest in time: {', '.join(killed)}", where=str(self._country.logs), code="demo.not_at_rest")

    async def _windows_close(self) -> None:
        """The centre has averaged every live window that what it received completes."""
        async with httpx.AsyncClient(base_url=self.page_url, timeout=10.0) as client:
            idle = 0
            while idle < 2:  # noqa: PLR2004 - a window just completed is taken up within the second
                await asyncio.sleep(1.0)
                with suppress(httpx.HTTPError):
                    self._windows_left = (await client.get("/api/v1/health")).json()["live_windows_waiting"]
                    idle = 0 if self._windows_left else idle + 1

    async def _stopped_or_broken(self, seconds: float | None) -> None:
        end = None if seconds is None else time.monotonic() + seconds
        while not self.stop.is_set() and (end is None or time.monotonic() < end):
            self.processes.check()
            with suppress(TimeoutError):
                await asyncio.wait_for(self.stop.wait(), 0.5 if end is None else max(0.01, min(0.5, end - time.monotonic())))

    async def _bring_down(self, within_s: float = STOP_SECONDS) -> list[str]:
        """Stop in the order of the journey, so that each hands on what it holds; returns who had to be killed."""
        await self.clock.stop()
        killed = await self.processes.stop("history", *(f"gateway-{plant}" for plant in self.plants), within_s=within_s)
        killed += await self.processes.stop("centre", within_s=within_s)
        return killed + await self.processes.stop_all()

    # -- waiting ----------------------------------------------------------------------------------------------------

    async def _appears(self, path: Path) -> Path:
        async def look() -> None:
            while not path.is_file():  # noqa: ASYNC240 - a look at a local file, no wait
                self.processes.check()
                await asyncio.sleep(0.05)

        await self._within(look(), READY_SECONDS, f"{path.name} to appear")
        return path

    async def _within(self, work: Awaitable[None], seconds: float, what: str, *, moves: Callable[[], object] = bool) -> None:
        """Wait for something, at most so long after the last change of what ``moves`` says."""
        stopped = asyncio.create_task(self.stop.wait())
        task = asyncio.ensure_future(work)
        seen, since = moves(), time.monotonic()
        while time.monotonic() - since < seconds:
            done, _ = await asyncio.wait({task, stopped}, timeout=min(seconds, 1.0), return_when=asyncio.FIRST_COMPLETED)
            if done:
                break
            if (now := moves()) != seen:
                seen, since = now, time.monotonic()
        stopped.cancel()
        if task.done():
            task.result()
            return
        task.cancel()
        self.processes.check()
        reason = "Stopped before the end." if self.stop.is_set() else f"Waited {seconds:g} s for {what}."
        raise TynysError(reason, where=str(self._country.logs), hint=KEEP_LOGS, code="demo.not_ready")
