"""Analysers and channels of a simulated plant; makers and models are real or ours, every installed example is invented."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tynys.domain.instrument import Acquisition, AcquisitionMode, Analyser, CertifiedRange, Channel, Verification
from tynys.sim.plants.layout import (
    DEVICES,
    HISTORY_INTERVAL_MS,
    SIGNAL_INTERVAL_MS,
    STACK_INTERVAL_MS,
    STACK_POINTS,
    channel_id,
    point_id,
    signals_of,
    span_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tynys.domain.base import Instant
    from tynys.sim.plants.spec import PlantSpec, StackSpec

_MAKES = {
    "gas": ("SICK (simulated)", "MARSIC300 (simulated)", "hot_wet_infrared_zirconia"),
    "dust": ("Tynys (simulated)", "DM-1 (simulated)", "in_situ_scattered_light"),
    "flow": ("Tynys (simulated)", "FTP-1 (simulated)", "ultrasonic_flow_platinum_pressure"),
}
_PERMITTED_ERROR_PCT = {"gas": 5.0, "dust": 10.0, "flow": 3.0}
MAINTENANCE_DAYS = 28
"""Within which zero and span are checked (invented). [d]"""
_VERIFICATION_SPAN = timedelta(days=365)


def analysers(plant: PlantSpec, begin: Instant) -> tuple[Analyser, ...]:
    """Three instruments a stack: gas, dust, flow."""
    return tuple(_analyser(plant, stack, device, begin) for stack in plant.stacks for device in DEVICES)


def _analyser(plant: PlantSpec, stack: StackSpec, device: str, begin: Instant) -> Analyser:
    maker, model, principle = _MAKES[device]
    return Analyser(
        id=f"{stack.id}-{device}",
        point=point_id(plant, stack),
        maker=maker,
        model=model,
        serial=f"SIM-{plant.id}-{stack.number}-{device}",
        principle=principle,
        state_register="SIMULATED",
        ranges=tuple(
            CertifiedRange(
                component=point.component,
                low=80.0 if point.component == "pressure" else 0.0,
                high=span_of(plant, stack, point),
                unit=point.unit,
                permitted_error_pct=_PERMITTED_ERROR_PCT[device],
            )
            for point in STACK_POINTS
            if point.device == device
        ),
        verifications=(
            Verification(
                body="Simulated metrology laboratory",
                certificate=f"SIM-{plant.id}-{stack.number}-{device}",
                valid_from=begin - timedelta(days=30),
                valid_to=begin - timedelta(days=30) + _VERIFICATION_SPAN,
            ),
        ),
        maintenance_interval_days=None if device == "flow" else MAINTENANCE_DAYS,
        seals=(f"SIM-SEAL-{stack.number}-{device}",),
        valid_from=begin,
    )


def channels(plant: PlantSpec, *, begin: Instant, live: Instant) -> tuple[Channel, ...]:
    """All channels: twelve a stack, then the signals of every unit."""
    return tuple(_channels(plant, begin, live))


def _channels(plant: PlantSpec, begin: Instant, live: Instant) -> Iterator[Channel]:
    for stack in plant.stacks:
        for point in STACK_POINTS:
            name = f"{stack.id}.{point.component}"
            yield Channel(
                id=channel_id(plant.id, name),
                name=name,
                component=point.component,
                unit=point.unit,
                acquisition=_acquisition(begin, live, STACK_INTERVAL_MS),
                point=point_id(plant, stack),
                analyser=f"{stack.id}-{point.device}",
                basis=point.basis,
                span=span_of(plant, stack, point),
            )
    for unit in plant.units:
        for signal in signals_of(unit):
            name = f"{unit.id}.{signal.name}"
            yield Channel(
                id=channel_id(plant.id, name),
                name=name,
                component=signal.component,
                unit=signal.unit,
                acquisition=_acquisition(begin if signal.in_history else live, live, SIGNAL_INTERVAL_MS),
                of_unit=unit.id,
            )


def _acquisition(begin: Instant, live: Instant, interval_ms: int) -> tuple[Acquisition, ...]:
    measured = Acquisition(interval_ms=interval_ms, valid_from=live)
    if begin >= live:
        return (measured,)
    return (Acquisition(interval_ms=HISTORY_INTERVAL_MS, mode=AcquisitionMode.REPLAYED, valid_from=begin, valid_to=live), measured)
