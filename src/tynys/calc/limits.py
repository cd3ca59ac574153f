"""Which limit a source's average is held against, and where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from msgspec.structs import replace

from tynys.domain.base import from_ms
from tynys.domain.component import Certainty
from tynys.domain.limit import EACH_AVERAGE, LegalForce, LimitKind, ScopeKind
from tynys.domain.quantity import Moisture
from tynys.domain.status import AverageStatus, PlantState
from tynys.law.certainty import weakest_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from tynys.domain.average import Average
    from tynys.domain.configuration import FacilityConfiguration
    from tynys.domain.limit import Limit

NEAR_SHARE = 0.9
"""From this share of the limit on a component is near it. Our own choice: a warning, not a verdict."""
MIXED_TESTS = "mixed"
"""The test of a limit weighted from limits with different ones: none that could be made."""
_STATES = frozenset(state.value for state in PlantState)


@dataclass(frozen=True, slots=True)
class Circumstance:
    """What a limit for one fuel or one regime depends on: the state an average stands for, and what was burnt.

    ``heat`` is the share of the heat input by fuel id, 0..1 and together 1; None where it is not known. ``state`` is None likewise.
    """

    state: PlantState | None = None
    heat: Mapping[str, float] | None = None


def limit_for(
    configuration: FacilityConfiguration, source: str, component: str, period: str, moment_ms: int, given: Circumstance | None = None
) -> Limit | None:
    """The strictest concentration limit of the source in force for a period, one that can be judged first; None if none is set.

    A limit for one regime or one fuel is that of an average made in it, and no limit of any other; where several fuels burn that each have
    their own, their mean weighted by heat input. Where state or heat is not known, or the limit names a fuel no unit may burn or a regime
    nobody defined, it is given as it is written and cannot be judged. A source whose units may burn one fuel only burns that.

    Sources
    -------
    2010/75/EU, Article 40(1): limits of a multi-fuel firing plant, weighted by the thermal input of each fuel.
    """
    moment = from_ms(moment_ms)
    found = [
        limit
        for limit in configuration.limits
        if limit.kind is LimitKind.CONCENTRATION
        and limit.scope_kind is ScopeKind.SOURCE
        and (limit.scope, limit.component, limit.period) == (source, component, period)
        and limit.in_force(moment)
    ]
    if any(limit.fuel is not None or limit.regime is not None for limit in found):
        found = _that_hold(found, configuration, source, moment, given or Circumstance())
    return min(found, key=lambda limit: (not can_be_judged(limit), limit.value), default=None)


def _that_hold(
    limits: Sequence[Limit], configuration: FacilityConfiguration, source: str, moment: datetime, given: Circumstance
) -> list[Limit]:
    """The limits that hold in a circumstance; those that do because of it no longer name their fuel or regime."""
    state = None if given.state is PlantState.UNKNOWN else given.state
    heat = given.heat if given.heat is not None else _only_fuel(configuration, source, moment)
    own = [replace(limit, regime=None) if state is not None and limit.regime == state.value else limit for limit in limits]
    own = [limit for limit in own if state is None or limit.regime is None or limit.regime not in _STATES]
    if heat is None:
        return own
    possible = _fuels(configuration, source, moment)
    general = [limit for limit in own if limit.fuel is None or limit.fuel not in possible]
    burnt = {fuel: share for fuel, share in heat.items() if share > 0}
    of_fuel = {fuel: _strictest([limit for limit in own if limit.fuel == fuel]) for fuel in burnt}
    held = {fuel: limit for fuel, limit in of_fuel.items() if limit is not None}
    if not burnt or not held:
        return general
    if len(held) < len(burnt):  # a fuel without a limit of its own: what the others ask can be shown, not judged
        return [*general, *held.values()]
    return [*general, _weighted(burnt, held)]


def _fuels(configuration: FacilityConfiguration, source: str, moment: datetime) -> frozenset[str]:
    """What the units on a source may burn."""
    units = {duct.unit for duct in configuration.ducts if duct.source == source and duct.in_force(moment)}
    return frozenset(fuel for unit in configuration.units if unit.id in units for fuel in unit.fuels)


def _only_fuel(configuration: FacilityConfiguration, source: str, moment: datetime) -> Mapping[str, float] | None:
    """The one fuel the units on a source may burn; None where there are several or none."""
    fuels = _fuels(configuration, source, moment)
    return dict.fromkeys(fuels, 1.0) if len(fuels) == 1 else None


def _strictest(limits: Sequence[Limit]) -> Limit | None:
    """The strictest of some limits for the fuel that burns, one that can be judged first: what may not hold hides none that does."""
    return min(limits, key=lambda limit: (not can_be_judged(replace(limit, fuel=None)), limit.value), default=None)


def _weighted(burnt: Mapping[str, float], held: Mapping[str, Limit]) -> Limit:
    """One limit of those of several fuels: weighted by heat, as sure as the least sure of them."""
    if len(held) == 1:
        (limit,) = held.values()
        return replace(limit, fuel=None)
    total = sum(burnt.values())
    first = next(iter(held.values()))
    return replace(
        first,
        id="+".join(limit.id for limit in held.values()),
        value=sum(burnt[fuel] * limit.value for fuel, limit in held.items()) / total,
        document="; ".join(dict.fromkeys(limit.document for limit in held.values())),
        certainty=weakest_of(held.values()),
        o2_reference_pct=None,
        fuel=None,
        regime=next((limit.regime for limit in held.values() if limit.regime is not None), None),
        test=first.test if len({limit.test for limit in held.values()}) == 1 else MIXED_TESTS,
        force=LegalForce.BENCHMARK if any(limit.force is LegalForce.BENCHMARK for limit in held.values()) else LegalForce.BINDING,
        moisture=Moisture.WET if any(limit.moisture is Moisture.WET for limit in held.values()) else Moisture.DRY,
    )


def can_be_judged(limit: Limit) -> bool:
    """Whether an average as it is made can be held against a limit as it is written.

    It must be binding and sure, of dry gas, and speak of this average: what holds for a fuel or a regime that is not known to be this one's
    (`limit_for`), or by another test, is shown, and is no verdict.
    """
    anyhow = limit.fuel is None and limit.regime is None and limit.test == EACH_AVERAGE and limit.moisture is Moisture.DRY
    return anyhow and limit.force is LegalForce.BINDING and limit.certainty is not Certainty.TO_CONFIRM


def standing_against(limit: Limit | None, closed: Average | None, mean: float | None, forecast: float | None) -> str:
    """Where a component stands against its limit, in the words of the pages, the same at the plant and at the centre.

    Parameters
    ----------
    closed : Average or None
        The last closed average of the limit's period: it alone can exceed.
    mean, forecast : float or None
        Of the open window, in the limit's unit: they warn.
    """
    if limit is None:
        return "no_limit"
    if not can_be_judged(limit):
        return "cannot_be_judged"
    over = closed.value if closed is not None and closed.status is AverageStatus.VALID else None
    if over is not None and over > limit.value:
        return "exceeding"
    ahead = [value for value in (over, mean, forecast) if value is not None]
    if not ahead:
        return "invalid"
    return "near" if max(ahead) > NEAR_SHARE * limit.value else "within"
