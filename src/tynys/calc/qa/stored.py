"""Stored reports computed again: a laboratory's pairs as the kernels take them, and the numbers they lead to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tynys.calc.qa.pairs import Pairs
from tynys.calc.qa.qal2 import RANGE_MARGIN, qal2
from tynys.calc.qa.surveillance import surveillance_test
from tynys.domain.base import to_ms

if TYPE_CHECKING:
    from tynys.calc.arrays import Floats
    from tynys.calc.qa.qal2 import Qal2
    from tynys.calc.qa.surveillance import Ast
    from tynys.domain.quality import CalibrationReport, Campaign, SurveillanceReport


def pairs_of(campaign: Campaign) -> Pairs:
    """Parallel measurements of a report as arrays of (n,), in the states it names."""
    parallels = campaign.pairs

    def column(name: str) -> Floats:
        return np.array([np.nan if (value := getattr(each, name)) is None else value for each in parallels], np.float64)

    known = [to_ms(each.time) for each in parallels if each.time is not None]
    temperature, pressure = column("ams_temperature_c"), column("ams_pressure_kpa")
    actual = bool(np.any(np.isfinite(temperature)))
    return Pairs(
        x=column("x"),
        y=column("y"),
        o2_dry_pct=column("o2_dry_pct"),
        h2o_pct=column("h2o_pct"),
        ams_o2_dry_pct=column("ams_o2_dry_pct"),
        ams_h2o_pct=column("ams_h2o_pct"),
        reference=np.array([each.material for each in parallels], np.bool_),
        excluded=tuple(each.excluded or "" for each in parallels),
        time_ms=np.array(known, np.int64) if len(known) == len(parallels) else None,
        ams_basis=campaign.ams_basis,
        srm_basis=campaign.srm_basis,
        ams_temperature_c=temperature if actual else None,
        ams_pressure_kpa=pressure if actual else None,
    )


def qal2_again(report: CalibrationReport, *, range_margin: float = RANGE_MARGIN) -> Qal2:
    """The QAL2 of a stored report from its own pairs, limit and states; the numbers it states are not looked at.

    Parameters
    ----------
    report : CalibrationReport
        With at least 3 pairs that count.
    range_margin : float
        As in `tynys.calc.qa.qal2.qal2`.

    Sources
    -------
    EN 14181, 6.4 to 6.7.
    """
    return qal2(
        pairs_of(report),
        elv=report.elv,
        permitted_uncertainty_pct=report.permitted_uncertainty_pct,
        o2_reference_pct=report.o2_reference_pct,
        zero=report.zero,
        range_margin=range_margin,
    )


def ast_again(report: SurveillanceReport, calibration: CalibrationReport) -> Ast:
    """The AST of a stored report from its own pairs and the function of the QAL2 it tests.

    Sources
    -------
    EN 14181, 8.5.
    """
    return surveillance_test(
        pairs_of(report),
        intercept=calibration.intercept,
        slope=calibration.slope,
        elv=report.elv,
        permitted_uncertainty_pct=report.permitted_uncertainty_pct,
        o2_reference_pct=report.o2_reference_pct,
    )
