"""What every value of a rule pack carries: the clause it follows and how sure we are of it."""

from __future__ import annotations

from tynys.domain.base import Record
from tynys.domain.component import Certainty


class Sourced(Record, frozen=True, kw_only=True):
    """A value or a group of values with one ``clause`` and one ``certainty``; ``note`` is for the reader."""

    clause: str
    certainty: Certainty
    note: str = ""


class Number(Sourced, frozen=True, kw_only=True):
    """A number; its unit is the last part of the key that holds it."""

    value: float


class Choice(Sourced, frozen=True, kw_only=True):
    """A named method among those the calculation knows."""

    value: str
