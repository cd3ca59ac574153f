"""Adaptors of stored quality assurance: reports computed again from their pairs, and how an analyser stands."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from tynys.calc.qa.due import Due, Standing, worst
from tynys.calc.qa.status import analyser_statuses
from tynys.calc.qa.stored import ast_again, qal2_again
from tynys.conformance.adapt import plain
from tynys.conformance.adaptors.plants import POINT, SINCE, SOURCE, plant
from tynys.domain.base import to_ms
from tynys.domain.quality import CalibrationReport, SurveillanceReport

_LABORATORY = {
    "source": SOURCE,
    "component": "so2",
    "chain": "main",
    "laboratory": "case",
    "accreditation": "case",
    "method": "case",
    "functional_test": SINCE,
    "fuel": "coal",
    "load": "full",
    "performed": SINCE,
    "issued": SINCE,
    "elv": 200.0,
    "permitted_uncertainty_pct": 20.0,
    "o2_reference_pct": 6.0,
    "pairs": [],
}
_STATED = {"procedure": "a", "r2": 0.0, "s_d": 0.0, "sigma_0": 0.0, "k_v": 0.0, "limit": 0.0, "passed": True, "valid_range_max": 0.0}
_TESTED = {"calibration": "qal2", "d_mean": 0.0, "s_d": 0.0, "limit_variability": 0.0, "limit_validity": 0.0, "passed": True}
"""Numbers a report states; those that are computed again do not look at them."""
_COLUMNS = ("x", "y", "o2_dry_pct", "h2o_pct", "ams_o2_dry_pct", "ams_h2o_pct")


def _campaign(given: dict[str, Any]) -> dict[str, Any]:
    """Takes the columns of a campaign out of a case's input and makes a report's keys of them."""
    n = len(given["x"])
    columns = {name: given.pop(name) for name in _COLUMNS if name in given}
    marks = zip(given.pop("reference", [False] * n), given.pop("excluded", [""] * n), strict=True)
    pairs = [
        {name: column[i] for name, column in columns.items()} | {"material": material, "excluded": excluded or None}
        for i, (material, excluded) in enumerate(marks)
    ]
    return {**_LABORATORY, "pairs": pairs}


def _qal2(given: dict[str, Any]) -> Any:
    document = {**_campaign(given), **_STATED, "id": "qal2", "intercept": 0.0, "slope": 0.0, **given}
    return qal2_again(msgspec.convert(document, CalibrationReport))


def _ast(given: dict[str, Any]) -> Any:
    pairs = _campaign(given)
    function = {name: given.pop(name) for name in ("intercept", "slope")}
    calibration = msgspec.convert({**_LABORATORY, **_STATED, "id": "qal2", **function}, CalibrationReport)
    return ast_again(msgspec.convert({**pairs, **_TESTED, "id": "ast", **given}, SurveillanceReport), calibration)


def _statuses(given: dict[str, Any]) -> Any:
    """How one analyser stands, from the days of its last QAL2, tests, checks and verification."""
    calibration = {"intercept": 0.0, "slope": 1.0, "valid_range_max": 1e9, "report": "qal2", "valid_from": SINCE}
    chain = {"name": "main", "channels": ["value"], "calibrations": [calibration] if given["qal2"] else []}
    channel = {
        "name": "value",
        "component": "so2",
        "unit": "mg/Nm3",
        "analyser": "analyser",
        "basis": {"moisture": "dry", "gas_state": "normal"},
        "acquisition": [{"interval_ms": 60_000, "valid_from": SINCE}],
    }
    analyser: dict[str, Any] = {"id": "analyser", "point": POINT, "maker": "case", "model": "case", "serial": "1", "valid_from": SINCE}
    analyser["maintenance_interval_days"] = given.get("maintenance_interval_days")
    if "verified" in given:
        analyser["verifications"] = [{"body": "case", "certificate": "1", **given["verified"]}]
    reports = (
        [{**_LABORATORY, **_STATED, "id": "qal2", "intercept": 0.0, "slope": 1.0, "performed": given["qal2"]}] if given["qal2"] else []
    )
    tests = [{**_LABORATORY, **_TESTED, "id": f"ast-{i}", **each} for i, each in enumerate(given.get("tests", []))]
    checks = [{"analyser": "analyser", "component": "so2", "unit": "mg/Nm3", **each} for each in given.get("checks", [])]
    configuration = plant(
        [channel],
        components=[{"source": SOURCE, "component": "so2", "chains": [chain]}],
        analysers=[analyser],
        calibration_reports=reports,
        surveillance_reports=tests,
        drift_checks=checks,
    )
    (status,) = analyser_statuses(configuration, to_ms(datetime.fromisoformat(given["now"])))
    return plain(status)


def _worst(given: dict[str, Any]) -> Any:
    return worst(*(Due(None, None, Standing(each)) for each in given["standings"]))


ADAPTORS = {
    "qa.stored.qal2_again": _qal2,
    "qa.stored.ast_again": _ast,
    "qa.status.analyser_statuses": _statuses,
    "qa.due.worst": _worst,
}
