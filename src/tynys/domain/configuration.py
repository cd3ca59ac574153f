"""The full configuration of a facility: one signed document, sent at every change."""

from __future__ import annotations

import hashlib

import msgspec

from tynys.domain.base import Record
from tynys.domain.facility import AbatementDevice, CombustionPlant, Duct, Facility, MeasuringPoint, Source, Unit
from tynys.domain.fuel import Fuel
from tynys.domain.instrument import Analyser, Channel
from tynys.domain.limit import Limit
from tynys.domain.plan import MonitoringPlan
from tynys.domain.quality import CalibrationReport, DriftCheck, SurveillanceReport

_ENCODER = msgspec.json.Encoder(order="deterministic")


class FacilityConfiguration(Record, frozen=True, kw_only=True):
    """Everything about a facility that a number depends on."""

    facility: Facility
    units: tuple[Unit, ...]
    sources: tuple[Source, ...]
    ducts: tuple[Duct, ...]
    points: tuple[MeasuringPoint, ...]
    analysers: tuple[Analyser, ...]
    channels: tuple[Channel, ...]
    plan: MonitoringPlan
    combustion_plants: tuple[CombustionPlant, ...] = ()
    abatement: tuple[AbatementDevice, ...] = ()
    limits: tuple[Limit, ...] = ()
    fuels: tuple[Fuel, ...] = ()
    calibration_reports: tuple[CalibrationReport, ...] = ()
    surveillance_reports: tuple[SurveillanceReport, ...] = ()
    drift_checks: tuple[DriftCheck, ...] = ()

    def encode(self) -> bytes:
        """Canonical JSON: what is signed, hashed and stored."""
        return _ENCODER.encode(self)

    def digest(self) -> bytes:
        """SHA-256 of the canonical JSON; names this configuration everywhere."""
        return hashlib.sha256(self.encode()).digest()
