"""`tynys replay`: a recorded file through the whole chain, and back from the API as the same decimal numbers."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

FAILED = 1
DEFAULT_COLUMNS = ("NOX=nox", "CO=co")


def register(app: typer.Typer) -> None:
    """Add the command of this room."""
    app.command()(replay)


def replay(
    folder: Annotated[
        Path, typer.Argument(help="folder of CSV files, one row an hour, in the order of their names", exists=True, file_okay=False)
    ],
    *,
    start: Annotated[str, typer.Option(help="instant of the first row, RFC 3339, on a whole hour")] = "2011-01-01T00:00Z",
    facility: Annotated[str, typer.Option(help="id of the facility it becomes")] = "recorded",
    column: Annotated[list[str] | None, typer.Option(help="COLUMN=component (repeat); NOX=nox and CO=co otherwise")] = None,
    centre: Annotated[Path | None, typer.Option(help="folder of a running centre; one of its own in a temporary folder otherwise")] = None,
    approve: Annotated[bool, typer.Option(help="approve the plan at that centre")] = False,
    keep: Annotated[Path | None, typer.Option(help="keep centre and gateway in this (new) folder")] = None,
    show: Annotated[int, typer.Option(help="so many differing rows are shown")] = 10,
) -> None:
    """Send hourly recorded values as a plant, read their hourly averages back, and compare them digit by digit."""
    from tynys.cli import logs
    from tynys.cli.replay_chain import Order, carry
    from tynys.cli.replay_table import Progress, show_result
    from tynys.domain.errors import TynysError

    logs.quiet()
    try:
        columns = dict(_column(text) for text in column or DEFAULT_COLUMNS)
        order = Order(
            folder=folder, columns=columns, start_ms=_start_ms(start), facility=facility, centre=centre, approve=approve, keep=keep
        )
        with Progress() as progress:
            result = asyncio.run(carry(order, progress))
    except TynysError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(FAILED) from None
    show_result(result, show)
    if not result.is_equal:
        raise typer.Exit(FAILED)


def _column(text: str) -> tuple[str, str]:
    name, equals, component = text.partition("=")
    if not (equals and name and component):
        raise typer.BadParameter(f"expected COLUMN=component, got {text!r}", param_hint="--column")
    return name, component


def _start_ms(text: str) -> int:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise typer.BadParameter(f"expected a time with its offset such as 2011-01-01T00:00Z, got {text!r}", param_hint="--start")
    start_ms = round(moment.timestamp() * 1000)
    if start_ms % 3_600_000:
        raise typer.BadParameter(f"expected a whole hour, got {text!r}", param_hint="--start")
    return start_ms
