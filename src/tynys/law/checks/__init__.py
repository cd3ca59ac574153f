"""What the loader checks beyond keys and types, by subject."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

from tynys.law.checks.averages import check_averages
from tynys.law.checks.document import Document
from tynys.law.checks.limits import check_limits
from tynys.law.checks.money import check_money
from tynys.law.walk import entries, plain

if TYPE_CHECKING:
    from tynys.law.pack import RulePack

__all__ = ["Document", "check_pack"]


def check_pack(pack: RulePack, at: Document) -> None:
    """Refuse a pack that cannot be applied as it is written."""
    if not pack.id.strip():
        at.refuse("id", "the name of the pack, in letters", pack.id, "Its versions and its values are found by this name.")
    if pack.valid_to is not None and pack.valid_to <= pack.valid_from:
        at.refuse("valid_to", f"a date after {pack.valid_from.isoformat()}", pack.valid_to.isoformat())
    for entry in entries(pack):
        if not entry.value.clause.strip():
            at.refuse(
                f"{entry.path}.clause", "the clause the value follows", entry.value.clause, "Name law, article and point.", "law.no_clause"
            )
        for field, found in plain(entry.value).items():
            if isinstance(found, float) and not isfinite(found):
                at.refuse(f"{entry.path}.{field}", "a finite number", found, "Leave out what is not known: it then reads not set.")
    check_averages(pack, at)
    check_limits(pack, at)
    check_money(pack, at)
