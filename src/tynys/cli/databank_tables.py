"""What `tynys databank` tells a person, in three languages: what a file holds, what is wrong with it, what an import did."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Final

import polars as pl
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from tynys.domain.finding import Severity
from tynys.present.findings import visible, worded
from tynys.present.voice import voice
from tynys.wire.databank_rows import reasons_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tynys.domain.finding import Finding
    from tynys.present.catalogue import Language
    from tynys.present.voice import Voice
    from tynys.watch.feed_check import CheckedFeed
    from tynys.watch.feed_store import ImportedFeed
    from tynys.wire.databank_profile import FeedProfile

SHOWN: Final = 20
"""So many unreadable lines, and findings of one check, are told one by one."""
WIDEST: Final = 120
_MARKS: Final = {Severity.INFORMATION: "i", Severity.QUERY: "?", Severity.SERIOUS: "▲", Severity.CRITICAL: "◆"}
_STYLES: Final = {Severity.INFORMATION: "", Severity.QUERY: "yellow", Severity.SERIOUS: "red", Severity.CRITICAL: "bold red"}
_INDENT: Final = (0, 0, 0, 2)


def show_checked(checked: CheckedFeed, profile: FeedProfile, lang: Language, file: str) -> None:
    """What a file holds: its broken lines, its unbelievable rows, the findings, what nobody has confirmed."""
    say, console = voice(lang), _console()
    _show_contents(checked, say, console, file)
    _show_broken(checked, say, console, file)
    _show_odd(checked, say, console)
    if checked.findings:
        _show_findings(checked, say, console)
    else:
        console.print(Text(f"\n{say.t('databank.no_findings')}"))
    _show_unsure(profile, say, console)


def _show_contents(checked: CheckedFeed, say: Voice, console: Console, file: str) -> None:
    rows = checked.feed.rows
    counts = {
        "rows": say.number(len(rows)),
        "sources": say.number(rows["source"].n_unique()),
        "organizations": say.number(rows["organization"].n_unique()),
    }
    console.print(Text.assemble((file, "bold"), "  ", say.t("databank.holds", **counts)))
    media = {medium: say.number(int((rows["medium"] == medium).sum())) for medium in ("air", "water", "flare")}
    console.print(Padding(Text(say.t("databank.media", **media)), _INDENT))
    sound = rows.filter(pl.col("reasons") == 0)
    if len(sound):
        first, last = sound.select(pl.col("start_ms").min(), pl.col("end_ms").max().alias("last")).row(0)
        span = f"{say.day(first, year=True)}, {say.clock(first)} – {say.day(last, year=True)}, {say.clock_zone(last)}"
        console.print(Padding(Text(span), _INDENT))


def _show_broken(checked: CheckedFeed, say: Voice, console: Console, file: str) -> None:
    told = [(line.line, line.column, say.t(line.key, **line.values)) for line in checked.broken]
    told += [(cell.line, cell.column, say.t(cell.key, came=visible(cell.came))) for cell in checked.feed.errors]
    if not told:
        return
    console.print(Text(f"\n{say.t('databank.broken', n=say.number(len(told)))}", "red"))
    for line, column, sentence in sorted(told)[:SHOWN]:
        where = [file, say.t("databank.at_line", line=line), *([say.t("databank.at_column", column=column)] if column else [])]
        console.print(Padding(Text(f"{', '.join(where)}: {sentence}"), _INDENT))
    _show_more(len(told) - SHOWN, say, console)


def _show_more(left: int, say: Voice, console: Console) -> None:
    if left > 0:
        console.print(Padding(Text(say.t("databank.more", n=say.number(left)), "dim"), _INDENT))


def _show_odd(checked: CheckedFeed, say: Voice, console: Console) -> None:
    masks = checked.feed.rows["reasons"]
    counts = reasons_of(masks)
    if not counts:
        return
    console.print(Text(f"\n{say.t('databank.odd', n=say.number(int((masks != 0).sum())))}", "bold"))
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right")
    for reason, rows in sorted(counts.items(), key=lambda pair: -pair[1]):
        table.add_row(say.number(rows), say.t(reason.key))
    console.print(Padding(table, _INDENT))


def _show_findings(checked: CheckedFeed, say: Voice, console: Console) -> None:
    """Grouped by check, the gravest first; each under its source's own name, and no line is cut off."""
    console.print(Text(f"\n{say.t('databank.findings', n=say.number(len(checked.findings)))}", "bold"))
    known = checked.feed.rows.select("source", "organization", "source_name").unique(("source",), keep="first")
    names = {source: f"{organization}, {name}" for source, organization, name in known.iter_rows()}
    order = list(Severity)
    ordered = sorted(checked.findings, key=lambda finding: (-order.index(finding.severity), finding.check))
    for check, group in groupby(ordered, key=lambda finding: finding.check):
        findings = list(group)
        severity = findings[0].severity
        heading = Text.assemble((f"{_MARKS[severity]} {say.t(f'severity.{severity.value}')}", _STYLES[severity]), f"  {check}")
        console.print(Padding(heading, _INDENT))
        table = Table.grid(padding=(0, 2), expand=True)
        table.add_column(ratio=2, overflow="fold")
        table.add_column(ratio=3, overflow="fold")
        for finding in findings[:SHOWN]:
            table.add_row(Text(subject_of(finding, names)), Text(worded(finding, say, names)))
        console.print(Padding(table, (0, 0, 0, 4)))
        _show_more(len(findings) - SHOWN, say, console)


