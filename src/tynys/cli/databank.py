"""Commands for the national data bank's files."""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal
from zoneinfo import ZoneInfo

import typer

from tynys.domain.average import Origin

if TYPE_CHECKING:
    from tynys.wire.databank_profile import FeedProfile

FAILED = 1
File = Annotated[Path, typer.Argument(help="A CSV file of the data bank.", exists=True, dir_okay=False)]
Profile = Annotated[str, typer.Option(help="How to read it: a published profile's name, or a TOML file.")]
Lang = Annotated[Literal["en", "ru", "kk"], typer.Option(help="Language of what is told.")]
Centre = Annotated[Path, typer.Argument(help="The centre's folder, or its centre.toml.")]
Backtick = Annotated[bool, typer.Option("--backtick", help="Quote with backticks, as the files of July 2026 do.")]
app = typer.Typer(no_args_is_help=True, help="Files of the national data bank: check, import, export, generate.")


def register(parent: typer.Typer) -> None:
    """Add ``tynys databank``."""
    parent.add_typer(app, name="databank")


@app.command()
def check(file: File, *, profile: Profile = "kz-nbd", lang: Lang = "en") -> None:
    """Say what a file holds and what is wrong with it; exit code 1 if anything is."""
    from tynys.cli.centre import told
    from tynys.cli.databank_tables import show_checked
    from tynys.watch.feed_check import check_feed

    with told():
        how = _profile(profile)
        checked = check_feed(file.read_bytes(), how, now_ms=_now_ms(), where=file.name)
        show_checked(checked, how, lang, file.name)
    if checked.findings or checked.broken or checked.feed.errors:
        raise typer.Exit(FAILED)


@app.command("import")
def import_(
    file: File,
    centre: Centre,
    *,
    profile: Profile = "kz-nbd",
    simulated: Annotated[bool, typer.Option("--simulated", help="Mark the rows as simulated (a simulated centre always does).")] = False,
    lang: Lang = "en",
) -> None:
    """Take a file into a centre's store, running or not: averages of origin *imported*, the file as it came, findings."""
    from tynys.centre.settings import find_folder, load_settings
    from tynys.cli.centre import told
    from tynys.cli.databank_sink import open_sink
    from tynys.cli.databank_tables import show_imported
    from tynys.storage.registry import Registry
    from tynys.watch.feed_store import import_feed

    with told():
        folder, how = find_folder(centre), _profile(profile)
        settings = load_settings(folder)
        registry = Registry.open(folder.registry_url(settings))
        try:
            with open_sink(folder) as sink:
                done = import_feed(
                    file.read_bytes(),
                    file.name,
                    how,
                    sink=sink,
                    registry=registry,
                    archive=folder.root / "databank",
                    now_ms=_now_ms(),
                    simulated=simulated or settings.centre.simulated,
                    by="administrator",
                )
        finally:
            registry.close()
        show_imported(done, how, lang, file.name)


@app.command()
def export(
    centre: Centre,
    out: Annotated[Path, typer.Argument(help="The CSV file to write.")],
    *,
    kept: Annotated[str | None, typer.Option(help="An imported file by (the beginning of) its SHA-256, byte for byte as it came.")] = None,
    start: Annotated[datetime | None, typer.Option("--from", help="First instant, by the zone of the profile.")] = None,
    end: Annotated[datetime | None, typer.Option("--to", help="End (not included), by the same zone.")] = None,
    origin: Annotated[Origin, typer.Option(help="Whose averages.")] = Origin.COMPUTED,
    profile: Profile = "kz-nbd",
    backtick: Backtick = False,
    lang: Lang = "en",
) -> None:
    """Write an imported file again, or a span of the centre's own averages in the data bank's shape."""
    from tynys.centre.settings import find_folder
    from tynys.cli.centre import told
    from tynys.cli.databank_sink import exported
    from tynys.cli.databank_tables import say_exported
    from tynys.watch.feed_store import kept as kept_file

    if kept is None and (start is None or end is None):
        raise typer.BadParameter("expected --kept SHA256, or --from and --to")
    if kept is None and start is not None and end is not None and not start < end:
        raise typer.BadParameter(f"expected an instant after --from {start:%Y-%m-%dT%H:%M}, got {end:%Y-%m-%dT%H:%M}", param_hint="--to")
    with told():
        folder = find_folder(centre)
        if kept is not None:
            data = kept_file(folder.root / "databank", kept)
        else:
            how = _profile(profile)
            zone = ZoneInfo(how.zone.value)  # the feed's own calendar: by another its first hours are cut off and its newest rows lie ahead
            span = tuple(round(moment.replace(tzinfo=zone).timestamp() * 1000) for moment in (start, end) if moment is not None)
            today = datetime.now(zone).date()
            data = exported(folder, (span[0], span[1]), origin, how, quote="`" if backtick else '"', loaded=today)
        _write(out, data)
        typer.echo(say_exported(str(out), data, lang, kept=kept is not None))


@app.command()
def sample(
    out: Annotated[Path, typer.Argument(help="The CSV file to write; its profile is written beside it.")],
    *,
    days: Annotated[int, typer.Option(min=1, help="Days of 72 rows a series.")] = 2,
    fault: Annotated[str | None, typer.Option(help="One of F1 to F16.")] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same file.")] = 1,
    backtick: Backtick = False,
) -> None:
    """Generate a file of invented plants, without a fault or with one; `check` with its profile finds it."""
    from tynys.cli.centre import told
    from tynys.watch.feed_faults import sample_bytes, with_fault
    from tynys.watch.feed_sample import sample as generate
    from tynys.wire.databank_profile import profile_toml

    with told():
        made = generate(days=days, seed=seed, dialect="`" if backtick else '"')
        if fault is not None:
            made = with_fault(made, fault)
        _write(out, sample_bytes(made))
        beside = out.with_suffix(".toml")
        _write(beside, profile_toml(made.profile).encode())
    typer.echo(f"{out}\n{beside}")


def _write(path: Path, data: bytes) -> None:
    from tynys.domain.errors import StorageError

    try:
        path.write_bytes(data)
    except OSError as error:
        message = f"cannot write the file: {error.strerror or error}"
        raise StorageError(message, where=str(path), hint="Name a file in a folder that exists and may be written to.") from error


def _profile(name: str) -> FeedProfile:
    from tynys.wire.databank_profile import load_profile

    return load_profile(name)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
