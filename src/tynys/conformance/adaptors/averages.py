"""Adaptors of the chain from readings to averages: a task of one stack becomes a plant, a plan, a pack and readings."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from tynys.calc.explain.explaining import explain
from tynys.calc.needed import channels_needed
from tynys.calc.pipeline import average_windows
from tynys.calc.running import learnt_ms, running_windows
from tynys.conformance.adapt import plain
from tynys.conformance.adaptors.plants import SINCE, SOURCE, UNIT, channel_id, plant, series
from tynys.conformance.adaptors.rules import rule_pack

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tynys.calc.series import Series
    from tynys.domain.average import Average
    from tynys.domain.configuration import FacilityConfiguration

_WET_NORMAL = {"moisture": "wet", "gas_state": "normal"}
_SIGNALS: Mapping[str, dict[str, Any]] = {
    "o2": {"component": "o2", "unit": "%"},
    "h2o": {"component": "h2o", "unit": "%", "basis": _WET_NORMAL},
    "temperature": {"component": "temperature", "unit": "°C"},
    "pressure": {"component": "pressure", "unit": "kPa"},
    "velocity": {"component": "velocity", "unit": "m/s", "basis": {"moisture": "wet", "gas_state": "actual"}},
    "load": {"component": "load", "unit": "MW", "of_unit": UNIT, "point": None},
}
"""What the channels of a task are, besides the one that is averaged."""
_AROUND = ("o2", "h2o", "temperature", "pressure")
SHOWN = (
    *("start_ms", "value", "status", "raw", "calibrated", "standardised", "deduction", "flow_dry_nm3_h", "mass_g_s"),
    *("count_valid", "count_expected", "count_operating", "fld_valid", "fld_operating"),
)
"""What an answer tells of an average."""


def _moment(time_ms: int) -> str:
    return datetime.fromtimestamp(time_ms / 1000, tz=UTC).isoformat()


def _peripheral(task: Mapping[str, Any], name: str) -> dict[str, Any] | None:
    if name in task["readings"]:
        return {"source": "channel", "channel": name}
    constant = task.get("constants", {}).get(name)
    return None if constant is None else {"source": "constant", "constant": constant}


def _channel(task: Mapping[str, Any], name: str) -> dict[str, Any]:
    kinds = {**_SIGNALS, "value": {"component": task["component"], "unit": task["unit"], "basis": task["basis"]}}
    acquisition = [{"interval_ms": task["interval_ms"], "valid_from": SINCE}]
    made = {"name": name, "acquisition": acquisition, **kinds[name]}
    if name == "o2":
        made["basis"] = {"moisture": task.get("o2_moisture", "dry"), "gas_state": "normal"}
    return made


def _calibration(function: Mapping[str, Any]) -> dict[str, Any]:
    known = {name: value for name, value in function.items() if name != "from_ms"}
    return {"report": "case", "valid_range_max": 1e9, "valid_from": _moment(function.get("from_ms", 0)), **known}


def configured(task: Mapping[str, Any]) -> FacilityConfiguration:
    """The plant of a task: one stack, one chain, peripherals as channels or constants."""
    chain: dict[str, Any] = {"name": "main", "channels": ["value"], **{name: made for name in _AROUND if (made := _peripheral(task, name))}}
    if "calibrations" in task:
        chain["calibrations"] = [_calibration(function) for function in task["calibrations"]]
    component = {"source": SOURCE, "component": task["component"], "chains": [chain], "o2_reference_pct": task.get("o2_reference_pct")}
    rule = {"channel": "load", "threshold": task.get("operating_from")}
    states: list[dict[str, Any]] = [
        {"unit": UNIT, "state": state, "conditions": [{**rule, "comparison": sign}]}
        for state, sign in (("operating", ">="), ("not_operating", "<"))
    ]
    flow = {"source": SOURCE, "method": "velocity_area", "channel": "velocity", "point": "section"}
    plan = {"states": states if "load" in task["readings"] else [], "flows": [flow] if "velocity" in task["readings"] else []}
    deduction: dict[str, Any] = next(iter(task.get("rules", {}).get("deductions", [])), {})
    limit = {
        "id": "limit",
        "scope_kind": "source",
        "scope": SOURCE,
        "component": task["component"],
        "kind": "concentration",
        "value": task.get("limit"),
        "unit": "mg/Nm3",
        "period": deduction.get("limit_period", "PT20M"),
        "document": "case",
        "certainty": "verified",
        "valid_from": SINCE,
    }
    points = {} if "area_m2" not in task else {"points": [{"id": "section", "source": SOURCE, "area_m2": task["area_m2"]}]}
    more: dict[str, Any] = {"plan": plan, "limits": [limit] if "limit" in task else [], **points}
    if task.get("oxygen_is_abated"):
        more["abatement"] = [{"id": "device", "unit": UNIT, "kind": "fgd", "removes": [task["component"]]}]
    return plant([_channel(task, name) for name in task["readings"]], components=[component], **more)


def read(task: Mapping[str, Any]) -> dict[UUID, Series]:
    """The readings of a task by channel."""
    return {UUID(channel_id(i)): series(task["start_ms"], task["interval_ms"], runs) for i, runs in enumerate(task["readings"].values())}


def _all_rows(task: Mapping[str, Any]) -> list[Average]:
    pack = rule_pack(task.get("rules", {}))
    return average_windows(configured(task), pack, read(task), task["period"], task["from_ms"], task["to_ms"]).rows()


def _rows(task: Mapping[str, Any]) -> list[Average]:
    return [row for row in _all_rows(task) if row.component == task["component"]]


def _averages(task: dict[str, Any]) -> Any:
    return {"averages": [{name: plain(getattr(row, name)) for name in SHOWN} for row in _rows(task)]}


def _running(task: dict[str, Any]) -> Any:
    pack = rule_pack(task.get("rules", {}))
    assert learnt_ms(pack.short_term) > 0  # noqa: S101  # readings before the window help a forecast, and are handed over
    made = running_windows(configured(task), pack, read(task), task["now_ms"])
    (row,) = [each for each in made if each.component == task["component"]]
    return row


def _explained(task: dict[str, Any]) -> Any:
    """Whether the steps of every average of the task, the flow's too, recompute it, and how many steps they are."""
    pack, configuration, readings = rule_pack(task.get("rules", {})), configured(task), read(task)
    assert channels_needed(configuration) >= readings.keys()  # noqa: S101  # the task gives no channel its answer does not need
    found = [explain(row, configuration, pack, readings) for row in _all_rows(task)]
    values = [each.average.value for each in found if each.average.component == task["component"]]
    return {"agrees": all(each.agrees for each in found), "value": values, "steps": [len(each.steps) for each in found]}


ADAPTORS = {
    "pipeline.average_windows": _averages,
    "running.running_windows": _running,
    "explain.explaining.explain": _explained,
}
