"""Permit limits of the simulated plants. Every value is invented and says so: certainty ``simulated``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tynys.domain.component import Certainty
from tynys.domain.limit import Limit, LimitKind, ScopeKind
from tynys.domain.quantity import Unit
from tynys.sim.plants.layout import source_id

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tynys.domain.base import Instant
    from tynys.sim.plants.spec import PlantSpec, StackSpec

_CONCENTRATION_MG_NM3: dict[str, dict[str, float]] = {
    "gres-1": {"so2": 2600.0, "nox": 700.0, "co": 150.0, "dust": 450.0},
    "gres-2": {"so2": 2450.0, "nox": 700.0, "co": 150.0, "dust": 550.0},
    "tets-1": {"nox": 200.0, "co": 100.0},
    "tets-2": {"so2": 2150.0, "nox": 600.0, "co": 150.0, "dust": 550.0},
    "tets-3": {"so2": 2150.0, "nox": 600.0, "co": 150.0, "dust": 550.0},
}
"""Invented: a little above what the simulated plant does on a usual day, so that an unusual one shows. [mg/Nm³]"""
_SOLID_REFERENCE_PCT, _GAS_REFERENCE_PCT = 6.0, 3.0
_DRY_NM3_PER_MJ = {_SOLID_REFERENCE_PCT: 0.365, _GAS_REFERENCE_PCT: 0.285}
"""Dry gas at the reference oxygen per heat: 0.365 for hard coal at 6 %, about 0.285 for gas at 3 %. [Nm³/MJ]"""
MG_PER_G = 1000


def concentration_limit(plant: PlantSpec, component: str) -> float | None:
    """The invented concentration limit of a component, None if it has none. [mg/Nm³]."""
    return _CONCENTRATION_MG_NM3[plant.id].get(component)


def reference_oxygen(plant: PlantSpec, stack: StackSpec) -> float:
    """Reference oxygen of the fuel a stack's units usually burn. [vol %]."""
    return _SOLID_REFERENCE_PCT if any("coal" in unit.fuels for unit in plant.units_of(stack)) else _GAS_REFERENCE_PCT


def limits(plant: PlantSpec, begin: Instant) -> tuple[Limit, ...]:
    """Concentration and mass-rate limits of every stack over 20 minutes, as permits of the country have them."""
    return tuple(limit for stack in plant.stacks for limit in _of_stack(plant, stack, begin))


def _of_stack(plant: PlantSpec, stack: StackSpec, begin: Instant) -> Iterator[Limit]:
    units = plant.units_of(stack)
    reference = reference_oxygen(plant, stack)
    switches = any(len(unit.fuels) > 1 for unit in units)
    rated_nm3_s = sum(unit.thermal_input_mw for unit in units) * _DRY_NM3_PER_MJ[reference]
    for component, value in _CONCENTRATION_MG_NM3[plant.id].items():
        yield Limit(
            id=f"{plant.id}.{stack.id}.{component}.pt20m",
            scope_kind=ScopeKind.SOURCE,
            scope=source_id(plant, stack),
            component=component,
            kind=LimitKind.CONCENTRATION,
            value=value,
            unit=Unit.MG_NM3,
            period="PT20M",
            document=f"SIM-{plant.id.upper()} (simulated)",
            certainty=Certainty.SIMULATED,
            o2_reference_pct=None if switches else reference,
            valid_from=begin,
        )
        yield Limit(
            id=f"{plant.id}.{stack.id}.{component}.mass-rate",
            scope_kind=ScopeKind.SOURCE,
            scope=source_id(plant, stack),
            component=component,
            kind=LimitKind.MASS_RATE,
            value=round(value * rated_nm3_s / MG_PER_G, 1),
            unit=Unit.G_S,
            period="PT20M",
            document=f"SIM-{plant.id.upper()} (simulated)",
            certainty=Certainty.SIMULATED,
            valid_from=begin,
        )
