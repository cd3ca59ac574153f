"""The versions of rule packs a centre holds, as a table or as plain values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from tynys.domain.base import from_ms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tynys.storage.registry_rows import RulePackRow


def told_packs(rows: Sequence[RulePackRow]) -> dict[str, Any]:
    """The versions as plain values, without their texts."""
    names = ("digest", "id", "valid_from", "valid_to", "state", "entered_by", "reason", "replaced_by")
    return {"items": [{name: getattr(row, name) for name in names} | {"entered": from_ms(row.entered_ms).isoformat()} for row in rows]}


def show(rows: Sequence[RulePackRow]) -> None:
    """The versions as a table."""
    table = Table("pack", "valid from", "to", "state", "digest", "entered", "by", "why")
    for row in rows:
        state = row.state if row.replaced_by is None else f"{row.state} by {row.replaced_by[:12]}"
        entered = f"{from_ms(row.entered_ms):%Y-%m-%d %H:%M}"
        table.add_row(row.id, row.valid_from, row.valid_to or "", state, row.digest[:12], entered, row.entered_by, row.reason)
    Console().print(table)
