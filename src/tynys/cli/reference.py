"""Prints the reference of every command, as it stands in the documentation: ``python -m tynys.cli.reference``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import typer.main

from tynys.cli import app

if TYPE_CHECKING:
    from collections.abc import Iterator

HEAD = """\
# Commands

Every command, made from the program's own help (`tynys COMMAND --help`): `python -m tynys.cli.reference > docs/reference/commands.md`.

A command exits with 0 if all is well, with 1 if something is wrong (standard error says what was expected, what came, where, what to do),
and with 2 if the command line itself is not understood. Logs go to standard error. `CENTRE` is a centre's folder or its `centre.toml`.
"""

Command = Any
"""A command of typer; its own classes are private."""


def commands(command: Command | None = None, path: tuple[str, ...] = ("tynys",)) -> Iterator[tuple[tuple[str, ...], Command]]:
    """Every command a person may type, with its words."""
    command = typer.main.get_command(app) if command is None else command
    members: dict[str, Command] = getattr(command, "commands", {})
    if not members:
        yield path, command
    for name, member in members.items():
        if not member.hidden:
            yield from commands(member, (*path, name))


def section(path: tuple[str, ...], command: Command) -> str:
    """One command: how it is written, what it does, what it takes."""
    lines = [f"## {' '.join(path)}", "", f"```text\n{usage(path, command)}\n```", "", plain(command.help), ""]
    rows = [row(parameter) for parameter in command.params if parameter.name != "help"]
    if rows:
        lines += ["| | default | meaning |", "|---|---|---|", *rows, ""]
    return "\n".join(lines)


def usage(path: tuple[str, ...], command: Command) -> str:
    """The command's words, then its arguments."""
    places = [parameter.name.upper() for parameter in command.params if parameter.param_type_name == "argument" and parameter.required]
    maybe = [
        f"[{parameter.name.upper()}]" for parameter in command.params if parameter.param_type_name == "argument" and not parameter.required
    ]
    options = ["[OPTIONS]"] if any(parameter.param_type_name == "option" for parameter in command.params) else []
    return " ".join([*path, *places, *maybe, *options])


def row(parameter: Any) -> str:
    """An argument or option as a row of the table."""
    if parameter.param_type_name == "argument":
        name = f"`{parameter.name.upper()}`"
    else:
        spelt = [*parameter.opts, *parameter.secondary_opts]
        name = ", ".join(f"`{each}`" for each in spelt) + (" (repeatable)" if parameter.multiple else "")
    return f"| {name} | {shown_default(parameter)} | {plain(parameter.help)} |"


def shown_default(parameter: Any) -> str:
    """What holds without it."""
    if parameter.required:
        return "required"
    default = parameter.default
    if default is None or default == () or callable(default) or (parameter.param_type_name == "option" and default is False):
        return ""
    return "on" if default is True else f"`{default}`"


def plain(text: str | None) -> str:
    """Help on one line, safe in a table."""
    return " ".join((text or "").split()).replace("|", "\\|")


def page() -> str:
    """The whole page."""
    return "\n".join([HEAD, *(section(path, command) for path, command in commands())])


if __name__ == "__main__":
    sys.stdout.write(page())
