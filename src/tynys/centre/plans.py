"""Configurations and their monitoring plans: which is known, which approved, which in force."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from tynys.calc.pipeline import channels_needed
from tynys.calc.standardise import unit_of_averages
from tynys.centre.basis import Basis, basis_of, in_force, timeline
from tynys.centre.effect import orders, touched
from tynys.centre.packs import PackBook, enter_shipped
from tynys.domain.base import to_ms
from tynys.domain.component import CATALOGUE, ComponentKind
from tynys.domain.configuration import FacilityConfiguration
from tynys.domain.consistency import check_configuration
from tynys.domain.errors import ConfigurationError, MalformedError, NotFoundError, RefusedError, TooLargeError
from tynys.domain.quantity import Unit

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from tynys.domain.instrument import Channel
    from tynys.domain.plan import ComponentPlan
    from tynys.storage.registry import Registry
    from tynys.storage.registry_rows import RecomputeOrder

SHORTEST_WINDOW_MS = 1_200_000
"""The shortest averaging window. [ms]."""
APPROVED, WAITING, REFUSED = "approved", "waiting", "refused"


MOST_DOCUMENT = 1 << 20
"""The longest configuration that is read; a plant of many stacks has a tenth of it. [bytes]"""
REGULATED = frozenset({ComponentKind.POLLUTANT, ComponentKind.GREENHOUSE_GAS, ComponentKind.WATER})


def kind_of(name: str) -> ComponentKind | None:
    """The role of a component, None if the catalogue does not know it."""
    return CATALOGUE[name].kind if name in CATALOGUE else None


@dataclass(frozen=True, eq=False)
class Plan:
    """One configuration as the centre uses it, with what is looked up again and again."""

    digest: str
    document: bytes
    configuration: FacilityConfiguration
    state: str
    simulated: bool
    first_seen_ms: int

    @property
    def facility(self) -> str:
        """The facility it belongs to."""
        return self.configuration.facility.id

    @cached_property
    def valid_from_ms(self) -> int:
        """From when the plan is in force. [ms]."""
        return to_ms(self.configuration.plan.valid_from)

    @cached_property
    def needed(self) -> frozenset[UUID]:
        """Every channel a recompute of the facility must load."""
        return channels_needed(self.configuration)

    def needed_by(self, sources: frozenset[str]) -> frozenset[UUID]:
        """The channels a recompute of some sources must load."""
        return frozenset().union(*(channels_needed(self.configuration, source) for source in sources))

    @cached_property
    def channels(self) -> Mapping[UUID, Channel]:
        """Channels by identity."""
        return {channel.id: channel for channel in self.configuration.channels}

    @cached_property
    def by_name(self) -> Mapping[str, Channel]:
        """Channels by name."""
        return {channel.name: channel for channel in self.configuration.channels}

    @cached_property
    def components(self) -> Mapping[str, tuple[ComponentPlan, ...]]:
        """Component plans by source."""
        return {
            source.id: tuple(plan for plan in self.configuration.plan.components if plan.source == source.id)
            for source in self.configuration.sources
        }

    @cached_property
    def source_of(self) -> Mapping[UUID, str]:
        """The source a channel's point belongs to; a plant signal belongs to none."""
        points = {point.id: point.source for point in self.configuration.points}
        return {channel.id: points[channel.point] for channel in self.configuration.channels if channel.point in points}

    @cached_property
    def of_source(self) -> Mapping[str, tuple[Channel, ...]]:
        """Channels by source."""
        return {
            source.id: tuple(c for c in self.configuration.channels if self.source_of.get(c.id) == source.id)
            for source in self.configuration.sources
        }

    def main_channel(self, source: str, component: str) -> Channel | None:
        """The channel a chart of a component's readings shows: the main chain's first, else the source's own of that component."""
        for plan in self.components.get(source, ()):
            if plan.component == component:
                return self.by_name.get(plan.chains[0].channels[0])
        return next((channel for channel in self.of_source.get(source, ()) if channel.component == component), None)

    def unit_of(self, source: str, component: str) -> str:
        """The unit of a component's averages; empty where the plan does not know the component."""
        if component == "flow":
            return str(Unit.NM3_H)
        channel = self.main_channel(source, component)
        return str(unit_of_averages(channel)) if channel is not None else ""

    def pollutants(self, source: str) -> frozenset[str]:
        """Components of a source that are regulated."""
        return frozenset(plan.component for plan in self.components.get(source, ()) if kind_of(plan.component) in REGULATED)

    @cached_property
    def slowest_ms(self) -> int:
        """The longest declared interval of a needed channel. [ms]."""
        return max((each.interval_ms for uuid in self.needed for each in self.channels[uuid].acquisition), default=0)

    @property
    def has_slow(self) -> bool:
        """Whether some channel is slower than the shortest window, so that its averages begin with the hour."""
        return self.slowest_ms > SHORTEST_WINDOW_MS


