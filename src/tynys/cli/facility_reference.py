"""Prints the reference of a facility's document, key by key: ``python -m tynys.cli.facility_reference``."""

from __future__ import annotations

import re
import sys
from enum import Enum
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import inspect

from tynys.domain.configuration import FacilityConfiguration

if TYPE_CHECKING:
    from collections.abc import Iterator

HEAD = """\
# A facility's document

What `facility.json` (or `.toml`) of a gateway holds, key by key, made from the program:
`python -m tynys.cli.facility_reference > docs/reference/facility.md`. What the things are and how they belong together is told in
[the model](domain.md), with whole examples. An unknown key is an error that names it. Texts that name a unit, a point or a channel
must name one that is there; `tynys plant check` says which do not. An instant carries its offset, such as `2025-01-01T00:00:00+05:00`;
spans are half-open.
"""
WORDS: dict[Any, str] = {
    inspect.StrType: "text",
    inspect.FloatType: "number",
    inspect.IntType: "whole number",
    inspect.BoolType: "true or false",
    inspect.DateTimeType: "instant",
    inspect.DateType: "date",
    inspect.UUIDType: "UUID",
}


def records(found: Any, seen: dict[Any, inspect.StructType] | None = None) -> dict[Any, inspect.StructType]:
    """Every record of the document, in the order in which it is met."""
    seen = {} if seen is None else seen
    if isinstance(found, inspect.StructType):
        if found.cls not in seen:
            seen[found.cls] = found
            for field in found.fields:
                records(field.type, seen)
    elif isinstance(found, inspect.UnionType):
        for each in found.types:
            records(each, seen)
    elif isinstance(found, inspect.VarTupleType):
        records(found.item_type, seen)
    return seen


def worded(kind: Any) -> str:
    """A type in words."""
    if isinstance(kind, inspect.UnionType):
        return " or ".join(worded(each) for each in kind.types if not isinstance(each, inspect.NoneType))
    if isinstance(kind, inspect.VarTupleType):
        return f"list of {worded(kind.item_type)}"
    if isinstance(kind, inspect.StructType):
        return f"[{kind.cls.__name__}](#{kind.cls.__name__.lower()})"
    if isinstance(kind, inspect.EnumType):
        return ", ".join(f"`{each.value}`" for each in kind.cls)
    return WORDS[type(kind)]


def shown_default(field: inspect.Field) -> str:
    """What holds without the key."""
    if field.required:
        return "required"
    default = field.default
    if default is msgspec.NODEFAULT or default is None or default in ((), ""):
        return ""
    if isinstance(default, Enum):
        default = default.value
    return f"`{list(default) if isinstance(default, tuple) else default}`"


def section(record: inspect.StructType) -> Iterator[str]:
    """One record: its purpose, then its keys."""
    text = re.sub(r"\s+", " ", record.cls.__doc__ or "").replace("``", "`").strip()
    yield f"## {record.cls.__name__}\n\n{text}\n\n| key | | default |\n|---|---|---|"
    for field in record.fields:
        yield f"| `{field.encode_name}` | {worded(field.type)} | {shown_default(field)} |"
    yield ""


def page() -> str:
    """The whole page."""
    found = records(inspect.type_info(FacilityConfiguration))
    return "\n".join([HEAD, *(line for record in found.values() for line in section(record))])


if __name__ == "__main__":
    sys.stdout.write(page())
