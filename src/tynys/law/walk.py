"""Every value of a pack, one after the other, each under a key that says which it is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING

import msgspec

from tynys.domain.base import Record
from tynys.law.values import Sourced

if TYPE_CHECKING:
    from collections.abc import Iterator

CARRIED = ("clause", "certainty", "note")
"""What every value carries beside itself."""

NAMED_BY = {
    "ReferenceOxygen": ("unit", "fuel"),
    "LongTerm": ("period",),
    "PermittedUncertainty": ("component",),
    "Deduction": ("component",),
    "ComplianceTest": ("test", "period", "thermal_input_below_mw"),
    "IndexValue": ("year",),
    "ChargeRate": ("substance", "valid_from"),
    "ChargeCoefficient": ("when", "valid_from"),
    "Substitution": ("components", "availability_from_pct", "availability_below_pct", "gap_over_h", "gap_to_h"),
    "Duty": ("id",),
}
"""What tells one table of a list from its neighbours."""

SIGNS = {"from": "≥", "over": ">", "to": "≤", "below": "<", "before": "<"}
"""How the last word of a key that narrows is written."""

UNITS = {"mw": "MW", "pct": "%", "h": "h", "t": "t", "": ""}
_END = re.compile(rf"(?P<what>\w+?)_(?P<end>{'|'.join(SIGNS)})(?:_(?P<unit>mw|pct|h|t))?")
_TOLD_BY_UNIT = ("thermal_input", "hours", "availability")

LIMIT_SAYS = ("value", "low", "high", "unit", "test", "force", "valid_to")
"""What a limit says; all its other keys tell of which class of plant."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One value of a pack.

    Parameters
    ----------
    key : str
        Its name: the path, with what tells it from its neighbours in brackets (``limits[so2 P1D new]``).
    path : str
        The path as the file has it, neighbours by their place (``limits[3]``).
    value : Sourced
        The value.
    """

    key: str
    path: str
    value: Sourced


def entries(record: Record, key: str = "", path: str = "") -> Iterator[Entry]:
    """Every sourced value of a pack or of a part of it, in the order the reference has them."""
    if isinstance(record, Sourced):
        yield Entry(key, path, record)
    for field in record.__struct_fields__:
        found = getattr(record, field)
        below = f"{key}.{field}" if key else field, f"{path}.{field}" if path else field
        if isinstance(found, Record):
            yield from entries(found, *below)
        elif isinstance(found, tuple):
            for place, member in enumerate(found):
                if isinstance(member, Record):
                    yield from entries(member, f"{below[0]}[{identity(member)}]", f"{below[1]}[{place}]")


def identity(member: Record) -> str:
    """What tells one table of a list from its neighbours, in few words."""
    return " ".join(worded(field, found) for field, found in plain(member).items() if _names(member, field))


def said(value: Record, *, listed: bool) -> dict[str, object]:
    """The plain fields that are the value; of a table of a list without those that name it."""
    return {field: found for field, found in plain(value).items() if not (listed and _names(value, field))}


def _names(member: Record, field: str) -> bool:
    names = NAMED_BY.get(type(member).__name__)
    return field not in LIMIT_SAYS if names is None else field in names


def plain(record: Record) -> dict[str, object]:
    """The plain fields of a record that are set: neither records, nor what is carried, nor what is left at its default."""
    defaults = _defaults(type(record))
    return {
        field: found
        for field in record.__struct_fields__
        if field not in CARRIED
        and not isinstance(found := getattr(record, field), Record)
        and not (isinstance(found, tuple) and any(isinstance(member, Record) for member in found))
        and (found != defaults[field] or field == "method" or (field == "value" and found is not None))
    }


@cache
def _defaults(kind: type[Record]) -> dict[str, object]:
    return {f.name: f.default for f in msgspec.structs.fields(kind)}


def worded(field: str, found: object) -> str:
    """A field of an identity as a person reads it: what narrows with its sign and unit, the rest bare."""
    parts = _END.fullmatch(field)
    if parts is None:
        return number(found)
    if field == "valid_from":
        return f"from {number(found)}"
    what, unit = parts["what"], UNITS[parts["unit"] or ""]
    if what in _TOLD_BY_UNIT:
        unit = unit or "h"
        what = ""
    return " ".join(word for word in (what, f"{SIGNS[parts['end']]}{number(found)}", unit) if word)


def number(found: object) -> str:
    """A plain value as text: without a needless decimal, lists with commas."""
    if isinstance(found, tuple):
        return ",".join(number(member) for member in found)
    if isinstance(found, Enum):
        return str(found.value)
    if isinstance(found, date):
        return found.isoformat()
    return format(found, ".12g") if isinstance(found, float) else str(found)
