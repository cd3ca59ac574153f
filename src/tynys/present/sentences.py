"""The sentence of state: what a page says first, and the reason beside every value."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from tynys.present import kazakh

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tynys.present.voice import Voice

ABNORMAL = (
    "exceeding",
    "near",
    "silent",
    "invalid",
    "calibration",
    "cannot_be_judged",
    "no_limit",
    "not_operating",
    "not_connected",
)
"""Standings a headline names one by one, worst first; ``within`` is what remains."""
MANY = 5
"""A number whose plural form is the general one in every language: "all are silent" is said of 21 as of 5."""
PAIR = 2
"""Two are "both"."""
LIKELIHOODS = ((0.99, "surely"), (0.9, "certain"), (0.5, "likely"), (0.1, "possible"), (0.01, "unlikely"), (0.0, "hardly"))
"""From which probability on which words are said; more digits than these would promise too much."""
_EMPHASIS = re.compile(r"\[\[(.+?)\]\]")


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a sentence; ``standing`` colours it, empty leaves it plain."""

    text: str
    standing: str = ""


class ComponentState(Protocol):
    """What a reason needs to know of a component; the centre's and the plant's views both have it."""

    @property
    def component(self) -> str:
        """Component id."""

    @property
    def unit(self) -> str:
        """Unit of every value."""

    @property
    def standing(self) -> str:
        """Where it stands."""

    @property
    def window_end_ms(self) -> int:
        """End of the running window."""

    @property
    def permissible_remaining(self) -> float | None:
        """Highest mean over the rest of the window that still keeps the limit."""

    @property
    def limit(self) -> float | None:
        """The limit."""

    @property
    def forecast(self) -> float | None:
        """What the window's mean will be if nothing changes."""

    @property
    def exceedance_probability(self) -> float | None:
        """How likely the window's mean is to end above the limit, 0..1."""


def words(voice: Voice, form: str, count: int) -> str:
    """A small count in words, as the language's grammar asks in that place; a large one in digits."""
    known = voice.t(f"count.{form}").split("|")
    if count < len(known):
        return known[count]
    shown = voice.number(count)
    return kazakh.possessive(shown, count) if voice.language == "kk" and form in {"part", "some"} else shown


def capital(sentence: str) -> str:
    """The sentence with its first letter large."""
    return sentence[:1].upper() + sentence[1:]


def nation(voice: Voice, counts: Mapping[str, int], *, lead: bool = True) -> list[Segment]:
    """How the country stands: "Eight of eleven sources are within their limits. One exceeds, one is silent.".

    ``lead`` makes it stand alone: it says how many sources there are where none is within its limits, and begins with a capital.
    """
    total, within = sum(counts.values()), counts.get("within", 0)
    if total == 0:
        return [Segment(voice.t("nation.none_connected"))]
    if within == total:
        every = voice.n("nation.all_within", total, total=words(voice, "whole", total))
        return [Segment(voice.t("nation.both_within") if total == PAIR else capital(every))]
    segments = []
    if within:
        sources = voice.n("nation.of_sources", total, total=words(voice, "of", total))
        many = voice.n("nation.some_within", within, within=words(voice, "part", within), sources=sources)
        segments.append(Segment(capital(many) + " "))
    elif lead and total > 1:
        segments.append(Segment(capital(voice.n("nation.total", total, total=words(voice, "whole", total))) + " "))
    named = [(standing, counts[standing]) for standing in ABNORMAL if counts.get(standing)]
    for index, (standing, count) in enumerate(named):
        if count == total:
            only, every = voice.t("count.all").split("|")
            clause = voice.n(f"nation.{standing}", 1 if count == 1 else MANY, count=only if count == 1 else every)
        else:
            clause = voice.n(f"nation.{standing}", count, count=words(voice, "some", count))
        begins = not segments and lead
        segments.append(Segment(capital(clause) if begins or (within and index == 0) else clause, standing))
        segments.append(Segment(", " if index < len(named) - 1 else "."))
    return segments


def source(
    voice: Voice, name: str, standing: str, worst: ComponentState | None, since_ms: int | None, now_ms: int, *, told: str = ""
) -> list[Segment]:
    """How one source stands: "Stack 2 exceeds its dust limit since 14:00"; ``told`` where its standing has a closer word."""
    by = voice.known("component_by", worst.component) if worst else ""
    key = f"source.{told or standing}"
    if since_ms is not None and voice.has(f"{key}.since"):
        sentence = voice.t(f"{key}.since", name=name, by=by, since=voice.since(since_ms, now_ms))
    elif standing == "near" and worst:
        sentence = voice.t(key, name=name, by=by, time=voice.clock(worst.window_end_ms))
    else:
        sentence = voice.t(key, name=name, by=by)
    return emphasised(capital(sentence), standing)


def emphasised(sentence: str, standing: str) -> list[Segment]:
    """Split a text at its ``[[…]]``: the part inside carries the standing."""
    parts = _EMPHASIS.split(sentence)
    return [Segment(part, standing if index % 2 else "") for index, part in enumerate(parts) if part]


def plain(segments: Iterable[Segment]) -> str:
    """The sentence without colour."""
    return "".join(segment.text for segment in segments)


def reason(voice: Voice, state: ComponentState, now_ms: int, *, since_ms: int | None = None, period: str = "PT20M") -> str:
    """Why a component stands where it stands, in one line under its name."""
    if state.standing == "exceeding":
        said = voice.t("reason.exceeding", period=period_words(voice, period))
        return (
            said
            if since_ms is None
            else voice.t("reason.exceeding_since", period=period_words(voice, period), since=voice.since(since_ms, now_ms))
        )
    if state.standing == "near":
        return budget(voice, state, now_ms)
    if since_ms is not None and voice.has(f"reason.{state.standing}_since"):
        return voice.t(f"reason.{state.standing}_since", length=voice.duration(now_ms - since_ms), since=voice.since(since_ms, now_ms))
    return voice.t(f"reason.{state.standing}")


def budget(voice: Voice, state: ComponentState, now_ms: int) -> str:
    """What the rest of the window may still bring: "may average up to 694 for 8 min"."""
    if state.limit is None:
        return voice.t("budget.no_limit")
    if state.standing == "cannot_be_judged":
        return voice.t("reason.cannot_be_judged")
    left, most = max(0, state.window_end_ms - now_ms), state.permissible_remaining
    if most is None or left == 0:
        return voice.t("budget.unknown")
    if most <= 0:
        return voice.t("budget.lost", time=voice.clock(state.window_end_ms))
    over = state.forecast is not None and state.forecast > state.limit
    kind = "may" if not over else "must" if state.standing == "exceeding" else "unless"
    return voice.t(f"budget.{kind}", most=voice.measured(most), left=voice.duration(left), time=voice.clock(state.window_end_ms))


def likelihood(voice: Voice, state: ComponentState) -> str:
    """How likely the open window is to exceed: "likely to exceed: 83%"; nothing where it is not known."""
    share = state.exceedance_probability
    if share is None:
        return ""
    told = next(name for least, name in LIKELIHOODS if share >= least)
    return voice.t(f"exceedance.{told}", share=voice.percent(share))


def period_words(voice: Voice, period: str) -> str:
    """A period as an adjective: 20-minute, hourly, daily."""
    return voice.known("period", period)
