"""``tynys recompute``: what a plan or a rule pack would change of the past, shown before it is accepted, and followed after."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from getpass import getuser
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from tynys.centre.proposal import Proposal
    from tynys.centre.rehearsal import Rehearsal

DAY = "%Y-%m-%d"
MOMENT = "%Y-%m-%dT%H:%M:%S%z"
HELP = "Show what a plan or a rule pack changes of averages already made, accept it, and follow the recomputation."


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("recompute", help=HELP)(recompute)


def recompute(
    folder: Annotated[Path, typer.Argument(help="The centre's folder, or its centre.toml; the centre may be running.")],
    *,
    plan: Annotated[str | None, typer.Option(help="Digest of a plan, or its beginning. Without any of these: all that wait.")] = None,
    configuration: Annotated[Path | None, typer.Option(help="A facility's document (JSON or TOML).", exists=True, dir_okay=False)] = None,
    pack: Annotated[str | None, typer.Option(help="A rule pack's TOML file, or the digest of a version that waits.")] = None,
    replaces: Annotated[str | None, typer.Option(help="Digest of the version whose place the pack takes.")] = None,
    start: Annotated[datetime | None, typer.Option("--from", formats=[DAY, MOMENT], help="Look only from here on (UTC).")] = None,
    end: Annotated[datetime | None, typer.Option("--to", formats=[DAY, MOMENT], help="Look only up to here (UTC).")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the difference, decide nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Accept without being asked.")] = False,
    by: Annotated[str | None, typer.Option(help="Who decides; the user's name if absent.")] = None,
    why: Annotated[str, typer.Option(help="Why, in words a person will read.")] = "",
) -> None:
    """Compare, ask, accept, follow."""
    from tynys.cli.centre import told

    with told():
        from tynys.centre.rehearsal import Rehearsal
        from tynys.cli import recompute_tables as tables
        from tynys.domain.errors import ConfigurationError

        if sum(each is not None for each in (plan, configuration, pack)) > 1:
            raise ConfigurationError("expected one of --plan, --configuration, --pack", where="tynys recompute")
        with Rehearsal(folder) as rehearsal:
            proposal = _proposal(rehearsal, plan, configuration, pack, replaces)
            with tables.bar("days compared", quiet=as_json) as progress:
                found = rehearsal.compare(proposal, start_ms=_ms(start), end_ms=_ms(end), progress=progress).all()
            answer = tables.told(proposal.what, found)
            if not as_json:
                tables.show(proposal.what, found)
            if dry_run:
                if as_json:
                    typer.echo(json.dumps(answer))
                return
            if not yes and (as_json or not sys.stdin.isatty() or not typer.confirm("Accept it?")):
                raise ConfigurationError("nothing was decided", where="tynys recompute", hint="--yes accepts, --dry-run only looks")
            why = why or (typer.prompt("Why") if not yes else "")
            if not why:
                raise ConfigurationError("a decision about the past needs a reason", where="--why")
            numbers = proposal.accept(rehearsal.registry, rehearsal.plans, by=by or getuser(), at_ms=tables.now_ms(), reason=why)
            if as_json:
                typer.echo(json.dumps(answer | {"accepted": True, "recomputations": numbers}))
                return
            tables.follow(rehearsal, numbers)


def _proposal(rehearsal: Rehearsal, plan: str | None, configuration: Path | None, pack: str | None, replaces: str | None) -> Proposal:
    from tynys.centre import proposal as proposing
    from tynys.cli.recompute_tables import now_ms
    from tynys.domain.errors import NotFoundError

    book = rehearsal.plans
    if pack is not None:
        version = proposing.find_pack(book, pack, Path(pack), by=getuser(), at_ms=now_ms(), reason="")
        return proposing.of_pack(book, version, replaces=replaces)
    if configuration is not None:
        return proposing.of_file(book, configuration, now_ms())
    if plan is not None:
        return proposing.of_digest(book, plan)
    if not (found := proposing.waiting(book)):
        raise NotFoundError("no plan waits", where=str(rehearsal.folder.root), hint="name one: --plan, --configuration or --pack")
    return proposing.of_plans(book, found)


def _ms(moment: datetime | None) -> int | None:
    if moment is None:
        return None
    return round((moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)).timestamp() * 1000)
