"""Every value of a pack, one after the other, each under a key that says which it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import TYPE_CHECKING

import msgspec

from tynys.domain.base import Record
from tynys.law.values import Sourced

if TYPE_CHECKING:
    from collections.abc import Iterator

CARRIED = ("clause", "certainty", "note")
"""What every value carries beside itself."""

_SAID = frozenset({"value", "low", "high", "share_of_limit", "mci_per_t", "factor", "share_of_averages", "mean_of", "method", "exception"})
"""Fields in which two values of one key may differ; the others tell which value it is."""


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
    return " ".join(
        worded(field, found) for field, found in plain(member).items() if field not in _SAID and not (field == "unit" and found == "mg/Nm3")
    )


def plain(record: Record) -> dict[str, object]:
    """The plain fields of a record that are set: neither records, nor what is carried, nor what is left at its default."""
    defaults = {f.name: f.default for f in msgspec.structs.fields(record)}
    return {
        field: found
        for field in record.__struct_fields__
        if field not in CARRIED
        and not isinstance(found := getattr(record, field), Record)
        and not (isinstance(found, tuple) and any(isinstance(member, Record) for member in found))
        and (found != defaults[field] or field == "method")
    }


def worded(field: str, found: object) -> str:
    """A field of an identity as a person reads it: numbers and days with their comparison, the rest bare."""
    for end, sign in (("_from_mw", "≥"), ("_over_mw", ">"), ("_to_mw", "≤"), ("_below_mw", "<")):
        if field.endswith(end):
            return f"{sign}{number(found)} MW"
    for end, sign in (("_from", "≥"), ("_over", ">"), ("_to", "≤"), ("_below", "<"), ("_before", "<")):
        if field.endswith(end):
            unit = " h" if field.startswith("hours") else ""
            what = field.removesuffix(end)
            return f"{'' if unit else what + ' '}{sign}{number(found)}{unit}"
    return number(found)


def number(found: object) -> str:
    """A plain value as text: without a needless decimal, lists with commas."""
    if isinstance(found, tuple):
        return ",".join(number(member) for member in found)
    if isinstance(found, Enum):
        return str(found.value)
    if isinstance(found, date):
        return found.isoformat()
    return format(found, ".12g") if isinstance(found, float) else str(found)
