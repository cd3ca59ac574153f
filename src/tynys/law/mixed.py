"""The limit of a plant that burns several fuels at once: each fuel's limit, weighted by the heat it brings."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import fsum, isfinite
from typing import TYPE_CHECKING

from tynys.law.certainty import weakest
from tynys.law.plant_class import limit_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from tynys.domain.component import Certainty
    from tynys.domain.fuel import Fuel
    from tynys.law.limits import EmissionLimit
    from tynys.law.pack import RulePack
    from tynys.law.plant_class import Plant
    from tynys.law.values import Sourced


@dataclass(frozen=True, slots=True)
class WeightedLimit:
    """A limit made of the limits of the fuels in use.

    Parameters
    ----------
    value : float
        What no average may exceed. [unit of the limits]
    certainty : Certainty
        The weakest of all it rests on: each limit, and the rule of weighting where there is more than one fuel.
    parts : tuple of (EmissionLimit, float)
        Each fuel's limit and its share of the heat input, 0..1.
    """

    value: float
    certainty: Certainty
    parts: tuple[tuple[EmissionLimit, float], ...]


def limit_in_use(
    pack: RulePack, plant: Plant, burnt: Sequence[tuple[Fuel, float]], component: str, period: str, on: date
) -> WeightedLimit | None:
    """The limit of what a plant burnt over a span; None where it cannot be told.

    Parameters
    ----------
    plant : Plant
        Its own fuel is not looked at: each fuel burnt stands in its place.
    burnt : sequence of (Fuel, float)
        Heat input by fuel over the span, in any one unit of energy; fuels of which nothing was burnt do not count.

    Sources
    -------
    2010/75/EU, Article 40; 13. BImSchV, section 6 (2): each fuel's limit by its share of the thermal input, then their sum.
    """
    found = []
    for fuel, heat in burnt:
        if heat == 0:
            continue
        limit = limit_of(pack, replace(plant, fuel=fuel), component, period, on)
        if limit is None:
            return None
        found.append((limit, heat))
    return weighted(found, pack.oxygen.mixed_fuels)


def weighted(limits: Sequence[tuple[EmissionLimit, float]], rule: Sourced) -> WeightedLimit | None:
    """Limits of one component and period weighted by heat input; None where a heat is not known, negative, or all are zero.

    One fuel's limit stands as it is written, whatever its heat. The weighted value lies between the lowest and the highest of them, and
    does not depend on their order.

    Raises
    ------
    ValueError
        If the limits are not of one component, period, unit, kind and test: they have no common measure.
    """
    if len({(limit.component, limit.period, limit.unit, limit.kind, limit.test) for limit, _ in limits}) > 1:
        message = "expected limits of one component, period, unit, kind and test"
        raise ValueError(message)
    heats = [heat for _, heat in limits]
    if not all(isfinite(heat) and heat >= 0 for heat in heats) or not (total := fsum(heats)) > 0:
        return None
    burning = [(limit, heat / total) for limit, heat in limits if heat > 0]
    if len(burning) == 1:
        return WeightedLimit(burning[0][0].bound, burning[0][0].certainty, ((burning[0][0], 1.0),))
    bounds = [limit.bound for limit, _ in burning]
    value = fsum(limit.bound * heat for limit, heat in limits) / total
    return WeightedLimit(min(max(value, min(bounds)), max(bounds)), weakest(rule, *(limit for limit, _ in burning)), tuple(burning))
