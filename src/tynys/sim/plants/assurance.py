"""Quality assurance of the simulated instruments: reports and checks nobody made, and that say so."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from tynys.calc.qa.stored import ast_again, qal2_again
from tynys.calc.reference import O2_AIR_PCT, to_actual, to_normal, to_reference_oxygen, to_wet
from tynys.domain.quality import CalibrationReport, CheckPoint, DriftCheck, Parallel, Procedure, SurveillanceReport
from tynys.sim.plants.instruments import MAINTENANCE_DAYS
from tynys.sim.plants.layout import source_id
from tynys.sim.plants.limits import concentration_limit, reference_oxygen

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from tynys.calc.arrays import Floats
    from tynys.sim.plants.spec import PlantSpec, StackSpec

CALIBRATED_SHARE = 0.8
"""End of the valid calibration range as a share of the span (invented)."""
RANGE_MARGIN = 0.1
"""How far it reaches beyond the highest value (EN 14181, 6.6)."""
LEVELS = (0.16, 0.28, 0.4, 0.52, 0.64, 0.76, 0.88, 1.0)
"""Levels of a campaign as shares of its highest; at each the analyser reads once too high and once as much too low (invented)."""
PERMITTED_PCT = {"so2": 20.0, "nox": 20.0, "no": 20.0, "no2": 20.0, "co": 10.0, "dust": 30.0}
"""Permitted half-width of the 95 % interval (2010/75/EU, Annex V, Part 3, point 9). [%]"""
METHODS = {"so2": "EN 14791", "nox": "EN 14792", "no": "EN 14792", "no2": "EN 14792", "co": "EN 15058", "dust": "EN 13284-1"}
SCATTER = 0.3
"""Scatter of the simulated analysers, in the permitted standard deviation (invented)."""
_HOT_C, _THIN_KPA = 140.0, 97.5
"""Gas in the stack, for instruments that measure in it (invented). [°C, kPa]"""
_OTHER_LIMIT_SHARE = 0.4
"""Limit a component without one of its own is judged by, as a share of the span (invented)."""
_QAL2_BEFORE_D, _AST_BEFORE_D = (550, 410, 110), (310, 380, None)
"""Days of a QAL2 before the history, of an AST before the live span, by stack in turn: one test is due soon, one overdue (invented). [d]"""
_CHECKS = 6
_DRIFTS = {"so2": (0.0, 0.4, -0.3, 0.5, 0.1, -0.2), "dust": (0.1, -0.2, 0.3, 0.0, -0.4, 0.2)}
"""What each check read too much, in s_AMS (invented)."""
_S_AMS_SHARE = 0.005
"""Standard deviation of a simulated analyser as a share of its span (invented)."""


def report_id(plant: PlantSpec, stack: StackSpec) -> str:
    """Number of a stack's QAL2 report."""
    return f"SIM-QAL2-{plant.id}-{stack.number} (simulated)"


def calibration_report(plant: PlantSpec, stack: StackSpec, component: str, span: float, begin: datetime) -> CalibrationReport:
    """The QAL2 of a component, computed from its own simulated pairs; the analysers of the simulation need no correction."""
    performed = _morning(begin) - timedelta(days=_QAL2_BEFORE_D[(stack.number - 1) % len(_QAL2_BEFORE_D)])
    draft = CalibrationReport(
        id=report_id(plant, stack),
        source=source_id(plant, stack),
        component=component,
        chain="main",
        laboratory="Simulated laboratory",
        accreditation="SIMULATED",
        method=METHODS[component],
        functional_test=performed - timedelta(days=14),
        fuel=" / ".join(sorted({fuel for unit in plant.units_of(stack) for fuel in unit.fuels})),
        load="40 to 100 % (simulated)",
        performed=performed,
        issued=performed + timedelta(days=21),
        elv=concentration_limit(plant, component) or round(_OTHER_LIMIT_SHARE * span, 1),
        permitted_uncertainty_pct=PERMITTED_PCT[component],
        o2_reference_pct=reference_oxygen(plant, stack),
        pairs=(),
        procedure=Procedure.A,
        intercept=0.0,
        slope=1.0,
        r2=1.0,
        s_d=0.0,
        sigma_0=0.0,
        k_v=0.0,
        limit=0.0,
        passed=False,
        valid_range_max=0.0,
    )
    draft = msgspec.structs.replace(draft, pairs=_pairs(draft, span, performed, LEVELS))
    got = qal2_again(draft, range_margin=RANGE_MARGIN)
    return msgspec.structs.replace(
        draft,
        procedure=got.procedure,
        intercept=round(got.intercept, 2) + 0.0,
        slope=round(got.slope, 3),
        r2=round(got.r2, 6),
        s_d=round(got.s_d, 4),
        sigma_0=round(got.sigma_0, 4),
        k_v=round(got.k_v, 4),
        limit=round(got.limit, 4),
        passed=got.passed,
        valid_range_max=round(got.valid_range_max, 1),
    )


