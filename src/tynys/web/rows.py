"""Views turned into rows of words: what tables of sources and components show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tynys.centre.views import Standing
from tynys.present import numbers, sentences
from tynys.present.limit_bar import limit_bar

if TYPE_CHECKING:
    from collections.abc import Iterable

    from markupsafe import Markup

    from tynys.centre.views import ComponentView, FacilityView, SourceView
    from tynys.present.voice import Voice

ORDER = {standing: rank for rank, standing in enumerate(Standing)}
"""Worst first, as the enumeration says."""


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A source by its component that needs attention most."""

    source: str
    href: str
    facility: str
    name: str
    component: Markup | str
    standing: str
    reason: str
    shown: str
    limit: str
    unit: str
    bar: Markup | str


@dataclass(frozen=True, slots=True)
class ComponentRow:
    """One component of one source, in short."""

    href: str
    component: Markup
    standing: str
    reason: str
    shown: str
    limit: str
    unit: str
    bar: Markup | str


def share(view: ComponentView) -> float:
    """How much of its limit a component uses, for ordering only."""
    return view.mean_so_far / view.limit if view.mean_so_far is not None and view.limit else -1.0


def worst(source: SourceView) -> ComponentView | None:
    """The component to show where there is room for one."""
    return min(source.components, key=lambda view: (ORDER[view.standing], -share(view)), default=None)


def ranked(sources: Iterable[SourceView]) -> list[SourceView]:
    """Sources with those first that need attention first."""

    def key(source: SourceView) -> tuple[int, float]:
        view = worst(source)
        return ORDER[source.standing], -share(view) if view else 0.0

    return sorted(sources, key=key)


def since(source: SourceView, view: ComponentView | None) -> int | None:
    """Since when a source stands where it stands; a silent one since it was last heard."""
    if view is not None and view.since_ms is not None:
        return view.since_ms
    return source.last_reading_ms if source.standing == Standing.SILENT else None


def partly_silent(source: SourceView) -> bool:
    """Whether some of a silent source's instruments still answer."""
    views = (*source.components, *source.peripherals)
    return source.standing == Standing.SILENT and any(view.standing not in {Standing.SILENT, Standing.NOT_CONNECTED} for view in views)


def why(voice: Voice, source: SourceView, view: ComponentView, now_ms: int) -> str:
    """Why a component stands where it stands, with the instrument's own word where its readings do not count."""
    if view.standing == Standing.SILENT:
        return silence(voice, source, view, now_ms)
    cause = cause_of(voice, view)
    if view.standing != Standing.INVALID or not cause:
        return sentences.reason(voice, view, now_ms, since_ms=view.since_ms)
    return cause if view.since_ms is None else voice.t("reason.cause_since", cause=cause, length=voice.duration(now_ms - view.since_ms))


def cause_of(voice: Voice, view: ComponentView) -> str:
    """What the instrument says of a value that is not live, or what the value lacks otherwise; empty if all is well."""
    if view.now_status not in {"", "valid"}:
        return voice.known("reading_status", view.now_status)
    if view.now is None and view.now_status == "valid" and view.standing not in {Standing.SILENT, Standing.NOT_OPERATING}:
        return voice.t("reason.uncorrected")
    return voice.t("reason.too_few") if view.standing == Standing.INVALID else ""


def closer_word(source: SourceView, view: ComponentView | None) -> str:
    """What a standing with more than one cause comes from, for the sentence of its source; empty for all others."""
    if partly_silent(source):
        return "partly_silent"
    waits = source.standing == Standing.INVALID and view is not None and view.now is not None and view.now_status in {"", "valid"}
    return "too_few" if waits else ""


def source_row(voice: Voice, source: SourceView, now_ms: int) -> SourceRow:
    """The row of a source in a list of sources."""
    view = worst(source)
    name, facility = voice.brief(source.names), voice.brief(source.facility_names)
    standing = str(source.standing)
    if view is None or source.standing == Standing.SILENT:
        reason = silence(voice, source, view, now_ms) if source.standing == Standing.SILENT else voice.t(f"reason.{standing}")
        return SourceRow(source.source, f"/source/{source.source}", facility, name, "", standing, reason, numbers.ABSENT, "", "", "")
    return SourceRow(
        source=source.source,
        href=f"/source/{source.source}?component={view.component}",
        facility=facility,
        name=name,
        component=voice.short(view.component),
        standing=standing,
        reason=why(voice, source, view, now_ms),
        shown=voice.beside(view.mean_so_far, view.limit),
        limit=voice.measured(view.limit) if view.limit is not None else "",
        unit=voice.unit(view.unit),
        bar=limit_bar(voice, view.mean_so_far, view.limit, view.forecast, str(view.standing)),
    )


def silence(voice: Voice, source: SourceView, view: ComponentView | None, now_ms: int) -> str:
    """How long nothing was heard, and what the line says of it."""
    heard = since(source, view)
    if heard is None:
        return voice.t("reason.silent_always")
    said = voice.t("reason.silent_since", length=voice.duration(now_ms - heard))
    lost = view is not None and view.now_status == "communication_lost"
    return f"{said}: {voice.t('reading_status.communication_lost')}" if lost else said


def component_row(voice: Voice, source: SourceView, view: ComponentView, now_ms: int) -> ComponentRow:
    """The row of a component on its facility's page."""
    return ComponentRow(
        href=f"/source/{source.source}?component={view.component}",
        component=voice.short(view.component),
        standing=str(view.standing),
        reason=why(voice, source, view, now_ms),
        shown=voice.beside(view.mean_so_far, view.limit),
        limit=voice.measured(view.limit) if view.limit is not None else "",
        unit=voice.unit(view.unit),
        bar=limit_bar(voice, view.mean_so_far, view.limit, view.forecast, str(view.standing)),
    )


def sources_of(facilities: Iterable[FacilityView]) -> list[SourceView]:
    """All sources of some facilities."""
    return [source for facility in facilities for source in facility.sources]
