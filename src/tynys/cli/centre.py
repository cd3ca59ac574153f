"""Commands of the centre."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FAILED = 1
Folder = Annotated[Path, typer.Argument(help="The centre's folder, or its centre.toml.")]
By = Annotated[str, typer.Option(help="Who decides.")]
app = typer.Typer(no_args_is_help=True, help="The ministry's program: receive, store, recompute, publish.")


def register(parent: typer.Typer) -> None:
    """Add ``tynys centre``."""
    parent.add_typer(app, name="centre")


@contextlib.contextmanager
def told() -> Iterator[None]:
    """Tell a person what went wrong in words; exit code 1."""
    from tynys.domain.errors import TynysError

    try:
        yield
    except TynysError as problem:
        typer.echo(str(problem), err=True)
        raise typer.Exit(FAILED) from None


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="A new folder.")],
    *,
    name: Annotated[str, typer.Option(help="Shown to people and written into the certificate.")] = "centre",
    simulated: Annotated[bool, typer.Option("--simulated", help="All its data are simulated; their plans need no approval.")] = False,
    host: Annotated[list[str] | None, typer.Option(help="A name or address gateways will use (repeatable).")] = None,
    intake_port: Annotated[int, typer.Option(help="0 = any free port.")] = 8443,
    public_port: Annotated[int, typer.Option(help="0 = any free port.")] = 8080,
) -> None:
    """Make a centre: settings, signing key, certificate authority, registry."""
    with told():
        from tynys.centre.foundation import make_centre

        made = make_centre(folder, name=name, simulated=simulated, hosts=host or (), intake_port=intake_port, public_port=public_port)
        typer.echo(
            f"made {made.root}\nsettings   {made.settings}\ngateways need   {made.ca}\nand this key   {made.public_key.read_text().strip()}"
        )


@app.command()
def run(folder: Folder, *, clock: Annotated[str | None, typer.Option(help="A shared clock, tcp://host:port.")] = None) -> None:
    """Run the centre until Ctrl-C."""
    with told():
        import uvloop

        from tynys.cli import logs

        logs.to_stderr()
        uvloop.run(_run(folder, clock))


async def _run(folder: Path, clock: str | None) -> None:
    from tynys.centre.app import create_intake_app, create_public_app
    from tynys.centre.programme import Centre
    from tynys.centre.server import serve
    from tynys.web import mount

    async with Centre.open(folder, clock_url=clock) as centre:
        public = create_public_app(centre)
        mount(public, centre.queries)
        await serve(centre, create_intake_app(centre), public, said=typer.echo)


@app.command("enrol-code")
def enrol_code(
    folder: Folder,
    *,
    facility: Annotated[str, typer.Option(help="The facility the gateway belongs to.")],
    role: Annotated[str, typer.Option(help="live or history.")] = "live",
    simulated: Annotated[bool, typer.Option("--simulated", help="Everything this gateway sends is simulated; fixed for ever.")] = False,
    days: Annotated[int, typer.Option(help="How long the code may be used.")] = 7,
) -> None:
    """Print a one-time code that lets one gateway in."""
    with told():
        from tynys.centre.offline import make_code

        typer.echo(make_code(folder, facility=facility, role=role, simulated=simulated, days=days))


@app.command("approve-plan")
def approve_plan(
    folder: Folder,
    digest: Annotated[str | None, typer.Argument(help="Digest of the configuration, or its beginning.")] = None,
    *,
    all_simulated: Annotated[bool, typer.Option("--all-simulated", help="Every waiting plan of simulated gateways.")] = False,
    by: By = "administrator",
    why: Annotated[str, typer.Option(help="Why, in words a person will read.")] = "",
) -> None:
    """Approve a monitoring plan; a running centre averages what waited for it, and what it changes of the past again."""
    with told():
        from tynys.centre.offline import approve

        for line in approve(folder, digest, all_simulated=all_simulated, by=by, reason=why):
            typer.echo(line)


@app.command("add-pack")
def add_pack(
    folder: Folder,
    pack: Annotated[str, typer.Argument(help="The pack's TOML file, or the digest of a version that waits.")],
    *,
    why: Annotated[str, typer.Option(help="Why, in words a person will read.")],
    by: By = "administrator",
    replaces: Annotated[str | None, typer.Option(help="Digest of the version whose place it takes.")] = None,
) -> None:
    """Enter a new version of a rule pack; what it changes is computed again (`tynys recompute --dry-run --pack` shows it before)."""
    with told():
        from tynys.centre.offline import add_pack as enter

        for line in enter(folder, pack, replaces=replaces, by=by, reason=why):
            typer.echo(line)


@app.command()
def packs(folder: Folder, *, as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False) -> None:
    """List the versions of rule packs: which are in force, who entered them, when and why."""
    with told():
        from tynys.centre.offline import pack_versions
        from tynys.cli.pack_table import show, told_packs

        rows = pack_versions(folder)
        if as_json:
            typer.echo(json.dumps(told_packs(rows)))
        else:
            show(rows)


@app.command("revoke-key")
def revoke_key(
    folder: Folder, key_id: Annotated[str, typer.Argument(help="The key.")], *, reason: Annotated[str, typer.Option(help="Why.")]
) -> None:
    """Trust a gateway's key no longer."""
    with told():
        from tynys.centre.offline import revoke

        revoke(folder, key_id, reason)


