"""One thing of a configuration that does not fit, in words."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

SHOWN = 12
"""So many declared names are listed where none is near the unknown one."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that does not fit: where, what was expected, what came, how to mend it."""

    where: str
    expected: str
    came: str
    hint: str = ""

    def __str__(self) -> str:
        text = f"{self.where}: expected {self.expected}, got {self.came}"
        return f"{text}. {self.hint}" if self.hint else text


def unknown(where: str, what: str, name: str | None, known: Collection[str]) -> Iterator[Problem]:
    """The problem of a name that is not among the declared ones; none where no name is given."""
    if name is None or name in known:
        return
    near = get_close_matches(name, known, n=3)
    shown = sorted(known)[:SHOWN]
    more = f" and {len(known) - len(shown)} more" if len(known) > len(shown) else ""
    hint = f"Nearest: {', '.join(near)}." if near else f"Declared: {', '.join(shown)}{more}." if shown else "None is declared."
    yield Problem(where, f"a declared {what}", f'"{name}"', hint)
