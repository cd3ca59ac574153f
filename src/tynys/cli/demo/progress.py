"""What a person sees in the terminal while the demo runs: the history arriving, then the clock."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from tynys.present.voice import voice

if TYPE_CHECKING:
    from rich.console import Console

    from tynys.cli.demo.country import Country
    from tynys.cli.demo.processes import Processes
    from tynys.wire.clock_server import ClockServer


def history_progress(country: Country) -> tuple[int, int] | None:
    """Day batches with a receipt, and all of them; None before the first."""
    log = country.logs / "history.log"
    if not log.is_file():
        return None
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 200))
        for line in reversed(file.read().decode(errors="replace").split("\n")[:-1]):
            numbers = line.split()
            if len(numbers) == 2 and all(number.isdigit() for number in numbers):  # noqa: PLR2004 - "sent total"
                return int(numbers[0]), int(numbers[1])
    return None


def _bars(console: Console) -> Progress:
    """Bars that are gone when they are done."""
    columns = (TextColumn("  {task.description:<24}"), BarColumn(bar_width=32), TaskProgressColumn(), TimeElapsedColumn())
    return Progress(*columns, console=console, transient=True)


async def show_counted(console: Console, country: Country, clock: ClockServer, *, seconds: float, history_days: int) -> None:
    """Two bars while a counted run goes on and comes to rest: the seconds of the run, the days of history; until cancelled."""
    with _bars(console) as bar:
        running = bar.add_task("running", total=seconds)
        history = bar.add_task("history", total=None, visible=history_days > 0)
        begin_s = time.monotonic()
        while True:
            past = time.monotonic() - begin_s
            state = f"running, {clock.speed_reached:.1f} × life" if past < seconds else "coming to rest"
            bar.update(running, completed=min(seconds, past), description=state)
            if seen := history_progress(country):
                bar.update(history, completed=seen[0], total=seen[1])
            await asyncio.sleep(0.5)


async def show_progress(console: Console, country: Country, processes: Processes, clock: ClockServer, *, history_days: int) -> None:
    """A bar while the history arrives, then one quiet line with the simulated time; runs until cancelled."""
    if history_days:
        await _history(console, country, processes, history_days)
    moment = voice("en").moment
    with console.status("") as line:
        while True:
            line.update(f"simulated time {moment(clock.now_ms, clock.now_ms)} · {clock.speed_reached:.1f} times faster than life")
            await asyncio.sleep(1.0)


async def _history(console: Console, country: Country, processes: Processes, days: int) -> None:
    """Until every day of the history has its receipt."""
    length = f"{days} days" if days > 1 else "one day"
    with _bars(console) as bar:
        task = bar.add_task(f"history of {length}", total=None)
        while True:
            if seen := history_progress(country):
                bar.update(task, completed=seen[0], total=seen[1])
                if seen[0] >= seen[1]:
                    break
            await asyncio.sleep(0.3)
            processes.check()
    console.print(f"  The history of {length} has arrived.", highlight=False)
