"""Reference conditions: temperature, pressure, moisture, and the oxygen concentrations are brought to."""

from __future__ import annotations

from tynys.domain.base import Record
from tynys.domain.facility import UnitKind
from tynys.domain.fuel import FuelKind
from tynys.law.values import Choice, Number, Sourced


class Conditions(Record, frozen=True, kw_only=True):
    """Reference conditions. Temperature in kelvin, pressure in kilopascal; moisture is ``dry``."""

    temperature_k: Number
    pressure_kpa: Number
    moisture: Choice


class ReferenceOxygen(Sourced, frozen=True, kw_only=True):
    """Reference oxygen of one kind of fuel in one kind of unit. [vol %, dry]."""

    unit: UnitKind
    fuel: FuelKind
    value: float


class BelowReference(Sourced, frozen=True, kw_only=True):
    """Where measured oxygen is at or below the reference the value stays unconverted, in averages over the named ``periods``.

    ``abated_only`` limits that to components an abatement device of the plant removes.
    """

    periods: tuple[str, ...]
    abated_only: bool


class Oxygen(Record, frozen=True, kw_only=True):
    """How concentrations are brought to reference oxygen. All in vol %, dry.

    ``air_pct`` is the oxygen of air in the formula; from ``highest_pct`` upwards no correction is made and the average says so (absent:
    up to the oxygen of air); ``mixed_fuels`` names the weighting when several fuels burn at once; without ``below_reference`` every value
    is converted.
    """

    air_pct: Number
    mixed_fuels: Choice
    reference: tuple[ReferenceOxygen, ...]
    highest_pct: Number | None = None
    below_reference: BelowReference | None = None
