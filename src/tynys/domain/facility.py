"""What a plant is: units, combustion plants, abatement, sources, ducts, measuring points."""

from __future__ import annotations

from enum import StrEnum

from tynys.domain.base import Dated, Instant, Record
from tynys.domain.component import Certainty


class Names(Record, frozen=True, kw_only=True):
    """A name in the three languages of every page."""

    kk: str
    ru: str
    en: str


class Permit(Dated, frozen=True, kw_only=True):
    """A permit of the facility (integrated environmental permit, emission permit)."""

    number: str
    kind: str


class Facility(Record, frozen=True, kw_only=True):
    """A site with one operator; ``region`` by ISO 3166-2:KZ, dated because regions changed in 2022.

    ``position_certainty`` tells how sure the coordinates are; ``to_confirm`` is an approximate place.
    """

    id: str
    names: Names
    operator: Names
    region: str
    region_valid_from: Instant
    sector: str
    category: int
    latitude_deg: float
    longitude_deg: float
    permits: tuple[Permit, ...] = ()
    position_certainty: Certainty | None = None


class UnitKind(StrEnum):
    """Kinds of combustion unit, on which reference oxygen depends."""

    BOILER = "boiler"
    GAS_TURBINE = "gas_turbine"
    ENGINE = "engine"


class Unit(Record, frozen=True, kw_only=True):
    """A boiler or turbine; ``fuels`` are its permitted fuels, the usual one first. Power in MW electric and MW thermal input."""

    id: str
    names: Names
    electric_mw: float
    thermal_input_mw: float
    fuels: tuple[str, ...]
    kind: UnitKind = UnitKind.BOILER
    commissioned: Instant | None = None
    permitted: Instant | None = None


class CombustionPlant(Record, frozen=True, kw_only=True):
    """Units counted together by an aggregation rule (for limits by rated thermal input)."""

    id: str
    units: tuple[str, ...]
    rule: str


class AbatementKind(StrEnum):
    """Kinds of abatement device."""

    ESP = "esp"
    EMULSIFIER = "emulsifier"
    FABRIC_FILTER = "fabric_filter"
    FGD = "fgd"
    SCR = "scr"
    SNCR = "sncr"


class AbatementDevice(Record, frozen=True, kw_only=True):
    """An abatement device of a unit; ``state_channel`` tells whether it runs."""

    id: str
    unit: str
    kind: AbatementKind
    removes: tuple[str, ...]
    design_efficiency_pct: float | None = None
    state_channel: str | None = None


class SourceKind(StrEnum):
    """Kinds of emission source."""

    STACK = "stack"
    FLARE = "flare"
    WATER_OUTLET = "water_outlet"
    DIFFUSE = "diffuse"


class MethodKind(StrEnum):
    """How a source's emissions are determined."""

    AMS = "ams"
    PERIODIC = "periodic_laboratory"
    CALCULATION = "calculation"


class Method(Dated, frozen=True, kw_only=True):
    """The method in force over a span."""

    kind: MethodKind


class Source(Record, frozen=True, kw_only=True):
    """A stack, flare, outlet or diffuse area; ``permit_serial`` is its number in the permit. Lengths in metres."""

    id: str
    facility: str
    names: Names
    kind: SourceKind
    permit_serial: str
    methods: tuple[Method, ...]
    height_m: float | None = None
    diameter_m: float | None = None


class DuctKind(StrEnum):
    """Whether a duct is the normal path or a bypass."""

    NORMAL = "normal"
    BYPASS = "bypass"


class Duct(Dated, frozen=True, kw_only=True):
    """Links a unit to a source; a bypass has a damper signal."""

    unit: str
    source: str
    kind: DuctKind = DuctKind.NORMAL
    damper_channel: str | None = None


class MeasuringPoint(Record, frozen=True, kw_only=True):
    """A section of duct or stack where something is measured, its area in square metres."""

    id: str
    source: str
    area_m2: float
    shape: str = "circular"
    position: str = ""
    units: tuple[str, ...] = ()
