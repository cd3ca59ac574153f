"""Commands for rule packs: show one, compare two, check a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from tynys.law import RulePack

FAILED = 1
Lang = Annotated[Literal["en", "ru", "kk"], typer.Option(help="Language of what is told.")]
AsJson = Annotated[bool, typer.Option("--json", help="As JSON, for a program.")]
PackName = Annotated[str, typer.Argument(help="A pack's name (kz, eu-ied, …), or a TOML file.")]
app = typer.Typer(no_args_is_help=True, help="Rule packs, law as data: show, compare, check.")


def register(parent: typer.Typer) -> None:
    """Add ``tynys law``."""
    parent.add_typer(app, name="law")


@app.command()
def show(
    pack: Annotated[str | None, typer.Argument(help="A pack's name (kz, eu-ied, …), or a TOML file; none: the list of packs.")] = None,
    key: Annotated[str | None, typer.Argument(help="Only this part: averaging, averaging.short_term, limits, limits.so2.")] = None,
    *,
    as_json: AsJson = False,
    lang: Lang = "en",
) -> None:
    """Show a pack: every value with its clause and how sure it is; what is not known reads "not set"."""
    from tynys.cli.centre import told
    from tynys.cli.law_tables import list_packs, pack_json, show_pack
    from tynys.storage.shipped_packs import shipped_names

    with told():
        if pack is None:
            list_packs([load(name) for name in shipped_names()], lang, as_json=as_json)
        elif as_json:
            typer.echo(pack_json(load(pack), key))
        else:
            show_pack(load(pack), key, lang)


@app.command()
def diff(before: PackName, after: PackName, *, as_json: AsJson = False, lang: Lang = "en") -> None:
    """Compare two packs value by value, with clause and certainty of both; exit code 1 if they differ."""
    from tynys.cli.centre import told
    from tynys.cli.law_diff import diff_json, show_diff
    from tynys.law.diff import differences

    with told():
        one, other = load(before), load(after)
        found = differences(one, other)
        if as_json:
            typer.echo(diff_json(one, other, found))
        else:
            show_diff(one, other, found, lang)
    if found:
        raise typer.Exit(FAILED)


@app.command()
def check(
    files: Annotated[list[Path], typer.Argument(help="TOML files; versions of one pack may not overlap.", exists=True, dir_okay=False)],
    *,
    lang: Lang = "en",
) -> None:
    """Check files as the programs read them: unknown keys, overlaps, wrong units, missing clauses; exit code 1 if anything is wrong."""
    from tynys.cli.centre import told
    from tynys.cli.law_tables import say_checked
    from tynys.domain.errors import TynysError
    from tynys.law.load import check_versions, load_pack

    packs, failed = {}, False
    for file in files:
        try:
            packs[str(file)] = load_pack(_read(file), str(file))
        except TynysError as problem:
            typer.echo(str(problem), err=True)
            failed = True
    with told():
        check_versions(packs)
    for name, pack in packs.items():
        typer.echo(say_checked(name, pack, lang))
    if failed:
        raise typer.Exit(FAILED)


def load(name: str) -> RulePack:
    """A pack that comes with the program, by name, or the one of a file."""
    from tynys.domain.errors import NotFoundError
    from tynys.law import load_pack
    from tynys.storage.shipped_packs import shipped_names, shipped_text

    text = shipped_text(name)
    if text is not None:
        return load_pack(text, f"{name}.toml")
    path = Path(name)
    if not path.is_file():
        message = f"expected the name of a pack or a file, got {name!r}"
        raise NotFoundError(message, hint=f"Packs: {', '.join(shipped_names())}.", code="law.unknown_pack")
    return load_pack(_read(path), name)


def _read(path: Path) -> str:
    from tynys.domain.errors import ConfigurationError

    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        message = f"expected a text in UTF-8 that can be read: {error}"
        raise ConfigurationError(message, where=str(path), hint="Save the file as UTF-8.", code="configuration.toml") from None
