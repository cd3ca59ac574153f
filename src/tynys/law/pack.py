"""The shape of a rule pack: every key a pack may have, and nothing else."""

from __future__ import annotations

from datetime import date
from hashlib import sha256
from typing import TYPE_CHECKING

import msgspec

from tynys.domain.base import Record
from tynys.domain.facility import Names
from tynys.law.averaging import Averaging, LongTerm
from tynys.law.charges import Charges
from tynys.law.compliance import Compliance
from tynys.law.deduction import Deduction, PermittedUncertainty, Rounding
from tynys.law.duty import Duty
from tynys.law.limits import EmissionLimit
from tynys.law.oxygen import Conditions, Oxygen, ReferenceOxygen
from tynys.law.states import States
from tynys.law.substitution import Substitution
from tynys.law.values import Choice, Sourced

if TYPE_CHECKING:
    from tynys.domain.facility import UnitKind
    from tynys.domain.fuel import FuelKind

__all__ = ["LongTerm", "RulePack", "SourceDocument"]


class SourceDocument(Sourced, frozen=True, kw_only=True):
    """The document a pack transcribes."""

    title: str
    number: str = ""
    date: date | None = None
    address: str = ""


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
    uncertainties: tuple[PermittedUncertainty, ...] = ()
    deductions: tuple[Deduction, ...] = ()
    rounding: Rounding | None = None
    compliance: Compliance | None = None
    limits: tuple[EmissionLimit, ...] = ()
    substitution: tuple[Substitution, ...] = ()
    charges: Charges | None = None
    duty: tuple[Duty, ...] = ()

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

    def uncertainty(self, component: str) -> PermittedUncertainty | None:
        """The permitted uncertainty of a component; absent if the pack does not say."""
        return next((u for u in self.uncertainties if u.component == component), None)

    def digest(self) -> bytes:
        """SHA-256 of the content: two packs have the same if and only if every value, clause, certainty and note is the same."""
        return sha256(msgspec.json.encode(self, order="sorted")).digest()
