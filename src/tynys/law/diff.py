"""What differs between two packs, value by value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tynys.law.walk import entries, plain

if TYPE_CHECKING:
    from tynys.law.pack import RulePack
    from tynys.law.walk import Entry


@dataclass(frozen=True, slots=True)
class Change:
    """One value that is not the same in both packs; absent on one side where only the other has it."""

    key: str
    before: Entry | None
    after: Entry | None


def differences(before: RulePack, after: RulePack) -> tuple[Change, ...]:
    """Every value that was added, taken away or changed, in the order of the packs; a clause or certainty that changed counts."""
    old, new = ({entry.key: entry for entry in entries(pack)} for pack in (before, after))
    own_before, own_after = plain(before), plain(after)
    changes = [Change(name, None, None) for name in dict.fromkeys([*own_before, *own_after]) if own_before.get(name) != own_after.get(name)]
    for key in dict.fromkeys([*old, *new]):
        one, other = old.get(key), new.get(key)
        if one is None or other is None or not same(one, other):
            changes.append(Change(key, one, other))
    return tuple(changes)


def same(one: Entry, other: Entry) -> bool:
    """Whether two values say the same with the same clause, certainty and note; what lies below them is compared by itself."""
    first, second = one.value, other.value
    carried = (first.clause, first.certainty, first.note) == (second.clause, second.certainty, second.note)
    return carried and type(first) is type(second) and plain(first) == plain(second)
