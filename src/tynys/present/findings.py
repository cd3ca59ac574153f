"""Findings as sentences: the check's words, filled with the evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tynys.domain.finding import Finding
    from tynys.present.voice import Voice

TOLD_DIGITS: Final = 5
"""Significant digits of a number in evidence: a value that stands still is known by all its digits."""


def worded(finding: Finding, say: Voice, names: Mapping[str, str] | None = None) -> str:
    """A finding as a sentence; one of a check this version has no words for (an older one kept it) by its message key.

    Parameters
    ----------
    names : mapping
        Names of sources by id.
    """
    evidence = {"check": finding.check}
    evidence |= {name: str(value) if name == "line" else _shown(value, say) for name, value in finding.evidence.items()}
    if "component" in evidence:
        evidence["component"] = say.component(str(finding.evidence["component"]))
    if "components" in evidence:
        evidence["components"] = ", ".join(say.sign(name) for name in str(finding.evidence["components"]).split(", "))
    if "other" in evidence:
        evidence["other"] = (names or {}).get(str(finding.evidence["other"]), evidence["other"])
    if "unit" in evidence:
        evidence["unit"] = say.unit(str(finding.evidence["unit"]))
    try:
        return say.t(finding.message, **evidence)
    except KeyError:
        return finding.message


def _shown(value: str | float, say: Voice) -> str:
    if isinstance(value, str):
        return visible(value)
    exact = f"{value:.{TOLD_DIGITS}g}" if isinstance(value, float) else ""
    return say.number(value, 0 if "e" in exact else len(exact.partition(".")[2]))


def visible(text: str) -> str:
    """A text with its stray tabs and line breaks made visible."""
    return text.replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
