"""A facility's document for a recorded file: one stack whose channels are declared replayed and already standardised."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, uuid5

from tynys.domain.base import from_ms
from tynys.domain.configuration import FacilityConfiguration
from tynys.domain.facility import Facility, MeasuringPoint, Method, MethodKind, Names, Source, SourceKind, Unit, UnitKind
from tynys.domain.instrument import Acquisition, AcquisitionMode, Channel
from tynys.domain.plan import ComponentPlan, MeasuringChain, MonitoringPlan
from tynys.domain.quantity import Basis, GasState, Moisture
from tynys.domain.quantity import Unit as MeasuredIn

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tynys.domain.base import Instant

TURBINE_O2_PCT = 15.0
"""Reference oxygen of a gas turbine's recorded values. [vol %, dry]"""
EXPRESSED_AS = {"nox": "no2"}
_EPOCH_MS = 0


def channel_name(component: str) -> str:
    """The channel a recorded component lands in."""
    return f"turbine.{component}"


def source_id(facility: str) -> str:
    """The one source of a recorded facility."""
    return f"{facility}.stack-1"


def recorded_configuration(
    facility: str, components: Mapping[str, str], *, start_ms: int, interval_ms: int, rule_pack: str = "kz", region: str = "KZ-71"
) -> FacilityConfiguration:
    """The document of a recorded gas turbine.

    Parameters
    ----------
    components : mapping
        Column of the file to component of the catalogue.
    start_ms, interval_ms : int
        From when, and how often, the file has a row. [ms since 1970 UTC, ms]
    region : str
        Region of Kazakhstan it is listed under; the record itself may come from anywhere.
    """
    start = from_ms(start_ms)
    source, point, unit = source_id(facility), f"{facility}.stack-1.section", "turbine"
    names = Names(
        kk=f"Жазылған газ турбинасы ({facility})", ru=f"Записанная газовая турбина ({facility})", en=f"Recorded gas turbine ({facility})"
    )
    stack = Names(kk="Мұржа 1", ru="Труба 1", en="Stack 1")
    return FacilityConfiguration(
        facility=Facility(
            id=facility,
            names=names,
            operator=Names(kk="tynys replay", ru="tynys replay", en="tynys replay"),
            region=region,
            region_valid_from=from_ms(_EPOCH_MS),
            sector="recorded",
            category=1,
            latitude_deg=51.13,
            longitude_deg=71.43,
        ),
        units=(Unit(id=unit, names=names, electric_mw=180.0, thermal_input_mw=500.0, fuels=("natural_gas",), kind=UnitKind.GAS_TURBINE),),
        sources=(
            Source(
                id=source,
                facility=facility,
                names=stack,
                kind=SourceKind.STACK,
                permit_serial="1",
                methods=(Method(valid_from=start, kind=MethodKind.AMS),),
            ),
        ),
        ducts=(),
        points=(MeasuringPoint(id=point, source=source, area_m2=1.0, units=(unit,)),),
        analysers=(),
        channels=tuple(_channel(facility, component, point, start, interval_ms) for component in components.values()),
        plan=MonitoringPlan(
            id=f"{facility}.replay",
            facility=facility,
            rule_pack=rule_pack,
            valid_from=start,
            components=tuple(
                ComponentPlan(
                    source=source,
                    component=component,
                    chains=(MeasuringChain(name="recorded", channels=(channel_name(component),)),),
                    o2_reference_pct=TURBINE_O2_PCT,
                )
                for component in components.values()
            ),
        ),
    )


def _channel(facility: str, component: str, point: str, start: Instant, interval_ms: int) -> Channel:
    name = channel_name(component)
    return Channel(
        id=uuid5(NAMESPACE_URL, f"tynys:{facility}:{name}"),
        name=name,
        component=component,
        unit=MeasuredIn.MG_NM3,
        acquisition=(Acquisition(valid_from=start, interval_ms=interval_ms, mode=AcquisitionMode.REPLAYED),),
        point=point,
        basis=Basis(
            moisture=Moisture.DRY,
            gas_state=GasState.NORMAL,
            o2_reference_pct=TURBINE_O2_PCT,
            expressed_as=EXPRESSED_AS.get(component),
            calibrated=True,
        ),
    )
