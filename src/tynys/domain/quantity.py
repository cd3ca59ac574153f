"""Units and the full basis of a measured value: nothing is assumed."""

from __future__ import annotations

from enum import StrEnum

from tynys.domain.base import Record


class Unit(StrEnum):
    """Units a channel or an average may carry."""

    MG_M3 = "mg/m3"
    MG_NM3 = "mg/Nm3"
    PPM = "ppm"
    PERCENT = "%"
    CELSIUS = "°C"
    KPA = "kPa"
    M_S = "m/s"
    M3_H = "m3/h"
    NM3_H = "Nm3/h"
    M3_S = "m3/s"
    T_H = "t/h"
    G_S = "g/s"
    MW = "MW"
    BOOL = "bool"
    PH = "pH"
    US_CM = "µS/cm"
    NTU = "NTU"
    KG_M3 = "kg/m3"


class Moisture(StrEnum):
    """Whether the gas was measured with its water vapour."""

    WET = "wet"
    DRY = "dry"


class GasState(StrEnum):
    """Whether volumes are at actual or at normal conditions (273.15 K, 101.325 kPa)."""

    ACTUAL = "actual"
    NORMAL = "normal"


class Basis(Record, frozen=True, kw_only=True):
    """Full basis of a gas channel.

    ``o2_reference_pct`` is the oxygen content the instrument already corrects to (absent: as measured, vol %);
    ``expressed_as`` the species a mass concentration is given as; ``calibrated`` whether the QAL2 function is
    already applied inside the instrument.
    """

    moisture: Moisture
    gas_state: GasState
    o2_reference_pct: float | None = None
    expressed_as: str | None = None
    calibrated: bool = False
