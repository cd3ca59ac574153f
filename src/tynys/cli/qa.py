"""`tynys qal2`, `ast` and `qal3`: quality assurance of an analyser from a file, as a table, a report or JSON."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

FAILED = 1
MARGIN_PCT = 10.0
HIGH, LOW = 1e12, -1e12
"""No number a person gives is larger: infinity and NaN are none either."""

Measurements = Annotated[
    Path, typer.Argument(help="CSV of parallel measurements: x,y,o2_dry_pct,h2o_pct and optional columns", dir_okay=False)
]
Elv = Annotated[float, typer.Option("--elv", help="daily emission limit value, at reference conditions [mg/Nm3]", min=1e-9, max=HIGH)]
Permitted = Annotated[
    float, typer.Option("--permitted-uncertainty", help="permitted 95 % uncertainty, as a share of the limit [%]", min=1e-9, max=1000)
]
Oxygen = Annotated[float, typer.Option("--o2-reference", help="reference oxygen [vol %]", min=0.0, max=20.999)]


class AmsBasis(StrEnum):
    """What the analyser measures."""

    WET = "wet"
    DRY = "dry"
    STANDARD = "standard"


class SrmBasis(StrEnum):
    """What the reference method reports."""

    WET = "wet"
    STANDARD = "standard"


Ams = Annotated[AmsBasis, typer.Option("--ams-basis", help="gas the analyser measures: wet or dry at actual O2, or standard")]
Srm = Annotated[
    SrmBasis, typer.Option("--srm-basis", help="gas the column y is of (mg at 273.15 K, 101.325 kPa): wet at actual O2, or standard")
]
Pdf = Annotated[Path | None, typer.Option("--pdf", help="write a one-page report", dir_okay=False)]
Xlsx = Annotated[Path | None, typer.Option("--xlsx", help="write the report as a workbook", dir_okay=False)]
Json = Annotated[bool, typer.Option("--json", help="print the result as JSON and nothing else")]
Report = Annotated[
    Path | None, typer.Option("--report", help="TOML with what the report carries: laboratory, method, fuel, ...", dir_okay=False)
]
Detail = Annotated[str | None, typer.Option(help="of the report; takes the place of the same key of --report")]
Lang = Annotated[Literal["en", "ru", "kk"], typer.Option("--lang", help="language of table and report")]


def register(app: typer.Typer) -> None:
    """Add the commands of this room."""
    app.command()(qal2)
    app.command()(ast)
    app.command()(qal3)


def qal2(
    file: Measurements,
    *,
    elv: Elv,
    permitted_uncertainty: Permitted,
    o2_reference: Oxygen,
    zero: Annotated[
        float | None,
        typer.Option("--zero", help="the analyser's reading at zero concentration, for procedure b", min=LOW, max=HIGH),
    ] = None,
    ams_basis: Ams = AmsBasis.WET,
    srm_basis: Srm = SrmBasis.WET,
    range_margin: Annotated[
        float,
        typer.Option("--range-margin", help="how far the valid range reaches beyond the highest value [%]; dust 100", min=0.0, max=1e6),
    ] = MARGIN_PCT,
    record: Annotated[
        Path | None, typer.Option("--record", help="write the report as TOML for the facility's document", dir_okay=False)
    ] = None,
    pdf: Pdf = None,
    xlsx: Xlsx = None,
    json: Json = False,
    report: Report = None,
    laboratory: Detail = None,
    accreditation: Detail = None,
    method: Detail = None,
    functional_test: Detail = None,
    fuel: Detail = None,
    load: Detail = None,
    lang: Lang = "en",
) -> None:
    """Calibrate an analyser against a reference method (EN 14181, QAL2); exits with 1 if the calibration fails its tests."""
    from tynys.cli import qa_run

    given = (laboratory, accreditation, method, functional_test, fuel, load)
    passed = _run(
        lambda about, told: qa_run.qal2(
            file,
            qa_run.Comparison(elv, permitted_uncertainty, o2_reference, ams_basis.value, srm_basis.value),
            qa_run.Output(lang, pdf, xlsx, json),
            about,
            zero=zero,
            range_margin=range_margin / 100.0,
            record=(record, told),
        ),
        report,
        given,
    )
    if not passed:
        raise typer.Exit(FAILED)


def ast(
    file: Measurements,
    *,
    intercept: Annotated[float, typer.Option("--intercept", help="of the calibration function in force [mg/Nm3]", min=LOW, max=HIGH)],
    slope: Annotated[float, typer.Option("--slope", help="of the calibration function in force [mg/Nm3 per unit of x]", min=LOW, max=HIGH)],
    elv: Elv,
    permitted_uncertainty: Permitted,
    o2_reference: Oxygen,
    ams_basis: Ams = AmsBasis.WET,
    srm_basis: Srm = SrmBasis.WET,
    pdf: Pdf = None,
    xlsx: Xlsx = None,
    json: Json = False,
    report: Report = None,
    laboratory: Detail = None,
    accreditation: Detail = None,
    method: Detail = None,
    functional_test: Detail = None,
    fuel: Detail = None,
    load: Detail = None,
    lang: Lang = "en",
) -> None:
    """Test a calibration function in force (EN 14181, annual surveillance test); exits with 1 if it fails."""
    from tynys.cli import qa_run

    given = (laboratory, accreditation, method, functional_test, fuel, load)
    passed = _run(
        lambda about, _: qa_run.ast(
            file,
            qa_run.Comparison(elv, permitted_uncertainty, o2_reference, ams_basis.value, srm_basis.value),
            qa_run.Output(lang, pdf, xlsx, json),
            about,
            intercept=intercept,
            slope=slope,
        ),
        report,
        given,
    )
    if not passed:
        raise typer.Exit(FAILED)


def qal3(
    file: Annotated[Path, typer.Argument(help="CSV of zero and span checks: time,point,reading,reference", dir_okay=False)],
    *,
    s_ams: Annotated[
        float,
        typer.Option("--s-ams", help="standard deviation of the analyser, from its QAL1 [unit of the reading]", min=1e-12, max=HIGH),
    ],
    s_ams_span: Annotated[
        float | None, typer.Option("--s-ams-span", help="the same at span, where it differs from zero's", min=1e-12, max=HIGH)
    ] = None,
    ewma_lambda: Annotated[float, typer.Option("--ewma-lambda", help="weight of the newest check in the EWMA", min=1e-6, max=1.0)] = 0.25,
    ewma_width: Annotated[float, typer.Option("--ewma-width", help="half-width of the EWMA's limits [s]", min=1e-6, max=1e6)] = 3.0,
    pdf: Pdf = None,
    xlsx: Xlsx = None,
    json: Json = False,
    report: Report = None,
    laboratory: Detail = None,
    accreditation: Detail = None,
    method: Detail = None,
    functional_test: Detail = None,
    fuel: Detail = None,
    load: Detail = None,
    lang: Lang = "en",
) -> None:
    """Chart zero and span checks (EN 14181, QAL3): drift, precision, EWMA, Shewhart. A chart is no test: exits with 0 whatever it shows."""
    from tynys.cli import qa_run

    given = (laboratory, accreditation, method, functional_test, fuel, load)
    charts = {"s_zero": s_ams, "s_span": s_ams if s_ams_span is None else s_ams_span, "weight": ewma_lambda, "width": ewma_width}
    _run(lambda about, _: qa_run.qal3(file, qa_run.Output(lang, pdf, xlsx, json), about, **charts), report, given)


def _run(work: Any, report: Path | None, given: tuple[str | None, ...]) -> Any:
    """Do the work with what the report carries; what is wrong goes to standard error."""
    from tynys.cli.qa_details import about
    from tynys.domain.errors import TynysError

    try:
        return work(*about(report, given))
    except TynysError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(FAILED) from None
