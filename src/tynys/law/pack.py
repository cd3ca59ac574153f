"""The shape of a rule pack: every key a pack may have, and nothing else."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from tynys.domain.base import Record
from tynys.domain.facility import Names, UnitKind
from tynys.domain.status import PlantState
from tynys.law.values import Choice, Deduction, Number, ReferenceOxygen, Sourced, Validity

if TYPE_CHECKING:
    from tynys.domain.fuel import FuelKind


class SourceDocument(Sourced, frozen=True, kw_only=True):
    """The document a pack transcribes."""

    title: str
    number: str = ""
    date: date | None = None
    address: str = ""


class Conditions(Record, frozen=True, kw_only=True):
    """Reference conditions. Temperature in kelvin, pressure in kilopascal; moisture is ``dry``."""

    temperature_k: Number
    pressure_kpa: Number
    moisture: Choice


class Oxygen(Record, frozen=True, kw_only=True):
    """How concentrations are brought to reference oxygen. All in vol %, dry.

    ``air_pct`` is the oxygen of air in the formula; from ``highest_pct`` upwards no correction is made and the average says so (absent:
    up to the oxygen of air); ``mixed_fuels`` names the weighting when several fuels burn at once.
    """

    air_pct: Number
    mixed_fuels: Choice
    reference: tuple[ReferenceOxygen, ...]
    highest_pct: Number | None = None


class FirstLevel(Sourced, frozen=True, kw_only=True):
    """First level data (FLD): the mean of the valid readings of ``period``; the channel's own interval where that is longer."""

    period: str


class ShortTerm(Sourced, frozen=True, kw_only=True):
    """The short-term average (STA) made from readings; ``period`` is ISO 8601."""

    period: str
    validity: Validity


class LongTerm(Sourced, frozen=True, kw_only=True):
    """A longer average (LTA): the mean of the valid, unrounded averages over ``mean_of``."""

    period: str
    mean_of: str
    validity: Validity


class Averaging(Record, frozen=True, kw_only=True):
    """Averaging periods. ``time_zone`` is the IANA zone whose civil time windows align to."""

    time_zone: Choice
    first_level: FirstLevel
    short_term: ShortTerm
    long_term: tuple[LongTerm, ...] = ()


class States(Record, frozen=True, kw_only=True):
    """How states combine.

    ``not_in_operation`` are the states whose readings enter no average; ``source_from_units`` lists states from the one that decides first:
    the source has the first of them that any of its units has; ``open_bypass`` is the state of a unit whose bypass damper is open.
    """

    not_in_operation: StateList
    source_from_units: StateList
    open_bypass: StateChoice


class StateList(Sourced, frozen=True, kw_only=True):
    """Plant states in order."""

    value: tuple[PlantState, ...]


class StateChoice(Sourced, frozen=True, kw_only=True):
    """One plant state."""

    value: PlantState


class RulePack(Record, frozen=True, kw_only=True):
    """One set of rules, in force over a span of dates; what nobody knows is absent and reads "not set"."""

    id: str
    title: Names
    jurisdiction: str
    valid_from: date
    source: SourceDocument
    conditions: Conditions
    oxygen: Oxygen
    averaging: Averaging
    states: States
    valid_to: date | None = None
    order_of_operations: Choice | None = None
    deductions: tuple[Deduction, ...] = ()

    @property
    def short_term(self) -> str:
        """The period made from readings."""
        return self.averaging.short_term.period

    def long_term(self, period: str) -> LongTerm | None:
        """The rule of a longer period; absent if the pack has none."""
        return next((rule for rule in self.averaging.long_term if rule.period == period), None)

    def reference_oxygen(self, unit: UnitKind, fuel: FuelKind) -> ReferenceOxygen | None:
        """Reference oxygen of a fuel burnt in a kind of unit; absent if the pack does not say. [vol %, dry]."""
        return next((r for r in self.oxygen.reference if r.unit is unit and r.fuel is fuel), None)

    def deduction(self, component: str) -> Deduction | None:
        """The deduction of a component; absent if nothing is deducted."""
        return next((d for d in self.deductions if d.component == component), None)
