"""The five simulated plants and their configuration documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tynys.domain.errors import NotFoundError
from tynys.sim.plants.almaty import TETS_1, TETS_2, TETS_3
from tynys.sim.plants.configuration import build_configuration
from tynys.sim.plants.ekibastuz import GRES_1, GRES_2

if TYPE_CHECKING:
    from tynys.domain.configuration import FacilityConfiguration
    from tynys.sim.plants.spec import PlantSpec

PLANTS: dict[str, PlantSpec] = {plant.id: plant for plant in (GRES_1, GRES_2, TETS_1, TETS_2, TETS_3)}
FACILITIES: tuple[str, ...] = tuple(PLANTS)
"""Ids of the simulated facilities."""


def plant_spec(facility_id: str) -> PlantSpec:
    """The physical truth of one plant.

    Raises
    ------
    NotFoundError
        If no such plant is simulated.
    """
    try:
        return PLANTS[facility_id]
    except KeyError:
        raise NotFoundError(
            f'expected a simulated plant, got "{facility_id}"', hint=f"Simulated plants: {', '.join(FACILITIES)}.", code="sim.unknown_plant"
        ) from None


def facility_configuration(facility_id: str, *, live_from_ms: int, history_days: int = 90) -> FacilityConfiguration:
    """The configuration of a simulated plant: measured from ``live_from_ms`` on, replayed once a minute for the days before.

    Parameters
    ----------
    facility_id : str
        One of `FACILITIES`.
    live_from_ms : int
        First instant of live measurement. [ms since 1970 UTC]
    history_days : int
        The replayed span begins with the UTC day so long before it; 0: nothing is replayed. [d]
    """
    return build_configuration(plant_spec(facility_id), live_from_ms=live_from_ms, history_days=history_days)
