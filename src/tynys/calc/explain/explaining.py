"""Explain any average: from its readings, from the shorter ones it is the mean of, from what is stored of it, or as it was imported."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tynys.calc.averaging import Windows
from tynys.calc.explain.ending import ending
from tynys.calc.explain.model import IMPORTED, MADE_FROM_SHORTER, STORED, Explanation, Member, Quantity, Step, note
from tynys.calc.explain.window import FLOW, agrees, explain_window
from tynys.calc.longer import converted, longer_windows
from tynys.calc.pipeline import direct_windows
from tynys.calc.table import STATUS_CODE, WITH_MASS, AverageTable
from tynys.domain.average import Origin
from tynys.domain.status import AverageStatus

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from uuid import UUID

    from tynys.calc.series import SeriesLike
    from tynys.domain.average import Average
    from tynys.domain.configuration import FacilityConfiguration
    from tynys.law.pack import RulePack


def shorter_period(average: Average, configuration: FacilityConfiguration, pack: RulePack) -> str | None:
    """The period of the averages this one is the mean of; None for one made straight from readings, or not made here at all."""
    rule = pack.long_term(average.period)
    if rule is None:
        return None
    channels = {c.name: c for c in configuration.channels}
    plans = [p for p in configuration.plan.components if (p.source, p.component) == (average.source, average.component)]
    names = {name for plan in plans for chain in plan.chains for name in chain.channels}
    if average.component == FLOW:
        names = {flow.channel for flow in configuration.plan.flows if flow.source == average.source}
    window = Windows(np.array([average.start_ms], np.int64), np.array([average.end_ms], np.int64))
    return None if bool(direct_windows(names, channels, pack, average.period, window)[0]) else rule.mean_of


def explain(
    average: Average,
    configuration: FacilityConfiguration | None,
    pack: RulePack | None,
    readings: Mapping[UUID, SeriesLike] | None = None,
    shorter: Sequence[Average] = (),
) -> Explanation:
    """The ordered steps by which an average was made.

    Parameters
    ----------
    average : Average
        As it is stored.
    configuration, pack : FacilityConfiguration or None, RulePack or None
        Those the average names; None where they are not known.
    readings : mapping of UUID to series or None
        Of the window, plant signals and peripherals included (`channels_needed`); None where they are not to be had.
    shorter : sequence of Average
        Those of the period `shorter_period` names that start in the window.

    Notes
    -----
    What it rests on is in ``basis``: an average of another origin is explained by what its columns say, one of this system by its steps
    made anew, and ``agrees`` then tells whether they give the stored value to the last bit.
    """
    if average.origin in {Origin.IMPORTED, Origin.LABORATORY}:
        return Explanation(average, IMPORTED, tuple(_imported(average)))
    if average.origin is Origin.COMPUTED and configuration is not None and pack is not None:
        if shorter:
            return _of_shorter(average, configuration, pack, shorter)
        if readings is not None and shorter_period(average, configuration, pack) is None:
            found = explain_window(average, configuration, pack, readings)
            if found is not None:
                return found
    return Explanation(average, STORED, tuple(_stored(average, configuration, pack)))


def _of_shorter(average: Average, configuration: FacilityConfiguration, pack: RulePack, shorter: Sequence[Average]) -> Explanation:
    period = shorter[0].period
    rule = pack.long_term(average.period)
    own = [row for row in shorter if (row.source, row.component) == (average.source, average.component)]
    table = AverageTable.from_rows(sorted(own, key=lambda row: row.start_ms), period=period)
    made = longer_windows(table, pack, average.period, average.start_ms, average.end_ms).rows()
    taken = converted(table, average.period, pack)
    good = taken.status == STATUS_CODE[AverageStatus.VALID]
    rows = taken.rows()
    members = tuple(Member(r.start_ms, r.end_ms, r.value, r.status.value, bool(g), period) for r, g in zip(rows, good, strict=True))
    notes = (note("converted_for_this_period"),) if taken is not table else ()
    clause, certainty = (rule.clause, rule.certainty) if rule is not None else ("", None)
    unit = average.unit
    row = made[0] if made else average
    result = Quantity("c_val", row.value, unit) if row.value is not None else None
    steps = [Step("mean_of_shorter", "mean_of", (), result, clause, certainty, notes, members=members)]
    if row.deduction is not None and row.value is not None:
        steps.append(Step("deducted_in_shorter", "", (Quantity("D", row.deduction, unit),), None, clause, certainty))
    steps += ending(row, configuration, pack)
    if row.mass_g_s is not None:
        masses = tuple(
            Member(r.start_ms, r.end_ms, r.mass_g_s, r.status.value, STATUS_CODE[r.status] in WITH_MASS and r.mass_g_s is not None, period)
            for r in rows
        )
        steps.append(Step("mass_of_shorter", "mean_of", (), Quantity("E", row.mass_g_s, "g/s"), clause="EN 17255-1", members=masses))
    return Explanation(average, MADE_FROM_SHORTER, tuple(steps), agrees(average, row) if made else None)


def _stored(average: Average, configuration: FacilityConfiguration | None, pack: RulePack | None) -> Iterator[Step]:
    """What the columns alone tell."""
    unit = average.unit
    yield Step("reported_by_plant" if average.origin is Origin.REPORTED else "stored_only", notes=(note(f"origin.{average.origin.value}"),))
    for kind, symbol, value in (
        ("raw", "x", average.raw),
        ("calibration", "y", average.calibrated),
        ("oxygen", "c_ref", average.standardised),
        ("deduction", "D", average.deduction),
    ):
        if value is not None:
            yield Step(kind, "", (), Quantity(symbol, value, unit if symbol in {"c_ref", "D"} else ""))
    around = [
        Quantity(symbol, value, part, "measured")
        for symbol, value, part in (
            ("O2", average.o2_dry_pct, "%"), ("H2O", average.h2o_pct, "%"), ("T", average.temperature_c, "°C"),
            ("p", average.pressure_kpa, "kPa"),
        )
        if value is not None
    ]  # fmt: skip
    if around:
        yield Step("peripherals", "", tuple(around))
    yield from ending(average, configuration, pack)
    if average.mass_g_s is not None:
        yield Step("mass", "", (), Quantity("E", average.mass_g_s, "g/s"))


def _imported(average: Average) -> Iterator[Step]:
    """What an imported average says of itself: the file, how it was read, the number as it came, and why it is not believed."""
    notes = [note("file", sha256=average.configuration), note("profile", profile=average.rule_pack)]
    yield Step("imported", notes=tuple(notes))
    if average.raw is not None:
        yield Step("as_it_came", "", (), Quantity("x", average.raw, average.unit))
    reasons = tuple(note("reason", reason=reason) for reason in average.chain.split() if reason) if average.value is None else ()
    result = Quantity("c_val", average.value, average.unit) if average.value is not None else None
    yield Step(
        "accepted" if average.value is not None else "not_accepted",
        "",
        (),
        result,
        notes=(note(f"status.{average.status.value}"), *reasons),
    )
    if average.mass_g_s is not None:
        yield Step("mass", "", (), Quantity("E", average.mass_g_s, "g/s"))
