"""`tynys plant`: make, check, run and look at a gateway."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Literal

import typer

FAILED = 1
SettingsFile = Annotated[Path, typer.Argument(help="plant.toml of the gateway", dir_okay=False)]
Language = Annotated[Literal["en", "ru", "kk"], typer.Option("--lang", help="language of the tables")]

plant = typer.Typer(no_args_is_help=True, help="A gateway at a plant: polls analysers, spools, seals, sends.")


def register(app: typer.Typer) -> None:
    """Add the commands of this room."""
    app.add_typer(plant, name="plant")


@plant.command()
def init(
    folder: Annotated[Path, typer.Argument(help="folder to make")],
    *,
    facility: Annotated[str, typer.Option(help="id of the facility, e.g. gres-1")] = "my-facility",
    centre: Annotated[str | None, typer.Option(help="https address of the centre")] = None,
    ca: Annotated[Path | None, typer.Option(help="the centre's CA certificate (tls/ca.pem)", exists=True, dir_okay=False)] = None,
    code: Annotated[str | None, typer.Option(help="one-time enrolment code")] = None,
    configuration: Annotated[Path | None, typer.Option(help="facility document to copy in", exists=True, dir_okay=False)] = None,
    role: Annotated[str, typer.Option(help="live or history")] = "live",
    page_port: Annotated[int, typer.Option(help="port of the local page")] = 8081,
    lang: Language = "en",
) -> None:
    """Make a gateway's keys and a commented plant.toml; with a code, enrol it at the centre."""
    from tynys.cli.plant_tables import show_new
    from tynys.domain.errors import TynysError
    from tynys.plant.enrol import init_plant

    try:
        made = asyncio.run(
            init_plant(
                folder,
                facility=facility,
                role=role,
                centre_url=centre,
                ca_file=ca,
                code=code,
                configuration=configuration,
                page_port=page_port,
            )
        )
    except TynysError as error:
        raise _refusal(error) from None
    show_new(made, lang)


@plant.command()
def check(
    settings: SettingsFile,
    *,
    send: Annotated[bool, typer.Option(help="send one empty signed batch, to see whether the centre knows this gateway")] = True,
    lang: Language = "en",
) -> None:
    """Read every channel once, ask the centre, and say in words what is wrong."""
    from tynys.cli import logs
    from tynys.cli.plant_check import show_check
    from tynys.domain.errors import TynysError
    from tynys.plant.check import check_plant, wrong
    from tynys.plant.settings import load_settings

    logs.quiet()
    try:
        loaded = load_settings(settings)
        lines = asyncio.run(check_plant(loaded, send=send))
    except TynysError as error:
        raise _refusal(error) from None
    show_check(lines, loaded.devices, lang)
    if wrong(lines):
        raise typer.Exit(FAILED)


@plant.command()
def run(settings: SettingsFile) -> None:
    """Poll, spool, seal and send until stopped (Ctrl-C or SIGTERM); SIGHUP reads plant.toml again."""
    from tynys.cli.plant_run import run_until_stopped
    from tynys.domain.errors import TynysError

    try:
        run_until_stopped(settings)
    except TynysError as error:
        raise _refusal(error) from None


@plant.command()
def status(
    settings: SettingsFile,
    *,
    json: Annotated[bool, typer.Option("--json", help="print the view as JSON")] = False,
    lang: Language = "en",
) -> None:
    """Every channel, the plant's own averages against the limit, the spool, the last receipt; needs neither line nor gateway."""
    import msgspec

    from tynys.cli.plant_tables import show_status
    from tynys.domain.errors import TynysError
    from tynys.plant.status import plant_status

    try:
        view = plant_status(settings)
    except TynysError as error:
        raise _refusal(error) from None
    if json:
        typer.echo(msgspec.json.encode(view))
    else:
        show_status(view, lang)


def _refusal(error: Exception) -> typer.Exit:
    """Say what is wrong on standard error."""
    typer.echo(str(error), err=True)
    return typer.Exit(FAILED)
