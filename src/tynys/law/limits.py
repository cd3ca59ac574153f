"""Limit values by class of plant: what the law sets, not what a permit sets."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from tynys.domain.facility import AbatementKind, UnitKind
from tynys.domain.fuel import FuelKind
from tynys.domain.limit import EACH_AVERAGE, LegalForce, LimitKind
from tynys.domain.quantity import Unit
from tynys.law.values import Sourced


class Technology(StrEnum):
    """How solid fuel is burnt, where a limit depends on it."""

    PULVERISED = "pulverised"
    FLUIDISED_BED = "fluidised_bed"
    GRATE = "grate"


class PlantClass(StrEnum):
    """New or existing, as the law that sets the limit divides them."""

    NEW = "new"
    EXISTING = "existing"


class EmissionLimit(Sourced, frozen=True, kw_only=True):
    """One value for one class of plant: a ``value``, or a range from ``low`` to ``high`` whose upper end no average may exceed.

    Of a removal efficiency the value is the least instead. What is absent does not narrow the class. Thermal input is the rated input of
    the whole combustion plant [MW], hours are operating hours a year: ``from`` and ``to`` include their end, ``over`` and ``below`` do not.
    ``permitted_from`` and ``commissioned_from`` include their day, ``permitted_before`` and ``commissioned_before`` do not. ``abatement``
    narrows to plants with one of those devices. A ``condition`` is what no machine can see: such a value is shown, and never judged.
    ``test`` names a test of ``compliance`` or is ``each_average``.
    """

    component: str
    period: str
    unit: Unit
    value: float | None = None
    low: float | None = None
    high: float | None = None
    kind: LimitKind = LimitKind.CONCENTRATION
    unit_kind: UnitKind = UnitKind.BOILER
    fuel: FuelKind | None = None
    fuels: tuple[str, ...] = ()
    technology: tuple[Technology, ...] = ()
    plant_class: PlantClass | None = None
    thermal_input_from_mw: float | None = None
    thermal_input_over_mw: float | None = None
    thermal_input_to_mw: float | None = None
    thermal_input_below_mw: float | None = None
    permitted_from: date | None = None
    permitted_before: date | None = None
    commissioned_from: date | None = None
    commissioned_before: date | None = None
    hours_from: float | None = None
    hours_over: float | None = None
    hours_to: float | None = None
    hours_below: float | None = None
    abatement: tuple[AbatementKind, ...] = ()
    condition: str = ""
    test: str = EACH_AVERAGE
    force: LegalForce = LegalForce.BINDING
    valid_from: date | None = None
    valid_to: date | None = None

    @property
    def bound(self) -> float:
        """What no average may exceed (no removal efficiency fall below): the value, or the upper end of the range. [unit]."""
        found = self.value if self.value is not None else self.high
        if found is None:
            raise ValueError(self.clause)
        return found
