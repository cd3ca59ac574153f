"""What the simulator must know of a plant: the physical truth behind its configuration."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tynys.domain.component import Certainty
from tynys.sim.physics.fuel import EKIBASTUZ, CoalAnalysis

if TYPE_CHECKING:
    from tynys.domain.facility import Names
    from tynys.sim.physics.weather import Climate


@dataclass(frozen=True, slots=True)
class Collector:
    """A dust collector.

    ``penetration`` is the share of the fly ash it lets through at full gas flow with everything on; ``parts`` its fields or sprays,
    of which one fails now and then; an electrostatic precipitator follows Deutsch and Anderson, an emulsifier also cools and wets the gas.
    """

    kind: str
    penetration: float
    parts: int
    so2_removal: float = 0.0
    outlet_c: float | None = None


@dataclass(frozen=True, slots=True)
class UnitSpec:
    """A boiler with its turbine's share (MW electric, MW thermal input, mg/Nm³ at the fuel's reference O2, dry)."""

    number: int
    stack: str
    electric_mw: float
    thermal_input_mw: float
    fuels: tuple[str, ...]
    nox_full_load_mg_nm3: float
    collector: Collector | None
    commissioned: int | None = None

    @property
    def id(self) -> str:
        """Its id in the facility."""
        return f"unit-{self.number}"


@dataclass(frozen=True, slots=True)
class StackSpec:
    """A stack; ``section_m`` is the inner diameter where the instruments sit (m)."""

    number: int
    permit_serial: str
    height_m: float
    section_m: float

    @property
    def id(self) -> str:
        """Its id in the facility."""
        return f"stack-{self.number}"

    @property
    def area_m2(self) -> float:
        """Section at the instruments, to four decimals as its flow station holds it (m²)."""
        return round(math.pi / 4 * self.section_m**2, 4)


@dataclass(frozen=True, slots=True)
class PlantSpec:
    """One simulated plant.

    ``dispatch`` is how its load is set: by the grid or by the city's need for heat; ``position_certainty`` how sure its coordinates are.
    """

    id: str
    names: Names
    operator: Names
    region: str
    latitude_deg: float
    longitude_deg: float
    climate: Climate
    dispatch: str
    units: tuple[UnitSpec, ...]
    stacks: tuple[StackSpec, ...]
    coal: CoalAnalysis = EKIBASTUZ
    dust_span_mg_m3: float = 2000.0
    position_certainty: Certainty = Certainty.TO_CONFIRM

    @property
    def burns_coal(self) -> bool:
        """Whether any unit may burn coal."""
        return any("coal" in unit.fuels for unit in self.units)

    def units_of(self, stack: StackSpec) -> tuple[UnitSpec, ...]:
        """The units that blow into a stack."""
        return tuple(unit for unit in self.units if unit.stack == stack.id)
