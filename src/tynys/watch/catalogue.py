"""The catalogue of checks: id, severity, clause and message key beside the function that looks.

A check's function yields what it has seen; it decides nothing, raises nothing and logs nothing. `run` makes findings of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tynys.domain.finding import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    Look = Callable[[Any], Iterable["Seen"]]


@dataclass(frozen=True, slots=True)
class Seen:
    """What a check saw: on what subject, over which half-open span, with which evidence."""

    subject: str
    start_ms: int
    end_ms: int
    evidence: Mapping[str, str | int | float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Check:
    """An entry of the catalogue."""

    id: str
    severity: Severity
    clause: str
    message: str
    look: Callable[[Any], Iterable[Seen]]
    waivable: bool = True

    @property
    def purpose(self) -> str:
        """The first line of the function's docstring."""
        return (self.look.__doc__ or "").strip().splitlines()[0]


class Catalogue:
    """Checks that look at the same kind of subject, by id."""

    def __init__(self) -> None:
        self.checks: dict[str, Check] = {}

    def check(self, id_: str, *, severity: Severity, clause: str, message: str, waivable: bool = True) -> Callable[[Look], Look]:
        """Enter the decorated function."""

        def enter(look: Look) -> Look:
            if id_ in self.checks:
                raise ValueError(f"check {id_} is in the catalogue already")
            self.checks[id_] = Check(id_, severity, clause, message, look, waivable)
            return look

        return enter

    def run(self, subject: object) -> Iterator[Finding]:
        """Findings of all checks, in the catalogue's order."""
        for check in self.checks.values():
            for seen in check.look(subject):
                yield Finding(
                    check.id, check.severity, check.clause, check.message, seen.subject, seen.start_ms, seen.end_ms, seen.evidence
                )
