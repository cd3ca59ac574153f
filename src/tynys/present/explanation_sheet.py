"""What the printed page "how this number was made" carries: the worded steps as plain data for its template."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tynys.present.explanation import worded

if TYPE_CHECKING:
    from tynys.calc.explain import Explanation
    from tynys.present.explanation import Named, Told
    from tynys.present.voice import Voice

MOST_ROWS = 150
"""Rows of one table that are printed; the rest is counted, and all of them are in the data."""


def heading(voice: Voice, explanation: Explanation) -> str:
    """Its title: how 412 mg/Nm³ was made, or why there is no number."""
    average = explanation.average
    if average.value is None:
        return voice.t("explain.heading_absent")
    return voice.t("explain.heading", value=f"{voice.measured(average.value)}\u00a0{voice.unit(average.unit)}")


def window(voice: Voice, explanation: Explanation) -> str:
    """What was averaged, and when."""
    average = explanation.average
    start = f"{voice.day(average.start_ms, year=True)}, {voice.clock(average.start_ms)}"
    end = voice.clock_zone(average.end_ms)
    if average.end_ms - average.start_ms > 24 * 3_600_000:
        end = f"{voice.day(average.end_ms, year=True)}, {end}"
    return voice.t("made.window", component=voice.component(average.component), start=start, end=end)


def sheet(voice: Voice, explanation: Explanation, source: str, *, simulated: bool) -> dict[str, Any]:
    """The data of the template ``explanation``."""
    average = explanation.average
    agrees = "" if explanation.agrees is None else voice.t("explain.agrees" if explanation.agrees else "explain.differs")
    return {
        "language": voice.language,
        "title": heading(voice, explanation),
        "mark": voice.t("site.simulated") if simulated else None,
        "source": source,
        "window": window(voice, explanation),
        "lead": voice.t(f"explain.lead.{explanation.basis}"),
        "agrees": agrees,
        "good": explanation.agrees is not False,
        "rules": voice.t("explain.rules", pack=average.rule_pack or "—", revision=average.revision),
        "digest": voice.t("explain.digest", digest=average.rule_pack_digest) if average.rule_pack_digest else "",
        "heads": {
            "members": [voice.t("explain.time"), voice.t("explain.value"), voice.t("explain.status")],
        },
        "steps": [_step(voice, told) for told in worded(voice, explanation)],
    }


def _whence(of: Named) -> str:
    """Where a number is from, in a line."""
    return " · ".join(filter(None, (of.origin, of.ident, of.clause)))


def _step(voice: Voice, told: Told) -> dict[str, Any]:
    uncertain = told.certainty in {"to_confirm", "simulated"}
    return {
        "title": told.title,
        "result": told.result,
        "math": told.print_math,
        "inputs": [[each.letter, each.below, each.name, each.value, _whence(each)] for each in told.inputs],
        "notes": list(told.notes),
        "clause": voice.t("explain.clause", clause=told.clause) if told.clause else "",
        "certainty": voice.t(f"certainty.{told.certainty}") if uncertain else "",
        "reads": [
            {"name": f"{read.component} · {read.name}", "mean": read.mean, "summary": read.summary,
             "counts": ", ".join(f"{name} {count}" for name, count in read.counts)}
            for read in told.reads
        ],
        "summary": told.rows_summary,
        "rows": [[row.time, row.value, row.status] for row in told.rows[:MOST_ROWS]],
    }  # fmt: skip
