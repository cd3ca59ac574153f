"""`tynys conformance`: hold this system, or any other, against the corpus of cases."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from tynys.conformance.case import Subject

FAILED = 1
Subjects = Annotated[list[str] | None, typer.Option("--subject", help="only this subject of the corpus (repeat)")]
Cases = Annotated[list[str] | None, typer.Option("--case", help="only the case of this id (repeat)")]
app = typer.Typer(no_args_is_help=True, help="Cases any emission data system can be held against.")


def register(parent: typer.Typer) -> None:
    """Add ``tynys conformance``."""
    parent.add_typer(app, name="conformance")


@app.command()
def run(
    *,
    subject: Subjects = None,
    case: Cases = None,
    against: Annotated[str | None, typer.Option(help="a command that answers cases line by line, instead of this system")] = None,
    patience: Annotated[float, typer.Option(min=0.1, max=86_400, help="seconds one answer of that command may take")] = 60.0,
    json: Annotated[bool, typer.Option("--json", help="print the outcome of every case as JSON")] = False,
    lang: Annotated[Literal["en", "ru", "kk"], typer.Option(help="language of what is told")] = "en",
) -> None:
    """Ask every case, compare what comes with what is expected; exit code 1 if any case fails."""
    from tynys.cli.centre import told
    from tynys.cli.conformance_tables import as_json, show_judged
    from tynys.conformance.foreign import Foreign
    from tynys.conformance.run import Ours, Outcome, judge_all

    with told():
        subjects = _chosen(subject, case)
        cases = [each for one in subjects for each in one.cases]
        if against is None:
            judged = list(judge_all(cases, Ours()))
        else:
            with Foreign(against, patience) as system:
                judged = list(judge_all(cases, system))
    if json:
        typer.echo(as_json(subjects, judged))
    else:
        show_judged(subjects, judged, lang)
    if any(each.outcome is Outcome.FAILED for each in judged):
        raise typer.Exit(FAILED)


@app.command()
def show(*, subject: Subjects = None, case: Cases = None) -> None:
    """Print cases as lines of JSON, expectation and origin included; all of them where none is named."""
    import msgspec

    from tynys.cli.centre import told

    with told():
        subjects = _chosen(subject, case)
    for each in (each for one in subjects for each in one.cases):
        typer.echo(msgspec.json.encode(each))


@app.command()
def answer() -> None:
    """Answer cases as another system would: a line of JSON each on standard input, a line each on standard output."""
    from tynys.conformance.foreign import reply

    for line in sys.stdin:
        if line.strip():
            typer.echo(reply(line))


def _chosen(subjects: list[str] | None, cases: list[str] | None) -> tuple[Subject, ...]:
    from tynys.conformance.case import load_corpus
    from tynys.conformance.run import chosen

    return chosen(load_corpus(), subjects or (), cases or ())
