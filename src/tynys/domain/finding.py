"""Findings: the results of checks in a catalogue, and judgements about readings and averages."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Severity(StrEnum):
    """How bad a finding is."""

    INFORMATION = "information"
    QUERY = "query"
    SERIOUS = "serious"
    CRITICAL = "critical"


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check: what, how bad, which clause, worded by ``message`` key and ``evidence`` values."""

    check: str
    severity: Severity
    clause: str
    message: str
    subject: str
    start_ms: int
    end_ms: int
    evidence: Mapping[str, str | int | float] = field(default_factory=dict)


class Verdict(StrEnum):
    """What a person or rule decided about readings or averages."""

    SUSPECT = "suspect"
    REJECTED = "rejected"
    SUBSTITUTED = "substituted"
    PROVISIONAL = "provisional"
    CONFIRMED = "confirmed"
    MARK = "mark"


@dataclass(frozen=True, slots=True)
class Judgement:
    """A versioned, signed record about readings or averages; never a change to them."""

    id: str
    revision: int
    subject: str
    start_ms: int
    end_ms: int
    verdict: Verdict
    reason: str
    author: str
    made_ms: int
    method: str = ""
    signature: bytes = b""
