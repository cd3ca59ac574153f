"""Figures as a table for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from benchmarks.figures import Figure

DIGITS = 3


def figures_table(figures: Iterable[Figure]) -> Table:
    """One row a figure; a target that was not met this time is marked by a word, not by colour alone."""
    table = Table("benchmark", "figure", title="Measured beside a peer, on this machine, in this run", title_justify="left")
    for name in ("Tynys", "peer", "ratio"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("the peer")
    table.add_column("target", no_wrap=True)
    before = ""
    for figure in figures:
        if before not in {"", figure.benchmark}:
            table.add_section()
        table.add_row(
            figure.benchmark if figure.benchmark != before else "",
            figure.what + (f" [dim]({figure.note})[/dim]" if figure.note else ""),
            measured(figure.value, figure.unit),
            "" if figure.peer is None else measured(figure.peer, figure.unit),
            "" if figure.ratio is None else f"{short(figure.ratio)} x",
            figure.peer_name,
            target(figure),
        )
        before = figure.benchmark
    return table


def target(figure: Figure) -> str:
    """The target and whether it was met; empty without one."""
    if figure.kept is None:
        return ""
    bound = f"<= {short(figure.at_most)}" if figure.at_most is not None else f">= {short(figure.at_least or 0.0)}"
    return f"{bound} {'met' if figure.kept else '[bold]missed[/bold]'}"


def measured(value: float, unit: str) -> str:
    """A value with its unit."""
    return f"{short(value)} {unit}".rstrip()


def short(value: float) -> str:
    """About three digits, thousands apart, no exponent."""
    if value == int(value) or abs(value) >= 10 ** (DIGITS - 1):
        return f"{value:,.0f}"
    return f"{value:.{DIGITS}g}" if abs(value) >= 1e-3 else f"{value:.6f}".rstrip("0").rstrip(".") or "0"  # noqa: PLR2004 - smaller needs its own digits
