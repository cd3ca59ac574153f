"""A QAL2, an AST and a QAL3 as a printed page: worded, with their pictures; ``sheets/report.typ`` lays them out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tynys.calc.qa.pairs import srm_as_ams
from tynys.present import numbers
from tynys.present.qa_charts import agreement_chart, calibration_chart, control_charts
from tynys.present.times import local

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tynys.calc.arrays import Times
    from tynys.calc.qa.control import Ewma, Shewhart
    from tynys.calc.qa.drift import Cusum
    from tynys.calc.qa.pairs import Note, Pairs
    from tynys.calc.qa.qal2 import Qal2
    from tynys.calc.qa.surveillance import Ast
    from tynys.present.voice import Voice

DETAILS = ("laboratory", "accreditation", "method", "functional_test", "fuel", "load")
"""What a stored report carries beside its numbers, in the order in which it is shown."""
_PLACES = 4
_MOST_ROWS = 24
"""Rows that fit a page in one table; more stand in two columns."""
_MOST_CHECKS = 10
"""Checks of a point a page tells one by one: the newest."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a comparison was judged by: limit, permitted uncertainty, reference oxygen. [mg Nm⁻³, %, vol %]."""

    elv: float
    permitted_uncertainty_pct: float
    o2_reference_pct: float


@dataclass(frozen=True, slots=True)
class About:
    """Whose instrument it is and who measured: empty where nobody said so. ``simulated`` marks the page."""

    heading: str = ""
    details: Mapping[str, str] = field(default_factory=dict)
    simulated: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class PointCharts:
    """One point of a QAL3 with its charts."""

    point: str
    time_ms: Times
    reading: Sequence[float]
    reference: Sequence[float]
    s_ams: float
    sums: Cusum
    average: Ewma
    rules: Shewhart


def qal2_page(voice: Voice, pairs: Pairs, got: Qal2, terms: Terms, about: About) -> dict[str, Any]:
    """Data of the page of a QAL2."""
    permitted = terms.permitted_uncertainty_pct / 100.0 * terms.elv
    function = voice.t("qa.function", intercept=plain(voice, got.intercept), slope=plain(voice, got.slope))
    tests = [
        _test(voice, "qa.test.variability", got.s_d, got.limit, holds=got.variability_passed),
        _count(voice, got.n_pairs, 15),
    ]
    found = [
        (voice.t("qa.fact.procedure"), voice.t(f"qa.procedure.{got.procedure}")),
        (voice.t("qa.fact.function"), function),
        (voice.t("qa.fact.valid_range"), f"0 – {plain(voice, got.valid_range_max, 1)} {voice.unit('mg/Nm3')}"),
        (voice.t("qa.fact.r2"), plain(voice, got.r2)),
    ]
    charts = [
        _picture(calibration_chart(voice, pairs, got.srm_as_ams, intercept=got.intercept, slope=got.slope), voice, "calibration"),
        _picture(
            agreement_chart(
                voice,
                got.ams_standard,
                got.srm_standard,
                got.used,
                permitted=permitted,
                valid_range_max=got.valid_range_max,
                heading=voice.t("qa.chart.agreement"),
            ),
            voice,
            "agreement",
        ),
    ]
    head = _head(voice, "qal2", about, got.passed)
    parts = [{"kind": "facts", "pairs": found, "columns": 4}, *_common(voice, tests, charts, pairs, got, terms, about)]
    return head | {"parts": parts}


def ast_page(voice: Voice, pairs: Pairs, got: Ast, terms: Terms, about: About, *, intercept: float, slope: float) -> dict[str, Any]:
    """Data of the page of an AST."""
    permitted = terms.permitted_uncertainty_pct / 100.0 * terms.elv
    tests = [
        _test(voice, "qa.test.variability", got.s_d, got.limit_variability, holds=got.variability_passed),
        _test(voice, "qa.test.validity", abs(got.d_mean), got.limit_validity, holds=got.validity_passed),
        _count(voice, got.n_pairs, 5),
    ]
    function = voice.t("qa.function", intercept=plain(voice, intercept), slope=plain(voice, slope))
    seen = srm_as_ams(pairs, terms.o2_reference_pct)
    charts = [
        _picture(calibration_chart(voice, pairs, seen, intercept=intercept, slope=slope), voice, "calibration"),
        _picture(
            agreement_chart(
                voice,
                got.ams_standard,
                got.srm_standard,
                got.used,
                permitted=permitted,
                valid_range_max=None,
                heading=voice.t("qa.chart.agreement"),
            ),
            voice,
            "agreement",
        ),
    ]
    head = _head(voice, "ast", about, got.passed)
    found = [(voice.t("qa.fact.function"), function), (voice.t("qa.fact.d_mean"), f"{plain(voice, got.d_mean)} {voice.unit('mg/Nm3')}")]
    parts = [{"kind": "facts", "pairs": found, "columns": 2}, *_common(voice, tests, charts, pairs, got, terms, about)]
    return head | {"parts": parts}


