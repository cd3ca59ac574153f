"""What every value of a rule pack carries: the clause it follows and how sure we are of it."""

from __future__ import annotations

from tynys.domain.base import Record
from tynys.domain.component import Certainty
from tynys.domain.facility import UnitKind
from tynys.domain.fuel import FuelKind


class Sourced(Record, frozen=True, kw_only=True):
    """A value or a group of values with one ``clause`` and one ``certainty``; ``note`` is for the reader."""

    clause: str
    certainty: Certainty
    note: str = ""


class Number(Sourced, frozen=True, kw_only=True):
    """A number; its unit is the last part of the key that holds it."""

    value: float


class Choice(Sourced, frozen=True, kw_only=True):
    """A named method among those the calculation knows."""

    value: str


class ReferenceOxygen(Sourced, frozen=True, kw_only=True):
    """Reference oxygen of one kind of fuel in one kind of unit. [vol %, dry]."""

    unit: UnitKind
    fuel: FuelKind
    value: float


class Validity(Sourced, frozen=True, kw_only=True):
    """When an average is valid: enough of the time in operation, or enough valid time, or both; what is absent is not asked.

    ``share_of_operation`` is a share of the instants in operation (0..1); ``valid_minutes`` a least total length of valid shorter averages.
    """

    share_of_operation: float | None = None
    valid_minutes: float | None = None


class Deduction(Sourced, frozen=True, kw_only=True):
    """Confidence interval taken off a standardised average: a share of the component's limit over ``limit_period``."""

    component: str
    share_of_limit: float
    limit_period: str
