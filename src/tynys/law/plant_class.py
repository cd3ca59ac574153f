"""Which limits of a pack apply to a plant: its class decides, and what is not known of it is said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tynys.domain.facility import UnitKind
from tynys.domain.limit import LimitKind

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from tynys.domain.facility import AbatementKind
    from tynys.domain.fuel import Fuel
    from tynys.law.limits import EmissionLimit, PlantClass, Technology
    from tynys.law.pack import RulePack


@dataclass(frozen=True, slots=True, kw_only=True)
class Plant:
    """What a limit may ask of a plant; what is not known is None.

    Parameters
    ----------
    fuel : Fuel
        What it burns.
    thermal_input_mw : float
        Rated thermal input of the whole combustion plant. [MW]
    hours : float or None
        Operating hours a year, as the law counts them. [h]
    abatement : frozenset of AbatementKind
        The devices it has.
    """

    fuel: Fuel
    thermal_input_mw: float
    unit_kind: UnitKind = UnitKind.BOILER
    technology: Technology | None = None
    plant_class: PlantClass | None = None
    permitted: date | None = None
    commissioned: date | None = None
    hours: float | None = None
    abatement: frozenset[AbatementKind] = frozenset()


@dataclass(frozen=True, slots=True)
class Applicable:
    """A limit that applies to a plant, as far as is known.

    Parameters
    ----------
    missing : tuple of str
        What is not known of the plant and could exclude it; empty if the limit applies for sure.
    """

    limit: EmissionLimit
    missing: tuple[str, ...]

    @property
    def sure(self) -> bool:
        """Whether it applies beyond doubt: everything it asks is known, and it has no condition only a person can see."""
        return not self.missing and not self.limit.condition


def limits_of(pack: RulePack, plant: Plant, on: date) -> tuple[Applicable, ...]:
    """Every limit of the pack that applies to the plant on a day, or may apply, in the pack's order."""
    found = ((limit, _missing(limit, plant)) for limit in pack.limits if _in_force(limit, pack, on))
    return tuple(Applicable(limit, missing) for limit, missing in found if missing is not None)


def limit_of(pack: RulePack, plant: Plant, component: str, period: str, on: date) -> EmissionLimit | None:
    """The one limit that applies for sure; None if there is none, or what decides is not known.

    The loader sees to it that there is never more than one.
    """
    sure = (a.limit for a in limits_of(pack, plant, on) if a.sure and a.limit.kind is LimitKind.CONCENTRATION)
    return next((limit for limit in sure if (limit.component, limit.period) == (component, period)), None)


def overlap(one: EmissionLimit, other: EmissionLimit) -> bool:
    """Whether two limits give one plant two values of the same kind on the same day."""
    if any(getattr(one, field) != getattr(other, field) for field in ("component", "kind", "period", "unit_kind", "condition")):
        return False
    pairs = zip(_choices(one), _choices(other), strict=True)
    spans = zip(_spans(one), _spans(other), strict=True)
    return all(not a or not b or a & b for a, b in pairs) and all(a.meets(b) for a, b in spans)


def _in_force(limit: EmissionLimit, pack: RulePack, on: date) -> bool:
    first, last = limit.valid_from or pack.valid_from, limit.valid_to or pack.valid_to
    return first <= on and (last is None or on < last)


def _missing(limit: EmissionLimit, plant: Plant) -> tuple[str, ...] | None:
    """What decides and is not known of the plant; None if the limit does not apply."""
    known = plant.fuel.kind, plant.fuel.id, plant.technology, plant.plant_class
    if limit.unit_kind is not plant.unit_kind or (limit.abatement and not plant.abatement & set(limit.abatement)):
        return None
    missing = []
    for name, chosen, own in zip(("fuel", "fuel", "technology", "plant_class"), _choices(limit), known, strict=True):
        if chosen and own is None:
            missing.append(name)
        elif chosen and own not in chosen:
            return None
    numbers = plant.thermal_input_mw, plant.hours, _day(plant.permitted), _day(plant.commissioned)
    for name, span, number in zip(("thermal_input_mw", "hours", "permitted", "commissioned"), _spans(limit)[:4], numbers, strict=True):
        if span.narrows and number is None:
            missing.append(name)
        elif number is not None and not span.holds(number):
            return None
    return tuple(missing)


@dataclass(frozen=True, slots=True)
class _Span:
    """Numbers from ``low`` to ``high``, each end belonging to it or not; an absent end is open."""

    low: float | None
    has_low: bool
    high: float | None
    has_high: bool

    @property
    def narrows(self) -> bool:
        return self.low is not None or self.high is not None

    def holds(self, number: float) -> bool:
        above = self.low is None or number > self.low or (self.has_low and number == self.low)
        return above and (self.high is None or number < self.high or (self.has_high and number == self.high))

    def meets(self, other: _Span) -> bool:
        return self._begins_before_end_of(other) and other._begins_before_end_of(self)

    def _begins_before_end_of(self, other: _Span) -> bool:
        if self.low is None or other.high is None or self.low < other.high:
            return True
        return self.low == other.high and self.has_low and other.has_high


def _choices(limit: EmissionLimit) -> tuple[frozenset[object], ...]:
    """What narrows the class by name; an empty set narrows nothing."""
    fuels: Iterable[object] = limit.fuels
    kind = frozenset() if limit.fuel is None else frozenset([limit.fuel])
    of_class = frozenset() if limit.plant_class is None else frozenset([limit.plant_class])
    return kind, frozenset(fuels), frozenset(limit.technology), of_class


def _spans(limit: EmissionLimit) -> tuple[_Span, ...]:
    """What narrows the class by numbers and days, and the days the limit is in force."""
    return (
        _span(limit.thermal_input_from_mw, limit.thermal_input_over_mw, limit.thermal_input_to_mw, limit.thermal_input_below_mw),
        _span(limit.hours_from, limit.hours_over, limit.hours_to, limit.hours_below),
        _span(_day(limit.permitted_from), None, None, _day(limit.permitted_before)),
        _span(_day(limit.commissioned_from), None, None, _day(limit.commissioned_before)),
        _span(_day(limit.valid_from), None, None, _day(limit.valid_to)),
    )


def _span(first: float | None, over: float | None, last: float | None, below: float | None) -> _Span:
    return _Span(over if first is None else first, first is not None, below if last is None else last, last is not None)


def _day(day: date | None) -> float | None:
    return None if day is None else float(day.toordinal())
