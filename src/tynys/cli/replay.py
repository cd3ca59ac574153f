"""`tynys replay`: a recorded file through the whole chain, and back from the API as the same decimal numbers."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from collections.abc import Iterable

FAILED = 1
EARLIEST = datetime(1970, 1, 2, tzinfo=UTC)
"""From here on the centre's API answers."""
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
    approve: Annotated[bool, typer.Option("--approve", help="approve the plan at that centre")] = False,
    keep: Annotated[Path | None, typer.Option(help="keep centre and gateway in this (new) folder")] = None,
    show: Annotated[int, typer.Option(min=0, help="so many differing rows are shown")] = 10,
    lang: Annotated[Literal["en", "ru", "kk"], typer.Option(help="language of what is told")] = "en",
) -> None:
    """Send hourly recorded values as a plant, read their hourly averages back, and compare them digit by digit."""
    from tynys.cli import logs
    from tynys.cli.replay_chain import Order, carry
    from tynys.cli.replay_table import Progress, show_result
    from tynys.domain.base import IDENTIFIER, is_identifier
    from tynys.domain.errors import TynysError
    from tynys.present.voice import voice

    logs.quiet()
    say = voice(lang)
    try:
        columns = _columns(column or DEFAULT_COLUMNS)
        if not is_identifier(facility):
            raise typer.BadParameter(f"expected {IDENTIFIER}, got {facility!r}", param_hint="--facility")
        order = Order(
            folder=folder, columns=columns, start_ms=_start_ms(start), facility=facility, centre=centre, approve=approve, keep=keep
        )
        with Progress(say) as progress:
            result = asyncio.run(carry(order, progress))
    except TynysError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(FAILED) from None
    show_result(result, show, say)
    if not result.is_equal:
        raise typer.Exit(FAILED)


def _columns(texts: Iterable[str]) -> dict[str, str]:
    """Columns of the files, each with the component it becomes."""
    from tynys.domain.component import CATALOGUE, ComponentKind

    pollutants = [each.id for each in CATALOGUE.values() if each.kind is ComponentKind.POLLUTANT]
    columns: dict[str, str] = {}
    for text in texts:
        name, equals, component = text.rpartition("=")
        if not (equals and name and component):
            raise typer.BadParameter(f"expected COLUMN=component, got {text!r}", param_hint="--column")
        if component not in pollutants:
            raise typer.BadParameter(f"expected one of {', '.join(pollutants)}, got {component!r}", param_hint="--column")
        if name in columns or component in columns.values():
            raise typer.BadParameter(f"expected every column and every component once, got {text!r} as well", param_hint="--column")
        columns[name] = component
    return columns


def _start_ms(text: str) -> int:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise typer.BadParameter(f"expected a time with its offset such as 2011-01-01T00:00Z, got {text!r}", param_hint="--start")
    if not EARLIEST <= moment <= datetime.now(UTC):
        raise typer.BadParameter(f"expected a time from {EARLIEST:%Y-%m-%d} to now, got {text!r}", param_hint="--start")
    start_ms = round(moment.timestamp() * 1000)
    if start_ms % 3_600_000:
        raise typer.BadParameter(f"expected a whole hour, got {text!r}", param_hint="--start")
    return start_ms
