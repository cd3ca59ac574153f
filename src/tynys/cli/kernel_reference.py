"""Prints the reference of the kernels, function by function: ``python -m tynys.cli.kernel_reference``."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
import sys
from typing import TYPE_CHECKING, NamedTuple

import tynys.calc

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

HEAD = """\
# Kernels

Every public function of `tynys.calc`, made from the program: `python -m tynys.cli.kernel_reference > docs/reference/kernels.md`. How they
follow each other is told in [from readings to averages](calc.md). Units are those of its arguments and of its result, in the order of its
description; a kernel says in its own description what it makes of NaN, infinities and impossible values. Where nothing is named under
*source*, a function moves or names things and calculates nothing of its own.
"""
_UNIT = re.compile(r"\s*\[([^\[\]`'\"]+)\](\.(?=\s|$))?")
_CODE = re.compile(r"``[^`]*``")
_SECTION = re.compile(r"^(\w[\w ]*)\n-{3,}\n", re.MULTILINE)


class Kernel(NamedTuple):
    """One public function: its module under ``tynys.calc``, its name, and what its description says."""

    module: str
    name: str
    what: str
    units: str
    source: str


def modules() -> Iterator[ModuleType]:
    """Every module of ``tynys.calc``, in order of name."""
    found = sorted(m.name for m in pkgutil.walk_packages(tynys.calc.__path__, "tynys.calc."))
    return (importlib.import_module(name) for name in found)


def functions(module: ModuleType) -> Iterator[tuple[str, Callable[..., object]]]:
    """The public functions a module defines, compiled ones too, in the order of the file."""
    found = []
    for name, thing in vars(module).items():
        plain = inspect.unwrap(getattr(thing, "py_func", thing))
        if inspect.isfunction(plain) and plain.__module__ == module.__name__ and not name.startswith("_"):
            found.append((plain.__code__.co_firstlineno, name, plain))
    return ((name, plain) for _, name, plain in sorted(found, key=lambda f: f[:2]))


def kernels() -> Iterator[Kernel]:
    """Every public function of ``tynys.calc``."""
    for module in modules():
        for name, function in functions(module):
            text = inspect.getdoc(function) or ""
            parts = _SECTION.split(text)
            sections = dict(zip(parts[1::2], parts[2::2], strict=True))
            first = " ".join(parts[0].split("\n\n")[0].split())
            said = " ".join((parts[0], sections.get("Parameters", ""), sections.get("Returns", "")))
            units = dict.fromkeys(found[1].strip() for found in _UNIT.finditer(_CODE.sub("", said)))
            yield Kernel(
                module=module.__name__.removeprefix("tynys.calc."),
                name=name,
                what=_UNIT.sub("", first).strip(),
                units="; ".join(units),
                source=" ".join(sections.get("Sources", "").split()),
            )


def _cell(text: str) -> str:
    return text.replace("``", "`").replace("|", "\\|")


def page() -> str:
    """The whole page."""
    lines = [HEAD]
    module = ""
    for kernel in kernels():
        if kernel.module != module:
            module = kernel.module
            purpose = (importlib.import_module(f"tynys.calc.{module}").__doc__ or "").split("\n", maxsplit=1)[0]
            lines.append(f"\n## {module}\n\n{_cell(purpose)}\n\n| function | what | units | source |\n|---|---|---|---|")
        lines.append(f"| `{kernel.name}` | {_cell(kernel.what)} | {_cell(kernel.units)} | {_cell(kernel.source)} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(page())
