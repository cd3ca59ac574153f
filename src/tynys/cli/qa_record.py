"""The record of a QAL2 for the facility's document: the calibration function enters the plan only with it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from tynys.domain.base import from_ms
from tynys.domain.errors import ConfigurationError
from tynys.domain.quality import CalibrationReport, Parallel

if TYPE_CHECKING:
    from tynys.calc.qa.pairs import Pairs
    from tynys.calc.qa.qal2 import Qal2
    from tynys.cli.qa_details import ReportFile
    from tynys.present.qa_report import Terms

NEEDED = (
    "report",
    "source",
    "component",
    "laboratory",
    "accreditation",
    "method",
    "functional_test",
    "fuel",
    "load",
    "performed",
    "issued",
)
"""Keys of ``--report`` a stored record must have."""
_NUMBERS = ("x", "y", "o2_dry_pct", "h2o_pct", "ams_o2_dry_pct", "ams_h2o_pct", "ams_temperature_c", "ams_pressure_kpa")


def calibration_record(pairs: Pairs, got: Qal2, terms: Terms, told: ReportFile, zero: float | None) -> CalibrationReport:
    """A QAL2 with everything a stored report carries.

    Raises
    ------
    ConfigurationError
        Naming the keys ``--report`` lacks.
    """
    missing = [name for name in NEEDED if not getattr(told, name)]
    if missing or told.functional_test is None or told.performed is None or told.issued is None:
        raise ConfigurationError(
            f"expected everything a stored report carries, got no {', '.join(missing)}",
            where="--record",
            hint="Give it in the file of --report, or as options.",
            code="qa.record",
        )
    return CalibrationReport(
        id=told.report,
        source=told.source,
        component=told.component,
        chain=told.chain,
        point=told.point,
        range=told.range,
        mode=told.mode,
        laboratory=told.laboratory,
        accreditation=told.accreditation,
        method=told.method,
        functional_test=datetime.combine(told.functional_test, time(), UTC),
        fuel=told.fuel,
        load=told.load,
        performed=told.performed,
        issued=told.issued,
        recomputes_from=told.recomputes_from,
        elv=terms.elv,
        permitted_uncertainty_pct=terms.permitted_uncertainty_pct,
        o2_reference_pct=terms.o2_reference_pct,
        ams_basis=pairs.ams_basis,
        srm_basis=pairs.srm_basis,
        pairs=tuple(_pair(pairs, i) for i in range(len(pairs.x))),
        zero=zero,
        procedure=got.procedure,
        intercept=got.intercept,
        slope=got.slope,
        r2=got.r2,
        s_d=got.s_d,
        sigma_0=got.sigma_0,
        k_v=got.k_v,
        limit=got.limit,
        passed=got.passed,
        valid_range_max=got.valid_range_max,
    )


def _pair(pairs: Pairs, i: int) -> Parallel:
    columns = {name: getattr(pairs, name) for name in _NUMBERS}
    numbers = {name: float(values[i]) for name, values in columns.items() if values is not None and np.isfinite(values[i])}
    return Parallel(
        **({"x": 0.0, "y": 0.0} | numbers),
        time=from_ms(int(pairs.time_ms[i])) if pairs.time_ms is not None else None,
        material=bool(pairs.reference[i]),
        excluded=pairs.excluded[i] or None,
    )


def as_toml(report: CalibrationReport) -> str:
    """The record as a table of a facility's document, with the calibration function it allows."""
    lines = ["[[calibration_reports]]"]
    for name, value in _told(report):
        if name == "pairs":
            lines += ["pairs = [", *(f"  {{ {', '.join(f'{key} = {_toml(cell)}' for key, cell in _told(each))} }}," for each in value), "]"]
        else:
            lines.append(f"{name} = {_toml(value)}")
    start = _toml(report.recomputes_from or report.issued)
    function = {name: getattr(report, name) for name in ("intercept", "slope", "valid_range_max")} | {"report": report.id}
    shown = ", ".join(f"{name} = {_toml(value)}" for name, value in function.items())
    return "\n".join([*lines, "", f"# In the chain of the plan: calibrations = [{{ {shown}, valid_from = {start} }}]", ""])


def _told(record: msgspec.Struct) -> list[tuple[str, Any]]:
    """Fields that differ from their defaults, as the document leaves out the others."""
    found = []
    for field in msgspec.structs.fields(record):
        value = getattr(record, field.name)
        if value != field.default:
            found.append((field.encode_name, value))
    return found


def _toml(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bool):
        return str(value).lower()
    return json.dumps(str(value), ensure_ascii=False) if isinstance(value, str) else repr(value)
