"""What the commands of quality assurance do: read the file, call the kernel, give the result in the form asked for."""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from tynys.calc.qa import control, drift, surveillance
from tynys.calc.qa import qal2 as calibration
from tynys.calc.qa.pairs import Basis
from tynys.cli import qa_tables
from tynys.cli.qa_files import POINTS, read_checks, read_pairs
from tynys.cli.qa_record import as_toml, calibration_record
from tynys.domain.errors import ConfigurationError
from tynys.present import pdf, qa_report, qa_workbook
from tynys.present.qa_report import PointCharts, Terms
from tynys.present.voice import voice

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from tynys.calc.qa.pairs import Note, Pairs
    from tynys.calc.qa.qal2 import Qal2
    from tynys.calc.qa.surveillance import Ast
    from tynys.cli.qa_details import ReportFile
    from tynys.cli.qa_files import Checks
    from tynys.present.catalogue import Language
    from tynys.present.qa_report import About


@dataclass(frozen=True, slots=True)
class Comparison:
    """What two methods are compared by. [mg/Nm³, %, vol %]."""

    elv: float
    permitted_uncertainty_pct: float
    o2_reference_pct: float
    ams_basis: str
    srm_basis: str

    @property
    def terms(self) -> Terms:
        """As the report needs them."""
        return Terms(self.elv, self.permitted_uncertainty_pct, self.o2_reference_pct)

    @property
    def judged(self) -> dict[str, float]:
        """As the kernels take them."""
        return {
            "elv": self.elv,
            "permitted_uncertainty_pct": self.permitted_uncertainty_pct,
            "o2_reference_pct": self.o2_reference_pct,
        }


@dataclass(frozen=True, slots=True)
class Output:
    """Where the result goes."""

    language: Language
    pdf: Path | None
    xlsx: Path | None
    json: bool


def qal2(
    file: Path,
    by: Comparison,
    out: Output,
    about: About,
    *,
    zero: float | None,
    range_margin: float,
    record: tuple[Path | None, ReportFile],
) -> bool:
    """A QAL2; whether it passed."""
    pairs = read_pairs(file, ams_basis=Basis(by.ams_basis), srm_basis=Basis(by.srm_basis))
    got = calibration.qal2(pairs, zero=zero, range_margin=range_margin, **by.judged)
    say = voice(out.language)
    page = qa_report.qal2_page(say, pairs, got, by.terms, about)
    path, told = record
    stored = None if path is None else as_toml(calibration_record(pairs, got, by.terms, told, zero)).encode()
    if out.json:
        numbers = {name: getattr(got, name) for name in ("intercept", "slope", "r2", "s_d", "sigma_0", "k_v", "limit")}
        answer = {"procedure": got.procedure.value, **numbers, "passed": got.passed, "valid_range_max": got.valid_range_max}
        answer |= {"variability_passed": got.variability_passed, "spread": got.spread}
        _print_json(answer | _pairs_json(pairs, got))
    else:
        qa_tables.show(page)
    _write(page, out, lambda: qa_workbook.pairs_workbook(say, page, pairs, got))
    if path is not None and stored is not None:
        _put(path, stored)
    return got.passed


def ast(file: Path, by: Comparison, out: Output, about: About, *, intercept: float, slope: float) -> bool:
    """An annual surveillance test; whether it passed."""
    pairs = read_pairs(file, ams_basis=Basis(by.ams_basis), srm_basis=Basis(by.srm_basis))
    got = surveillance.surveillance_test(pairs, intercept=intercept, slope=slope, **by.judged)
    say = voice(out.language)
    page = qa_report.ast_page(say, pairs, got, by.terms, about, intercept=intercept, slope=slope)
    if out.json:
        numbers = {name: getattr(got, name) for name in ("d_mean", "s_d", "limit_variability", "limit_validity")}
        answer = {**numbers, "passed": got.passed, "variability_passed": got.variability_passed, "validity_passed": got.validity_passed}
        answer |= {"sigma_0": got.sigma_0, "k_v": got.k_v, "t": got.t}
        _print_json(answer | _pairs_json(pairs, got))
    else:
        qa_tables.show(page)
    _write(page, out, lambda: qa_workbook.pairs_workbook(say, page, pairs, got))
    return got.passed


def qal3(file: Path, out: Output, about: About, *, s_zero: float, s_span: float, weight: float, width: float) -> None:
    """Control charts of zero and span."""
    checks = read_checks(file)
    scales = dict(zip(POINTS, (s_zero, s_span), strict=True))
    charts = [_charts(checks, point, scales[point], weight, width) for point in POINTS if point in checks.point]
    say = voice(out.language)
    page = qa_report.qal3_page(say, charts, about)
    if out.json:
        _print_json(_charts_json(checks, charts))
    else:
        qa_tables.show(page)
    _write(page, out, lambda: qa_workbook.checks_workbook(say, page, charts))


