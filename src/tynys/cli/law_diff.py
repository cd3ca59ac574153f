"""What `tynys law diff` prints: what was added, taken away and changed, with clause and certainty of both."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

import msgspec
from rich.padding import Padding
from rich.text import Text

from tynys.cli.law_tables import console, ground, value_of
from tynys.law.walk import number, plain
from tynys.present.voice import voice

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tynys.law import RulePack
    from tynys.law.diff import Change
    from tynys.law.walk import Entry
    from tynys.present.catalogue import Language

SIGNS: Final = {"added": "+", "removed": "−", "changed": "~"}


def kind_of(change: Change) -> str:
    """Whether a value was added, taken away or changed."""
    if (change.before is None) == (change.after is None):
        return "changed"
    return "added" if change.before is None else "removed"


def show_diff(before: RulePack, after: RulePack, changes: Sequence[Change], language: Language) -> None:
    """One block a value: its key, then what each pack says of it."""
    say, out = voice(language), console()
    out.print(Text.assemble(("− " + before.id, "bold"), f"  {say.name(before.title)}"))
    out.print(Text.assemble(("+ " + after.id, "bold"), f"  {say.name(after.title)}"))
    if not changes:
        out.print(say.t("law.diff.same"))
        return
    own = plain(before), plain(after)
    for change in changes:
        out.print(Text.assemble(f"\n{SIGNS[kind_of(change)]} ", (change.key, "bold")))
        for sign, entry, fields in zip("−+", (change.before, change.after), own, strict=True):
            if entry is not None:
                out.print(Padding(Text(f"{sign} {value_of(entry)}"), (0, 0, 0, 2)))
                out.print(Padding(ground(entry.value, say, full=True), (0, 0, 0, 4)))
            elif change.before is None and change.after is None:
                out.print(Padding(Text(f"{sign} {number(fields.get(change.key, say.t('value.not_set')))}"), (0, 0, 0, 2)))
    out.print()
    counts = Counter(map(kind_of, changes))
    out.print(Text(" · ".join(say.n(f"law.diff.{kind}", counts[kind]) for kind in SIGNS if counts[kind]), style="dim"))


def diff_json(before: RulePack, after: RulePack, changes: Sequence[Change]) -> str:
    """The same for a program."""
    own = {"before": plain(before), "after": plain(after)}
    made = {
        "before": {"id": before.id, "digest": before.digest().hex()},
        "after": {"id": after.id, "digest": after.digest().hex()},
        "changes": [
            {
                "key": change.key,
                "kind": kind_of(change),
                "before": _builtin(change, change.before, own["before"]),
                "after": _builtin(change, change.after, own["after"]),
            }
            for change in changes
        ],
    }
    return msgspec.json.format(msgspec.json.encode(made), indent=2).decode()


def _builtin(change: Change, entry: Entry | None, own: dict[str, object]) -> object:
    of_pack = change.before is None and change.after is None
    return msgspec.to_builtins(own.get(change.key) if of_pack else entry and entry.value)