class PlanBook:
    """All configurations the centre has seen, and the rule packs they name; kept by the registry, held decoded here."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._plans: dict[str, Plan] = {}
        enter_shipped(registry, time.time_ns() // 1_000_000)
        self.packs = PackBook()
        self.refresh()

    def refresh(self) -> list[Plan]:
        """Read what another process decided; the plans whose state changed."""
        changed = []
        self.packs = PackBook.of(self._registry, self.packs)
        for row in self._registry.configurations():
            digest = row.digest.hex()
            held = self._plans.get(digest)
            if held is not None and held.state == row.state:
                continue
            configuration = held.configuration if held else msgspec.json.decode(row.document, type=FacilityConfiguration)
            plan = Plan(digest, row.document, configuration, row.state, row.simulated, row.first_seen_ms)
            self._plans[digest] = plan
            changed.append(plan)
        return changed

    def learn(self, document: bytes, *, facility: str, gateway: UUID, simulated: bool, position: int, now_ms: int) -> Plan:
        """Keep a configuration that arrived in a batch; one that nobody could work by, or that names another's things, is refused."""
        if len(document) > MOST_DOCUMENT:
            raise TooLargeError(f"a configuration of {len(document)} bytes, at most {MOST_DOCUMENT} are read", where=f"gateway {gateway}")
        try:
            configuration = msgspec.json.decode(document, type=FacilityConfiguration)
        except (msgspec.MsgspecError, RecursionError) as problem:
            raise MalformedError(f"the configuration cannot be read: {problem}", where=f"gateway {gateway}") from problem
        if configuration.facility.id != facility:
            raise RefusedError(
                f"expected the configuration of {facility}, got one of {configuration.facility.id}", where=f"gateway {gateway}"
            )
        if configuration.encode() != document:
            raise MalformedError("the configuration is not in canonical form", where=f"gateway {gateway}")
        digest = configuration.digest()
        held = self._plans.get(digest.hex())
        if held is None:
            self._check(configuration, f"gateway {gateway}")
            self._registry.put_configuration(digest, facility, document, now_ms, position, gateway, simulated=simulated)
            held = self._plans[digest.hex()] = Plan(digest.hex(), document, configuration, WAITING, simulated, now_ms)
        return held

    def _check(self, configuration: FacilityConfiguration, where: str) -> None:
        """Refuse a configuration that does not fit together, whose rule pack is not known, or that claims another facility's things."""
        if problems := check_configuration(configuration):
            more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
            raise ConfigurationError(f"{problems[0]}{more}", where=where, hint="tynys plant check names them all", code="plan.inconsistent")
        self.packs.check(configuration.plan.rule_pack)
        channels, sources = {channel.id for channel in configuration.channels}, {source.id for source in configuration.sources}
        for plan in self._plans.values():
            if plan.facility == configuration.facility.id:
                continue
            taken = [*map(str, channels & plan.channels.keys()), *(sources & plan.components.keys())]
            if taken:
                raise RefusedError(f"{taken[0]} belongs to {plan.facility}", where=where, code="plan.of_another_facility")

    def facility_of_source(self, source: str) -> str | None:
        """The facility whose configuration has a source, None if none has."""
        return next((plan.facility for plan in self._plans.values() if source in plan.components), None)

    def decide(self, digest: str, *, approved: bool, by: str, at_ms: int, reason: str = "") -> Plan:
        """Approve or refuse a plan; what was computed otherwise before is to be computed again."""
        again = self.orders_of(self.get(digest), approved=approved)
        self._registry.decide(bytes.fromhex(digest), approved, by, at_ms, reason, orders=again)
        self.refresh()
        return self.get(digest)

    def orders_of(self, plan: Plan, *, approved: bool = True) -> list[RecomputeOrder]:
        """What approving a plan (or refusing one that was approved) touches of what is computed already."""
        mine = self.of_facility(plan.facility)
        others = [each for each in mine if each.digest != plan.digest]
        decided = replace(plan, state=APPROVED if approved else REFUSED)
        found = touched(timeline(mine, self.packs), timeline([*others, decided], self.packs))
        return orders(plan.facility, found, cause="plan", subject=plan.digest)

    def orders_of_pack(self, packs: PackBook, subject: str) -> list[RecomputeOrder]:
        """What other packs than those in force touch, of every facility."""
        again = []
        for facility in self.facilities():
            mine = self.of_facility(facility)
            again += orders(facility, touched(timeline(mine, self.packs), timeline(mine, packs)), cause="rule_pack", subject=subject)
        return again

    def get(self, digest: str) -> Plan:
        """A configuration by its digest."""
        plan = self._plans.get(digest)
        if plan is None:
            raise NotFoundError(f"no configuration {digest!r}", where="plans", hint="GET /api/v1/plans lists them")
        return plan

    def all(self) -> list[Plan]:
        """Every configuration, oldest first."""
        return sorted(self._plans.values(), key=lambda plan: plan.first_seen_ms)

    def facilities(self) -> list[str]:
        """Facilities with any configuration."""
        return sorted({plan.facility for plan in self._plans.values()})

    def in_force(self, facility: str, at_ms: int) -> Plan | None:
        """The approved configuration in force at an instant: the latest valid one, the latest seen among equals."""
        return in_force(self.of_facility(facility), at_ms)

    def basis(self, facility: str, at_ms: int) -> Basis | None:
        """The plan and the version of its rule pack that a window beginning at an instant is computed by."""
        return basis_of(self.of_facility(facility), self.packs, at_ms)

    def of_facility(self, facility: str) -> list[Plan]:
        """Every configuration of a facility."""
        return [plan for plan in self._plans.values() if plan.facility == facility]

    def shown(self, facility: str, at_ms: int) -> Plan | None:
        """The configuration a page shows: the one in force, else the newest approved, else the newest."""
        if (plan := self.in_force(facility, at_ms)) is not None:
            return plan
        mine = [plan for plan in self._plans.values() if plan.facility == facility]
        return max(mine, key=lambda plan: (plan.state == APPROVED, plan.valid_from_ms, plan.first_seen_ms), default=None)

    def get_shown(self, facility: str, at_ms: int) -> Plan:
        """The configuration a page shows of a facility that must be known."""
        plan = self.shown(facility, at_ms)
        if plan is None:
            raise NotFoundError(f"no facility {facility!r}", where="facility", hint="GET /api/v1/facilities lists them")
        return plan

    def of_source(self, source: str, at_ms: int) -> Plan | None:
        """The configuration a page shows for a source."""
        facility = self.facility_of_source(source)
        return self.shown(facility, at_ms) if facility is not None else None

    def of_channel(self, channel: UUID) -> Plan | None:
        """The newest configuration that has a channel."""
        return max((plan for plan in self._plans.values() if channel in plan.channels), key=lambda plan: plan.first_seen_ms, default=None)
