"""A simulated plant's configuration document: everything a number depends on, every invented value marked as simulated."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tynys.domain.base import from_ms
from tynys.domain.component import Certainty
from tynys.domain.configuration import FacilityConfiguration
from tynys.domain.facility import (
    AbatementDevice,
    AbatementKind,
    CombustionPlant,
    Duct,
    Facility,
    MeasuringPoint,
    Method,
    MethodKind,
    Names,
    Permit,
    Source,
    SourceKind,
    Unit,
)
from tynys.domain.fuel import FUELS
from tynys.sim.plants.assurance import drift_checks, reports_of
from tynys.sim.plants.instruments import analysers, channels
from tynys.sim.plants.layout import point_id, source_id
from tynys.sim.plants.limits import limits
from tynys.sim.plants.monitoring import chain_spans, monitoring_plan

if TYPE_CHECKING:
    from tynys.domain.base import Instant
    from tynys.domain.fuel import Fuel
    from tynys.sim.plants.spec import PlantSpec, UnitSpec

DAY_MS = 86_400_000
FUEL_IDS = {"coal": "ekibastuz_coal", "gas": "natural_gas"}
REGION_CODES_SINCE = datetime(2022, 11, 29, tzinfo=UTC)
"""ISO 3166-2:KZ got its numeric codes in that newsletter."""


def build_configuration(plant: PlantSpec, *, live_from_ms: int, history_days: int = 90) -> FacilityConfiguration:
    """The configuration of a simulated plant.

    Parameters
    ----------
    plant : PlantSpec
    live_from_ms : int
        From here channels are measured; before, they are replayed once a minute. [ms since 1970 UTC]
    history_days : int
        The replayed span begins with the UTC day that lies so long before ``live_from_ms``; 0: nothing is replayed. [d]
    """
    live = from_ms(live_from_ms)
    begin = from_ms((live_from_ms - history_days * DAY_MS) // DAY_MS * DAY_MS) if history_days else live
    calibrations, tests = reports_of(plant, tuple(chain_spans(plant)), begin, live)
    return FacilityConfiguration(
        facility=_facility(plant, begin),
        units=tuple(_unit(unit) for unit in plant.units),
        sources=tuple(
            Source(
                id=source_id(plant, stack),
                facility=plant.id,
                names=Names(
                    kk=f"№{stack.number} түтін мұржасы (имитация)",
                    ru=f"Дымовая труба №{stack.number} (имитация)",
                    en=f"Stack {stack.number} (simulated)",
                ),
                kind=SourceKind.STACK,
                permit_serial=stack.permit_serial,
                methods=(Method(kind=MethodKind.AMS, valid_from=begin),),
                height_m=stack.height_m,
                diameter_m=stack.section_m,
            )
            for stack in plant.stacks
        ),
        ducts=tuple(Duct(unit=unit.id, source=f"{plant.id}.{unit.stack}", valid_from=begin) for unit in plant.units),
        points=tuple(
            MeasuringPoint(
                id=point_id(plant, stack),
                source=source_id(plant, stack),
                area_m2=stack.area_m2,
                position="platform of the stack, 60 m (simulated)",
                units=tuple(unit.id for unit in plant.units_of(stack)),
            )
            for stack in plant.stacks
        ),
        analysers=analysers(plant, begin),
        channels=channels(plant, begin=begin, live=live),
        plan=monitoring_plan(plant, begin, calibrations),
        combustion_plants=tuple(
            CombustionPlant(
                id=f"{plant.id}.plant-{stack.number}",
                units=tuple(unit.id for unit in plant.units_of(stack)),
                rule="common stack",
            )
            for stack in plant.stacks
        ),
        abatement=tuple(_abatement(unit) for unit in plant.units if unit.collector is not None),
        limits=limits(plant, begin),
        fuels=_fuels(plant),
        calibration_reports=calibrations,
        surveillance_reports=tests,
        drift_checks=tuple(check for stack in plant.stacks for check in drift_checks(plant, stack, live)),
    )


def _facility(plant: PlantSpec, begin: Instant) -> Facility:
    return Facility(
        id=plant.id,
        names=plant.names,
        operator=plant.operator,
        region=plant.region,
        region_valid_from=REGION_CODES_SINCE,
        sector="electricity and heat",
        category=1,
        latitude_deg=plant.latitude_deg,
        longitude_deg=plant.longitude_deg,
        position_certainty=plant.position_certainty,
        permits=(Permit(number=f"SIM-{plant.id.upper()}", kind="emission permit (simulated)", valid_from=begin),),
    )


def _unit(unit: UnitSpec) -> Unit:
    return Unit(
        id=unit.id,
        names=Names(
            kk=f"№{unit.number} қазандық (имитация)",
            ru=f"Котёл №{unit.number} (имитация)",
            en=f"Boiler {unit.number} (simulated)",
        ),
        electric_mw=unit.electric_mw,
        thermal_input_mw=unit.thermal_input_mw,
        fuels=tuple(FUEL_IDS[fuel] for fuel in unit.fuels),
        commissioned=None if unit.commissioned is None else datetime(unit.commissioned, 1, 1, tzinfo=UTC),
    )


def _abatement(unit: UnitSpec) -> AbatementDevice:
    collector = unit.collector
    assert collector is not None  # noqa: S101 - the caller chose units that have one
    return AbatementDevice(
        id=f"{unit.id}.{collector.kind}",
        unit=unit.id,
        kind=AbatementKind(collector.kind),
        removes=("dust", "so2") if collector.so2_removal else ("dust",),
        design_efficiency_pct=round(100 * (1 - collector.penetration), 2),
        state_channel=f"{unit.id}.abatement_on",
    )


def _fuels(plant: PlantSpec) -> tuple[Fuel, ...]:
    """The basin's coal with this plant's own heating value; gas as everybody knows it."""
    if not plant.burns_coal:
        return ()
    known = FUELS["ekibastuz_coal"]
    return (
        type(known)(
            id=known.id,
            names=known.names,
            kind=known.kind,
            flow_component=known.flow_component,
            net_calorific_value=plant.coal.heating_value_mj_kg,
            certainty=Certainty.SIMULATED,
        ),
    )
