"""Gaps as rows for people: what befell several channels of one place at once is one row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tynys.centre.views import GapView, NationView, TransmissionView
    from tynys.domain.configuration import FacilityConfiguration
    from tynys.present.voice import Voice

MOST_NAMED = 4
"""So many channels are named; more are counted."""

Place = tuple[str, str]
"""Where a channel belongs, and what it measures, in words."""


def gap_rows(voice: Voice, view: TransmissionView, nation: NationView) -> list[dict[str, Any]]:
    """One row for each place, span and cause, in the order of the gaps."""
    configurations = {facility.facility: facility.configuration for facility in nation.facilities}
    names = {facility.facility: voice.brief(facility.names) for facility in nation.facilities}
    owners = {gateway.gateway: gateway.facility for gateway in view.gateways}
    places = {facility: channel_places(voice, found) for facility, found in configurations.items() if found is not None}
    gathered: dict[tuple[str, int, int, str], list[tuple[str, GapView]]] = {}
    for gap in view.gaps:
        facility = owners.get(gap.gateway, gap.gateway)
        where, what = place_of(voice, gap, places.get(facility, {}))
        owner = ", ".join(part for part in (names.get(facility, facility), where) if part)
        gathered.setdefault((owner, gap.start_ms, gap.end_ms, gap.cause), []).append((what, gap))
    return [
        {
            "where": owner,
            "what": told(voice, [what for what, _ in members]),
            "start": voice.moment(start_ms, view.now_ms, seconds=True),
            "length": voice.duration(end_ms - start_ms),
            "count": voice.number(sum(gap.count for _, gap in members)),
            "cause": voice.known("gap_cause", cause),
        }
        for (owner, start_ms, end_ms, cause), members in gathered.items()
    ]


def channel_places(voice: Voice, configuration: FacilityConfiguration) -> dict[str, Place]:
    """Every channel by name and by id: its stack or boiler, and its substance."""
    points = {point.id: point.source for point in configuration.points}
    names = {source.id: voice.brief(source.names) for source in configuration.sources}
    names |= {unit.id: voice.brief(unit.names) for unit in configuration.units}
    found: dict[str, Place] = {}
    for channel in configuration.channels:
        place = names.get(channel.of_unit or points.get(channel.point or "", ""), "")
        found[channel.name] = found[str(channel.id)] = (place, voice.component(channel.component))
    return found


def place_of(voice: Voice, gap: GapView, places: Mapping[str, Place]) -> Place:
    """Where a gap is and what is missing there; a channel of no known plan is named as it is."""
    if not gap.channel:
        return "", voice.t("transmission.whole_gateway")
    return places.get(gap.channel, ("", gap.channel))


def told(voice: Voice, what: Iterable[str]) -> str:
    """Names of the channels, or how many there are."""
    named = list(dict.fromkeys(what))
    return ", ".join(named) if len(named) <= MOST_NAMED else voice.n("transmission.channels", len(named))
