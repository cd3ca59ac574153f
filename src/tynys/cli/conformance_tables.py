"""What `tynys conformance run` tells a person, and a program: a row a subject, then every difference."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import msgspec
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from tynys.conformance.run import Outcome
from tynys.present.voice import voice

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tynys.conformance.case import Subject
    from tynys.conformance.run import Judged
    from tynys.present.catalogue import Language
    from tynys.present.voice import Voice

_COLUMNS = ("cases", *Outcome, "published", "oracle", "ours")
_RARE = (Outcome.NOT_SUPPORTED, "ours")
"""Columns that are left out where they would be empty."""
_SHOWN = 160
"""So much of a value that differs is shown. [characters]"""


def counts(judged: Sequence[Judged]) -> Counter[str]:
    """Cases by outcome and by origin."""
    found = Counter[str](cases=len(judged))
    found.update(each.outcome.value for each in judged)
    found.update(each.case.origin for each in judged)
    return found


def by_subject(subjects: Sequence[Subject], judged: Sequence[Judged]) -> dict[str, list[Judged]]:
    """The outcomes of each subject, in its order."""
    home = {case.id: subject.subject for subject in subjects for case in subject.cases}
    found: dict[str, list[Judged]] = {subject.subject: [] for subject in subjects}
    for each in judged:
        found[home[each.case.id]].append(each)
    return found


def show_judged(subjects: Sequence[Subject], judged: Sequence[Judged], lang: Language) -> None:
    """The table by subject, every failure with what was expected and what came, and one sentence of sum."""
    say, console = voice(lang), Console(highlight=False)
    whole = counts(judged)
    columns = [column for column in _COLUMNS if whole[column] or column not in _RARE]
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column(say.t("conformance.column.subject"), no_wrap=True)
    for column in columns:
        table.add_column(say.t(f"conformance.column.{column}"), justify="right")
    for subject, of_subject in by_subject(subjects, judged).items():
        found = counts(of_subject)
        style = "bold red" if found[Outcome.FAILED] else ""
        table.add_row(say.known("conformance.subject", subject), *(_count(found[column], say) for column in columns), style=style)
    console.print(table)
    for each in judged:
        if each.outcome is Outcome.FAILED:
            _show_failure(each, say, console)
    console.print()
    console.print(say.t("conformance.sum", **{name: say.number(whole[name]) for name in ("cases", *Outcome)}))


def _count(number: int, say: Voice) -> str:
    return say.number(number) if number else "–"


def _show_failure(each: Judged, say: Voice, console: Console) -> None:
    case = each.case
    console.print()
    console.print(Text.assemble(("◆ ", "bold red"), (case.id, "bold"), f"  {case.title} ({case.kernel}; {case.clause})"))
    for difference in each.differences:
        words = (
            f"{difference.path}: {say.t('conformance.expected')} {_shown(difference.expected)}, "
            f"{say.t('conformance.came')} {_shown(difference.came)}"
        )
        console.print(Padding(Text(words), (0, 0, 0, 2)))
    if each.trouble:
        console.print(Padding(Text(each.trouble), (0, 0, 0, 2)))


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"


def as_json(subjects: Sequence[Subject], judged: Sequence[Judged]) -> str:
    """The same for a program: sums, a row a subject, every case with its differences."""

    def summed(some: Sequence[Judged]) -> dict[str, int]:
        found = counts(some)
        return {column: found[column] for column in _COLUMNS}

    view = {
        **summed(judged),
        "subjects": [{"subject": name, **summed(some)} for name, some in by_subject(subjects, judged).items()],
        "results": [
            {
                "id": each.case.id,
                "kernel": each.case.kernel,
                "origin": each.case.origin,
                "outcome": each.outcome.value,
                "differences": [{"path": d.path, "expected": d.expected, "came": d.came} for d in each.differences],
                "trouble": each.trouble,
            }
            for each in judged
        ],
    }
    return msgspec.json.format(msgspec.json.encode(view), indent=2).decode()
