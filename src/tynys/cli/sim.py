"""`tynys sim`: run the simulated plants, list them, break their instruments on command."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

if TYPE_CHECKING:
    from tynys.present.catalogue import Language

FAILED = 1
LANGUAGES = ("kk", "ru", "en")

sim = typer.Typer(no_args_is_help=True, help="Simulated plants with real Modbus TCP and OPC UA servers.")


def register(app: typer.Typer) -> None:
    """Add the commands of this room."""
    app.add_typer(sim, name="sim")


@sim.command()
def run(
    facility: Annotated[str, typer.Argument(help="one of the simulated plants, see `tynys sim list`")],
    *,
    ledger: Annotated[Path, typer.Option(help="SQLite file that keeps what was on offer and who read it")],
    seed: Annotated[int, typer.Option(help="everything random follows from it")] = 1,
    clock: Annotated[str | None, typer.Option(help="shared clock, tcp://host:port; the computer's clock without it")] = None,
    ports_file: Annotated[Path | None, typer.Option(help="JSON file to write once all servers listen")] = None,
    host: Annotated[str, typer.Option(help="address to listen on")] = "127.0.0.1",
    fault: Annotated[
        list[str] | None, typer.Option(help="NAME, NAME:target, NAME@+seconds, NAME@moment, with /seconds for how long, may be repeated")
    ] = None,
    control: Annotated[
        Path | None, typer.Option(help="file of faults watched while running (default: the ports file with .faults)")
    ] = None,
    drift: Annotated[bool, typer.Option(help="whether analysers drift between their adjustments")] = True,
    keep_hours: Annotated[int, typer.Option(help="hours of simulated time the ledger keeps, 0 for all")] = 0,
) -> None:
    """Run one simulated plant until it is told to stop."""
    from tynys.cli import logs
    from tynys.sim.country import serve_plant
    from tynys.sim.programme import SimSettings

    if control is None and ports_file is not None:
        control = ports_file.with_suffix(".faults")
    settings = SimSettings(
        facility=facility,
        seed=seed,
        ledger=ledger,
        ports_file=ports_file,
        host=host,
        faults=tuple(fault or ()),
        control=control,
        drift=drift,
        keep_hours=keep_hours,
    )
    logs.to_stderr()
    raise typer.Exit(serve_plant(settings, clock))


@sim.command("run-all")
def run_all(
    folder: Annotated[Path, typer.Argument(help="folder for FACILITY.sqlite (ledger), FACILITY.json (ports), FACILITY.faults (control)")],
    *,
    plant: Annotated[list[str] | None, typer.Option(help="only this plant, may be repeated")] = None,
    seed: Annotated[int, typer.Option(help="everything random follows from it")] = 1,
    clock: Annotated[str | None, typer.Option(help="shared clock, tcp://host:port; the computer's clock without it")] = None,
    host: Annotated[str, typer.Option(help="address to listen on")] = "127.0.0.1",
    fault: Annotated[
        list[str] | None, typer.Option(help="NAME, NAME:target, NAME@+seconds, NAME@moment, with /seconds for how long, may be repeated")
    ] = None,
    drift: Annotated[bool, typer.Option(help="whether analysers drift between their adjustments")] = True,
    keep_hours: Annotated[int, typer.Option(help="hours of simulated time the ledgers keep, 0 for all")] = 0,
) -> None:
    """Run all plants, each a process of its own, forked from one start: quicker, and in less memory."""
    from tynys.cli import logs
    from tynys.domain.errors import TynysError
    from tynys.sim.country import serve_country
    from tynys.sim.faults.grammar import parse_faults
    from tynys.sim.plants import FACILITIES, plant_spec
    from tynys.sim.programme import SimSettings

    logs.to_stderr()
    faults_wanted = tuple(fault or ())
    try:
        for facility in plant or FACILITIES:
            parse_faults(faults_wanted, plant_spec(facility), 0)
    except TynysError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(FAILED) from error
    folder.mkdir(parents=True, exist_ok=True)
    plants = [
        SimSettings(
            facility=facility,
            seed=seed,
            ledger=folder / f"{facility}.sqlite",
            ports_file=folder / f"{facility}.json",
            host=host,
            faults=faults_wanted,
            control=folder / f"{facility}.faults",
            drift=drift,
            keep_hours=keep_hours,
        )
        for facility in plant or FACILITIES
    ]
    raise typer.Exit(serve_country(plants, clock))


@sim.command("list")
def list_plants(
    *,
    json: Annotated[bool, typer.Option("--json", help="as JSON")] = False,
    lang: Annotated[str, typer.Option(help="kk, ru or en")] = "en",
) -> None:
    """List the simulated plants, their stacks and boilers."""
    from tynys.domain.fuel import FUELS
    from tynys.sim.plants import PLANTS
    from tynys.sim.plants.configuration import FUEL_IDS

    _language(lang)
    rows = [
        {
            "facility": plant.id,
            "name": getattr(plant.names, lang),
            "simulated": True,
            "region": plant.region,
            "stacks": [stack.id for stack in plant.stacks],
            "units": [unit.id for unit in plant.units],
            "fuels": sorted({fuel for unit in plant.units for fuel in unit.fuels}),
        }
        for plant in PLANTS.values()
    ]
    if json:
        _print_json(rows)
        return
    fuels = {fuel: getattr(FUELS[known].names, lang) for fuel, known in FUEL_IDS.items()}
    for row in rows:
        boilers = f"{len(row['units'])} × {' / '.join(fuels[fuel] for fuel in row['fuels'])}"
        typer.echo(f"{row['facility']:8} {row['name']:34} {row['region']}  {', '.join(row['stacks']):37}  {boilers}")


@sim.command()
def document(
    facility: Annotated[str, typer.Argument(help="one of the simulated plants")],
    *,
    since: Annotated[
        datetime | None, typer.Option(help="UTC moment from which its channels are measured; the beginning of this UTC day without it")
    ] = None,
) -> None:
    """Print a simulated plant's document, the facility.json a gateway needs: sources, analysers, channels, plan, limits."""
    import msgspec

    from tynys.domain.errors import TynysError
    from tynys.sim.plants import facility_configuration

    moment = (since or datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)).replace(tzinfo=UTC)
    try:
        configuration = facility_configuration(facility, live_from_ms=round(moment.timestamp() * 1000), history_days=0)
    except TynysError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(FAILED) from error
    typer.echo(msgspec.json.format(configuration.encode(), indent=1).decode())


