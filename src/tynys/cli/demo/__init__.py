"""``tynys demo``: a whole country on one machine, with real protocols between its processes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

PLANTS_HELP = "Only these plants (repeat the option); all five otherwise."


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("demo")(demo)
    app.command("send-history", hidden=True)(send_history)


def demo(
    *,
    speed: Annotated[float, typer.Option(min=0.1, max=1000, help="Simulated seconds per real second, at most.")] = 10.0,
    seconds: Annotated[
        float | None, typer.Option(min=1, help="Run without a page for so many real seconds, count everything, print JSON.")
    ] = None,
    fault: Annotated[list[str] | None, typer.Option(help="NAME[:target], see `tynys sim faults`. May be repeated.")] = None,
    plant: Annotated[list[str] | None, typer.Option(help=PLANTS_HELP)] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same plants.")] = 1,
    history_days: Annotated[int, typer.Option(min=0, max=366, help="Days of history that arrive while the live values run.")] = 90,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port of the page; otherwise 8000, or any free one.")] = None,
    folder: Annotated[Path | None, typer.Option(help="Keep everything here; otherwise a temporary folder.")] = None,
    open_page: Annotated[bool, typer.Option("--open/--no-open", help="Open the page in a browser where there is one.")] = True,
) -> None:
    """Start five simulated power plants, their gateways and the ministry's centre."""
    from tynys.cli.demo.run import DemoSettings, run_demo

    settings = DemoSettings(
        speed=speed,
        seconds=seconds,
        faults=tuple(fault or ()),
        plants=tuple(plant or ()),
        seed=seed,
        history_days=history_days,
        port=port,
        folder=folder,
        open_page=open_page,
    )
    raise typer.Exit(run_demo(settings))


def send_history(
    folder: Annotated[Path, typer.Argument(help="The demo's folder.")],
    *,
    days: Annotated[int, typer.Option(min=1, max=366)],
    until_ms: Annotated[int, typer.Option(help="End of the history. [ms since 1970 UTC]")],
    seed: Annotated[int, typer.Option()] = 1,
) -> None:
    """Send the simulated plants' history through a second gateway each, newest day first."""
    import asyncio
    import os

    from tynys.cli.demo.history import send_all

    os.nice(5)  # what happens now goes before what happened
    asyncio.run(send_all(folder, days=days, until_ms=until_ms, seed=seed))
