"""Fuels: what kind they are, which decides the reference oxygen, and what heat they carry."""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from tynys.domain.base import Record
from tynys.domain.component import Certainty
from tynys.domain.facility import Names

if TYPE_CHECKING:
    from collections.abc import Mapping


class FuelKind(StrEnum):
    """The state of a fuel, on which reference conditions depend."""

    SOLID = "solid"
    LIQUID = "liquid"
    GAS = "gas"


class Composition(Record, frozen=True, kw_only=True):
    """Ultimate analysis of a fuel as fired, without the hydrogen and oxygen of its water; ash is the rest. [mass %].

    ``burnt_share`` is the part that burns; the rest leaves with the ash [1].
    """

    carbon_pct: float
    hydrogen_pct: float
    sulphur_pct: float = 0.0
    nitrogen_pct: float = 0.0
    oxygen_pct: float = 0.0
    moisture_pct: float = 0.0
    burnt_share: float = 1.0


class Fuel(Record, frozen=True, kw_only=True):
    """A fuel, its heat and what it is made of.

    ``net_calorific_value`` is per kilogram of a solid or liquid, per normal cubic metre of a gas [MJ kg⁻¹ | MJ Nm⁻³];
    ``flow_component`` is the plant signal that tells how much of it is burnt.
    """

    id: str
    names: Names
    kind: FuelKind
    flow_component: str
    net_calorific_value: float | None = None
    composition: Composition | None = None
    certainty: Certainty = Certainty.TO_CONFIRM


FUELS: Mapping[str, Fuel] = MappingProxyType(
    {
        f.id: f
        for f in (
            Fuel(
                id="ekibastuz_coal",
                names=Names(kk="Екібастұз көмірі", ru="Экибастузский уголь", en="Ekibastuz coal"),
                kind=FuelKind.SOLID,
                flow_component="coal_flow",
                net_calorific_value=16.75,
            ),
            Fuel(id="coal", names=Names(kk="Көмір", ru="Уголь", en="Coal"), kind=FuelKind.SOLID, flow_component="coal_flow"),
            Fuel(
                id="lignite", names=Names(kk="Қоңыр көмір", ru="Бурый уголь", en="Lignite"), kind=FuelKind.SOLID, flow_component="coal_flow"
            ),
            Fuel(
                id="natural_gas",
                names=Names(kk="Табиғи газ", ru="Природный газ", en="Natural gas"),
                kind=FuelKind.GAS,
                flow_component="gas_flow",
                net_calorific_value=33.5,
            ),
            Fuel(id="gas", names=Names(kk="Газ", ru="Газ", en="Gas"), kind=FuelKind.GAS, flow_component="gas_flow"),
            Fuel(id="fuel_oil", names=Names(kk="Мазут", ru="Мазут", en="Fuel oil"), kind=FuelKind.LIQUID, flow_component="oil_flow"),
        )
    }
)
"""The fuels known without being declared; a facility's own ``fuels`` add to them or replace them by id."""