def _charts(checks: Checks, point: str, s_ams: float, weight: float, width: float) -> PointCharts:
    mine = np.array([each == point for each in checks.point], np.bool_)
    difference, adjusted = (checks.reading - checks.reference)[mine], checks.adjusted[mine]
    return PointCharts(
        point=point,
        time_ms=checks.time_ms[mine],
        reading=checks.reading[mine].tolist(),
        reference=checks.reference[mine].tolist(),
        s_ams=s_ams,
        sums=drift.cusum(difference, s_ams=s_ams, adjusted=adjusted),
        average=control.ewma(difference, s_ams=s_ams, weight=weight, width=width, adjusted=adjusted),
        rules=control.shewhart(difference, s_ams=s_ams, adjusted=adjusted),
    )


def _pairs_json(pairs: Pairs, got: Qal2 | Ast) -> dict[str, Any]:
    """What both tests tell of their rows and shortcomings."""
    rows = [
        {
            "x": _known(pairs.x[i]),
            "y": _known(pairs.y[i]),
            "calibrated": _known(got.calibrated[i]),
            "srm_standard": _known(got.srm_standard[i]),
            "ams_standard": _known(got.ams_standard[i]),
            "difference": _known(got.difference[i]),
            "used": bool(got.used[i]),
            "excluded": pairs.excluded[i] or None,
        }
        for i in range(len(pairs.x))
    ]
    return {"d_mean": got.d_mean, "n_pairs": got.n_pairs, "warnings": _notes(got.notes), "pairs": rows}


def _notes(notes: Sequence[Note]) -> list[dict[str, Any]]:
    say = voice("en")
    return [{"key": note.key, "text": say.t(note.key, **note.values), **note.values} for note in notes]


def _charts_json(checks: Checks, charts: Sequence[PointCharts]) -> dict[str, Any]:
    """Each point by its name with how it stands at its newest check, and every check in the order of time."""
    answer: dict[str, Any] = {}
    told: dict[tuple[int, str], dict[str, Any]] = {}
    for each in charts:
        rows = [_check_json(each, i) for i in range(len(each.time_ms))]
        told |= {(int(moment), each.point): row for moment, row in zip(each.time_ms, rows, strict=True)}
        newest = {name: rows[-1][name] for name in ("drift", "precision", "adjust", "ewma", "shewhart")}
        limits = {"s_ams": each.s_ams, "h_x": each.sums.h_x, "h_s": each.sums.h_s}
        answer[each.point] = newest | limits | {"checks": len(rows)}
    answer["points"] = [told[int(moment), point] for moment, point in zip(checks.time_ms, checks.point, strict=True)]
    return answer


def _check_json(each: PointCharts, i: int) -> dict[str, Any]:
    sums = each.sums
    return {
        "time": qa_tables.iso(int(each.time_ms[i])),
        "point": each.point,
        "reading": each.reading[i],
        "reference": each.reference[i],
        "difference": float(sums.difference[i]),
        "drift": bool(sums.drift[i]),
        "precision": bool(sums.precision[i]),
        "adjust": _known(sums.adjust[i]),
        "ewma": bool(each.average.alarm[i]),
        "shewhart": bool(each.rules.alarm[i]),
        "s_plus": float(sums.s_plus[i]),
        "s_minus": float(sums.s_minus[i]),
        "s_precision": float(sums.s_precision[i]),
        "n_plus": int(sums.n_plus[i]),
        "n_minus": int(sums.n_minus[i]),
        "n_precision": int(sums.n_precision[i]),
        "ewma_z": float(each.average.z[i]),
        "ewma_limit": float(each.average.limit[i]),
        "shewhart_warning": bool(each.rules.warning[i]),
        "shewhart_rules": list(each.rules.rules[i]),
    }


def _known(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def _print_json(answer: dict[str, Any]) -> None:
    """Nothing else on standard output; a number that is none is null."""
    cleaned = {name: None if isinstance(value, float) and not math.isfinite(value) else value for name, value in answer.items()}
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(cleaned), indent=2).decode() + "\n")


def _write(page: dict[str, Any], out: Output, workbook: Callable[[], bytes]) -> None:
    """The report in each form asked for; where it went is told on standard error, so that standard output is the result alone."""
    makers: tuple[tuple[Path | None, Callable[[], bytes]], ...] = ((out.pdf, lambda: pdf.render("report", page)), (out.xlsx, workbook))
    for path, make in makers:
        if path is not None:
            _put(path, make())


def _put(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise ConfigurationError(
            f"the report cannot be written: {error.strerror}", where=str(path), hint="Does the folder exist?", code="qa.output"
        ) from None
    sys.stderr.write(f"{path}\n")
