"""Adaptors of single links of the chain: one chain standardised, points mixed, a flow, longer averages, an amount."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from tynys.calc.arrays import Floats
from tynys.calc.calibration import Circumstances
from tynys.calc.compliance.bridge import averages_of
from tynys.calc.emitted import emitted
from tynys.calc.flow import dry_normal_flow
from tynys.calc.longer import converted, longer_windows
from tynys.calc.measured import Measured, mixed
from tynys.calc.qa.pairs import from_columns
from tynys.calc.qa.programme import programme_of
from tynys.calc.standardise import Around, standardise
from tynys.calc.states import STATE_CODE
from tynys.calc.table import STATUS_CODE, AverageTable
from tynys.calc.timegrid import period_ms
from tynys.conformance.adapt import plain, to_type
from tynys.conformance.adaptors.plants import SINCE
from tynys.conformance.adaptors.rules import rule_pack
from tynys.domain.average import Average, Origin
from tynys.domain.instrument import Channel
from tynys.domain.plan import FlowPlan, MeasuringChain
from tynys.domain.quantity import Unit
from tynys.domain.status import AverageStatus, PlantState

if TYPE_CHECKING:
    from collections.abc import Iterable

_AROUND = ("o2_dry_pct", "h2o_pct", "temperature_c", "pressure_kpa")
_DAY_MS = 86_400_000


def _channel(given: dict[str, Any]) -> Channel:
    acquisition = [{"interval_ms": 60_000, "valid_from": SINCE}]
    document = {"id": "00000000-0000-0000-0000-000000000001", "name": "value", "acquisition": acquisition}
    return msgspec.convert({**document, **given}, Channel)


def _around(given: dict[str, Any], n: int) -> Around:
    return Around(*(to_type(given.get(name) or [None] * n, Floats) for name in _AROUND))


def _standardised(given: dict[str, Any]) -> Any:
    n = len(given["raw"])
    functions = [{"report": "case", "valid_range_max": 1e9, "valid_from": SINCE, **each} for each in given.get("calibrations", [])]
    chain = msgspec.convert({"name": "main", "channels": ["value"], "calibrations": functions}, MeasuringChain)
    starts = np.full(n, int(datetime(2025, 1, 1, tzinfo=UTC).timestamp() * 1000), np.int64)
    states = np.full(n, STATE_CODE[PlantState.OPERATING], np.uint8)
    return standardise(
        chain,
        _channel({"component": given["component"], "unit": given["unit"], "basis": given["basis"]}),
        given["component"],
        to_type(given["raw"], Floats),
        _around(given, n),
        to_type(given["o2_reference_pct"], Floats),
        Circumstances(starts, states, lambda: [""] * n, lambda _: np.full(n, np.nan)),
        rule_pack(given.get("rules", {})),
    )


def _flow(given: dict[str, Any]) -> Any:
    n = len(given["mean"])
    channel = _channel({"component": "flow", "unit": given["unit"], "basis": given.get("basis")})
    plan = {"source": "stack", "channel": "value", "point": "section", **given["plan"]}
    pack = rule_pack(given.get("rules", {}))
    mean = to_type(given["mean"], Floats)
    return dry_normal_flow(msgspec.convert(plan, FlowPlan), channel, given.get("area_m2", 1.0), mean, _around(given, n), pack)


def _point(given: dict[str, Any]) -> Measured:
    """One point over all windows: dry concentration, oxygen, flow and status; what mixing does not read is absent."""
    n = len(given["dry"])
    column = {name: to_type(given[name], Floats) for name in ("dry", "o2_dry_pct", "flow")}
    none, counts = np.full(n, np.nan), np.ones(n, np.int64)
    counted = dict.fromkeys(("count_valid", "count_expected", "count_operating", "fld_valid", "fld_operating"), counts)
    return Measured(
        chains=("main",),
        unit=Unit.MG_NM3,
        chain=np.zeros(n, np.int64),
        status=np.array([STATUS_CODE[AverageStatus(each)] for each in given["status"]], np.uint8),
        raw=none,
        calibrated=none,
        dry=column["dry"],
        value=column["dry"],
        standardised=column["dry"],
        around=Around(column["o2_dry_pct"], none, none, none),
        outside_range=np.zeros(n, np.bool_),
        flow=column["flow"],
        o2_reference_pct=none,
        uncertainty=none,
        **counted,
    )


def _mixed(given: dict[str, Any]) -> Any:
    made = mixed([_point(each) for each in given["points"]], to_type(given["o2_reference_pct"], Floats), rule_pack(given.get("rules", {})))
    status = {code: name.value for name, code in STATUS_CODE.items()}
    return {name: plain(getattr(made, name)) for name in ("dry", "value", "flow")} | {
        "status": [status[code] for code in made.status.tolist()]
    }


def _row(start: int, end: int, **known: Any) -> Average:
    status = AverageStatus(known.pop("status", "valid"))
    state = PlantState(known.pop("plant_state", "not_operating" if status is AverageStatus.NOT_OPERATING else "operating"))
    counted = int(status not in {AverageStatus.NO_DATA, AverageStatus.NOT_OPERATING})
    ran = known.pop("count_operating", int(status is not AverageStatus.NOT_OPERATING))
    return Average(
        source="stack",
        component="so2",
        period=known.pop("period"),
        start_ms=start,
        end_ms=end,
        value=known.pop("value", None),
        unit="mg/Nm3",
        status=status,
        plant_state=state,
        origin=Origin.COMPUTED,
        provisional=False,
        count_valid=counted,
        count_expected=known.pop("count_expected", 1),
        count_operating=ran,
        **known,
    )


def _table(rows: Iterable[Average], period: str) -> AverageTable:
    return AverageTable.from_rows(rows, period=period)


def _longer(given: dict[str, Any]) -> Any:
    """Of averages that follow each other, as runs ``[value, status, how many]``; a status of no_row leaves rows out."""
    rule = given["rule"]
    period = rule["mean_of"]
    length = period_ms(period) or _DAY_MS
    short = {"period": period, "validity": {}}
    pack = rule_pack({"averaging": {"short_term": short, "long_term": [rule]}})
    marks = [(value, status) for value, status, often in given["rows"] for _ in range(often)]
    rows = [
        _row(start, start + length, period=period, value=value, status=status)
        for i, (value, status) in enumerate(marks)
        for start in (given["start_ms"] + i * length,)
        if status != "no_row"
    ]
    table = longer_windows(_table(rows, period), pack, rule["period"], given["start_ms"], given["end_ms"])
    return {"averages": [{"start_ms": row.start_ms, "value": row.value, "status": row.status.value} for row in table.rows()]}


def _converted(given: dict[str, Any]) -> Any:
    """The values shorter averages enter a longer period with."""
    period = given["shorter"]
    pack = rule_pack({"oxygen": {"below_reference": {"periods": given["kept_in"], "abated_only": False}}})
    length = period_ms(period) or _DAY_MS
    columns = zip(given["value"], given["standardised"], given["deduction"], strict=True)
    rows = [
        _row(i * length, (i + 1) * length, period=period, value=value, standardised=standardised, deduction=deduction)
        for i, (value, standardised, deduction) in enumerate(columns)
    ]
    return {"value": plain(converted(_table(rows, period), given["longer"], pack).value)}


def _emitted(given: dict[str, Any]) -> Any:
    """The amount of windows that follow each other."""
    period = given["period"]
    length = period_ms(period) or _DAY_MS
    columns = zip(given["mass_g_s"], given["flow_dry_nm3_h"], given["share_operating"], strict=True)
    rows = [
        _row(
            start,
            start + length,
            period=period,
            status="valid" if rate is not None else "no_data" if share > 0 else "not_operating",
            mass_g_s=rate,
            flow_dry_nm3_h=flow,
            count_expected=100,
            count_operating=round(100 * share),
        )
        for i, (rate, flow, share) in enumerate(columns)
        for start in (given["start_ms"] + i * length,)
    ]
    short = {"period": period, "validity": {}}
    pack = rule_pack({"averaging": {"short_term": short}, "substitution": given.get("substitution", [])})
    (made,) = emitted(_table(rows, period), pack, given["start_ms"], given["start_ms"] + len(rows) * length)
    return {**plain(made.total), "certainty": plain(made.certainty)}


def _averages_of(given: dict[str, Any]) -> Any:
    """What a test of limits is handed of some averages."""
    rows = [
        _row(i * 3_600_000, (i + 1) * 3_600_000, period="PT1H", value=value, status=status, plant_state=state)
        for i, (value, status, state) in enumerate(given["rows"])
    ]
    pack = rule_pack({"compliance": {"excluded_states": given["excluded_states"]}})
    (made,) = averages_of(_table(rows, "PT1H"), pack).values()
    return {name: plain(getattr(made, name)) for name in ("values", "resting", "by_state", "failed")}


def _programme(given: dict[str, Any]) -> Any:
    """Shortcomings of a campaign by their names."""
    n = len(given["start_ms"])
    pairs = from_columns(np.zeros(n), np.zeros(n))
    timed = replace(pairs, time_ms=np.array(given["start_ms"], np.int64))
    notes = programme_of(timed, least_pairs=given["least_pairs"], least_days=given["least_days"])
    return {"value": sorted(note.key.rpartition(".")[2] for note in notes)}


def _columns(given: dict[str, Any]) -> Any:
    made = from_columns(**{name: to_type(column, Floats) for name, column in given.items()})
    return {name: plain(getattr(made, name)) for name in ("x", "y", "o2_dry_pct", "h2o_pct")}


ADAPTORS = {
    "standardise.standardise": _standardised,
    "flow.dry_normal_flow": _flow,
    "measured.mixed": _mixed,
    "longer.longer_windows": _longer,
    "longer.converted": _converted,
    "emitted.emitted": _emitted,
    "compliance.bridge.averages_of": _averages_of,
    "qa.programme.programme_of": _programme,
    "qa.pairs.from_columns": _columns,
}