@app.command("rebuild-lake")
def rebuild_lake(folder: Folder) -> None:
    """Make the lake's readings again from the journal (the centre must not be running)."""
    with told():
        from tynys.centre.offline import rebuild

        with _bar() as progress:
            rows = rebuild(folder, progress=progress)
        typer.echo(f"{rows} readings")


@app.command()
def restored(folder: Folder, *, reason: Annotated[str, typer.Option(help="Why, in words a person will read.")]) -> None:
    """After the folder was put back from a copy: begin a new incarnation of the journal, signed, and make the lake again."""
    with told():
        from tynys.centre.restored import begin_again

        with _bar() as progress:
            incarnation, last, rows = begin_again(folder, reason, progress=progress)
        typer.echo(f"incarnation {incarnation}, after batch {last}\n{rows} readings\ngateways send what came later once more")


@contextlib.contextmanager
def _bar() -> Iterator[Callable[[int, int], None]]:
    """A bar of batches; gives what moves it."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns) as bar:
        task = bar.add_task("batches", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


@app.command()
def status(folder: Folder, *, as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False) -> None:
    """How far the running centre is, and what its gateways do."""
    with told():
        from tynys.centre.offline import ask_status

        found = ask_status(folder)
        if as_json:
            typer.echo(json.dumps(found))
            return
        from rich.console import Console
        from rich.table import Table

        table = Table("gateway", "role", "last batch", "lag [s]", "batches", "missing", "chain", "plan")
        for each in found["gateways"]:
            lag = "" if each["lag_ms"] is None else f"{each['lag_ms'] / 1000:.1f}"
            last, counts = each["last_batch"] or "never", (str(each["batches"]), str(each["missing_batches"]))
            table.add_row(each["facility"], each["role"], last, lag, *counts, each["chain_verdict"], each["plan_state"])
        health = found["health"]
        console = Console()
        console.print(table)
        for plan in found["plans_waiting"]:
            line = f"plan {plan['plan']} of {plan['facility']} waits: tynys centre approve-plan {folder} {plan['digest'][:12]}"
            console.print(line, soft_wrap=True, highlight=False)
        for each in found["recomputations"]:
            done = f"{each['share']:.0%} of {each['days']} days, {each['revised']} new revisions"
            line = f"recomputation {each['number']} of {each['facility']} ({each['reason'] or each['cause']}): {each['state']}, {done}"
            console.print(line, soft_wrap=True, highlight=False)
        positions = f"journal {health['journal_position']}, lake {health['lake_position']}"
        console.print(f"{health['status']}: {positions}, {health['windows_waiting']} jobs waiting")