def surveillance_report(calibration: CalibrationReport, stack: StackSpec, span: float, live: datetime) -> SurveillanceReport | None:
    """The last AST of a function; none in the first year after its QAL2."""
    age = _AST_BEFORE_D[(stack.number - 1) % len(_AST_BEFORE_D)]
    if age is None:
        return None
    performed = _morning(live) - timedelta(days=age)
    shared = {name: getattr(calibration, name) for name in SurveillanceReport.__struct_fields__ if hasattr(calibration, name)}
    own = {
        "id": calibration.id.replace("QAL2", "AST"),
        "calibration": calibration.id,
        "functional_test": performed - timedelta(days=10),
        "performed": performed,
        "issued": performed + timedelta(days=14),
        "pairs": _pairs(calibration, span, performed, LEVELS[1::3]),
        "d_mean": 0.0,
        "limit_variability": 0.0,
        "limit_validity": 0.0,
    }
    draft = SurveillanceReport(**(shared | own))
    got = ast_again(draft, calibration)
    return msgspec.structs.replace(
        draft,
        d_mean=round(got.d_mean, 4) + 0.0,
        s_d=round(got.s_d, 4),
        limit_variability=round(got.limit_variability, 4),
        limit_validity=round(got.limit_validity, 4),
        passed=got.passed,
    )


def _pairs(report: CalibrationReport, span: float, end: datetime, levels: Sequence[float]) -> tuple[Parallel, ...]:
    """Pairs whose line is y = x: at every level the gas stands still, and the analyser reads above and below it alike."""
    hot = report.component == "dust"
    highest = CALIBRATED_SHARE * span / (1.0 + RANGE_MARGIN)
    sigma = report.permitted_uncertainty_pct / 100.0 * report.elv / 1.96
    made = []
    for number, level in enumerate(levels):
        o2, h2o = round(7.2 - 1.6 * level, 1), round(8.4 + 1.4 * level, 1)
        for turn, sign in enumerate((1.0, -1.0)):
            standard = level * highest
            wet, off = (_wet(value, report.o2_reference_pct, o2, h2o) for value in (standard, standard + sign * SCATTER * sigma))
            seen = _number(to_actual(_one(wet), _one(_HOT_C), _one(_THIN_KPA))) if hot else wet
            signal = round(seen, 2)
            normal = _number(to_normal(_one(signal), _one(_HOT_C), _one(_THIN_KPA))) if hot else signal
            made.append(
                Parallel(
                    x=signal,
                    y=round(normal + off - wet, 3),
                    o2_dry_pct=o2,
                    h2o_pct=h2o,
                    ams_temperature_c=_HOT_C if hot else None,
                    ams_pressure_kpa=_THIN_KPA if hot else None,
                    time=end - timedelta(days=(len(levels) - 1 - number) // 2) + timedelta(hours=4 * (number % 2) + 2 * turn - 6),
                )
            )
    return tuple(made)


def _morning(moment: datetime) -> datetime:
    """Ten in the morning of Almaty of a day."""
    return moment.replace(hour=5, minute=0, second=0, microsecond=0)


def _wet(standard: float, o2_reference_pct: float, o2_pct: float, h2o_pct: float) -> float:
    """A standardised concentration in the wet gas at its own oxygen. [mg Nm⁻³]."""
    dry = to_reference_oxygen(_one(standard), _one(o2_reference_pct), o2_pct, o2_highest_pct=O2_AIR_PCT)
    return _number(to_wet(dry, _one(h2o_pct)))


def _one(value: float) -> Floats:
    """A number as the kernels take it."""
    return np.array([value], np.float64)


def _number(values: Floats) -> float:
    """The one number of an array."""
    return float(values[0])


def drift_checks(plant: PlantSpec, stack: StackSpec, live: datetime) -> Iterator[DriftCheck]:
    """Zero and span of the gas and the dust analyser, every four weeks until shortly before the live span."""
    for component, device, unit, span in (("so2", "gas", "mg/Nm3", 4000.0), ("dust", "dust", "mg/m3", plant.dust_span_mg_m3)):
        s_ams = _S_AMS_SHARE * span
        for place, drift in enumerate(_DRIFTS[component]):
            time = _morning(live) - timedelta(days=3 + 5 * stack.number + MAINTENANCE_DAYS * (_CHECKS - 1 - place))
            for point, reference, factor in ((CheckPoint.ZERO, 0.0, 1.0), (CheckPoint.SPAN, CALIBRATED_SHARE * span, -1.0)):
                yield DriftCheck(
                    analyser=f"{stack.id}-{device}",
                    component=component,
                    point=point,
                    time=time,
                    reading=round(reference + factor * drift * s_ams, 2),
                    reference=reference,
                    unit=unit,
                    s_ams=s_ams,
                )


def reports_of(
    plant: PlantSpec, plans: Sequence[tuple[str, str, float]], begin: datetime, live: datetime
) -> tuple[tuple[CalibrationReport, ...], tuple[SurveillanceReport, ...]]:
    """The reports behind every chain of the plan, given by source, component and span."""
    calibrations, tests = [], []
    stacks = {source_id(plant, stack): stack for stack in plant.stacks}
    for source, component, span in plans:
        stack = stacks[source]
        calibrations.append(calibration_report(plant, stack, component, span, begin))
        test = surveillance_report(calibrations[-1], stack, span, live)
        if test is not None:
            tests.append(test)
    return tuple(calibrations), tuple(tests)
