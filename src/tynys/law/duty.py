"""Which plants must measure continuously."""

from __future__ import annotations

from tynys.domain.facility import SourceKind
from tynys.domain.fuel import FuelKind
from tynys.law.values import Sourced


class Duty(Sourced, frozen=True, kw_only=True):
    """One criterion that obliges to measure continuously; each key that is given must hold, and one criterion is enough.

    ``emission_from_t`` is the gross emission of a year from one source [t]; ``capacity_from_mw`` the capacity of a station and
    ``thermal_input_from_mw`` its rated thermal input [MW]; ``components`` what must be measured (none named: what the plan requires);
    ``exception`` says in words what is exempt.
    """

    id: str
    components: tuple[str, ...] = ()
    source_kind: SourceKind | None = None
    fuels: tuple[FuelKind, ...] = ()
    emission_from_t: float | None = None
    capacity_from_mw: float | None = None
    thermal_input_from_mw: float | None = None
    exception: str = ""
