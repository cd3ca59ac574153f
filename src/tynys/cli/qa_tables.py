"""The page of a report on a terminal: the answer, the tests, the rows, in the reader's language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from tynys.present.times import local

if TYPE_CHECKING:
    from collections.abc import Sequence

GOOD, BAD = ("✓", "bold"), ("✗", "bold red")
FILE_WIDTH = 120
"""Columns of a table that goes into a file or a pipe."""


def show(page: dict[str, Any]) -> None:
    """Print a page without its pictures."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = FILE_WIDTH
    console.print(Text(page["title"], "bold"), Text(page["subtitle"], "dim"))
    if page["mark"]:
        console.print(Text(page["mark"], "yellow"))
    sign, style = GOOD if page["verdict"]["good"] else BAD
    console.print(Text(f"{sign} {page['verdict']['words']}", style))
    for part in page["parts"]:
        if part["kind"] in {"pictures", "heads"}:
            continue
        console.print()
        if part.get("title"):
            console.print(Text(part["title"], "bold"))
        _show_part(part, console)


def _show_part(part: dict[str, Any], console: Console) -> None:
    if part["kind"] == "facts":
        console.print(_facts(part["pairs"]))
    elif part["kind"] == "tests":
        console.print(_tests(part["head"], part["lines"]))
    elif part["kind"] in {"rows", "side"}:
        console.print(_rows(part["head"], part["lines"], part["right"]))
    for words in part.get("remarks", part["lines"] if part["kind"] == "notes" else ()):
        console.print(Text(words, "dim"))


def _facts(pairs: Sequence[tuple[str, str]]) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(style="dim", no_wrap=True)
    table.add_column()
    for label, value in pairs:
        table.add_row(Text(label), Text(value))
    return table


def _tests(head: Sequence[str], lines: Sequence[Sequence[Any]]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for place, name in enumerate(head):
        table.add_column(name, justify="right" if place in {1, 2} else "left")
    for name, found, limit, outcome, holds in lines:
        table.add_row(Text(name), Text(found, "bold"), Text(limit), Text(outcome, "" if holds else "bold red"))
    return table


def _rows(head: Sequence[str], lines: Sequence[Sequence[str]], right: Sequence[int]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for place, name in enumerate(head):
        table.add_column(name, justify="right" if place in right else "left", overflow="fold", no_wrap=place == 0)
    for line in lines:
        table.add_row(*map(Text, line))
    return table


def iso(time_ms: int) -> str:
    """A moment in local civil time with its offset."""
    return local(time_ms).isoformat(timespec="milliseconds" if time_ms % 1000 else "seconds")
