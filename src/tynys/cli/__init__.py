"""The commands: composes the programs, holds no logic of its own."""

from __future__ import annotations

from importlib import import_module

import typer

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Tynys: from the analyser's register to the public page.")

for _room in ("plant", "centre", "sim", "demo", "replay", "databank", "recompute", "law", "qa", "conformance"):
    import_module(f"tynys.cli.{_room}").register(app)


def main() -> None:
    """Entry point of the ``tynys`` command."""
    app()
