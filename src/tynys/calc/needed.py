"""Which channels the averages of a source depend on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tynys.domain.fuel import FUELS

if TYPE_CHECKING:
    from uuid import UUID

    from tynys.domain.configuration import FacilityConfiguration

_PERIPHERALS = ("o2", "h2o", "temperature", "pressure")


def channels_needed(configuration: FacilityConfiguration, source: str | None = None) -> frozenset[UUID]:
    """Every channel the averages of a source (or of all) depend on: its own, peripherals, plant signals of states, ducts and fuels."""
    ids = {c.name: c.id for c in configuration.channels}
    names: set[str | None] = {c.channel for rule in configuration.plan.states for c in rule.conditions}
    names |= {duct.damper_channel for duct in configuration.ducts}
    fuels = {fuel.flow_component for fuel in (*FUELS.values(), *configuration.fuels)}
    names |= {c.name for c in configuration.channels if c.of_unit is not None and c.component in fuels}
    for plan in configuration.plan.components:
        if source is None or plan.source == source:
            for chain in plan.chains:
                names |= {*chain.channels, *(band.selection_channel for band in chain.ranges)}
                names |= {p.channel for role in _PERIPHERALS if (p := getattr(chain, role)) is not None}
    for flow in configuration.plan.flows:
        if source is None or flow.source == source:
            names |= {flow.channel, *(p.channel for role in _PERIPHERALS if (p := getattr(flow, role)) is not None)}
    return frozenset(ids[name] for name in names if name in ids)
