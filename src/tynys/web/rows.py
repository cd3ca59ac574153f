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
    """Since when a source stands where it stands; a silent one since its last reading."""
    if source.standing == Standing.SILENT:
        return source.last_reading_ms
    return view.since_ms if view else None


def source_row(voice: Voice, source: SourceView, now_ms: int) -> SourceRow:
    """The row of a source in a list of sources."""
    view = worst(source)
    name, facility = voice.brief(source.names), voice.brief(source.facility_names)
    standing = str(source.standing)
    if view is None or source.standing == Standing.SILENT:
        reason = silence(voice, source, now_ms) if source.standing == Standing.SILENT else voice.t(f"reason.{standing}")
        return SourceRow(source.source, f"/source/{source.source}", facility, name, "", standing, reason, numbers.ABSENT, "", "", "")
    return SourceRow(
        source=source.source,
        href=f"/source/{source.source}?component={view.component}",
        facility=facility,
        name=name,
        component=voice.short(view.component),
        standing=standing,
        reason=sentences.reason(voice, view, now_ms, since_ms=view.since_ms),
        shown=voice.beside(view.mean_so_far, view.limit),
        limit=voice.measured(view.limit) if view.limit is not None else "",
        unit=voice.unit(view.unit),
        bar=limit_bar(voice, view.mean_so_far, view.limit, view.forecast, str(view.standing)),
    )


def silence(voice: Voice, source: SourceView, now_ms: int) -> str:
    """How long a source has said nothing, and when its last batch came."""
    if source.last_reading_ms is None:
        return voice.t("reason.silent_always")
    length = voice.duration(now_ms - source.last_reading_ms)
    return voice.t("reason.silent_since", length=length, last=voice.moment(source.last_reading_ms, now_ms, seconds=True))


def component_row(voice: Voice, source: SourceView, view: ComponentView, now_ms: int) -> ComponentRow:
    """The row of a component on its facility's page."""
    silent = source.standing == Standing.SILENT
    return ComponentRow(
        href=f"/source/{source.source}?component={view.component}",
        component=voice.short(view.component),
        standing=str(view.standing),
        reason=silence(voice, source, now_ms) if silent else sentences.reason(voice, view, now_ms, since_ms=view.since_ms),
        shown=voice.beside(view.mean_so_far, view.limit),
        limit=voice.measured(view.limit) if view.limit is not None else "",
        unit=voice.unit(view.unit),
        bar=limit_bar(voice, view.mean_so_far, view.limit, view.forecast, str(view.standing)),
    )


def sources_of(facilities: Iterable[FacilityView]) -> list[SourceView]:
    """All sources of some facilities."""
    return [source for facility in facilities for source in facility.sources]