def qal3_page(voice: Voice, charts: Sequence[PointCharts], about: About) -> dict[str, Any]:
    """Data of the page of a QAL3: zero beside span."""
    pictures = [
        control_charts(
            voice, each.sums, each.average, each.rules, s_ams=each.s_ams, days=[voice.short_day(t) for t in each.time_ms.tolist()]
        )
        for each in charts
    ]
    head = _head(voice, "qal3", about, None)
    quiet = not any(state_of(each) for each in charts)
    head["verdict"] = {"good": quiet, "words": voice.t("qa.verdict.in_control") if quiet else _alarm(voice, charts)}
    words = [voice.t(f"qa.chart.{name}") for name in ("drift", "precision", "ewma", "shewhart")]
    parts: list[dict[str, Any]] = [
        {"kind": "heads", "heads": [voice.t(f"qa.point.{each.point}") + f", s = {plain(voice, each.s_ams, 2)}" for each in charts]},
        *(
            {"kind": "pictures", "pictures": [{"svg": row[index], "words": words[index]} for row in pictures]}
            for index in range(len(words))
        ),
    ]
    parts.extend(
        {
            "kind": "rows",
            "title": f"{voice.t('qa.newest')}: {voice.t(f'qa.point.{each.point}')}",
            "head": [voice.t(f"qa.column.{name}") for name in CHECK_HEAD],
            "lines": check_rows(voice, each)[-(_MOST_CHECKS // len(charts)) :],
            "right": list(range(1, len(CHECK_HEAD) - 1)),
        }
        for each in charts
    )
    parts.append(_details(voice, about))
    return head | {"parts": parts}


CHECK_HEAD = ("time", "reading", "reference", "difference", "s_plus", "s_minus", "s_precision", "ewma", "adjust", "rules")


def check_rows(voice: Voice, each: PointCharts) -> list[list[str]]:
    """Every check of a point in words."""
    sums = each.sums
    return [
        [
            f"{local(each.time_ms[i].item()):%Y-%m-%d %H:%M}",
            plain(voice, each.reading[i], 2),
            plain(voice, each.reference[i], 2),
            plain(voice, float(sums.difference[i]), 2),
            plain(voice, float(sums.s_plus[i]), 2),
            plain(voice, float(sums.s_minus[i]), 2),
            plain(voice, float(sums.s_precision[i]), 2),
            plain(voice, float(each.average.z[i]), 2),
            plain(voice, float(sums.adjust[i]), 2),
            ", ".join(alarms_at(voice, each, i)) or "·",
        ]
        for i in range(len(each.time_ms))
    ]


def alarms_at(voice: Voice, each: PointCharts, index: int) -> list[str]:
    """What the charts say of one check, in words."""
    told = [
        ("qa.alarm.drift", each.sums.drift[index]),
        ("qa.alarm.precision", each.sums.precision[index]),
        ("qa.alarm.ewma", each.average.alarm[index]),
        ("qa.alarm.shewhart", each.rules.alarm[index]),
    ]
    return [voice.t(key) for key, on in told if on]


def state_of(each: PointCharts) -> list[str]:
    """Alarms of the newest check of a point, by their keys."""
    last = len(each.time_ms) - 1
    return [key for key, mask in (("drift", each.sums.drift), ("precision", each.sums.precision)) if last >= 0 and mask[last]]


def _alarm(voice: Voice, charts: Sequence[PointCharts]) -> str:
    said = []
    for each in charts:
        for key in state_of(each):
            adjust = plain(voice, abs(float(each.sums.adjust[-1])), 3)
            said.append(voice.t(f"qa.verdict.{key}", point=voice.t(f"qa.point.{each.point}"), adjust=adjust))
    return " ".join(said)


def notes_of(voice: Voice, notes: Sequence[Note]) -> list[str]:
    """Notes in words."""
    return [voice.t(note.key, **note.values) for note in notes]


def plain(voice: Voice, value: float | None, places: int = _PLACES) -> str:
    """A number with the same decimals throughout, a dash for none."""
    return numbers.decimal(voice.language, value, places)


def _head(voice: Voice, kind: str, about: About, passed: bool | None) -> dict[str, Any]:
    head: dict[str, Any] = {
        "language": voice.language,
        "title": voice.t(f"qa.title.{kind}"),
        "subtitle": about.heading,
        "origin": voice.t("qa.origin"),
        "mark": voice.t("mark.simulated") if about.simulated else None,
    }
    if passed is not None:
        head["verdict"] = {"good": passed, "words": voice.t(f"qa.verdict.{kind}.{'passed' if passed else 'failed'}")}
    return head


def _common(
    voice: Voice, tests: list[list[Any]], charts: list[dict[str, str]], pairs: Pairs, got: Qal2 | Ast, terms: Terms, about: About
) -> list[dict[str, Any]]:
    unit = voice.unit("mg/Nm3")
    judged = voice.t(
        "qa.judged_by",
        elv=f"{voice.measured(terms.elv)} {unit}",
        uncertainty=voice.percent(terms.permitted_uncertainty_pct / 100.0),
        sigma=f"{plain(voice, got.sigma_0)} {unit}",
        k=plain(voice, got.k_v),
        oxygen=voice.percent(terms.o2_reference_pct / 100.0),
    )
    rows = _pair_table(voice, pair_rows(voice, pairs, got))
    head = [voice.t(f"qa.column.{name}") for name in ("test", "found", "permitted", "outcome")]
    parts: list[dict[str, Any]] = [
        {"kind": "tests", "title": voice.t("qa.tests"), "head": head, "lines": tests},
        {"kind": "notes", "lines": [judged, *notes_of(voice, got.notes)]},
        {"kind": "pictures", "pictures": charts},
        rows,
        _details(voice, about),
    ]
    return parts


def _pair_table(voice: Voice, lines: list[list[str]]) -> dict[str, Any]:
    """All columns of a usual campaign; of a longer one the numbers alone, in two halves, remarks in the notes of its own."""
    head = [voice.t(f"qa.column.{name}") for name in PAIR_HEAD]
    table = {"kind": "rows", "title": voice.t("qa.pairs"), "head": head, "lines": lines, "right": list(range(len(head) - 1))}
    if len(lines) <= _MOST_ROWS:
        return table
    short = {
        "head": [head[at] for at in _SHORT],
        "lines": [[line[at] for at in _SHORT] for line in lines],
        "right": list(range(len(_SHORT))),
    }
    return table | short | {"kind": "side", "remarks": [f"{line[0]}: {line[-1]}" for line in lines if line[-1]]}


PAIR_HEAD = ("number", "x", "y", "o2", "h2o", "srm_standard", "ams_standard", "difference", "remark")


_SHORT = (0, 1, 5, 6, 7)
"""Columns of a long campaign: number, signal, both at standard conditions, difference."""


def pair_rows(voice: Voice, pairs: Pairs, got: Qal2 | Ast) -> list[list[str]]:
    """Every row of the file in words."""
    return [
        [
            voice.number(i + 1),
            plain(voice, float(pairs.x[i]), 3),
            plain(voice, float(pairs.y[i]), 2),
            plain(voice, float(pairs.o2_dry_pct[i]), 1),
            plain(voice, float(pairs.h2o_pct[i]), 1),
            plain(voice, float(got.srm_standard[i]), 2),
            plain(voice, float(got.ams_standard[i]), 2),
            plain(voice, float(got.difference[i]), 2),
            pairs.excluded[i] or (voice.t("qa.material") if pairs.reference[i] else ""),
        ]
        for i in range(len(pairs.x))
    ]


def _details(voice: Voice, about: About) -> dict[str, Any]:
    return {
        "kind": "facts",
        "title": voice.t("qa.performed"),
        "pairs": [(voice.t(f"qa.detail.{name}"), about.details.get(name) or voice.t("value.not_set")) for name in DETAILS],
        "columns": 3,
    }


def _test(voice: Voice, key: str, found: float, limit: float, *, holds: bool) -> list[Any]:
    said = voice.t("qa.passed" if holds else "qa.failed")
    return [voice.t(key), plain(voice, found), f"≤ {plain(voice, limit)}", said, holds]


def _count(voice: Voice, found: int, least: int) -> list[Any]:
    holds = found >= least
    return [
        voice.t("qa.test.pairs"),
        voice.number(found),
        f"≥ {voice.number(least)}",
        voice.t("qa.passed" if holds else "qa.failed"),
        holds,
    ]


def _picture(source: str, voice: Voice, name: str) -> dict[str, str]:
    return {"svg": source, "words": voice.t(f"qa.chart.{name}.long")}
