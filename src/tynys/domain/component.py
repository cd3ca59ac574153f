"""What is measured: pollutants with the state's codes, gas conditions and plant signals."""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from tynys.domain.base import Record
from tynys.domain.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Mapping


class ComponentKind(StrEnum):
    """What role a component plays."""

    POLLUTANT = "pollutant"
    GREENHOUSE_GAS = "greenhouse_gas"
    PERIPHERAL = "peripheral"
    FLOW = "flow"
    PLANT_SIGNAL = "plant_signal"
    WATER = "water"
    FLARE = "flare"


class Certainty(StrEnum):
    """How sure a fact is; ``to_confirm`` never produces a verdict."""

    VERIFIED = "verified"
    TRANSCRIBED = "transcribed"
    TO_CONFIRM = "to_confirm"
    SIMULATED = "simulated"


class Component(Record, frozen=True, kw_only=True):
    """A component; ``state_code`` is Kazakhstan's four-digit pollutant code, absent where there is none."""

    id: str
    kind: ComponentKind
    formula: str
    state_code: str | None = None
    code_certainty: Certainty | None = None
    molar_mass_g_mol: float | None = None


def _pollutant(id_: str, formula: str, code: str | None, certainty: Certainty | None, molar_mass_g_mol: float | None = None) -> Component:
    return Component(
        id=id_, kind=ComponentKind.POLLUTANT, formula=formula, state_code=code, code_certainty=certainty, molar_mass_g_mol=molar_mass_g_mol
    )


_TRANSCRIBED, _TO_CONFIRM = Certainty.TRANSCRIBED, Certainty.TO_CONFIRM

# Molar masses from the atomic weights emission practice uses (IUPAC 2005):
# H 1.00794, C 12.0107, N 14.0067, O 15.9994, F 18.9984, S 32.065, Cl 35.453.
# State codes: those of the hygienic norms (order of the Minister of Health of 02.08.2022) as quoted by a secondary source are transcribed;
# those remembered from practice are to be confirmed against the order itself.
_POLLUTANTS = (
    _pollutant("so2", "SO₂", "0330", _TRANSCRIBED, 64.0638),
    _pollutant("no", "NO", "0304", _TRANSCRIBED, 30.0061),
    _pollutant("no2", "NO₂", "0301", _TRANSCRIBED, 46.0055),
    _pollutant("nox", "NOₓ", None, None, 46.0055),  # always expressed as NO₂; the state gives the sum no code
    _pollutant("co", "CO", "0337", _TRANSCRIBED, 28.0101),
    _pollutant("dust", "", "2908", _TO_CONFIRM),  # total dust of a stack; coal ash is filed under 2908
    _pollutant("dust_suspended", "", "2902", _TRANSCRIBED),
    _pollutant("dust_silica_20_70", "", "2908", _TRANSCRIBED),
    _pollutant("dust_silica_below_20", "", "2909", _TO_CONFIRM),
    _pollutant("soot", "C", "0328", _TO_CONFIRM),
    _pollutant("h2s", "H₂S", "0333", _TO_CONFIRM, 34.0809),
    _pollutant("h2so4", "H₂SO₄", "0322", _TO_CONFIRM, 98.0785),
    _pollutant("hf", "HF", "0342", _TO_CONFIRM, 20.0063),
    _pollutant("hcl", "HCl", "0316", _TO_CONFIRM, 36.4609),
    _pollutant("nh3", "NH₃", "0303", _TO_CONFIRM, 17.0305),
    _pollutant("ch4", "CH₄", "0410", _TO_CONFIRM, 16.0425),
    _pollutant("hg", "Hg", "0183", _TO_CONFIRM, 200.59),
)


def _others(kind: ComponentKind, *ids: str) -> tuple[Component, ...]:
    return tuple(Component(id=id_, kind=kind, formula="") for id_ in ids)


CATALOGUE: Mapping[str, Component] = MappingProxyType(
    {
        c.id: c
        for c in (
            *_POLLUTANTS,
            Component(id="co2", kind=ComponentKind.GREENHOUSE_GAS, formula="CO₂", molar_mass_g_mol=44.0095),
            Component(id="o2", kind=ComponentKind.PERIPHERAL, formula="O₂", molar_mass_g_mol=31.9988),
            Component(id="h2o", kind=ComponentKind.PERIPHERAL, formula="H₂O", molar_mass_g_mol=18.0153),
            *_others(ComponentKind.PERIPHERAL, "temperature", "pressure"),
            *_others(ComponentKind.FLOW, "velocity", "flow", "differential_pressure"),
            *_others(
                ComponentKind.PLANT_SIGNAL,
                *("load", "steam", "heat", "coal_flow", "gas_flow", "oil_flow", "fly_ash_flow", "slag_flow", "unburnt_carbon"),
                *("mill_on", "flame_on", "fan_on", "damper", "abatement_on", "measuring_range"),
            ),
            *_others(
                ComponentKind.WATER,
                *("waste_water", "waste_water_temperature", "waste_water_flow", "waste_water_ph"),
                *("waste_water_conductivity", "waste_water_turbidity"),
            ),
            *_others(ComponentKind.FLARE, "flare_gas_flow", "flare_gas_density", "flare_gas_composition"),
        )
    }
)
"""Every component by id. ``nox`` is the sum of nitrogen oxides expressed as NO₂; ``waste_water`` the outlet as a whole."""


def component(component_id: str) -> Component:
    """The component of that id.

    Raises
    ------
    NotFoundError
        If the catalogue has no such component.
    """
    try:
        return CATALOGUE[component_id]
    except KeyError:
        raise NotFoundError(
            f'expected a component of the catalogue, got "{component_id}"',
            hint=f"Known components: {', '.join(CATALOGUE)}.",
            code="component.unknown",
        ) from None