def _show_unsure(profile: FeedProfile, say: Voice, console: Console) -> None:
    unsure = profile.unsure()
    if not unsure:
        return
    console.print(Text(f"\n{say.t('databank.unsure', profile=profile.id)}", "dim"))
    line = ""
    for name, value in unsure.items():
        item = f"{name.rpartition('.')[2]} = {value if isinstance(value, str) else f'{value:g}'}"
        if line and len(line) + len(item) + 5 > console.width:
            console.print(Text(f"  {line}", "dim"))
            line = ""
        line += f" · {item}" if line else item
    console.print(Text(f"  {line}", "dim"))


def show_imported(done: ImportedFeed, profile: FeedProfile, lang: Language, file: str) -> None:
    """What an import did, after what the file holds."""
    show_checked(done.checked, profile, lang, file)
    say, console = voice(lang), _console()
    averages = done.averages
    console.print()
    if averages.without_instant or averages.second_of_an_instant or averages.without_component:
        left = {"undated": averages.without_instant, "second": averages.second_of_an_instant, "strange": averages.without_component}
        console.print(Text(say.t("databank.left_over", **{name: say.number(count) for name, count in left.items()})))
    if "handed_over" in done.stored:
        console.print(Text(say.t("databank.handed_over", new=say.number(done.stored["handed_over"]))))
    else:
        console.print(Text(say.t("databank.stored", **{name: say.number(count) for name, count in done.stored.items()})))
    console.print(Text(say.t("databank.kept", sha256=f"SHA-256 {done.sha256}")), soft_wrap=True)


def say_exported(file: str, data: bytes, lang: Language, *, kept: bool) -> str:
    """What was written."""
    say = voice(lang)
    size = say.number(len(data))
    if kept:
        return say.t("databank.exported_kept", file=file, bytes=size)
    rows = max(data.count(b"\n") - 1, 0)
    return say.t("databank.exported" if rows else "databank.exported_nothing", file=file, rows=say.number(rows), bytes=size)


def subject_of(finding: Finding, names: Mapping[str, str]) -> str:
    """Whom a finding is about, by the names of the feed."""
    source = finding.subject.split(" ", 1)[0]
    return names.get(source, visible(finding.subject))


def _console() -> Console:
    console = Console(highlight=False)
    console.width = min(console.width, WIDEST)
    return console
