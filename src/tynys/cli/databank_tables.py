"""Tables of `tynys databank` for a person's eye, in three languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tynys.domain.errors import ConfigurationError
from tynys.domain.finding import Severity
from tynys.present.catalogue import LANGUAGES
from tynys.present.voice import Voice, voice
from tynys.wire.databank_rows import reasons_of

if TYPE_CHECKING:
    from tynys.domain.finding import Finding
    from tynys.watch.feed_check import CheckedFeed
    from tynys.watch.feed_store import ImportedFeed
    from tynys.wire.databank_profile import FeedProfile

SHOWN = 20
_STYLES = {Severity.INFORMATION: "", Severity.QUERY: "yellow", Severity.SERIOUS: "red", Severity.CRITICAL: "bold red"}


def show_checked(checked: CheckedFeed, profile: FeedProfile, lang: str) -> None:
    """What a file holds: its broken lines, its unbelievable rows, the findings, what nobody has confirmed."""
    say, console = _voice(lang), Console(highlight=False)
    _show_errors(checked, say, console)
    counts = reasons_of(checked.feed.rows["reasons"].to_list())
    if counts:
        table = Table(say.t("databank.rows"), say.t("databank.reason"), box=None)
        for reason, rows in sorted(counts.items()):
            table.add_row(str(rows), say.t(reason.key))
        console.print(table)
    if checked.findings:
        table = Table(say.t("databank.check"), "", say.t("databank.subject"), say.t("databank.finding"), box=None)
        for finding in checked.findings:
            severity = say.t(f"severity.{finding.severity.value}")
            table.add_row(
                finding.check,
                f"[{_STYLES[finding.severity] or 'none'}]{severity}[/]",
                escape(finding.subject),
                escape(worded(finding, say)),
            )
        console.print(table)
    else:
        console.print(say.t("databank.no_findings"))
    odd = int((checked.feed.rows["reasons"] != 0).sum())
    console.print(say.t("databank.summary", rows=len(checked.feed.rows), broken=len(checked.broken), odd=odd))
    if unsure := profile.unsure():
        console.print(say.t("databank.unsure", profile=profile.id, names=", ".join(unsure)), style="dim")


def _show_errors(checked: CheckedFeed, say: Voice, console: Console) -> None:
    lines = [(line.line, line.expected, line.came) for line in checked.broken]
    lines += [(error.line, f"{error.column}: {error.expected}", repr(error.came)) for error in checked.feed.errors]
    if not lines:
        return
    table = Table(say.t("databank.line"), say.t("databank.expected"), say.t("databank.came"), box=None)
    for number, expected, came in sorted(lines)[:SHOWN]:
        table.add_row(str(number), escape(expected), escape(came))
    if len(lines) > SHOWN:
        table.add_row("…", "", f"+ {len(lines) - SHOWN}")
    console.print(table)


def show_imported(done: ImportedFeed, profile: FeedProfile, lang: str) -> None:
    """What an import did, after what the file holds."""
    show_checked(done.checked, profile, lang)
    say, console = _voice(lang), Console(highlight=False, soft_wrap=True)
    averages = done.averages
    if averages.without_instant or averages.second_of_an_instant or averages.without_component:
        left = {"undated": averages.without_instant, "second": averages.second_of_an_instant, "strange": averages.without_component}
        console.print(say.t("databank.left_over", **left))
    if "handed_over" in done.stored:
        console.print(say.t("databank.handed_over", new=done.stored["handed_over"]))
    else:
        console.print(say.t("databank.stored", **done.stored))
    console.print(f"SHA-256 {done.sha256}")


def worded(finding: Finding, say: Voice) -> str:
    """A finding as a sentence."""
    evidence = {name: _shown(value, say) for name, value in finding.evidence.items()}
    if "component" in evidence:
        evidence["component"] = say.component(str(evidence["component"]))
    return say.t(finding.message, **evidence)


def _shown(value: str | float, say: Voice) -> str:
    """Numbers by the language; stray tabs and line breaks made visible."""
    if isinstance(value, str):
        return value.replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
    return say.measured(value) if isinstance(value, float) else str(value)


def _voice(lang: str) -> Voice:
    for known in LANGUAGES:
        if known == lang:
            return voice(known)
    raise ConfigurationError(f"expected one of {', '.join(LANGUAGES)}, got {lang!r}", where="--lang")