@sim.command()
def devices(ports_file: Annotated[Path, typer.Argument(help="ports file of the running plant", exists=True, dir_okay=False)]) -> None:
    """Print the devices section of a running plant, to be added to a gateway's plant.toml."""
    import json as codec

    from tynys.cli.demo.setup import to_toml

    typer.echo(to_toml(codec.loads(ports_file.read_text(encoding="utf-8"))["devices"]))


@sim.command()
def faults(
    *,
    json: Annotated[bool, typer.Option("--json", help="as JSON")] = False,
    lang: Annotated[str, typer.Option(help="kk, ru or en")] = "en",
) -> None:
    """List the faults an instrument can be given, and how each shows."""
    from tynys.sim.faults.catalogue import FAULTS

    _language(lang)
    if json:
        _print_json(
            [
                {
                    "fault": fault.kind,
                    "scope": fault.scope,
                    "default_target": fault.default,
                    "name": getattr(fault.names, lang),
                    "signature": getattr(fault.signature, lang),
                }
                for fault in FAULTS.values()
            ]
        )
        return
    for fault in FAULTS.values():
        typer.secho(f"{fault.kind} — {getattr(fault.names, lang)}", bold=True)
        typer.echo(f"  {getattr(fault.signature, lang)}")


@sim.command()
def inject(
    ports_file: Annotated[Path, typer.Argument(help="ports file of the running plant", exists=True, dir_okay=False)],
    fault: Annotated[
        list[str] | None, typer.Argument(help="NAME, NAME:target, NAME@+seconds, NAME@moment, with /seconds for how long; none lifts all")
    ] = None,
    *,
    lang: Annotated[str, typer.Option(help="kk, ru or en")] = "en",
) -> None:
    """Set the faults of a running plant: exactly those given, in place of those injected before."""
    import json as codec

    from tynys.domain.errors import TynysError
    from tynys.present.voice import voice
    from tynys.sim.faults.grammar import parse_faults
    from tynys.sim.plants import plant_spec

    _language(lang)
    ports = codec.loads(ports_file.read_text(encoding="utf-8"))
    wanted = tuple(fault or ())
    try:
        parse_faults(wanted, plant_spec(ports["facility"]), 0)
    except TynysError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(FAILED) from error
    if ports["control"] is None:
        typer.echo("the plant runs without a control file; start it with --control FILE or --ports-file FILE", err=True)
        raise typer.Exit(FAILED)
    target = Path(ports["control"])
    draft = target.with_name(f".{target.name}.draft")
    draft.write_text("".join(f"{line}\n" for line in wanted), encoding="utf-8")
    draft.replace(target)
    say = voice(cast("Language", lang))
    facility = ports["facility"]
    typer.echo(say.n("sim.injected", len(wanted), facility=facility) if wanted else say.t("sim.lifted", facility=facility))


def _language(lang: str) -> None:
    if lang not in LANGUAGES:
        raise typer.BadParameter(f"expected one of {', '.join(LANGUAGES)}, got {lang}", param_hint="--lang")


def _print_json(value: object) -> None:
    import json as codec

    typer.echo(codec.dumps(value, ensure_ascii=False, indent=1))
