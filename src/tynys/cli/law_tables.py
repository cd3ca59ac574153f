"""What `tynys law show` prints: a pack by subject, each value with its clause and how sure it is."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING, Final

import msgspec
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from tynys.cli.law_limits import limits_by_class, limits_in_full
from tynys.domain.base import Record
from tynys.domain.component import Certainty
from tynys.domain.errors import NotFoundError
from tynys.law.values import Sourced
from tynys.law.walk import entries, number, said
from tynys.present.voice import voice

if TYPE_CHECKING:
    from tynys.law.pack import RulePack
    from tynys.law.walk import Entry
    from tynys.present.catalogue import Language
    from tynys.present.voice import Voice

WIDEST: Final = 120
KEY_WIDTH: Final = 36
"""Keys are folded beyond, so that the values of all parts stand under each other. [columns]"""
SECTIONS: Final = (
    *("source", "order_of_operations", "conditions", "oxygen", "averaging", "states"),
    *("uncertainties", "deductions", "rounding", "compliance", "limits", "substitution", "charges", "duty"),
)
"""The parts of a pack in the order of a reader: what a number is, what is done with it, what follows from it."""
UNITS: Final = {"mci_per_t": "MCI/t"}
"""Numbers whose key says no more than their unit."""
MARKS: Final = {Certainty.TO_CONFIRM: "? ", Certainty.SIMULATED: "~ "}
STYLES: Final = {Certainty.TO_CONFIRM: "yellow", Certainty.SIMULATED: "yellow"}


def console() -> Console:
    """A console no wider than a line of text may be."""
    made = Console(highlight=False)
    made.width = min(made.width, WIDEST)
    return made


def list_packs(packs: list[RulePack], language: Language, *, as_json: bool) -> None:
    """The packs there are: name, title, how many values, how many of them to be confirmed."""
    say, out = voice(language), console()
    if as_json:
        out.print_json(data=[_head(pack) for pack in packs])
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for key, justify in (("pack", "left"), ("title", "left"), ("values", "right"), ("to_confirm", "right"), ("limits", "right")):
        table.add_column(say.t(f"law.column.{key}"), justify=justify, no_wrap=key == "pack")  # type: ignore[arg-type]
    for pack in packs:
        counts = counted(pack)
        unsure = counts[Certainty.TO_CONFIRM]
        table.add_row(
            Text(pack.id, style="bold"),
            say.name(pack.title),
            say.number(sum(counts.values())),
            say.number(unsure),
            say.number(len(pack.limits)) if pack.limits else Text(say.t("value.not_set"), style="dim"),
        )
    out.print(table)


def counted(pack: RulePack) -> Counter[Certainty]:
    """How many values of a pack are how sure."""
    return Counter(entry.value.certainty for entry in entries(pack))


def show_pack(pack: RulePack, key: str | None, language: Language) -> None:
    """A pack, or the part of it a key names."""
    say, out = voice(language), console()
    chosen, absent = chosen_of(pack, key), unset(pack, key)
    out.print(Text.assemble((say.name(pack.title), "bold"), ("  " + pack.id, "dim")))
    out.print(Text(f"{_in_force(pack, say)} · {_sureness(pack, say)}", style="dim"))
    for section in SECTIONS:
        inside = [entry for entry in chosen if _section(entry.key) == section]
        missing = [name.partition(".")[2] for name in absent if name.startswith(f"{section}.")]
        if not (inside or missing):
            continue
        out.print()
        out.print(_heading(section, say))
        if section == "limits" and key is None:
            out.print(*limits_by_class(pack.limits, say, out.width), sep="\n")
            out.print(Text(say.t("law.limits_in_full", command=f"tynys law show {pack.id} limits"), style="dim"))
        elif section == "limits":
            out.print(limits_in_full([entry.value for entry in inside], say, out.width))  # type: ignore[misc]
        else:
            out.print(_values(inside, missing, section, say, full=key is not None))
    _not_set([name for name in absent if name in SECTIONS], say, out)


def _not_set(parts: list[str], say: Voice, out: Console) -> None:
    """The parts a pack has nothing for, under each other."""
    if parts:
        table = Table(box=None, pad_edge=False, show_header=False)
        for name in parts:
            table.add_row(_heading(name, say), Text(say.t("value.not_set"), style="yellow"))
        out.print()
        out.print(table)


def chosen_of(pack: RulePack, key: str | None) -> list[Entry]:
    """The values a key names: a part of the pack, one value, or what concerns one component (``limits.so2``).

    Raises
    ------
    NotFoundError
        If a pack has no such key.
    """
    everything = list(entries(pack))
    if key is None:
        return everything
    section, _, rest = key.partition(".")
    found = [entry for entry in everything if entry.key == key or entry.key.startswith((f"{key}.", f"{key}["))]
    if not found and rest:
        found = [entry for entry in everything if _section(entry.key) == section and rest in _components(entry)]
    if not found and not unset(pack, key):
        message = f"expected a key of a rule pack, got {key!r}"
        hint = f"Parts: {', '.join(SECTIONS)}; then a key of the part, or a component: limits.so2."
        raise NotFoundError(message, where=pack.id, hint=hint, code="law.unknown_key")
    return found


def unset(pack: RulePack, key: str | None) -> tuple[str, ...]:
    """What a pack has no value for: whole parts, and single values of parts that may be absent; under a key only what it names."""
    parts = [name for name in SECTIONS if getattr(pack, name) in (None, ())]
    whole = [(part, held) for part in SECTIONS if isinstance(held := getattr(pack, part), Record) and not isinstance(held, Sourced)]
    singles = [f"{part}.{name}" for part, held in whole for name in held.__struct_fields__ if getattr(held, name) is None]
    if key is None:
        return (*singles, *parts)
    return tuple(name for name in (*singles, *parts) if name == key or name.startswith(f"{key}.") or key.startswith(f"{name}."))


def pack_json(pack: RulePack, key: str | None) -> str:
    """A pack, or a part of it, for a program: every value with key, fields, clause, certainty and note, and what is not set."""
    values = [
        {"key": entry.key, "path": entry.path, "certainty": entry.value.certainty.value, **msgspec.to_builtins(entry.value)}
        for entry in chosen_of(pack, key)
    ]
    made = {**_head(pack), "values": values, "not_set": list(unset(pack, key))}
    return msgspec.json.format(msgspec.json.encode(made), indent=2).decode()


def say_checked(file: str, pack: RulePack, language: Language) -> str:
    """That a file is a pack, and what it holds."""
    say = voice(language)
    return f"{file}: {pack.id}, {_in_force(pack, say)} · {_sureness(pack, say)}"


def _head(pack: RulePack) -> dict[str, object]:
    counts = counted(pack)
    return {
        "id": pack.id,
        "title": msgspec.to_builtins(pack.title),
        "jurisdiction": pack.jurisdiction,
        "valid_from": pack.valid_from.isoformat(),
        "valid_to": None if pack.valid_to is None else pack.valid_to.isoformat(),
        "digest": pack.digest().hex(),
        "counts": {certainty.value: counts[certainty] for certainty in Certainty},
    }


def _in_force(pack: RulePack, say: Voice) -> str:
    start = pack.valid_from.isoformat()
    return (
        say.t("law.in_force_from", start=start)
        if pack.valid_to is None
        else say.t("law.in_force", start=start, end=pack.valid_to.isoformat())
    )


def _sureness(pack: RulePack, say: Voice) -> str:
    counts = counted(pack)
    parts = [f"{say.number(counts[c])} {say.known('certainty', c.value)}" for c in Certainty if counts[c]]
    return f"{say.n('law.values', sum(counts.values()))}: {', '.join(parts)}"


def _heading(section: str, say: Voice) -> Text:
    return Text.assemble((say.t(f"law.section.{section}"), "bold"), (f"  {section}", "dim"))


def _section(key: str) -> str:
    return key.partition(".")[0].partition("[")[0]


def _components(entry: Entry) -> tuple[str, ...]:
    """The components a value is about."""
    named = getattr(entry.value, "component", None)
    return (named,) if named is not None else getattr(entry.value, "components", ())


def ground(value: Sourced, say: Voice, *, full: bool) -> Text:
    """What a value rests on: how sure it is, its clause and, in full, its note."""
    certainty = say.known("certainty", value.certainty.value)
    note = f" — {value.note}" if full and value.note else ""
    style = STYLES.get(value.certainty, "dim")
    return Text.assemble((f"{MARKS.get(value.certainty, '')}{certainty}", style), (f" · {value.clause}{note}", "dim"))


def _values(inside: list[Entry], missing: list[str], section: str, say: Voice, *, full: bool) -> Table:
    """Key and value, line by line, under what they rest on; values that rest on the same stand together."""
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column()
    told = section
    for (of_list, _), same in groupby(inside, key=lambda entry: (_list(entry.key), ground(entry.value, say, full=full).plain)):
        group = list(same)
        if of_list not in ("", told):
            told = of_list
            table.add_row(Padding(Text(of_list), (0, 0, 0, 2)))
        lines = Table(box=None, pad_edge=False, show_header=False)
        lines.add_column(width=KEY_WIDTH, overflow="fold")
        lines.add_column(overflow="fold")
        for entry in group:
            lines.add_row(Text(_name(entry.key, section)), Text(value_of(entry)))
        table.add_row(Padding(ground(group[0].value, say, full=full), (0, 0, 0, 2)))
        table.add_row(Padding(lines, (0, 0, 0, 4)))
    for name in missing:
        table.add_row(Padding(Text.assemble(f"{name}  ", (say.t("value.not_set"), "yellow")), (0, 0, 0, 2)))
    return table


def _list(key: str) -> str:
    """The list a table belongs to; empty for a value that stands alone."""
    return key.partition("[")[0] if "[" in key else ""


def _name(key: str, section: str) -> str:
    """A key inside its part; of a list only what tells its tables from each other."""
    if "[" in key:
        return key.partition("[")[2].replace("]", "")
    return key.removeprefix(section).removeprefix(".") or section


def value_of(entry: Entry) -> str:
    """A value in the words of its file: the number bare and first, the rest with its keys."""
    fields = said(entry.value, listed=entry.key.endswith("]"))
    ends = [number(fields.pop(end)) for end in ("low", "high") if end in fields]
    bare = ["–".join(ends)] if ends else []
    bare += [_spaced(fields.pop(name)) for name in ("value", "unit", "title") if name in fields]
    words = [" ".join(bare)] if bare else []
    words += [f"{number(fields.pop(name))} {unit}" for name, unit in UNITS.items() if name in fields]
    return " · ".join([*words, *(f"{name} {_spaced(found)}" for name, found in fields.items())]) or "—"


def _spaced(found: object) -> str:
    return ", ".join(map(number, found)) if isinstance(found, tuple) else number(found)
