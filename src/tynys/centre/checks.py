"""What the centre checks as batches arrive: a catalogue, and the book of what was found."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tynys.domain.finding import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Check:
    """One check: what it is called, how bad a finding is, what it rests on, and the key of the text people read."""

    id: str
    severity: Severity
    clause: str
    message: str


def _check(name: str, severity: Severity, message: str, clause: str = "") -> tuple[str, Check]:
    return name, Check(name, severity, clause, message)


CATALOGUE: dict[str, Check] = dict(
    [
        _check("PLAN-UNKNOWN", Severity.SERIOUS, "plan.unknown"),
        _check("PLAN-NOT-APPROVED", Severity.QUERY, "plan.not_approved"),
        _check("PLAN-UNREADABLE", Severity.SERIOUS, "plan.unreadable"),
        _check("PLAN-INCONSISTENT", Severity.SERIOUS, "plan.inconsistent"),
        _check("LINE-REFUSED", Severity.SERIOUS, "line.refused"),
        _check("LINE-FORK", Severity.CRITICAL, "line.fork"),
        _check("LINE-TWO-BATCHES", Severity.CRITICAL, "line.two_batches"),
        _check("LINE-CLOCK", Severity.SERIOUS, "line.clock"),
        _check("LINE-UNKNOWN-RECORD", Severity.INFORMATION, "line.unknown_record"),
        _check("LINE-NOT-WORKED-IN", Severity.CRITICAL, "line.not_worked_in"),
        _check("LINE-LOSS", Severity.SERIOUS, "line.loss"),
        _check("READING-TWO-VALUES", Severity.SERIOUS, "reading.two_values"),
        _check("AVERAGE-DIFFERS", Severity.QUERY, "average.differs"),
        _check("AVERAGE-UNREADABLE", Severity.SERIOUS, "average.unreadable"),
        _check("AVERAGE-FAILED", Severity.SERIOUS, "average.failed"),
    ]
)
"""Every check of the centre's arrival by id."""

REMEMBERED = 4096
"""Findings remembered so that the same one is recorded once."""


class Findings:
    """Takes findings from any thread, each once; hands new ones on in groups."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: OrderedDict[tuple[str, str, int, str], None] = OrderedDict()
        self._fresh: deque[Finding] = deque()

    def report(
        self, check: str, subject: str, start_ms: int, end_ms: int | None = None, *, once: str = "", **evidence: str | float
    ) -> None:
        """Record the outcome of a check; the same check, subject and ``once`` (or start) counts as the same finding."""
        entry = CATALOGUE[check]
        key = (check, subject, 0 if once else start_ms, once)
        with self._lock:
            if key in self._seen:
                return
            self._seen[key] = None
            if len(self._seen) > REMEMBERED:
                self._seen.popitem(last=False)
            self._fresh.append(
                Finding(entry.id, entry.severity, entry.clause, entry.message, subject, start_ms, end_ms or start_ms, evidence)
            )

    def forget(self, check: str, subject: str, once: str) -> None:
        """The matter is settled: should it come again, it is a new finding."""
        with self._lock:
            self._seen.pop((check, subject, 0, once), None)

    def take(self) -> list[Finding]:
        """Findings since the last call."""
        with self._lock:
            taken = list(self._fresh)
            self._fresh.clear()
        return taken

    def put_back(self, found: Sequence[Finding]) -> None:
        """Findings that were taken and could not be kept: they come first at the next call, the newest so many of them."""
        with self._lock:
            self._fresh.extendleft(reversed(found[-REMEMBERED:]))
