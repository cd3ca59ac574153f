"""What is measured: pollutants with the state's codes, gas conditions and plant signals."""

from __future__ import annotations

from enum import StrEnum

from tynys.domain.base import Record


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


_P, _T, _C = ComponentKind.POLLUTANT, Certainty.TRANSCRIBED, Certainty.TO_CONFIRM
